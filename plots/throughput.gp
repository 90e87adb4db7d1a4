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

wanted(name) = name ne "null" && column("ratio") > 0 && strlen(strcol("trace")) > 0
eval scan
eval reach_of("column('trace_ops')")
eval drop_small
several = traces > 1
# The rows from the top down: the mean, then the programs.
is_mean(x) = several && strlen(strcol("trace")) == 0 && column("ratio") > 0
row_of(x) = is_mean(0) ? 1 : trace_at(strcol("trace")) ? trace_at(strcol("trace")) + several : 0
drawn(x) = row_of(0) > 0 && strcol("allocator") ne "null" && column("ratio") > 0
rows = traces + several
baseline = ""
set table $scan
plot in using (strlen(strcol("baseline")) ? (baseline = strcol("baseline"), 0) : 0) with table
unset table
undefine $scan
# Room for all that programs run on; what walks is a hundred times as slow.
most_shown = 2.5
eval largest("top", "in", "drawn(0) && column('ratio') <= most_shown ? larger(column('ratio'), smaller(column('ratio_high'), most_shown)) : 0")
top = larger(1.1, 1.06 * top)
is_beyond(x) = column("ratio") > top

longest = several ? 12 : 4
do for [k=1:traces] { longest = larger(longest, strlen(short(trace[k], 24))) }
left = (narrow ? 5.6 : 7.2) * longest + 14
right = narrow ? 22.0 : 90.0
row_height = larger(26.0, 7.0 * allocators + 8)
panel_height = row_height * rows
legend_rows(x) = ceil((40 + (sum [a=1:allocators] legend_width(allocator[a]))) / (width - left - right))
eval panels_canvas(1)
head = head - 14
set multiplot
eval heading("Time over the baseline's, by program")
set label 1002 (narrow ? "time over " : "time in malloc and free over ") . short(baseline, 30) . "'s" at screen (left + width - right) / 2 / width, screen 14.0 / height center textcolor rgb ink
do for [a=1:allocators] { entry = allocator[a]; if (allocator[a] ne baseline) { eval legend_point(colour(entry), shape(entry)) } }
eval panel(1, 1)
unset grid
set grid xtics back ls 1
step = top > 1.9 ? 0.5 : narrow ? 0.5 : 0.25
set xtics step format "%g×"
set ytics scale 0 ("" 0)
if (several) { set ytics add ("all programs" -1) }
do for [k=1:traces] { set ytics add (tick(short(trace[k], 24)) -k - several) }
if (several) { set object 900 rectangle from graph 0, first -1.5 to graph 1, first -0.5 behind fc rgb "#f0f2f4" fs solid noborder }
do for [r=1:rows - 1] { set arrow from graph 0, first -r - 0.5 to graph 1, first -r - 0.5 nohead back lc rgb grid lw 0.7 }
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb ink lw 1
# Beside one another within a row, so that none hides another.
apart(a) = allocators == 1 ? 0 : 0.7 * ((a - 1.0) / (allocators - 1) - 0.5)
place(a) = -row_of(0) - apart(a)
mine(a) = drawn(0) && strcol("allocator") eq allocator[a] && allocator[a] ne baseline
inside(a) = mine(a) && !is_beyond(0)
ratio_label(r) = sprintf(r < 9.95 ? "%.1f×" : "%.0f×", r)
hollow(s) = s == 5 || s == 7 || s == 9 || s == 11 || s == 13 || s == 15 ? s - 1 : s
# gnuplot takes no curve without points: the first has one that lies outside.
plot [0:top][-rows - 0.5:-0.5] \
    for [a=1:allocators] in using (inside(a) ? column("ratio") : -1):(inside(a) ? place(a) : 1): \
        (inside(a) && column("ratio_low") > 0 ? column("ratio_low") : -1):(inside(a) && column("ratio_low") > 0 ? smaller(column("ratio_high"), top) : -1) \
        with xerrorbars pt 0 lc rgb colour(allocator[a]) lw 1.6, \
    for [a=1:allocators] in using (inside(a) ? column("ratio") : -1):(inside(a) ? place(a) : 1): \
        (strcol("status") eq "stopped" ? hollow(shape(allocator[a])) : shape(allocator[a])) \
        with points pt variable ps 0.9 lc rgb colour(allocator[a]), \
    for [a=1:allocators] in using (mine(a) && is_beyond(0) ? top : -1):(mine(a) && is_beyond(0) ? place(a) : 1): \
        (narrow ? ratio_label(column("ratio")) : allocator[a] . " " . ratio_label(column("ratio"))) \
        with labels left offset 0.4, 0 font ",9" textcolor rgb colour(allocator[a])
unset multiplot
