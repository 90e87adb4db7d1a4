# walk_distribution.gp - which share of mallocs has to examine so many ranges, one line a trace.
#
# Caption: The share of mallocs of the simple allocator that examine n ranges or more, over the whole trace; one line a
#   trace. On the left, read the median where a line crosses 50 %; the right has the same lines on a logarithmic scale, where 1 % is the 99th percentile. A line that falls early belongs to a program whose mallocs mostly
#   find a place near the start of the heap; one that stays at the top and then drops walks over nearly everything nearly
#   every time. Exact counts: every machine gets the same.
#
# Usage:  gnuplot -c plots/walk_distribution.gp results/reference/walk_lengths.csv [png] > walk_distribution.svg
# Input:  walk_lengths.csv, schema walk_lengths/1 (results/README.md); a trace's rows in rising order of length
# Read:   the right end of a line is the longest walk, and its height one walk's (or one bin's) share.
# Note:   lengths over 64 are known to a sixteenth of an octave.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator length_low walks")

measured(status) = 1 # this file has no such column
wanted(name) = name eq "simple" && column("walks") > 0
eval scan

# Traces of a few walks say nothing about shares: they are left out unless there is no other.
array total[most]
array passed[most]
do for [k=1:traces] { total[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && wanted(strcol("allocator")) ? (total[k] = total[k] + column("walks"), 0) : 0) with table
unset table
kept = 0
do for [k=1:traces] { if (total[k] >= few) { kept = kept + 1; trace[kept] = trace[k]; total[kept] = total[k] } }
traces = kept ? kept : traces

# One picture of the many, linear, and one of the few, logarithmic.
foot = 58.0
left = 74.0
gap_x = 70.0
panel_height = 320.0
legend_rows(x) = 0
panel_columns(n) = 2
width = 1120.0
right = 158.0
eval panels_canvas(2)
set multiplot
eval heading("Distribution of walk lengths, simple allocator")
eval x_axis("n, ranges examined")
eval y_axis("share of mallocs that examine n ranges or more")
set logscale x
set format x counts
set xrange [1:*]
set key at screen 1 - (right - 14) / width, 1 - head / height left top Left reverse samplen 2 spacing 1.2
# The share at a row's lower end, then the row counted as passed.
share(k, walks) = (before = passed[k], passed[k] = before + walks, (total[k] - before) / total[k])
mine(k) = strcol("trace") eq trace[k] && wanted(strcol("allocator"))
do for [p=1:2] {
    eval panel(p, 2)
    set title p == 1 ? "all mallocs" : "the same, logarithmic: the longest walks" offset 0, -0.7
    if (p == 1) {
        set format y "%.0f %%"; set yrange [0:100]
    } else {
        set format y "%g %%"; set yrange [*:100]; set logscale y; unset key
    }
    do for [k=1:traces] { passed[k] = 0 }
    plot for [k=1:traces] in using (mine(k) ? column("length_low") : NaN):(mine(k) ? 100 * share(k, column("walks")) : NaN) \
            with fsteps lc rgb series_colour(k) dt series_dash(k) lw 1.6 notitle, \
        for [k=1:traces] keyentry with lines lc rgb series_colour(k) dt series_dash(k) lw 1.6 title short(trace[k], 18)
    eval drawn_once
}
unset multiplot
