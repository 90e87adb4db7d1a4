# throughput.gp - the time of each allocator over the baseline's, program by program, with its 95 % interval.
#
# Caption: Time in malloc and free over the baseline's time for the same operations, in whole replays: 0.5 took half as long. A
#   row is a program, the first the geometric mean of all. A mark is the median of the rounds' ratios, the bar through it its 95 %
#   interval; where no bar is seen it is narrower than the mark. The baseline is the line at 1. What took more time than the axis
#   has room for stands at the right edge, as a number.
#
# Usage:  gnuplot -c plots/throughput.gp results/reference/comparison.csv [png] > throughput.svg
# Input:  comparison.csv, schema comparison/1 (results/README.md)
# Read:   two marks whose bars touch cannot be told apart; a hollow mark is of the first part of a program only.
# Note:   nothing is subtracted: the harness's own part is in both times, so that all ratios are a little nearer to 1 than
#         what the allocators alone would give.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status baseline ratio ratio_low ratio_high trace_ops")

load tidy("throughput")

longest = several ? 12 : 4
do for [r=1:|row|] { longest = larger(longest, strlen(short(row[r], 24))) }
left = (narrow ? 5.6 : 7.2) * longest + 14
right = narrow ? 22.0 : 90.0
row_height = larger(26.0, 8.0 * allocators + 8)
panel_height = row_height * |row|
legend_rows(x) = ceil((40 + (sum [a=1:allocators] legend_width(allocator[a]))) / (width - left - right))
eval panels_canvas(1)
set multiplot
eval heading("Time over the baseline's, by program")
# The baseline may have any name, which is to be no part of a command.
eval x_axis("")
entry = (narrow ? "time over " : "time in malloc and free over ") . short(baseline, 30) . "'s"
set label 1002 entry
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour_of[a], shape_of[a]) }
eval panel(1, 1)
unset grid
set grid xtics back ls 1
step = top > 1.9 || narrow ? 0.5 : 0.25
set xtics step format "%g×"
set ytics scale 0 ("" 0)
do for [r=1:|row|] { set ytics add (tick(short(row[r], 24)) -r) }
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
