# No name reaches a terminal as it is, and what is no recorder is loaded into no program.
raw() {
    LC_ALL=C tr -d '\n' | LC_ALL=C grep -q '[[:cntrl:]]' && echo "a control character"
}
out=$(printf 'o\033[7mut\n.trace')
heapbench record -o "$out" -- seq 1 >said 2>&1
echo "$?"
raw <said
heapbench record --convert "$(printf 'no\033ne')" >said 2>&1
echo "$?"
raw <said
echo mine >mine.so
HEAPBENCH_RECORDER=./mine.so heapbench record -o x.trace -- touch ran 2>&1 | sed 's,/[^:]*/,,'
if [ -e ran ]; then echo "it ran"; fi
