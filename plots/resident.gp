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

wanted(name) = name ne "null" && name ne "bump" && measured(strcol("status")) && column("extent_bytes") >= 0
eval scan
eval drop_ours
is_kept(name) = name ne "null" && name ne "bump" && measured(strcol("status")) && column("extent_bytes") >= 0 && allocator_at(name) > 0
wanted(name) = is_kept(name)
eval reach_of("column('op')")
eval drop_small
eval needs_course

if (traces == 1) { panel_height = 260.0 }
eval panels_canvas(traces)
set multiplot
eval heading("Memory over time, by allocator")
eval x_axis("operations done")
eval y_axis("resident memory")
entry = "live bytes"; eval legend_area("#dcdcdc")
do for [a=1:allocators] {
    entry = allocator[a] eq "simple" ? "simple (extent of its heap)" : allocator[a]
    eval legend_line(colour(allocator[a]), 2)
}
do for [k=1:traces] {
    eval rows_of_trace("op live_bytes extent_bytes")
    eval largest("end", "$rows", "column('op')")
    eval largest("top", "$rows", "larger(column('extent_bytes'), column('live_bytes'))")
    # Live bytes are the trace's own, so any allocator that ran to the end tells them.
    eval largest("teller", "$rows", "column('op') == end ? column('who') : 0")
    eval panel(k, traces)
    eval count_tics("x", end)
    eval byte_tics("y", 1.05 * top)
    set title title_of(trace[k]) offset 0, -0.7
    plot [0:end][0:1.05 * top] \
        $rows using (column("who") == teller ? column("op") : NaN):(column("live_bytes")) with filledcurves y1=0 fc rgb "#dcdcdc" fs solid noborder, \
        for [i=1:heres] $rows using (column("who") == here[i] ? column("op") : NaN):(column("extent_bytes")) \
            with lines lc rgb colour(allocator[here[i]]) lw (allocator[here[i]] eq "simple" ? 2 : 1.3)
    eval drawn_once
}
unset multiplot
