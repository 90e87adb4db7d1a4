# The tool itself: help, no command, an unknown one.
heapbench --help | head -n 1
heapbench frobnicate
echo "exit $?"
heapbench >/dev/null 2>&1
echo "exit $?"
heapbench replay --help | head -n 1
