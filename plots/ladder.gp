# ladder.gp - what each idea buys: walks, time and memory, from the simple allocator up the ladder, beside other policies.
#
# Caption: From left to right one idea is added at a time: payloads aligned to 16; free neighbours merge; only free ranges are
#   walked; free ranges kept by length, so that nothing is walked. Beside that ladder stand first, next and best fit with and
#   without merging and the buddy system, each an idea or two away from simple, and the libraries. One colour a trace; the black
#   bar and the number over it are the geometric mean of the traces. A line that falls from one rung to the next is what that
#   idea buys. From the top: ranges examined per malloc (exact; libraries do not say); time over glibc's for the same operations
#   in the same rounds; the heap's extent beyond the most bytes ever live, resident memory for libraries; the smallest heap that
#   serves the whole trace, beyond the same. All axes are logarithmic. Time is of whole traces, but for allocators that walk:
#   theirs, drawn as stars, are of the first part that a limit on ranges examined leaves, which is said under the column, and
#   stand apart. Between two rungs stands what the idea changes in time, of operations that both were timed on.
#
# Usage:  gnuplot -c plots/ladder.gp results/reference/ladder.csv [png] > ladder.svg
# Input:  ladder.csv, schema ladder/1 (results/README.md)
# Read:   20 % beyond live: for 10 MiB live the heap reaches 12. A column without a dot is not known for that allocator.
# Note:   walks and heaps are of the whole trace, in ample room. There next fit never turns round, so it walks one range and
#         reuses next to nothing: its minimum heap shows what it needs. Less than 0.5 % is drawn as 0.5 %. Traces of less than
#         a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status ops walk_mean ratio_to_glibc extent_over_live minimum_over_live time_ops time_change")

csv = in
wanted(name) = measured(strcol("status")) && strlen(strcol("ops")) > 0
eval scan
eval reach_of("column('ops')")
eval drop_small

# --- Columns: the ladder, the grid beside it, the rest; with room between the groups -----------------------------------------

group(name) = known_index(name) ? known_group[known_index(name)] : ""
group_of(name) = group(name) eq "ladder" ? 1 : group(name) eq "grid" ? 2 : 3
array slot[most]
array first_of[3]
array last_of[3]
at = 0.0
do for [g=1:3] {
    first_of[g] = 0; last_of[g] = 0
    do for [a=1:allocators] {
        if (group_of(allocator[a]) == g) {
            at = at + 1
            slot[a] = at
            if (first_of[g] == 0) { first_of[g] = at }
            last_of[g] = at
        }
    }
    if (last_of[g] > 0) { at = at + 0.5 }
}
x_of(name) = allocator_at(name) ? slot[allocator_at(name)] : NaN
# Two lines where a name has two parts.
broken(name) = strstrt(name, "-") > 1 && strlen(name) > 9 ? name[:strstrt(name, "-")] . "\n" . name[strstrt(name, "-") + 1:] : name
column_name(name) = group_of(name) < 3 ? broken(name) : tick(short(name, 10))

# --- The four measures --------------------------------------------------------------------------------------------------------

least_beyond = 0.5
beyond(ratio) = larger(100 * (ratio - 1), least_beyond)
given(name) = strlen(strcol(name)) > 0
measure_of(m) = m == 1 ? (given("walk_mean") ? column("walk_mean") : NaN) : m == 2 ? (given("ratio_to_glibc") ? column("ratio_to_glibc") : NaN) : \
    m == 3 ? (given("extent_over_live") ? beyond(column("extent_over_live")) : NaN) : (given("minimum_over_live") ? beyond(column("minimum_over_live")) : NaN)
drawn(x) = trace_at(strcol("trace")) > 0 && wanted(strcol("allocator"))
drawn_of(k) = drawn(0) && strcol("trace") eq trace[k]
title_of_measure(m) = m == 1 ? "ranges examined per malloc, mean" : m == 2 ? "time per operation over glibc's" : \
    m == 3 ? "extent of the heap beyond the most that was live" : "smallest heap that serves the trace, beyond the most that was live"
# Timed on a part of the trace: no line joins that with the whole.
is_part(x) = given("time_ops") && column("time_ops") < 0.995 * column("ops")
percent(x) = sprintf(x < 9.95 ? "%.2g" : "%.0f", x)
part_label(least, most) = "first\n" . percent(least) . (percent(least) eq percent(most) ? "" : "–" . percent(most)) . " %"
change_label(x) = sprintf(x < 0.0995 ? "×%.2g" : x < 0.995 ? "×%.2f" : "×%.1f", x)
dot(k) = series_dash(k) == 1 ? 7 : series_dash(k) == 2 ? 6 : 4
two_digits(x) = floor(x / 10.0 ** (floor(log10(x)) - 1) + 0.5) * 10.0 ** (floor(log10(x)) - 1)
mean_label(m, x) = m == 1 ? rounded_count(two_digits(x)) : m == 2 ? sprintf(x < 0.995 ? "%.2f×" : x < 9.95 ? "%.1f×" : "%.0f×", x) : \
    sprintf(x < 9.5 ? "%.1f %%" : "%.0f %%", x)

left = 74.0
right = 18.0
gap = 44.0
tall = 150.0
foot = 48.0
legend_wide(x) = ceil((400 + (sum [k=1:traces] legend_width(short(trace[k], 24)))) / (width - left - right))
head = 114.0 + 17 * (legend_wide(0) - 1)
height = head + 4 * tall + 3 * gap + foot
legend_x = left
eval canvas(width, height)
top_of(m) = head + (m - 1) * (tall + gap)
set lmargin at screen left / width
set rmargin at screen 1 - right / width
unset grid
set grid ytics back ls 1
set multiplot
eval heading("What each idea buys")
do for [k=1:traces] {
    entry = short(trace[k], 24)
    eval legend_place . sprintf("set arrow from screen legend_x / width, screen 1 - legend_y / height to screen (legend_x + 22) / width, \
        screen 1 - legend_y / height nohead lc rgb '%s' lw 1.5 dt %d; set label '' at screen (legend_x + 11) / width, \
        screen 1 - legend_y / height point pt %d ps 0.7 lc rgb '%s'; ", series_colour(k), series_dash(k), dot(k), series_colour(k)) . legend_step
}
entry = "geometric mean"; eval legend_line(ink, 3)
entry = "star: of the first part of the trace"; eval legend_point(ink, 3)

unknown(m) = m == 1 ? "not known of libraries" : "not sought here: see the budgets of the failure points"
group_name(g) = g == 1 ? "the ladder: one idea more each" : g == 2 ? "beside it: other policies" : "libraries"
array log_sum[most]
array counted[most]
array on_ladder[most]
array dotted[most]
array parts[most]
array least_part[most]
array most_part[most]
array log_change[most]
array changes[most]
array line[most]
array dots[most]
do for [m=1:4] {
    do for [a=1:allocators] { log_sum[a] = 0; counted[a] = 0; parts[a] = 0; least_part[a] = 100; most_part[a] = 0; log_change[a] = 0; changes[a] = 0 }
    do for [k=1:traces] { on_ladder[k] = 0; dotted[k] = 0 }
    set table $scan
    plot in using (a = allocator_at(strcol("allocator")), y = drawn(0) && a > 0 ? measure_of(m) : NaN, \
        y > 0 ? (log_sum[a] = log_sum[a] + log(y), counted[a] = counted[a] + 1, t = trace_at(strcol("trace")), dotted[t] = 1, \
            group_of(strcol("allocator")) == 1 ? (on_ladder[t] = 1) : 0, \
            part = 100.0 * (given("time_ops") ? column("time_ops") : 0) / column("ops"), \
            m == 2 && is_part(0) ? (parts[a] = parts[a] + 1, least_part[a] = smaller(least_part[a], part), most_part[a] = larger(most_part[a], part)) : 0, \
            m == 2 && given("time_change") ? (log_change[a] = log_change[a] + log(column("time_change")), changes[a] = changes[a] + 1) : 0) : 0, 0) with table
    unset table
    undefine $scan
    # gnuplot takes no curve without points: where there is none, 0 stands for a dot of no size.
    lines = 0; dotteds = 0
    line[1] = 0; dots[1] = 0
    do for [k=1:traces] {
        if (on_ladder[k] && m != 2) { lines = lines + 1; line[lines] = k }
        if (dotted[k]) { dotteds = dotteds + 1; dots[dotteds] = k }
    }
    eval largest("top", "in", "drawn(0) && measure_of(m) > 0 ? measure_of(m) : 0")
    eval smallest("bottom", "in", "drawn(0) && measure_of(m) > 0 ? measure_of(m) : 1e300")
    if (top == 0) { top = 1; bottom = 1 }
    set tmargin at screen 1 - top_of(m) / height
    set bmargin at screen 1 - (top_of(m) + tall) / height
    set logscale y
    set xrange [0.4:at + 0.1]
    set yrange [(m == 2 ? 0.06 : 0.6) * bottom:larger(10 * bottom, top) ** 1.1 * 1.6 / bottom ** 0.1]
    set format y (m == 1 ? counts : m == 2 ? "%g×" : "%g %%")
    set ytics auto
    set xtics scale 0 ("" 0)
    entry = title_of_measure(m)
    set label entry at graph 0, graph 1.09 left textcolor rgb ink
    do for [a=1:allocators] {
        if (m == 4) { set xtics add (column_name(allocator[a]) slot[a]) font ",9.5" }
        if (counted[a] > 0) {
            mean = exp(log_sum[a] / counted[a])
            set arrow from slot[a] - 0.32, mean to slot[a] + 0.32, mean nohead front lc rgb ink lw 2.2
            entry = mean_label(m, mean)
            set label entry at slot[a], graph 0.94 center font ",9" textcolor rgb ink front
        }
        if (parts[a] > 0) {
            entry = part_label(least_part[a], most_part[a])
            set label entry at slot[a], graph 0.14 center font ",8.5" textcolor rgb ink front
        }
        if (changes[a] > 0 && group_of(allocator[a]) == 1) {
            entry = change_label(exp(log_change[a] / changes[a]))
            set label entry at slot[a] - 0.5, graph 0.82 center font ",8.5" textcolor rgb faint front
        }
    }
    do for [g=1:3] {
        if (m == 1 && last_of[g] > 0) {
            set label group_name(g) at 0.5 * (first_of[g] + last_of[g]), graph 1.24 center textcolor rgb faint
        }
        if (g == 3 && last_of[g] > 0 && m % 3 == 1) {
            set label unknown(m) at 0.5 * (first_of[g] + last_of[g]), graph 0.5 center textcolor rgb faint font ",9"
        }
        if (g > 1 && last_of[g] > 0) {
            set arrow from first_of[g] - 0.75, graph 0 to first_of[g] - 0.75, graph 1 nohead back lc rgb faint lw 0.7 dt 2
        }
    }
    plot for [i=1:larger(1, lines)] csv using (line[i] == 0 ? 0.4 : drawn_of(line[i]) && group_of(strcol("allocator")) == 1 ? x_of(strcol("allocator")) : NaN): \
            (line[i] == 0 ? bottom : measure_of(m)) smooth unique with lines lc rgb series_colour(larger(1, line[i])) lw 1.3 dt series_dash(larger(1, line[i])), \
        for [i=1:larger(1, dotteds)] csv using (dots[i] == 0 ? 0.4 : drawn_of(dots[i]) ? x_of(strcol("allocator")) : NaN): \
            (dots[i] == 0 ? bottom : measure_of(m)):(m == 2 && is_part(0) ? 3 : dot(larger(1, dots[i]))) with points pt variable ps (dots[i] == 0 ? 0 : 0.5) lc rgb series_colour(larger(1, dots[i]))
    eval drawn_once
}
unset multiplot
