# The curve of the tutorial's example, and the two heaps of the theory that one more byte breaks, with 8-byte records and
# with the theory's own of 16.
heapbench curve demo --points 6
heapbench curve demo --points 3 --merge --align 16
printf 'a 0 12\nf 0\na 1 5\nf 1\na 2 6\n' >breaks.txt
heapbench curve breaks.txt --points 2 --json
printf 'a 0 20\nf 0\na 1 1\na 2 4\n' >paper.txt
heapbench curve paper.txt --points 4 --header 16
