#!/bin/sh
# convert.sh - pictures drawn, turned, blurred, scaled, painted, put together and cut into tiles by ImageMagick: rows
# of pixels that come and go, and pictures of up to some megabytes.
#
# Usage: convert.sh OUT.trace
# Takes: 2 s
. "$(dirname "$0")/common.sh"
need convert imagemagick

clean "$heapbench" record --touch -o "$out" -- convert -seed 4 -limit thread 1 -size 320x240 plasma:red-blue -write mpr:sky +delete \
    '(' mpr:sky -blur 0x3 -modulate 100,140 ')' '(' mpr:sky -rotate 30 -resize 200% ')' '(' mpr:sky -swirl 120 -negate ')' \
    '(' mpr:sky -wave 8x40 -paint 3 ')' '(' mpr:sky -distort Perspective '0,0 20,10 320,0 300,20 0,240 0,200 320,240 320,240' ')' \
    -background black -gravity center -extent 400x300 -layers Flatten -unsharp 0x2 -write made.png \
    -crop 16x12 +repage -resize 150% -sepia-tone 70% -append -resize 50% made.jpg
