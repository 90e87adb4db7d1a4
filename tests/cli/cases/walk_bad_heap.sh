# One clear line each, and exit 1.
# exit 1
heapbench walk demo --heap 0
heapbench walk demo --heap 7
heapbench walk demo --at 7
heapbench walk no-such-trace 2>&1 | sed 's|in /.*;|in FOLDER;|'
heapbench walk demo --heap 7
