# failure_points.gp - how far a program gets in a heap of N bytes under the simple allocator, and why it stops.
#
# Caption: For each size of heap, the share of operations done before the first malloc that got NULL (points), and the share
#   of all mallocs that were served when the program carries on regardless (line). Heap sizes are relative to the most live
#   bytes the program ever holds, which no allocator can do with less than. A point's colour and shape tell why it failed:
#   full, less was free than asked for; unmerged, adjacent free ranges would have held it had they been merged; scattered,
#   enough was free, but nowhere together; none, the whole trace ran. The curve need not be monotone: a larger heap can
#   fail sooner.
#
# Usage:  gnuplot -c plots/failure_points.gp results/reference/failure_points.csv [png] > failure_points.svg
# Input:  failure_points.csv, schema failure_points/1 (results/README.md)
# Read:   the leftmost point at 1 from which all are at 1 is the heap that this program needs; exact on every machine.
# Note:   peak live bytes are of what was replayed, and of a heap in which nothing failed, where there is one.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status heap_bytes ops allocs served first_failure reason peak_live_bytes")

wanted(name) = name eq "simple" && measured(strcol("status")) && column("ops") > 0 && column("heap_bytes") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small

reasons = "full unmerged scattered"
reason_colour(r) = word("#0072B2 #D55E00 #CC79A7 #009E73", r)
reason_shape(r) = int(word("5 9 13 7", r))
# 1 to 3 as above, 4 where nothing failed.
reason_of(reason, first) = strlen(first) == 0 ? 4 : reason eq "full" ? 1 : reason eq "unmerged" ? 2 : 3
gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("Failure points of the simple allocator")
eval x_axis("heap size / peak live bytes")
eval y_axis("share of the run")
entry = "operations before the first failure, by its reason:"; eval legend_text
do for [r=1:4] { entry = r == 4 ? "none" : word(reasons, r); eval legend_point(reason_colour(r), reason_shape(r)) }
entry = "mallocs served"; eval legend_line(faint, 1.3)
mine(x) = strcol("trace") eq trace[k] && wanted(strcol("allocator"))
do for [k=1:traces] {
    eval rows_of_trace("heap_bytes ops peak_live_bytes")
    eval largest("end", "$rows", "column('heap_bytes')")
    eval smallest("start", "$rows", "column('heap_bytes')")
    eval largest("done", "$rows", "column('ops')")
    # Of what was replayed: a run in which something failed held less than the program does.
    eval largest("live", "$rows", "column('peak_live_bytes')")
    eval panel(k, traces)
    eval shared_y(k, traces, "%.0f %%")
    set title title_of_part(trace[k], done, reach[k], 0) offset 0, -0.7
    set arrow 900 from 1, graph 0 to 1, graph 1 nohead lt 1 lw 1 lc rgb faint dt (4, 4)
    peak = "peak live " . rounded_bytes(live)
    set label 900 peak at 1, graph 0.04 left rotate by 90 offset 0.7, 0 textcolor rgb faint font ",8"
    at(x) = mine(0) ? column("heap_bytes") / live : NaN
    # What is not drawn lies left of the axis: a curve without a point would make gnuplot complain.
    at_reason(r) = mine(0) && reason_of(strcol("reason"), strcol("first_failure")) == r ? column("heap_bytes") / live : -1
    plot [0.9 * start / live:1.03 * end / live][0:105] \
        in using (at(0)):(100.0 * column("served") / column("allocs")) with lines lc rgb faint lw 1.3, \
        for [r=1:4] in using (at_reason(r)):(strlen(strcol("first_failure")) ? 100.0 * column("first_failure") / column("ops") : 100) \
            with points pt reason_shape(r) ps 0.5 lc rgb reason_colour(r)
    eval drawn_once
}
unset multiplot
