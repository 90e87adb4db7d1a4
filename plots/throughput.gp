# throughput.gp - time per operation, by allocator and trace.
#
# Caption: Nanoseconds per operation (malloc, free and the touching of the memory between them) over whole replays; one panel
#   a trace, one row an allocator. The dot is the median of the rounds, the bar reaches from the fastest to the slowest, and
#   the number is the ratio to glibc: 0.50× took half the time. The grey area ends at the null allocator's time, the floor
#   that the harness itself costs. A hollow dot: the replay was cut short, and the ratio is to glibc's time for the same
#   operations. A cross: some malloc got NULL. The axis is logarithmic and the same in every panel.
#
# Usage:  gnuplot -c plots/throughput.gp results/reference/throughput.csv [png] > throughput.svg
# Input:  throughput.csv, schema throughput/2 (results/README.md)
# Read:   a row without a dot has no figure: the allocator crashed, was not there, or was left out for its time.
# Note:   nothing is subtracted; each sample is a whole replay in a process of its own.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status ops elapsed_ns")

wanted(name) = measured(strcol("status")) && column("elapsed_ns") > 0 && column("ops") > 0
eval scan
ns_per_op(x) = column("elapsed_ns") / column("ops")
eval reach_of("column('ops')")
eval drop_small
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator"))
eval largest("top", "in", "drawn(0) ? ns_per_op(0) : 0")
eval smallest("bottom", "in", "drawn(0) ? ns_per_op(0) : 1e300")

# Medians by hand: `stats` ends the script where a trace and an allocator have no row in common.
array sorted[1024]
held = 0
insert(x) = (held = smaller(held + 1, 1024), sorted[held] = x, sift(held))
sift(i) = i > 1 && sorted[i - 1] > sorted[i] ? (keep = sorted[i], sorted[i] = sorted[i - 1], sorted[i - 1] = keep, sift(i - 1)) : 0
median(x) = held % 2 ? sorted[held / 2 + 1] : (sorted[held / 2] + sorted[held / 2 + 1]) / 2.0
# The rounds of allocator[a] on trace[k]: `held` times in `sorted`, and what else their rows say.
gather(expression) = "held = 0; fate = ''; set table $scan; \
    plot in using (strcol('trace') eq trace[k] && strcol('allocator') eq allocator[a] ? \
        (fate = strcol('status') eq 'ok' ? fate : strcol('status'), wanted(allocator[a]) ? insert(" . expression . ") : 0, 0) : 0) with table; \
    unset table; undefine $scan"
# glibc's time for the same operations, where the file has it: an allocator that was stopped did only the first of them.
reference_of(x) = has_column("reference_ns") && strlen(strcol("reference_ns")) ? column("reference_ns") / column("ops") : glibc_ns
ratio_label(r) = sprintf(r < 9.995 ? "%.2f×" : r < 99.95 ? "%.1f×" : "%.0f×", r)

gap_x = 24.0
left = 90.0
right = 28.0
panel_height = 15.0 * allocators + 12
eval panels_canvas(traces)
set multiplot
eval heading("Time per operation, by allocator and trace")
eval x_axis("time per operation, with the ratio to glibc")
entry = "median, from fastest to slowest round"; eval legend_point(ink, 7)
entry = "stopped early"; eval legend_point(ink, 6)
entry = "some malloc got NULL"; eval legend_point(ink, 2)
entry = "null: the harness's own cost"; eval legend_area("#ececec")
unset grid
set grid xtics back ls 1
set format x seconds
do for [k=1:traces] {
    unset logscale
    glibc_ns = 0
    a = allocator_at("glibc")
    if (a > 0) { eval gather("ns_per_op(0)"); glibc_ns = held ? median(0) : 0 }
    eval panel(k, traces)
    set title title_of(trace[k]) offset 0, -0.7
    set ytics scale 0 ("" 0)
    do for [a=1:allocators] {
        if ((k - 1) % panel_columns(traces) == 0) { set ytics add (tick(short(allocator[a], 12)) -a) }
        eval gather("reference_of(0)")
        reference = held ? median(0) : 0
        eval gather("ns_per_op(0)")
        if (held == 0 && strlen(fate)) {
            set label fate at graph 0.02, first -a left textcolor rgb faint font ",9"
        }
        if (held) {
            low = 1e-9 * sorted[1]; high = 1e-9 * sorted[held]; middle = 1e-9 * median(0)
            if (allocator[a] eq "null") {
                set object 900 rectangle from graph 0, graph 0 to first middle, graph 1 behind fc rgb "#ececec" fs solid noborder
            }
            set arrow from low, first -a to high, first -a nohead lc rgb colour(allocator[a]) lw 2
            set label "" at middle, first -a point pt (fate eq "failed" ? 2 : fate eq "stopped" ? 6 : 7) ps 0.7 lc rgb colour(allocator[a])
            if (reference > 0 && allocator[a] ne "null") {
                entry = ratio_label(1e9 * middle / reference)
                set label entry at high, first -a left offset 0.7, 0 textcolor rgb faint font ",9"
            }
        }
    }
    set logscale x
    plot [0.6e-9 * bottom:6e-9 * top][-allocators - 0.7:-0.3] NaN
    eval drawn_once
}
unset multiplot
