# failure_budget.gp - how far a program gets under a budget of memory, by allocator.
#
# Caption: The share of operations done before the first malloc that got NULL, against the memory that the whole process may
#   have; one line an allocator, one panel a trace. For the simple allocator the budget is its heap; for the others a limit
#   on private writable memory, counted from before the library was loaded, so that what an allocator sets aside for itself
#   counts. The dashed line is the most live bytes the program ever holds. The further left a line reaches the top, the
#   less memory the program needs with that allocator.
#
# Usage:  gnuplot -c plots/failure_budget.gp results/reference/failure_points.csv [png] > failure_budget.svg
# Input:  failure_points.csv, schema failure_points/1 (results/README.md)
# Read:   the horizontal axis is logarithmic, a factor of two a step.
# Note:   budgets are in steps of whole MiB, since the allocators reserve no finer; small traces say little here.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"

wanted(name) = name ne "null" && measured(strcol("status")) && column("ops") > 0 && column("heap_bytes") > 0
eval scan

gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("How far a program gets under a memory budget")
eval x_axis("budget: heap of simple, private memory of the others")
eval y_axis("operations before the first failure")
do for [a=1:allocators] { entry = allocator[a]; eval legend_line(colour(entry), 2) }
set logscale x 2
mine = "strcol('trace') eq trace[k] && wanted(strcol('allocator'))"
do for [k=1:traces] {
    unset logscale
    eval largest("live", "column('peak_live_bytes')", mine)
    eval largest("end", "column('heap_bytes')", mine)
    eval smallest("start", "column('heap_bytes')", mine)
    set logscale x 2
    eval panel(k, traces)
    eval shared_y(k, traces, "%.0f %%")
    eval octave_tics("x", start, end)
    set title title_of(trace[k]) offset 0, -0.7
    set arrow 900 from live, graph 0 to live, graph 1 nohead lt 1 lw 1 lc rgb faint dt (4, 4)
    plot [0.8 * start:1.25 * end][0:105] for [a=1:allocators] in using \
        (strcol("trace") eq trace[k] && strcol("allocator") eq allocator[a] && wanted(allocator[a]) ? column("heap_bytes") : NaN): \
        (strlen(strcol("first_failure")) == 0 ? 100 : 100.0 * column("first_failure") / column("ops")) \
        with linespoints pt shape(allocator[a]) ps 0.35 lc rgb colour(allocator[a]) lw 1.2
    eval drawn_once
}
unset multiplot
