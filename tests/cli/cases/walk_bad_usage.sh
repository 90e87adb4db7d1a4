# exit 2
heapbench walk demo --at five
