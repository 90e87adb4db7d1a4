# The curve of the tutorial's example, and the two heaps of the theory that one more byte breaks, with 8-byte records.
heapbench curve demo --points 6
printf 'a 0 12\nf 0\na 1 5\nf 1\na 2 6\n' >breaks.txt
heapbench curve breaks.txt --points 2 --json
