#!/bin/sh
# rsvg-convert.sh - a drawing of gradients, paths, filters and styles made a picture by librsvg, which is written in Rust.
#
# Usage: rsvg-convert.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need rsvg-convert librsvg2-bin

awk 'BEGIN {
    seed = 3
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"600\"><style>.a { fill: teal; stroke: black } .b { fill: none; stroke: red } g.c path { opacity: 0.5 }</style><defs>"
    for (i = 0; i < 20; i++)
        printf "<linearGradient id=\"g%d\"><stop offset=\"0\" stop-color=\"#%06x\"/><stop offset=\"1\" stop-color=\"#%06x\"/></linearGradient>\n", i, random(32768) * 500, random(32768) * 500
    print "<filter id=\"f\"><feGaussianBlur stdDeviation=\"2\"/></filter></defs>"
    for (i = 0; i < 1500; i++) {
        printf "<g class=\"c\" transform=\"translate(%d %d) rotate(%d)\"><path class=\"%s\" d=\"M0 0", random(800), random(600), random(360), random(2) ? "a" : "b"
        for (k = random(10); k >= 0; k--)
            printf " C%d %d %d %d %d %d", random(40), random(40), random(40), random(40), random(40), random(40)
        printf "\"/><circle r=\"%d\" fill=\"url(#g%d)\"/></g>\n", random(12), random(20)
        if (i % 60 == 0)
            printf "<rect x=\"%d\" y=\"%d\" width=\"60\" height=\"40\" filter=\"url(#f)\" class=\"a\"/>\n", random(700), random(500)
    }
    print "</svg>"
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >drawing.svg
record rsvg-convert -o drawing.png drawing.svg
