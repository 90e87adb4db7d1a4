# ratios.gp - rows of ratios to the baseline, a program each, with a mark an allocator. Loaded by the figures of that kind.
#
# Usage:  a script loads its rows (tidy.py, ratio_rows), sets `title` and `across`, the text of the axis, and loads this file.
# Note:   draws nothing by itself.

longest = several ? 12 : 4
do for [r=1:|row|] { longest = larger(longest, strlen(short(row[r], 32))) }
left = (narrow ? 5.6 : 7.2) * longest + 14
right = narrow ? 22.0 : 90.0
row_height = larger(26.0, 8.0 * allocators + 8)
panel_height = row_height * |row|
legend_rows(x) = ceil((40 + (sum [a=1:allocators] legend_width(allocator[a]))) / (width - left - right))
eval panels_canvas(1)
set multiplot
eval heading(title)
# The baseline may have any name, which is to be no part of a command.
eval x_axis("")
set label 1002 across
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour_of[a], shape_of[a]) }
eval panel(1, 1)
unset grid
set grid xtics back ls 1
step = top > 1.9 || narrow ? 0.5 : 0.25
set xtics step format "%g×"
set ytics scale 0 ("" 0)
do for [r=1:|row|] { set ytics add (tick(short(row[r], 32)) -r) }
if (several) { set object 900 rectangle from graph 0, first -1.5 to graph 1, first -0.5 behind fc rgb "#f0f2f4" fs solid noborder }
do for [r=1:|row| - 1] { set arrow from graph 0, first -r - 0.5 to graph 1, first -r - 0.5 nohead back lc rgb grid lw 0.7 }
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb ink lw 1
# Beside one another within a row, so that none hides another.
apart(a) = allocators == 1 ? 0 : 0.62 * ((a - 1.0) / (allocators - 1) - 0.5)
place(x) = -column("row") - apart(int(column("who")))
mine(a) = column("who") == a ? column("ratio") : -1
bar(a, end) = column("who") == a && end > 0 ? end : -1
hollow(s) = s == 5 || s == 7 || s == 9 || s == 11 || s == 13 || s == 15 ? s - 1 : s
plot [0:top][-|row| - 0.5:-0.5] \
    for [a=1:allocators] $rows using (mine(a)):(place(0)):(bar(a, column("low"))):(bar(a, column("high"))) with xerrorbars pt 0 lc rgb colour_of[a] lw 1.6, \
    for [a=1:allocators] $rows using (mine(a)):(place(0)):(column("stopped") > 0 ? hollow(shape_of[a]) : shape_of[a]) \
        with points pt variable ps 0.9 lc rgb colour_of[a], \
    for [a=1:allocators] $beyond using (column("who") == a ? top : -1):(place(0)):(words[int(column(0)) + 1]) \
        with labels left offset 0.4, 0 font ",9" textcolor rgb colour_of[a]
unset multiplot
