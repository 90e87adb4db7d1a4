# walk_time.gp - what a malloc costs as the simple allocator's heap fills with ranges, beside the other allocators.
#
# Caption: Nanoseconds per malloc, its share of frees included, against the number of ranges in the simple allocator's heap
#   at that moment; one panel a trace, one line an allocator, both axes logarithmic and the same in every panel. The other
#   allocators ran the same operations and are drawn at the same place, though they keep no such ranges: they show what the
#   same work costs when nothing is walked. A slope of one means that the time grows with the number of ranges. The grey
#   line is the null allocator, the floor: what the harness itself costs.
#
# Usage:  gnuplot -c plots/walk_time.gp results/reference/walk_cost.csv [png] > walk_time.svg
# Input:  walk_cost.csv, schema walk_cost/1 (results/README.md)
# Read:   one point of a line is a window of operations, its time the median of the rounds; lines run in the order of time.
# Note:   nothing is fitted or smoothed. A window with few mallocs and many frees is dear per malloc in every allocator.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"

wanted(name) = measured(strcol("status")) && column("allocs") > 0 && column("ranges") > 0 && column("elapsed_ns") > 0
eval scan
ns_per_malloc(x) = column("elapsed_ns") / column("allocs")
eval largest("top", "ns_per_malloc(0)", "wanted(strcol('allocator'))")
eval smallest("bottom", "ns_per_malloc(0)", "wanted(strcol('allocator'))")
eval largest("most_ranges", "column('ranges')", "wanted(strcol('allocator'))")
eval smallest("fewest_ranges", "column('ranges')", "wanted(strcol('allocator'))")

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
do for [a=1:allocators] { entry = allocator[a]; eval legend_line(colour(entry), 2) }
do for [k=1:traces] {
    eval panel(k, traces)
    eval shared_y(k, traces, seconds)
    set title title_of(trace[k]) offset 0, -0.7
    plot for [a=1:allocators] in using \
        (strcol("trace") eq trace[k] && strcol("allocator") eq allocator[a] && wanted(allocator[a]) ? column("ranges") : NaN): \
        (1e-9 * ns_per_malloc(0)) with lines lc rgb colour(allocator[a]) lw (allocator[a] eq "simple" ? 2 : 1.2)
    eval drawn_once
}
unset multiplot
