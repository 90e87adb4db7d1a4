# memory.gp - where the simple allocator's memory went, as the program goes on.
#
# Caption: The heap of the simple allocator over time: what the program holds (live), the records in front of it (headers), what was handed
#   over because the rest was too small to split off (slack), and what is free below the highest address ever used. What is free was once
#   used and could not be used again, since free ranges are never merged. One panel a program, each with its own axes, from zero.
#
# Usage:  gnuplot -c plots/memory.gp results/reference/fragmentation.csv [png] > memory.svg
# Input:  fragmentation.csv, schema fragmentation/1 (results/README.md)
# Read:   live + headers + slack + free = extent, exactly; headers of free ranges are in free.
# Note:   the extent is the heap's own, in bytes, not memory that the system has handed out.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status op live_bytes header_bytes slack_bytes extent_bytes")

load tidy("memory")

live = colour_of[1]; headers = "#6E2C00"; slack = "#F0E442"; free = "#F6DCCB"
eval panels_canvas(traces)
set multiplot
eval heading("Where the memory went: the simple allocator's heap")
eval x_axis("operations done")
eval y_axis("bytes of heap")
entry = "live"; eval legend_area(live)
entry = "headers"; eval legend_area(headers)
entry = "slack"; eval legend_area(slack)
entry = "free"; eval legend_area(free)
entry = "extent"; eval legend_line(ink, 1.2)
do for [k=1:traces] {
    top = 1.05 * most_extent_bytes[k]
    eval panel(k, traces)
    eval count_tics("x", most_op[k])
    eval byte_tics("y", top)
    set title title_of_part(trace[k], most_op[k], reach[k], halted[k]) offset 0, -0.7
    plot [0:most_op[k]][0:top] \
        $rows index (k - 1) using (column("op")):(column("extent_bytes")) with filledcurves y1=0 fc rgb free fs solid noborder, \
        $rows index (k - 1) using (column("op")):(column("slack")) with filledcurves y1=0 fc rgb slack fs solid noborder, \
        $rows index (k - 1) using (column("op")):(column("records")) with filledcurves y1=0 fc rgb headers fs solid noborder, \
        $rows index (k - 1) using (column("op")):(column("live")) with filledcurves y1=0 fc rgb live fs solid noborder, \
        $rows index (k - 1) using (column("op")):(column("extent_bytes")) with lines lc rgb ink lw 1.2
    eval drawn_once
}
unset multiplot
