# One clear line each, and exit 2: the range is named.
# exit 2
heapbench walk demo --heap 0
heapbench walk demo --heap 7
heapbench walk demo --at 7
heapbench walk no-such-trace 2>&1 | sed 's|in /.*;|in FOLDER;|'
heapbench walk demo --heap 7
