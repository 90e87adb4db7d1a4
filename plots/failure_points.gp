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
# Note:   peak live bytes are the most of any row of the trace: those of a replay in which nothing failed, where there is one.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"

wanted(name) = name eq "simple" && measured(strcol("status")) && column("ops") > 0 && column("heap_bytes") > 0
eval scan

reasons = "full unmerged scattered"
reason_colour(r) = word("#0072B2 #D55E00 #CC79A7 #009E73", r + 1)
reason_shape(r) = int(word("5 9 13 7", r + 1))
gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("Failure points of the simple allocator")
eval x_axis("heap size / peak live bytes")
eval y_axis("share of the run")
entry = "operations before the first failure, by its reason:"; eval legend_text
do for [r=0:3] { entry = r == 3 ? "none" : word(reasons, r + 1); eval legend_point(reason_colour(r), reason_shape(r)) }
entry = "mallocs served"; eval legend_line(faint, 1.3)
mine = "strcol('trace') eq trace[k] && wanted(strcol('allocator'))"
do for [k=1:traces] {
    eval largest("live", "column('peak_live_bytes')", "strcol('trace') eq trace[k] && measured(strcol('status'))")
    eval largest("end", "column('heap_bytes')", mine)
    eval panel(k, traces)
    eval shared_y(k, traces, "%.0f %%")
    set title title_of(trace[k]) . "  (peak live " . rounded_bytes(live) . ")" offset 0, -0.7
    set arrow 900 from 1, graph 0 to 1, graph 1 nohead lt 1 lw 1 lc rgb faint dt (4, 4)
    at(y) = strcol("trace") eq trace[k] && wanted(strcol("allocator")) ? y : NaN
    reason_is(r) = r == 3 ? strlen(strcol("first_failure")) == 0 : strcol("reason") eq word(reasons, r + 1)
    plot [0:1.03 * end / live][0:105] \
        in using (at(column("heap_bytes") / live)):(100.0 * column("served") / column("allocs")) with lines lc rgb faint lw 1.3, \
        for [r=0:3] in using (reason_is(r) ? at(column("heap_bytes") / live) : NaN): \
            (r == 3 ? 100 : 100.0 * column("first_failure") / column("ops")) \
            with points pt reason_shape(r) ps 0.45 lc rgb reason_colour(r)
    eval drawn_once
}
unset multiplot
