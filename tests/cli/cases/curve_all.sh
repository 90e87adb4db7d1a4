# Every trace of the folder, with simple and with the same merging, and the worked example; one trace alone.
mkdir traces
cp "$HEAPBENCH_TRACES"/demo* traces
printf 'a 0 20\nf 0\na 1 13\na 2 5\n' >traces/holes.txt
HEAPBENCH_TRACES=traces heapbench curve --all
