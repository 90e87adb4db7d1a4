#!/bin/sh
# ssconvert.sh - a spreadsheet of 800 rows, opened, computed and saved as OpenDocument by Gnumeric: cells, formulas and strings of
# GLib's, which has slices of its own for the small ones.
#
# Usage: ssconvert.sh OUT.trace
# Takes: 2 s
. "$(dirname "$0")/common.sh"
need ssconvert gnumeric
only_dejavu

awk 'BEGIN {
    seed = 8
    print "Day,Shop,Article,Count,Price,Sum,Taxed,Note"
    for (i = 2; i < 800; i++)
        printf "2023-%02d-%02d,Shop %d,\"Article, no. %d\",%d,%d.%02d,=D%d*E%d,\"=ROUND(F%d*1.19,2)\",\"=IF(F%d>SUM(D$2:D%d),\"\"much\"\",\"\"little\"\")\"\n", 1 + random(12), 1 + random(28), random(20), random(200), 1 + random(9), random(100), random(100), i, i, i, i, i < 40 ? i : 40
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >sales.csv
clean env FONTCONFIG_PATH=. FONTCONFIG_FILE=fonts.conf "$heapbench" record -o "$out" -- ssconvert --import-type=Gnumeric_stf:stf_csvtab --recalc sales.csv sales.ods
