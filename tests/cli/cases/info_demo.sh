# What the tutorial's example holds, for a person; a trace by its ending too.
heapbench info demo | sed 's|/.*/workloads/|workloads/|'
heapbench info demo.rep | grep ^checked
