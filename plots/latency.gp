# latency.gp - how long single allocations take, from the median to the slowest: a decade of nines a step.
#
# Caption: How long a single allocation takes: at 99.9 % one call in a thousand takes as long or longer, the last point is the slowest
#   of all. One panel a program; the axis of time is logarithmic and the same in all. The grey line is the null allocator, whose calls
#   do nothing: the clock and, on the right, what the machine did meanwhile. Where a line lies on it there, the tail is not the allocator's. A dashed line
#   is of the first part of a trace only.
#
# Usage:  gnuplot -c plots/latency.gp results/reference/latency.csv [png] > latency.svg
# Input:  latency.csv, schema latency/1 (results/README.md); a kind's rows in rising order of percentile
# Read:   two allocators with the same mean differ on the right: a service that does a hundred calls a request meets its 99 % every time.
# Note:   each call is timed alone, so that it is longer than in a program, where calls overlap with other work.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status kind percentile ops ns")

wanted(name) = measured(strcol("status")) && strcol("kind") eq "allocation"
eval scan
eval drop_ours
eval reach_of("column('ops')")
eval drop_small
# What takes less than a nanosecond has a place on a logarithmic axis all the same.
seconds_of(x) = 1e-9 * larger(1, column("ns"))
slowest = 4.8 # where the slowest call is drawn
nines(name) = name eq "max" ? slowest : -log10(1 - real(name) / 100)
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator")) && allocator_at(strcol("allocator")) > 0
eval largest("top", "in", "drawn(0) ? seconds_of(0) : 0")
eval smallest("bottom", "in", "drawn(0) ? seconds_of(0) : 1e300")

gap_x = 24.0
eval panels_canvas(traces)
set multiplot
eval heading("How long single allocations take, by percentile")
eval x_axis("share of allocations that are as quick or quicker")
eval y_axis("time of a call")
set logscale y
set xrange [0.2:slowest + 0.15]
set yrange [0.7 * bottom:1.4 * top]
set xtics ("50 %%" 0.30103, "90 %%" 1, "99 %%" 2, "99.9 %%" 3, "99.99 %%" 4, "all" slowest) font ",8"
do for [a=1:allocators] { entry = allocator[a]; eval legend_line(colour(entry), 2) }
array halts[most]
dash(i) = halts[here[i]] ? 2 : 1
do for [k=1:traces] {
    do for [a=1:allocators] { found[a] = 0; halts[a] = 0 }
    set table $scan
    plot in using (strcol("trace") eq trace[k] && wanted(strcol("allocator")) && allocator_at(strcol("allocator")) ? \
        (a = allocator_at(strcol("allocator")), found[a] = 1, halts[a] = strcol("status") eq "stopped" ? 1 : 0, 0) : 0) with table
    unset table
    undefine $scan
    heres = 0
    do for [a=1:allocators] { if (found[a]) { heres = heres + 1; here[heres] = a } }
    eval panel(k, traces)
    eval shared_y(k, traces, seconds)
    set title title_of(trace[k]) offset 0, -0.7
    mine(i) = strcol("trace") eq trace[k] && wanted(0) && strcol("allocator") eq allocator[here[i]]
    plot for [i=1:heres] in using (mine(i) ? nines(strcol("percentile")) : NaN):(mine(i) ? seconds_of(0) : NaN) \
        with linespoints pt 7 ps 0.35 lc rgb colour(allocator[here[i]]) dt dash(i) lw (allocator[here[i]] eq "simple" ? 2 : 1.4)
    eval drawn_once
}
unset multiplot
