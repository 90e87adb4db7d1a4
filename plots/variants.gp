# variants.gp - time against memory: every allocator and every variant of one a point, and the front.
#
# Caption: Time and peak memory of each allocator, both over the baseline's: geometric means over the programs. Down and to the left is
#   better. A filled mark is a library as it comes, a hollow one in the same colour the same library with settings of its own; the bar is
#   the 95 % interval of the time. What lies above and to the right of the line, the front, is beaten in both. Faint names are of those that
#   another beats for certain: where intervals overlap, a mark a little off the line is on it too, for all that is known.
#
# Usage:  gnuplot -c plots/variants.gp results/latest/variants.csv [png] > variants.svg
# Input:  variants.csv, schema variants/1 (results/README.md)
# Read:   rows are fastest first; both axes are logarithmic; the baseline lies where the grey lines cross, at 1 and 1.
# Note:   the time is of the calls alone, not of a program. An allocator that has no figure on some trace is not drawn.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("allocator library settings baseline ratio ratio_low ratio_high memory_ratio on_front")

load tidy("variants")
traces = 1
foot = 56.0
left = 74.0 - (narrow ? 12 : 0)
eval panels_canvas(1)
set multiplot
eval heading("Time against memory: libraries and their settings")
# The baseline may have any name, which is to be no part of a command.
eval x_axis("")
eval y_axis("")
across = "time over " . baseline . "'s"
upward = "peak memory over " . baseline . "'s"
set label 1002 across
set label 1003 upward
# Shapes come in pairs, a hollow one and the same filled.
filled(a) = shape_of[a] % 2 ? shape_of[a] : shape_of[a] + 1
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour_of[a], filled(a)) }
entry = "hollow: with settings of its own"; eval legend_point(ink, 6)
entry = "the front"; eval legend_line(ink, 1)
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb "#c8c8c8" lw 1
set arrow from graph 0, first 1 to graph 1, first 1 nohead back lc rgb "#c8c8c8" lw 1
eval panel(1, 1)
set logscale xy
set format xy "%g×"
set xtics (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
set ytics (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
if (narrow) { set xtics (0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100) }
# A share of the panel as a value of its axis.
at_x(share) = x_least * (x_most / x_least) ** share
at_y(share) = y_least * (y_most / y_least) ** share
mine(a) = column("who") == a ? column("ratio") : 1e-9
nowhere = 1e-9
label_at(right) = column("right") == right ? at_x(column("label_x")) : nowhere
name_of(x) = name[int(column(0)) + 1]
led(x) = column("far") > 0 ? column("ratio") : nowhere
plot [x_least:x_most][y_least:y_most] \
    $front using (column("ratio")):(column("memory")) with lines lc rgb ink lw 1, \
    $points using (led(0)):(column("memory")):(at_x(column("label_x")) - column("ratio")):(at_y(column("label_y")) - column("memory")) \
        with vectors nohead lc rgb "#b0b0b0" lw 0.5, \
    for [a=1:allocators] $points using (column("who") == a ? column("low") : nowhere):(column("memory")):(column("high") - column("low")):(0) \
        with vectors nohead lc rgb colour_of[a] lw 1, \
    for [a=1:allocators] $points using (mine(a)):(column("memory")):(column("plain") > 0 ? filled(a) : filled(a) - 1) \
        with points pt variable ps 0.9 lc rgb colour_of[a], \
    for [on=0:1] $points using (column("front") == on ? label_at(1) : nowhere):(at_y(column("label_y"))):(name_of(0)) \
        with labels left font ",9" textcolor rgb (on ? ink : faint), \
    for [on=0:1] $points using (column("front") == on ? label_at(0) : nowhere):(at_y(column("label_y"))):(name_of(0)) \
        with labels right font ",9" textcolor rgb (on ? ink : faint)
unset multiplot
