# Every library that is there is right on every shipped trace, and says so in a line.
for allocator in glibc jemalloc mimalloc tcmalloc tbbmalloc; do
    for trace in "$HEAPBENCH_TRACES"/*.trace demo; do
        heapbench check "$trace" -a "$allocator" --timeout 600
    done
done >out 2>&1
grep -v ': right on ' out | grep -v ': unavailable: '
grep -c '^glibc: right on [a-z0-9-]* ([0-9 ]* operations)$' out
