# Who did what, and what changed hands: of a few threads each one's operations, of many their distribution.
printf 't 0\na x 10\na y 20\nt 1\nr x 30\nt 0\nf x\nt 2\nf y\na z 5\n' >hands.txt
heapbench info hands.txt | grep -E '^(operations|by thread|hand-overs)'
heapbench info hands.txt --json | sed -n '/"threads"/,/"handovers"/p'
heapbench generate threadtest threads=3 batch=2 cycles=1 -o own.trace 2>/dev/null
heapbench info own.trace | grep -E '^(by thread|hand-overs)'
heapbench generate larson threads=64 live=10 steps=20 cycles=2 -o many.trace 2>/dev/null
heapbench info many.trace | grep -E '^(operations|by thread|hand-overs)'
heapbench info many.trace --json | grep -E '"(threads|ops_by_thread|thread_ops_max|handed_objects|handovers)"'
heapbench info demo | grep -cE "^(by thread|hand-overs)" || true
