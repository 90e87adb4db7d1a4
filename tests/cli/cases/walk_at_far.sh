# Far into a long trace: the heap is computed, and the walking allocator would show the same, in minutes.
heapbench walk perl --at 400000
