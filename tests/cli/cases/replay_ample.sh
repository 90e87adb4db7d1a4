# Without --heap the heap is infinite: the tail counts in ranges and in nothing else.
heapbench replay demo -a simple --json | grep -E 'heap_bytes|ranges|free_bytes'
