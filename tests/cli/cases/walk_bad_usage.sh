# exit 2
heapbench walk demo --at five
heapbench walk demo --heap 4611686018427387905
heapbench walk demo --heap 16E
heapbench walk demo --at 18446744073709551616
