# Frees come before the next walk, so it is shown with the ranges as they will be then.
heapbench walk demo --at 3
