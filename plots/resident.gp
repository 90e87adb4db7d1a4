# resident.gp - memory over time of every allocator, beside what the program holds.
#
# Caption: Resident memory of each allocator over time, in whole pages and over the harness's own; the grey area is what the
#   program holds (live bytes), which no allocator can go below for long. The simple allocator is drawn by its heap's extent.
#   One panel a trace, each with its own axes, from zero. The gap between a line and the area is memory that the program
#   pays for and does not use; a line that stays up when the area falls is memory not given back.
#
# Usage:  gnuplot -c plots/resident.gp results/reference/fragmentation.csv [png] > resident.svg
# Input:  fragmentation.csv, schema fragmentation/1 (results/README.md)
# Read:   where live bytes are few, a line shows mostly what the allocator sets aside when it starts.
# Note:   null and bump are left out: neither takes memory back. Pages that were never touched do not count.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"

wanted(name) = name ne "null" && name ne "bump" && measured(strcol("status")) && column("extent_bytes") >= 0
eval scan

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
    eval panel(k, traces)
    set title title_of(trace[k]) offset 0, -0.7
    mine = "strcol('trace') eq trace[k] && wanted(strcol('allocator'))"
    eval largest("end", "column('op')", mine)
    eval largest("top", "larger(column('extent_bytes'), column('live_bytes'))", mine)
    eval count_tics("x", end)
    eval byte_tics("y", 1.05 * top)
    # Live bytes are the trace's own, so the first allocator that ran to the end tells them.
    eval largest("last", "column('op') == end ? allocator_at(strcol('allocator')) : 0", mine)
    at(a, y) = strcol("trace") eq trace[k] && strcol("allocator") eq allocator[a] && wanted(allocator[a]) ? y : NaN
    plot [0:end][0:1.05 * top] \
        in using (at(last, column("op"))):(column("live_bytes")) with filledcurves y1=0 fc rgb "#dcdcdc" fs solid noborder, \
        for [a=1:allocators] in using (at(a, column("op"))):(column("extent_bytes")) \
            with lines lc rgb colour(allocator[a]) lw (allocator[a] eq "simple" ? 2 : 1.3)
    eval drawn_once
}
unset multiplot
