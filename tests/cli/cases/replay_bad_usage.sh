# Each is one line and exit 2.
# exit 2
heapbench replay demo
heapbench replay demo -a simple --touch some
heapbench replay demo -a simple --heap -1
heapbench replay demo -a simple --heap 99999999999G
heapbench replay demo demo -a simple
heapbench replay demo -a simple --here --timeout 1
