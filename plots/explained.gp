# explained.gp - how much of what libraries hold first fit explains: a program's computed extent against the memory that each library held.
#
# Caption: Each mark is a program on a library. To the right: how far first fit would reach that merges, computed, with 8-byte headers, aligned to
#   16, and without pages. Upwards: the memory that the library held at most. Both are over the most bytes that were live. On the line a library holds
#   just that extent. In the legend, of 8 programs or more: the share of the differences between programs that the extent explains (r squared, of
#   logarithms); the table has intervals, rank correlations and other policies. Named are the programs on which libraries differ most from what is usual for them.
#
# Usage:  gnuplot -c plots/explained.gp results/library/policies.csv [png] > explained.svg
# Input:  policies.csv, schema policies/1 (results/README.md); comparison.csv beside it has what libraries held
# Read:   both axes are logarithmic. Marks of one colour along a rising line: what costs first fit memory costs that library memory. A flat cloud: the
#         library's memory is due to something else, its size classes, caches and pages.
# Note:   bytes against bytes would lie along a line whatever was drawn, since both grow with what is live. The extent is exact, what was held is
#         measured, on one machine. Below 1 lies a program that does not touch all that it asks for. Of programs with less than 1 MiB live nothing is drawn.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace policy merge header_bytes align status peak_live_bytes peak_extent_bytes")

load tidy("explained")
traces = 1
foot = 56.0
left = 74.0 - (narrow ? 12 : 0)
line = "held is that extent"
legend_rows(x) = ceil((legend_width(line) + (sum [a=1:allocators] legend_width(said[a]))) / (width - left - right - (narrow ? 30 : 0)))
eval panels_canvas(1)
set multiplot
eval heading(narrow ? "What libraries hold, and first fit" : "What libraries hold, and what first fit explains of it")
eval x_axis(narrow ? "first fit's extent over the most live" : "extent of first fit that merges, over what is live at most")
eval y_axis("memory held at most, over what is live at most")
do for [a=1:allocators] { entry = said[a]; eval legend_point(colour_of[a], shape_of[a]) }
entry = line; eval legend_line("#b0b0b0", 1)
eval panel(1, 1)
set logscale xy
set format xy "%g×"
set xtics (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
set ytics (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
at_x(share) = x_least * (x_most / x_least) ** share
at_y(share) = y_least * (y_most / y_least) ** share
nowhere = 1e-9
name_of(x) = name[int(column("name"))]
plot [x_least:x_most][y_least:y_most] \
    [x_least:x_most] x with lines lc rgb "#b0b0b0" lw 1, \
    $names using (column("far") > 0 ? column("x") : nowhere):(column("y")):(at_x(column("label_x")) - column("x")):(at_y(column("label_y")) - column("y")) \
        with vectors nohead lc rgb "#b0b0b0" lw 0.5, \
    for [a=1:allocators] $points using (column("who") == a ? column("x") : nowhere):(column("y")) with points pt shape_of[a] ps 0.8 lc rgb colour_of[a], \
    $names using (column("right") > 0 ? at_x(column("label_x")) : nowhere):(at_y(column("label_y"))):(name_of(0)) \
        with labels left font ",9" textcolor rgb ink, \
    $names using (column("right") < 1 ? at_x(column("label_x")) : nowhere):(at_y(column("label_y"))):(name_of(0)) \
        with labels right font ",9" textcolor rgb ink
unset multiplot
