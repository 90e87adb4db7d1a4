# Every integer of results/README.md, in its order; what depends on the machine is taken out.
heapbench replay demo -a simple --heap 4096 --json | sed 's/\("\(elapsed_ns\|cpu_ns\|peak_resident_bytes\|page_faults\|system_ns\)": \)[0-9]*/\1N/'
