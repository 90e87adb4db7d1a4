# walk_distribution.gp - how many ranges a malloc of the simple allocator examines: from the median to the longest walk, by program.
#
# Caption: Over a whole program: half of the mallocs of the simple allocator examine fewer ranges than the thick bar's left end, 99 in a
#   hundred fewer than its right end; the thin line goes on to the longest walk. The mark is the mean, which is what all mallocs
#   together cost. A short thick bar far to the right is a program in which nearly every malloc walks over nearly everything.
#
# Usage:  gnuplot -c plots/walk_distribution.gp results/reference/walk_summary.csv [png] > walk_distribution.svg
# Input:  walk_summary.csv, schema walk_summary/1 (results/README.md)
# Read:   the axis is logarithmic.
# Note:   exact counts: every machine gets the same. Traces of less than a thousand operations are left out. The whole distribution
#         is in walk_lengths.csv.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status ops walk_mean walk_p50 walk_p99 walk_max trace_ops")

load tidy("walk_distribution")

longest = 4
do for [k=1:traces] { longest = larger(longest, strlen(short(trace[k], 24))) }
left = (narrow ? 5.6 : 7.0) * longest + 16
right = narrow ? 52.0 : 80.0
panel_height = 26.0 * traces + 8
legend_rows(x) = narrow ? 2 : 1
eval panels_canvas(1)
set multiplot
eval heading("Ranges that a malloc examines")
eval x_axis("ranges examined per malloc")
entry = "median to 99 %"; eval legend_area("#F0B58A")
entry = "to the longest"; eval legend_line("#a8adb2", 1)
entry = "mean, the number"; eval legend_point(colour_of[1], 7)
eval panel(1, 1)
set logscale x
set format x counts
set mxtics 1
unset grid
set grid xtics back ls 1
set ytics scale 0 ("" 0)
do for [k=1:traces] { set ytics add (tick(short(trace[k], 24)) -k) }
plot [0.5 * bottom:2 * top][-traces - 0.6:-0.4] \
    $rows using (column("p99")):(-column("row")):(column("most") - column("p99")):(0) with vectors nohead lw 1 lc rgb "#a8adb2", \
    $rows using (column("p50")):(-column("row")):(column("p99") - column("p50")):(0) with vectors nohead lw 9 lc rgb "#F0B58A", \
    $rows using (column("mean")):(-column("row")) with points pt 7 ps 0.8 lc rgb colour_of[1], \
    $rows using (column("most")):(-column("row")):(rounded_count(floor(column("mean") + 0.5))) with labels left offset 0.6, 0 font ",9" textcolor rgb ink
unset multiplot
