# exit 2
heapbench replay demo -a simple --heap 0
heapbench replay demo -a simple --heap 7
heapbench replay demo -a glibc --heap 7
