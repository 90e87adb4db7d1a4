#!/bin/sh
# pbzip2.sh - a log of 80 MB packed by four threads: one reads blocks of 100 000 bytes, four pack them, one writes
# them, and frees what others allocated. Few operations; nearly all of the bytes are in large blocks.
#
# Usage: pbzip2.sh OUT.trace
# Takes: 6 s
. "$(dirname "$0")/common.sh"
need pbzip2 pbzip2

awk 'BEGIN {
    seed = 15
    for (i = 0; i < 2600000; i++)
        printf "%d %d line %x of a log\n", i, random(1000), random(32768)
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >log
clean "$heapbench" record --touch -o "$out" -- pbzip2 -p4 -b1 -1 -k log
