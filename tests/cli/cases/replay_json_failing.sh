# A heap in which allocations fail, and the reason of the first.
heapbench replay demo -a simple --heap 1000 --json | grep -E '"(failures|first_failure|failure_reason|live_bytes)"'
heapbench replay demo -a simple --heap 970 --json | grep -E '"(failures|first_failure|failure_reason|live_bytes)"'
heapbench replay demo -a simple --heap 300 --json | grep -E '"(failures|first_failure|failure_reason|live_bytes)"'
