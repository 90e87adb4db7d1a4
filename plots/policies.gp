# policies.gp - fragmentation of the classic policies, merging and not, beside published averages and the optimum.
#
# Caption: By how much the largest heap exceeds the most bytes that were ever live (measure #4 of Johnstone and Wilson, 1998): a small
#   mark a program, the large one their mean, the diamond what was published as the mean of eight other programs. Ranges have
#   neither headers nor alignment, as in the paper. The offline packing knows all lifetimes beforehand: everything to the
#   right of it is the price of not knowing. The figures for never merging were not published before. What has no room on the axis
#   stands at the right edge in words: the mean, and up to how much.
#
# Usage:  gnuplot -c plots/policies.gp results/reference/policies.csv [png] > policies.svg
# Input:  policies.csv, schema policies/1 (results/README.md)
# Read:   100 % is twice the memory.
# Note:   exact, and the same on every machine. The heap grows only where nothing fits. buddy's shortest block is 16 bytes; bins is
#         never without its header. With headers, and program by program: the table. Traces of less than a thousand
#         operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace policy merge header_bytes align status ops measure4")
load tidy("policies")

allocators = 0
left = narrow ? 152.0 : 190.0
right = narrow ? 76.0 : 130.0
panel_height = 26.0 * |row|
legend_rows(x) = narrow ? 2 : 1
eval panels_canvas(1)
set multiplot
eval heading("Fragmentation of the classic policies")
eval x_axis("largest heap beyond the most that is live")
entry = "mean"; eval legend_point("#0072B2", 7)
entry = "a program"; eval legend_point("#a8adb2", 7)
entry = "published"; eval legend_point("#D55E00", 13)
eval panel(1, 1)
unset grid
set grid xtics back ls 1
set format x "%g %%"
set ytics scale 0 ("" 0)
do for [i=1:|row|] { set ytics add (tick(narrow ? short(row[i], 22) : row[i]) -i) }
do for [i=1:|row| - 1] { set arrow from graph 0, first -i - 0.5 to graph 1, first -i - 0.5 nohead back lc rgb grid lw 0.7 }
of(kind) = column("kind") == kind && column("percent") <= top
do for [i=1:|row|] { if (strlen(beyond[i])) { entry = short(beyond[i], narrow ? 11 : 22); set label entry at graph 1, first -i left offset 0.5, 0 font ",8.5" textcolor rgb ink } }
plot [0:top][-|row| - 0.5:-0.5] \
    $rows using (column("percent")):(of(1) ? -column("row") : 1) with points pt 7 ps 0.55 lc rgb "#a8adb2", \
    $rows using (column("percent")):(of(3) ? -column("row") : 1) with points pt 13 ps 1.1 lc rgb "#D55E00", \
    $rows using (column("percent")):(of(2) ? -column("row") : 1) with points pt 7 ps 1.1 lc rgb "#0072B2"
unset multiplot
