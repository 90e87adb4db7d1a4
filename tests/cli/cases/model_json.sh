# Every integer of results/README.md for a policy; what depends on the machine is taken out. Then a heap that is too small.
mask='s/\("elapsed_ns": \)[0-9]*/\1N/'
heapbench model demo --json | sed "$mask"
heapbench model demo --policy best --merge --header 16 --align 16 --heap 1200 --json | sed "$mask"
