# The ranges after one operation, and the walk that comes next.
heapbench walk demo --at 5
