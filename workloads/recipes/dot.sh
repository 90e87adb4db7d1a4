#!/bin/sh
# dot.sh - a graph of 330 nodes laid out in layers by Graphviz and drawn as SVG.
#
# Usage: dot.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need dot graphviz
only_dejavu

awk 'BEGIN {
    seed = 7
    print "digraph tree {"
    for (i = 0; i < 330; i++) {
        printf "n%d [label=\"node %d\"];\n", i, i
        if (i > 0)
            printf "n%d -> n%d;\n", random(i), i
        if (i % 3 == 0)
            printf "n%d -> n%d [style=dotted];\n", i, random(330)
    }
    print "}"
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' > tree.dot
clean env FONTCONFIG_PATH=. FONTCONFIG_FILE=fonts.conf "$heapbench" record -o "$out" -- dot -Tsvg -o tree.svg tree.dot
