# walk_distribution.gp - which share of mallocs has to examine so many ranges, one line a trace.
#
# Caption: The share of mallocs of the simple allocator that examine n ranges or more, over a whole replay; one line a
#   trace, both axes logarithmic. Follow a line to 0.01: there is the 99th percentile. A line that falls early belongs to a
#   program whose mallocs mostly find a place near the start of the heap; one that stays near 1 and then drops walks over
#   nearly everything nearly every time. Exact counts: every machine gets the same.
#
# Usage:  gnuplot -c plots/walk_distribution.gp results/reference/walk_lengths.csv [png] > walk_distribution.svg
# Input:  walk_lengths.csv, schema walk_lengths/1 (results/README.md); a trace's rows in rising order of length
# Read:   the right end of a line is the longest walk, and its height one walk's (or one bin's) share.
# Note:   lengths over 64 are known to a sixteenth of an octave; a replay that was stopped counts up to there.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"

measured(status) = 1 # this file has no such column
wanted(name) = name eq "simple" && column("walks") > 0
eval scan

array total[most]
array passed[most]
do for [k=1:traces] { total[k] = 0; passed[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && wanted(strcol("allocator")) ? (total[k] = total[k] + column("walks"), 0) : 0) with table
unset table

height = 480.0
head = 50.0
foot = 58.0
left = 80.0
eval canvas(width, height)
eval heading("Distribution of walk lengths, simple allocator")
set lmargin at screen left / width
set rmargin at screen 1 - 200.0 / width
set tmargin at screen 1 - head / height
set bmargin at screen foot / height
set logscale xy
set format x counts
set format y "%g"
eval x_axis("n, ranges examined")
eval y_axis("share of mallocs that examine n ranges or more")
set key at screen 1 - 185.0 / width, 1 - head / height left top Left reverse samplen 2.5 spacing 1.2
set xrange [1:*]
set yrange [*:1]

# The share at a row's lower end, then the row counted as passed.
share(k, walks) = (before = passed[k], passed[k] = before + walks, (total[k] - before) / total[k])
plot for [k=1:traces] in using (strcol("trace") eq trace[k] && wanted(strcol("allocator")) ? column("length_low") : NaN): \
        (strcol("trace") eq trace[k] && wanted(strcol("allocator")) ? share(k, column("walks")) : NaN) \
        with fsteps lc rgb series_colour(k) dt series_dash(k) lw 1.6 notitle, \
    for [k=1:traces] keyentry with lines lc rgb series_colour(k) dt series_dash(k) lw 1.6 title title_of(trace[k])[:24]
