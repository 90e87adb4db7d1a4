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

if (!exists("figure")) { figure = "latency"; figure_title = "How long single allocations take, by percentile" }
load tidy(figure)

gap_x = 24.0
if (traces == 1) { panel_height = 240.0 }
eval panels_canvas(traces)
set multiplot
eval heading(figure_title)
eval x_axis("share of allocations that are as quick or quicker")
eval y_axis("time of a call")
set logscale y
set xrange [0.2:slowest + 0.15]
set yrange [0.7 * seconds_least:1.4 * seconds_most]
set xtics ("50 %%" 0.30103, "90 %%" 1, "99 %%" 2, "99.9 %%" 3, "99.99 %%" 4, "all" slowest) font ",8"
do for [a=1:allocators] { entry = allocator[a]; eval legend_line(colour_of[a], 2) }
do for [k=1:traces] {
    eval panel(k, traces)
    eval shared_y(k, traces, seconds)
    set title title_of(trace[k]) offset 0, -0.7
    mine(a) = column("who") == a ? column("nines") : NaN
    plot for [a=1:allocators] $rows index (k - 1) using (mine(a)):(column("seconds")) \
        with linespoints pt 7 ps 0.35 lc rgb colour_of[a] dt dash[(k - 1) * allocators + a] lw 1.4
    eval drawn_once
}
unset multiplot
