# failure_budget.gp - how far a program gets under a budget of memory, by allocator.
#
# Caption: The share of operations done before the first malloc that got NULL, against the memory that the whole process may
#   have; one line an allocator, one panel a trace. For the simple allocator the budget is its heap; for the others a limit
#   on private writable memory, counted from before the library was loaded, so that what an allocator sets aside for itself
#   counts. A cross: in that budget the allocator crashed or could not start. A line that stays at the bottom: its very
#   first malloc got NULL in every budget tried. The dashed line is the most live bytes the program ever holds. The further
#   left a line reaches the top, the less memory the program needs with that allocator.
#
# Usage:  gnuplot -c plots/failure_budget.gp results/reference/failure_points.csv [png] > failure_budget.svg
# Input:  failure_points.csv, schema failure_points/1 (results/README.md)
# Read:   the horizontal axis is logarithmic, a factor of two a step.
# Note:   budgets are in steps of whole MiB, since the allocators reserve no finer. The simple allocator is not drawn where
#         it replayed only the first part of a trace.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status heap_bytes ops first_failure peak_live_bytes")

wanted(name) = name ne "null" && column("heap_bytes") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small
array whole[most]
do for [k=1:traces] { whole[k] = reach[k] }
eval reach_of("column('peak_live_bytes')")

gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("How far a program gets under a memory budget")
eval x_axis("budget: heap of simple, private memory of the others")
eval y_axis("operations before the first failure")
# Where simple replayed only the first part of a trace, its heaps are not to be compared with budgets for all of it.
array walked[most]
do for [k=1:traces] { walked[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && strcol("allocator") eq "simple" && column("ops") > walked[k] ? (walked[k] = column("ops"), 0) : 0) with table
unset table
compared(a) = allocator[a] ne "simple" || walked[k] > 0.97 * whole[k]
everywhere(a) = sum [k=1:traces] (allocator[a] ne "simple" || walked[k] > 0.97 * whole[k])
do for [a=1:allocators] { if (everywhere(a)) { entry = allocator[a]; eval legend_line(colour(entry), 2) } }
entry = "crashed or did not start"; eval legend_point(ink, 2)
array done[most]
share(x) = column("measured") == 0 ? 0 : column("first_failure") < 0 ? 100 : 100.0 * column("first_failure") / done[int(column("who"))]
do for [k=1:traces] {
    unset logscale
    eval rows_of_trace("heap_bytes ops first_failure")
    do for [a=1:allocators] { done[a] = 0 }
    set table $scan
    plot $rows using (a = int(column("who")), done[a] = larger(done[a], column("ops")), 0) with table
    unset table
    eval largest("end", "$rows", "compared(int(column('who'))) ? column('heap_bytes') : 0")
    eval smallest("start", "$rows", "compared(int(column('who'))) ? column('heap_bytes') : 1e300")
    if (end == 0) { start = 1; end = 2 }
    set logscale x 2
    eval panel(k, traces)
    eval shared_y(k, traces, "%.0f %%")
    eval octave_tics("x", start, end)
    set title title_of(trace[k]) offset 0, -0.7
    set arrow 900 from reach[k], graph 0 to reach[k], graph 1 nohead lt 1 lw 1 lc rgb faint dt (4, 4)
    peak = "peak live " . rounded_bytes(reach[k])
    set label 900 peak at reach[k], graph 0.98 right rotate by 90 offset 0.7, 0 textcolor rgb faint font ",8"
    # What is not drawn lies left of the axis: a curve without a point would make gnuplot complain.
    at(a) = column("who") == a && compared(a) ? column("heap_bytes") : NaN
    off(x) = x ? column("heap_bytes") : 0.001 * start
    plot [0.8 * start:1.25 * end][-4:105] \
        for [i=1:heres] $rows using (compared(here[i]) ? at(here[i]) : 0.001 * start):(share(0)) with lines lc rgb colour(allocator[here[i]]) lw 1.2, \
        for [i=1:heres] $rows using (off(column("who") == here[i] && compared(here[i]) && column("measured") > 0)):(share(0)) \
            with points pt shape(allocator[here[i]]) ps 0.4 lc rgb colour(allocator[here[i]]), \
        for [i=1:heres] $rows using (off(column("who") == here[i] && column("measured") == 0)):(0) \
            with points pt 2 ps 0.5 lw 1.2 lc rgb colour(allocator[here[i]])
    eval drawn_once
}
unset multiplot
