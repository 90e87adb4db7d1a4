# walk_length.gp - how many ranges a malloc of the simple allocator examines, as the program goes on.
#
# Caption: Ranges that a malloc of the simple allocator examines, as the program goes on: the mean of two hundred stretches, and above it
#   what 99 in a hundred stay below. A line that climbs is a program that pays more for every malloc the longer it runs; a
#   flat one has found a heap in which freed ranges fit again. The axis is logarithmic and the same in every panel.
#
# Usage:  gnuplot -c plots/walk_length.gp results/reference/walk_cost.csv [png] > walk_length.svg
# Input:  walk_cost.csv, schema walk_cost/1 (results/README.md)
# Read:   operations are mallocs and frees together; each panel has its own horizontal axis.
# Note:   exact: every machine gets the same. Nothing is fitted or smoothed; windows without a walk are left out; a failed malloc examines every range.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status op walks walk_total walk_p99")

load tidy("walk_length")

gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("Walk length of the simple allocator")
eval x_axis("operations done")
eval y_axis("ranges examined per malloc")
set logscale y
set yrange [0.7 * mean_least:1.5 * larger(walk_p99_most, 10)]
entry = "mean"; eval legend_line(colour_of[1], 2)
entry = "99th percentile"; eval legend_line("#E69F00", 1.3)
do for [k=1:traces] {
    eval panel(k, traces)
    eval shared_y(k, traces, counts)
    eval count_tics("x", most_op[k])
    set title title_of_part(trace[k], most_op[k], reach[k], halted[k]) offset 0, -0.7
    plot [0:most_op[k]] $rows index (k - 1) using (column("op")):(column("walk_p99")) with lines lc rgb "#E69F00" lw 1.3, \
        $rows index (k - 1) using (column("op")):(column("mean")) with lines lc rgb colour_of[1] lw 2
    eval drawn_once
}
unset multiplot
