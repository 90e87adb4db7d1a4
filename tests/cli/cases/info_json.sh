# The same as one flat object.
heapbench info demo --json | sed 's|"/.*/workloads/|"workloads/|'
