# Names alone, for scripts and completion: nothing is loaded, so a damaged trace is a name as well.
mkdir traces
echo 'a x 1' >traces/one.txt
: >traces/two.rep
: >traces/two.trace
: >"traces/two
lines.trace"
HEAPBENCH_TRACES=$PWD/traces heapbench list --names=traces
heapbench list --names=allocators | grep -xE 'simple|model-first|glibc|jemalloc|null' | sort
heapbench list --names=colours 2>&1
echo $?
