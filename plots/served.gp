# served.gp - the mallocs that a heap of N bytes serves when the program carries on after a failure.
#
# Caption: For some sizes of the simple allocator's heap, the share of all mallocs that were served by the time the trace
#   ended, when the program carries on as if nothing had happened after each malloc that got NULL. Heap sizes are relative to
#   the most bytes the program ever holds. Where the curve of the first failure says when a program's luck ends, this one
#   says how much of its work a heap is short of: a large block that never fits costs little, a heap that has gone to pieces
#   costs much. The curve need not be monotone: a larger heap can serve less.
#
# Usage:  gnuplot -c plots/served.gp results/reference/failure_points.csv [png] > served.svg
# Input:  failure_points.csv, schema failure_points/1 (results/README.md)
# Read:   a point is a size that was replayed, the last two are the high-water mark and a tenth more; exact on every machine.
# Note:   peak live bytes are of what was replayed, and of a heap in which nothing failed, where there is one.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status heap_bytes ops allocs served peak_live_bytes")

wanted(name) = name eq "simple" && measured(strcol("status")) && column("ops") > 0 && column("heap_bytes") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small

gap_x = 24.0
legend_rows(x) = 0
eval panels_canvas(traces)
set multiplot
eval heading("Mallocs that the simple allocator serves in a heap of N bytes, failures ignored")
eval x_axis("heap size / peak live bytes")
eval y_axis("mallocs served")
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
    plot [0.9 * start / live:1.03 * end / live][0:105] \
        in using (at(0)):(100.0 * column("served") / column("allocs")) with linespoints pt shape("simple") ps 0.5 lc rgb colour("simple") lw 1.3
    eval drawn_once
}
unset multiplot
