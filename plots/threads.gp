# threads.gp - time per operation when as many threads replay a trace as made it, by allocator and trace.
#
# Caption: Elapsed nanoseconds per operation, all threads' operations together, from the start of the first thread to the end of the
#   last; one panel a trace, one row an allocator. The dot is the median of the rounds, the bar reaches from the fastest to the
#   slowest. The numbers are the median of the rounds' ratios to the baseline, which has 1.00× (0.50× took half the time), and, in
#   percent, how much of their time the threads waited for one another's objects. The grey area ends at the null allocator's time:
#   what threads take that only hand objects to each other. A hollow dot: the replay was cut short, and the ratio is to the
#   baseline's time for the same operations. A name in brackets: the allocator is made for one thread and was called under one
#   lock. The axis is logarithmic and the same in every panel. Threads beyond the machine's cores, which the title counts, take
#   turns: what more cores would give cannot be seen.
#
# Usage:  gnuplot -c plots/threads.gp results/reference/threads.csv [png] > threads.svg
# Input:  threads.csv, schema threads/1 (results/README.md)
# Read:   a row without a dot has no figure: the allocator crashed, was not there, or was left out for its time.
# Note:   nothing is subtracted; each sample is a whole replay in a process of its own.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status one_lock replay_threads ops elapsed_ns thread_ns waiting_ns reference reference_ns")

wanted(name) = measured(strcol("status")) && column("elapsed_ns") > 0 && column("ops") > 0
eval scan
eval reach_of("column('ops')")
eval drop_small
array threads[most]
array locked[most]
do for [i=1:most] { threads[i] = 0; locked[i] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), a = allocator_at(strcol("allocator")), k && a && wanted(0) ? \
    (threads[k] = larger(threads[k], column("replay_threads")), locked[a] = strcol("one_lock") eq "yes" ? 1 : locked[a], 0) : 0) with table
unset table
undefine $scan
ns_per_op(x) = column("elapsed_ns") / column("ops")
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator"))
eval largest("top", "in", "drawn(0) ? ns_per_op(0) : 0")
eval smallest("bottom", "in", "drawn(0) ? ns_per_op(0) : 1e300")

# "on 2 cores", from the line of the machine in the file's head; nothing where there is none.
cores = system("grep -m 1 '^# machine' " . quoted . " | grep -oE '[0-9]+ cores?' | head -n 1")

# The figures of allocator[a] on trace[k], in `$figures` as many as `held`, and what else their rows say.
baseline = ""
gather(expression) = "held = 0; fate = ''; set print $figures; print 'figure'; set print; set table $figures append separator comma; \
    plot in using (" . expression . ") with table if (strcol('trace') eq trace[k] && strcol('allocator') eq allocator[a] && \
        (fate = strcol('status') eq 'ok' ? fate : strcol('status'), baseline = strlen(strcol('reference')) ? strcol('reference') : baseline, \
         wanted(allocator[a]) && strlen(strcol(needed)) && column(needed) > 0 && (held = held + 1))); unset table; \
    if (held) { stats $figures using 1 nooutput }"
ratio_label(r) = sprintf(r < 9.995 ? "%.2f×" : r < 99.95 ? "%.1f×" : "%.0f×", r)
row_name(a) = locked[a] ? sprintf("[%s]", short(allocator[a], longest)) : short(allocator[a], longest)

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
eval heading("Time per operation with as many threads as the program had" . (strlen(cores) ? ", on " . cores : ""))
entry = "median, from fastest to slowest round"; eval legend_point(ink, 7)
entry = "stopped early"; eval legend_point(ink, 6)
entry = "null: threads and hand-overs alone"; eval legend_area("#ececec")
entry = "[name]: under one lock"; eval legend_text
unset grid
set grid xtics back ls 1
set format x seconds
do for [k=1:traces] {
    unset logscale
    eval panel(k, traces)
    set title sprintf("%s: %d threads", title_of(trace[k]), threads[k]) offset 0, -0.7
    set ytics scale 0 ("" 0)
    do for [a=1:allocators] {
        if ((k - 1) % panel_columns(traces) == 0) { set ytics add (tick(row_name(a)) -a) }
        needed = "reference_ns"
        eval gather("column('elapsed_ns') / column(needed)")
        ratio = held ? STATS_median : 0
        needed = "thread_ns"
        eval gather("100.0 * column('waiting_ns') / column(needed)")
        waiting = held ? STATS_median : 0
        needed = "elapsed_ns"
        eval gather("column('elapsed_ns') / column('ops')")
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
            entry = sprintf("%swaits %.0f %%", ratio > 0 && allocator[a] ne "null" ? ratio_label(ratio) . ", " : "", waiting)
            set label entry at high, first -a left offset 0.7, 0 textcolor rgb faint font ",9"
        }
    }
    if (k == 1) {
        axis = "time per operation, elapsed" . (strlen(baseline) ? ", with the ratio to " . short(baseline, 30) : "") . " and the share of waiting"
        set label 1002 axis at screen (left + width - right) / 2 / width, screen 14.0 / height center textcolor rgb ink
    }
    set logscale x
    plot [0.6e-9 * bottom:40e-9 * top][-allocators - 0.7:-0.3] NaN
    eval drawn_once
}
unset multiplot
