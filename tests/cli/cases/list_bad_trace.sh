# A trace that cannot be read is said so, the others are listed, and the exit status tells.
# exit 3
mkdir traces
cp "$HEAPBENCH_TRACES/demo.rep" traces/
head -c 100 /dev/zero >traces/zeroes.trace
HEAPBENCH_TRACES=$PWD/traces heapbench list | sed -n '/^traces/,$p' | cut -c -29
HEAPBENCH_TRACES=$PWD/traces heapbench list >/dev/null
