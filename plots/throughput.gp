# throughput.gp - time per operation, by allocator and trace.
#
# Caption: Nanoseconds per operation (malloc, free and the touching of the memory between them) over whole replays; one panel
#   a trace, one row an allocator. Where other programs took the processors, time is the replaying thread's processor time, as
#   the panel then says. The dot is the median of the rounds, the bar reaches from the fastest to the slowest, and the number is
#   the median of the rounds' ratios to the baseline, which has 1.00×: 0.50× took half the time. The grey area ends at the null
#   allocator's time, the floor that the harness itself costs. A hollow dot: the replay was cut short, and the ratio is to the
#   baseline's time for the same operations. A cross: some malloc got NULL. The axis is logarithmic and the same in every panel.
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
eval needs("trace allocator status ops elapsed_ns cpu_ns reference reference_ns reference_cpu_ns")

wanted(name) = measured(strcol("status")) && column("elapsed_ns") > 0 && column("ops") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small
# By processor time where one replay in ten waited for a processor, as `heapbench run` decides it.
array waited[most]
array replays[most]
do for [k=1:traces] { waited[k] = 0; replays[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && wanted(0) ? \
    (replays[k] = replays[k] + 1, waited[k] = waited[k] + (column("elapsed_ns") > 1.02 * column("cpu_ns")), 0) : 0) with table
unset table
undefine $scan
busy(k) = 10 * waited[k] > replays[k]
clock(k) = busy(k) ? "cpu_ns" : "elapsed_ns"
reference_clock(k) = busy(k) ? "reference_cpu_ns" : "reference_ns"
ns_per_op(x) = column(clock(trace_at(strcol("trace")))) / column("ops")
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator"))
eval largest("top", "in", "drawn(0) ? ns_per_op(0) : 0")
eval smallest("bottom", "in", "drawn(0) ? ns_per_op(0) : 1e300")

# The figures of allocator[a] on trace[k], in `$figures` as many as `held`, and what else their rows say.
has_value(name) = strlen(strcol(name)) && column(name) > 0
baseline = ""
gather(expression) = "held = 0; fate = ''; set print $figures; print 'figure'; set print; set table $figures append separator comma; \
    plot in using (" . expression . ") with table if (strcol('trace') eq trace[k] && strcol('allocator') eq allocator[a] && \
        (fate = strcol('status') eq 'ok' ? fate : strcol('status'), baseline = strlen(strcol('reference')) ? strcol('reference') : baseline, \
         wanted(allocator[a]) && has_value(needed) && (held = held + 1))); unset table; \
    if (held) { stats $figures using 1 nooutput }"
ratio_label(r) = sprintf(r < 9.995 ? "%.2f×" : r < 99.95 ? "%.1f×" : "%.0f×", r)

gap_x = 24.0
longest = 12
do for [a=1:allocators] { longest = larger(longest, strlen(allocator[a])) }
longest = smaller(longest, 26)
left = 90.0 + character * (longest - 12)
right = 28.0
panel_height = 15.0 * allocators + 12
legend_rows(x) = longest > 18 ? 2 : 1
eval panels_canvas(traces)
set multiplot
eval heading("Time per operation, by allocator and trace")
entry = "median, from fastest to slowest round"; eval legend_point(ink, 7)
entry = "stopped early"; eval legend_point(ink, 6)
entry = "some malloc got NULL"; eval legend_point(ink, 2)
entry = "null: the harness's own cost"; eval legend_area("#ececec")
unset grid
set grid xtics back ls 1
set format x seconds
do for [k=1:traces] {
    unset logscale
    eval panel(k, traces)
    set title title_of(trace[k]) . (busy(k) ? ", by processor time" : "") offset 0, -0.7
    set ytics scale 0 ("" 0)
    do for [a=1:allocators] {
        if ((k - 1) % panel_columns(traces) == 0) { set ytics add (tick(short(allocator[a], longest)) -a) }
        needed = reference_clock(k)
        eval gather("column(clock(k)) / column(needed)")
        ratio = held ? STATS_median : 0
        needed = clock(k)
        eval gather("column(clock(k)) / column('ops')")
        if (held == 0 && strlen(fate)) {
            set label fate at graph 0.02, first -a left textcolor rgb faint font ",9"
        }
        if (held) {
            low = 1e-9 * STATS_min; high = 1e-9 * STATS_max; middle = 1e-9 * STATS_median
            if (allocator[a] eq "null") {
                set object 900 rectangle from graph 0, graph 0 to first middle, graph 1 behind fc rgb "#ececec" fs solid noborder
            }
            set arrow from low, first -a to high, first -a nohead lc rgb colour(allocator[a]) lw 2
            set label "" at middle, first -a point pt (fate eq "failed" ? 2 : fate eq "stopped" ? 6 : 7) ps 0.7 lc rgb colour(allocator[a])
            if (ratio > 0 && allocator[a] ne "null") {
                entry = ratio_label(ratio)
                set label entry at high, first -a left offset 0.7, 0 textcolor rgb faint font ",9"
            }
        }
    }
    if (k == 1) {
        axis = "time per operation" . (strlen(baseline) ? ", with the ratio to " . short(baseline, 30) : "")
        set label 1002 axis at screen (left + width - right) / 2 / width, screen 14.0 / height center textcolor rgb ink
    }
    set logscale x
    plot [0.6e-9 * bottom:6e-9 * top][-allocators - 0.7:-0.3] NaN
    eval drawn_once
}
unset multiplot
