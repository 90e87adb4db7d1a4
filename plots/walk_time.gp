# walk_time.gp - what a malloc costs as the simple allocator's heap fills with ranges, beside the other allocators.
#
# Caption: Time per malloc, its share of frees included, against the number of ranges in the simple allocator's heap at that
#   moment; one panel a trace, one dot a window of operations, both axes logarithmic and the same in every panel. The other
#   allocators ran the same operations and are drawn at the same place, though they keep no such ranges: they show what the
#   same work costs when nothing is walked. Where simple's dots rise along a slope of one, time grows with the number of
#   ranges. The grey dots are the null allocator, the floor: what the harness itself costs.
#
# Usage:  gnuplot -c plots/walk_time.gp results/reference/walk_cost.csv [png] > walk_time.svg
# Input:  walk_cost.csv, schema walk_cost/1 (results/README.md)
# Read:   a dot's time is the median of the rounds, window by window.
# Note:   nothing is fitted or smoothed. Windows in which fewer than one operation in twenty is a malloc are left out, since
#         their time is that of frees; so are traces of less than a thousand operations.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status op ops allocs elapsed_ns ranges")

# A window of nearly nothing but frees tells nothing of a malloc.
wanted(name) = measured(strcol("status")) && column("ranges") > 0 && column("elapsed_ns") > 0 && column("allocs") >= 0.05 * column("ops")
eval scan
eval reach_of("column('op')")
eval drop_small
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator"))
ns_per_malloc(x) = column("elapsed_ns") / column("allocs")
eval largest("top", "in", "drawn(0) ? ns_per_malloc(0) : 0")
eval smallest("bottom", "in", "drawn(0) ? ns_per_malloc(0) : 1e300")
eval largest("most_ranges", "in", "drawn(0) ? column('ranges') : 0")
eval smallest("fewest_ranges", "in", "drawn(0) ? column('ranges') : 1e300")

gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("Time per malloc as the simple allocator's heap fills")
eval x_axis("ranges in the simple allocator's heap")
eval y_axis("time per malloc, frees included")
set logscale xy
set format x counts
set xrange [0.8 * fewest_ranges:1.25 * most_ranges]
set yrange [0.7e-9 * bottom:1.4e-9 * top]
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour(entry), 7) }
do for [k=1:traces] {
    eval rows_of_trace("ranges allocs elapsed_ns")
    eval panel(k, traces)
    eval shared_y(k, traces, seconds)
    set title title_of_part(trace[k], reach[k], reach[k], halted[k]) offset 0, -0.7
    # Dots, as arrows without length: a tenth of the size of points in an SVG.
    plot for [i=1:heres] $rows using (column("who") == here[i] ? column("ranges") : NaN):(1e-9 * ns_per_malloc(0)):(0.002 * column("ranges")):(0) \
        with vectors nohead lc rgb colour(allocator[here[i]]) lw (allocator[here[i]] eq "simple" ? 2.4 : 1.8)
    eval drawn_once
}
unset multiplot
