# Whatever the memory, the model gives the right figures, or one line and exit 1. (A limit on address space that the
# program cannot start in says nothing: that is the loader's answer.)
heapbench generate ramp live=64K ratio=32 -o big.trace 2>/dev/null
heapbench model big.trace --policy best --json | grep -v elapsed >right

for kilobytes in $(seq 10000 1000 70000); do
    (ulimit -v "$kilobytes" && exec heapbench model big.trace --policy best --json) >out 2>err
    status=$?
    grep -v elapsed out >figures
    case $status in
    0) cmp -s figures right && echo "right" || echo "$kilobytes KB: wrong figures" ;;
    1) [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] && grep -q '^heapbench: .*memory' err && echo "one line" ||
        echo "$kilobytes KB: $(cat out err)" ;;
    127) ;;
    *) echo "$kilobytes KB: exit $status: $(cat err)" ;;
    esac
    ! grep -q 'model-best: out of memory for its [0-9]* ranges' err || echo "so many ranges" >seen
done | uniq
cat seen
