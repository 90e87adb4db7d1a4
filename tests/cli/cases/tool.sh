# The tool itself: help, no command, an unknown one.
heapbench --help | head -n 1
heapbench frobnicate
echo "exit $?"
heapbench >/dev/null 2>&1
echo "exit $?"
heapbench replay --help | head -n 1
heapbench -h | head -n 1
heapbench replay -h | head -n 1
heapbench help replay | head -n 1
heapbench help | head -n 1
heapbench help frobnicate
echo "exit $?"
