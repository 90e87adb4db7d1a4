# resident.gp - memory over time of every allocator, beside what the program holds.
#
# Caption: The grey area is what the program holds, a line what an allocator has resident for it. The gap between the two is memory
#   that the program pays for and does not use; a line that stays up when the area falls is memory not given back. One panel
#   a program, each with its own axes, from zero.
#
# Usage:  gnuplot -c plots/resident.gp results/reference/fragmentation.csv [png] > resident.svg
# Input:  fragmentation.csv, schema fragmentation/1 (results/README.md)
# Read:   where live bytes are few, a line shows mostly what the allocator sets aside when it starts.
# Note:   the simple family is drawn where nothing else is, by its heap's extent. null and bump take no memory back. Pages that were never touched do not count.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status op live_bytes extent_bytes")

load tidy("resident")

if (traces == 1) { panel_height = 260.0 }
eval panels_canvas(traces)
set multiplot
eval heading("Memory over time, by allocator")
eval x_axis("operations done")
eval y_axis("resident memory")
entry = "live bytes"; eval legend_area("#dcdcdc")
do for [a=1:allocators] {
    entry = allocator[a] eq "simple" ? "simple (extent of its heap)" : allocator[a]
    eval legend_line(colour_of[a], 2)
}
do for [k=1:traces] {
    top = 1.05 * larger(most_extent_bytes[k], most_live_bytes[k])
    # Live bytes are the trace's own, so any allocator that ran to the end tells them.
    teller = longest_run[k]
    eval panel(k, traces)
    eval count_tics("x", most_op[k])
    eval byte_tics("y", top)
    set title title_of(trace[k]) offset 0, -0.7
    mine(a) = column("who") == a ? column("op") : NaN
    plot [0:most_op[k]][0:top] \
        $rows index (k - 1) using (mine(teller)):(column("live_bytes")) with filledcurves y1=0 fc rgb "#dcdcdc" fs solid noborder, \
        for [a=1:allocators] $rows index (k - 1) using (mine(a)):(column("extent_bytes")) with lines lc rgb colour_of[a] lw 1.4
    eval drawn_once
}
unset multiplot
