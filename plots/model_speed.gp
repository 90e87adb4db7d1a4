# model_speed.gp - what an operation takes in a heap of so many ranges: computed by the exact model, and walked.
#
# Caption: Time per operation (half of a free and an allocation) against the number of ranges in the heap, both axes logarithmic. Both did
#   the same operations and ended with every range at the same place, or there would be no figure. Walking rises in step with
#   the ranges, as the grey line does, since it examines a share of all; the model hardly rises. Marks are medians, bars go from the
#   fastest round to the slowest.
#
# Usage:  gnuplot -c plots/model_speed.gp results/reference/model_speed.csv [png] > model_speed.svg
# Input:  model_speed.csv, schema model_speed/1 (results/README.md)
# Read:   the number is how many times as long walking takes at the most ranges that both were run with.
# Note:   nothing is fitted. Of simple and its model, or of the first model in the file; the others are in the table.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("allocator model ranges ops elapsed_ns")
load tidy("model_speed")

allocators = 0
panel_height = narrow ? 260.0 : 320.0
right = narrow ? 40.0 : 240.0
legend_rows(x) = 0
eval panels_canvas(1)
set multiplot
eval heading("Walking, and computing what a walk would find")
eval x_axis("ranges in the heap")
eval y_axis("time per operation")
eval panel(1, 1)
set logscale xy
set format x counts
set format y seconds
set mxtics 1
side_colour(side) = side == 0 ? "#D55E00" : "#0072B2"
side_name(side) = side == 0 ? walking . " walks" : computing . " computes"
do for [side=0:1] {
    if (last[side + 1] > 0) {
        entry = side_name(side)
        if (narrow) { set label entry at graph (side ? 0.25 : 0.1), graph (side ? 0.05 : 0.9) left textcolor rgb side_colour(side) } \
        else { set label entry at last_ranges[side + 1], last[side + 1] left offset 1, 0 textcolor rgb side_colour(side) }
    }
}
if (factor > 0) {
    entry = sprintf(factor < 9.95 ? "%.1f times as long\nat %s ranges" : "%.0f times as long\nat %s ranges", factor, rounded_count(most_common))
    if (narrow) { set label entry at most_common, 4 * last[2] right offset -1, 0 textcolor rgb ink } \
    else { set label entry at most_common, sqrt(last[1] * last[2]) left offset 1, 0 textcolor rgb ink }
    set arrow from most_common, last[2] to most_common, last[1] heads size screen 0.006, 25 lc rgb faint lw 1
}
first_side = last[1] > 0 ? 0 : 1
last_side = last[2] > 0 ? 1 : 0
plot [0.8 * start:1.3 * end][0.5 * bottom:1.6 * top] x * 1e-9 with lines lc rgb "#d0d0d0" lw 2, \
    for [side=first_side:last_side] $rows using (column("side") == side ? column("ranges") : NaN):(column("median")) with lines lc rgb side_colour(side) lw 2, \
    for [side=first_side:last_side] $rows using (column("side") == side ? column("ranges") : NaN):(column("median")):(column("least")):(column("most")) \
        with yerrorbars lc rgb side_colour(side) pt 7 ps 0.6 lw 1
unset multiplot
