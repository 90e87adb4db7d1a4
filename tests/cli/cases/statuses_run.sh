# The table and the JSON of run, whole, with a row for each status; times and memory are invented.
# exit 3
tests=$(dirname "$(command -v heapbench)")/../tests
# A crash is to be a crash in a build with sanitizers too.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
{ seq 0 149 | sed 's/.*/a & 17/'; seq 0 149 | sed 's/.*/f &/'; } >made.txt
{ seq 0 149 | sed 's/.*/a & 8000/'; seq 0 149 | sed 's/.*/f &/'; } >large.txt
all=simple,glibc,bump,null,$tests/libodd_null.so,$tests/libodd_crash.so,$tests/libodd_loop.so,$tests/libwrong_same.so,./no_such.so
run() {
    "$tests/invented/heapbench" run "$@" --timeout 2
}
run made.txt large.txt -a "$all" --rounds 3 --step-limit 5000
status=$?
run made.txt -a "$all" --rounds 2 --no-check
run made.txt -a simple --heap 1000 --rounds 2 --seed 7 --touch none
run made.txt -a "$all" --rounds 3 --step-limit 5000 --json | sed '/^  "libraries"/,/^  \]/d' | grep -v '"\(command\|machine\|version\|clock_pair_ns\|build\|date\|run\|libraries\|heapbench\|commit\|floor\|load\|cores\)"'
exit $status
