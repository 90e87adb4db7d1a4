# A row for each status in each file of results, written whole: first with the check before the rounds, then without,
# when a crash and a hang are met by the samples themselves. Times and memory are invented, and shown as #.
tests=$(dirname "$(command -v heapbench)")/../tests
PATH=$tests/invented:$PATH
# A crash is to be a crash in a build with sanitizers too.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:allocator_may_return_null=1"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0:allocator_may_return_null=1"
{ seq 0 149 | sed 's/.*/a & 17/'; seq 0 149 | sed 's/.*/f &/'; } >made.txt
{ printf 'a 0 17\na 1 9223372036854775807\na 2 40\nf 0\nf 1\nf 2\n'; } >huge.txt
libraries=$tests/libodd_null.so,$tests/libodd_crash.so,$tests/libodd_loop.so,$tests/libodd_none.so,$tests/libwrong_same.so,./no_such.so

# Of many windows the first and the last; without the samples' own figures.
rows() {
    for file in "$1"/*.csv; do
        [ -e "$file" ] || continue
        case $file in */allocators.csv) continue ;; esac # the same beside every file
        echo "$file"
        grep -v '^#' "$file" | awk -F, -v OFS=, '
            NR == 1 { for (i = 1; i <= NF; i++) hidden[i] = $i ~ /_ns$|ns_per_op|resident|faults|ratio|time_change/ }
            { for (i = 1; i <= NF; i++) if (NR > 1 && hidden[i] && $i != "") $i = "#" }
            NR > 1 && $2 != "simple" && $2 != "glibc" || $3 == "stopped" || $4 == "stopped" || $3 == "failed" {
                key = $1 "," $2
                if (key != last && NR > 1 && held != "") print held
                if (key != last) print
                held = key == last ? $0 : ""
                last = key
            }
            END { if (held != "") print held }'
    done
}

for question in throughput walk_cost fragmentation failure_points ladder; do
    $question "--allocators=simple,glibc,$libraries" --traces=made.txt --rounds=2 --timeout=1 --step-limit=5000 \
        --results=checked/$question >/dev/null 2>&1
    echo "$question: exit $?"
    rows checked/$question
done
for question in throughput walk_cost fragmentation failure_points ladder; do
    $question "--allocators=glibc,$libraries" --traces=made.txt --rounds=2 --timeout=1 --no-check \
        --results=unchecked/$question >/dev/null 2>&1
    echo "$question --no-check: exit $?"
    # What a sanitizer takes of a budget differs.
    rows unchecked/$question | grep -Ev '^made,libwrong_same.so,[a-z]+,(reserved|[0-9]{7,}),'
done
for question in throughput walk_cost fragmentation failure_points ladder; do
    $question --allocators=simple,first-merge,glibc --traces=huge.txt --rounds=1 --results=huge/$question >/dev/null 2>&1
    echo "$question, a request that none can serve: exit $?"
    rows huge/$question
done
heapbench model --all huge.txt --results huge/policies >/dev/null 2>&1
rows huge/policies
adversary() {
    heapbench adversary robson --live 1K --timeout 1 --results adversary "$@" >/dev/null 2>&1
    echo "adversary: exit $?"
    grep -v '^#' adversary/adversary.csv | sed 1d
}
for library in libodd_crash.so libodd_null.so libodd_loop.so libodd_none.so; do
    adversary -a "$tests/$library" --ratio 4
done
adversary -a simple --ratio 16 --heap 64K
