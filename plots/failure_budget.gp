# failure_budget.gp - the least memory that serves a whole trace, by allocator: reserved, resident and live side by side.
#
# Caption: Three figures for each allocator and program. A filled mark is the smallest budget that sufficed: the private
#   writable memory that the allocator reserves, whether it touches it or not, counted from before its library was loaded; in
#   steps of 1 MiB, each step a whole replay. For the simple family it is the exact smallest heap. A ring is what was resident
#   at the peak, given all the room it likes; the dashed line is the most bytes that the program ever holds, which nobody can do
#   with less. A cross is the largest budget in which a library ended the program (a crash or an abort) where it should have
#   returned NULL. A library whose mark lies far right of its ring sets address space aside that it does not use: mimalloc asks
#   for 32 MiB at once, and gets nothing where that is refused. It matters under a limit on address space or where memory is not
#   overcommitted, and nowhere else.
#
# Usage:  gnuplot -c plots/failure_budget.gp results/reference/least_memory.csv [png] > failure_budget.svg
# Input:  least_memory.csv, schema least_memory/1 (results/README.md)
# Read:   the horizontal axis is logarithmic, and the same in all panels. The number beside a row is the filled mark's.
# Note:   a ring may lie right of its mark: within a budget an allocator can get by with less than it takes in ample room.
#         Budgets that were not tried may fare otherwise. Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status bound ops peak_live_bytes peak_resident_bytes minimum_bytes failing_bytes ended_bytes")

wanted(name) = measured(strcol("status")) && column("ops") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small

# A row an allocator, the same in every panel: those with a heap, then those with a budget, from the top.
array heaped[most]
array row[most]
do for [a=1:allocators] { heaped[a] = 0 }
set table $scan
plot in using (a = allocator_at(strcol("allocator")), a && strcol("bound") eq "heap" ? (heaped[a] = 1) : 0) with table
unset table
undefine $scan
rows = 0.0
do for [family=1:0:-1] {
    do for [a=1:allocators] { if (heaped[a] == family) { rows = rows + 1; row[a] = rows } }
    heaps = family ? rows : heaps
}
budgets = rows - heaps

# One axis for all panels.
shown(x) = trace_at(strcol("trace")) && wanted(strcol("allocator"))
least_of(a, b) = a > 0 && a < b ? a : b
eval largest("end", "in", "shown(0) ? larger(number('minimum_bytes'), larger(number('peak_resident_bytes'), number('peak_live_bytes'))) : 0")
eval smallest("start", "in", "shown(0) ? least_of(number('peak_live_bytes'), least_of(number('ended_bytes'), least_of(number('minimum_bytes'), 1e300))) : 1e300")
if (end <= 0) { start = 1; end = 2 }

left = 104.0
gap_x = 26.0
gap_y = 54.0
panel_height = larger(80.0, 15.5 * rows)
head = 64.0 + 17 + 22
height = panels_height(traces)
eval canvas(width, height)
legend_x = left
set multiplot
eval heading("Failure under a budget: the least writable memory it reserves to serve the whole trace")
eval x_axis("writable memory: the heap of the simple family, what the others reserve or hold resident")
entry = "smallest heap, or smallest reservation, that sufficed"; eval legend_point(ink, 5)
entry = "resident at its peak, in ample room"; eval legend_point(ink, 6)
entry = "most ever live"; eval legend_place . sprintf("set arrow from screen legend_x / width, screen 1 - legend_y / height \
    to screen (legend_x + 22) / width, screen 1 - legend_y / height nohead lc rgb '%s' lw 1.2 dt (4, 4); ", faint) . legend_step
entry = "a budget in which it ended the program instead of returning NULL"; eval legend_point(ink, 2)

unset grid
set grid xtics back ls 1
do for [k=1:traces] {
    unset logscale
    eval rows_of_trace("peak_live_bytes peak_resident_bytes minimum_bytes failing_bytes ended_bytes")
    eval largest("live", "$rows", "column('peak_live_bytes')")
    set logscale x 2
    eval panel(k, traces)
    eval octave_tics("x", 0.8 * start, 1.9 * end)
    set ytics scale 0 ("" 0)
    if ((k - 1) % panel_columns(traces) == 0) {
        do for [a=1:allocators] { set ytics add (tick(short(allocator[a], 16)) row[a]) }
    }
    entry = title_of(trace[k]) . (live > 0 ? ": most live " . rounded_bytes(live) : "")
    set title entry offset 0, -0.7
    if (live > 0) {
        set arrow 900 from live, graph 0 to live, graph 1 nohead back lw 1.2 lc rgb faint dt (4, 4)
    }
    if (heaps > 0 && budgets > 0) { set arrow 901 from graph 0, first heaps + 0.5 to graph 1, first heaps + 0.5 nohead back lc rgb grid lw 1 }
    # What is not drawn lies left of the axis: a curve without a point would make gnuplot complain.
    off = 0.001 * start
    mine(i) = column("who") == here[i] && column("measured") > 0
    at(i, name) = mine(i) && column(name) > 0 ? column(name) : off
    known(i) = mine(i) && column("minimum_bytes") > 0
    other(x) = column("peak_resident_bytes") > 0 ? column("peak_resident_bytes") : column("peak_live_bytes")
    rightmost(x) = larger(column("minimum_bytes"), column("peak_resident_bytes"))
    beyond(x) = column("minimum_bytes") > 0 ? rounded_bytes(column("minimum_bytes")) : column("failing_bytes") > 0 ? "more than " . rounded_bytes(column("failing_bytes")) : "not known"
    label_at(i) = !mine(i) ? off : column("minimum_bytes") > 0 ? rightmost(0) : larger(column("peak_resident_bytes"), live)
    y(x) = row[int(column("who"))]
    plot [0.8 * start:1.9 * end][rows + 0.7:0.3] \
        for [i=1:heres] $rows using (known(i) ? other(0) : off):(y(0)):(known(i) ? column("minimum_bytes") - other(0) : 0):(0) \
            with vectors nohead lc rgb colour(allocator[here[i]]) lw 1.2, \
        for [i=1:heres] $rows using (at(i, "peak_resident_bytes")):(y(0)) with points pt 6 ps 0.65 lw 1.4 lc rgb colour(allocator[here[i]]), \
        for [i=1:heres] $rows using (at(i, "minimum_bytes")):(y(0)) with points pt 5 ps 0.65 lc rgb colour(allocator[here[i]]), \
        for [i=1:heres] $rows using (at(i, "ended_bytes")):(y(0)) with points pt 2 ps 0.7 lw 1.6 lc rgb ink, \
        for [i=1:heres] $rows using (label_at(i)):(y(0)):(beyond(0)) with labels left offset character 1, 0 font ",8.5" textcolor rgb ink
    eval drawn_once
}
unset multiplot
