# policies.gp - fragmentation of the classic policies, merging and not, beside published averages and the optimum.
#
# Caption: By how much the largest heap exceeds the most bytes that were ever live (measure #4 of Johnstone and Wilson, 1998): a
#   dot a trace, a ring their mean. On the left ranges have neither headers nor alignment, as in the paper, whose own averages over
#   eight programs are the diamonds; on the right they have 8-byte headers and lengths in multiples of 16. The offline packing
#   knows all lifetimes beforehand; it comes within a fraction of a percent of what lives at once, which no heap can be smaller than, so
#   that everything to the right of its dots is the price of not knowing. The figures for never merging were not published before.
#   A realloc that does not fit in its place holds two blocks for a moment; where these are most of the heap, as in cmake, that shows.
#
# Usage:  gnuplot -c plots/policies.gp results/reference/policies.csv [png] > policies.svg
# Input:  policies.csv, schema policies/1 (results/README.md)
# Read:   the horizontal axis is a square root, so that 0 and 1000 % fit on it; 100 % is twice the memory.
# Note:   exact, and the same on every machine. The heap grows only where nothing fits. buddy keeps no headers in the heap, and its
#         shortest block is 16 bytes; bins is never without its header. Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace policy merge header_bytes align status ops measure4")

# Rows from the top down; a gap before those whose place says so.
rows = "packing/ best/yes first/yes next/yes bins/yes buddy/yes lifo-first/yes segregated/yes best/no first/no next/no"
places = "1 3 4 5 6 7 8 9 11 12 13"
labels = "'offline packing' 'best fit' 'first fit' 'next fit' 'bins (two-level segregated)' 'binary buddy' 'LIFO first fit' \
    'powers of two, segregated' 'best fit' 'first fit' 'next fit'"
lowest = 13
row_at(key) = (sum [i=1:words(rows)] (word(rows, i) eq key ? i : 0))
row(x) = row_at(strcol("policy") . "/" . strcol("merge"))
panel_of(x) = column("header_bytes") == 0 ? 1 : column("header_bytes") == 8 && column("align") == 16 ? 2 : 0
heading_of(p) = p == 1 ? "no headers, no alignment" : "8-byte headers, 16-byte alignment"

wanted(name) = measured(strcol("status")) && strlen(strcol("measure4")) && row(0) > 0
is_published(x) = strlen(strcol("trace")) == 0
set table $scan
plot in using (wanted("") && !is_published(0) ? note_trace(strcol("trace")) : 0) with table
unset table
undefine $scan
if (traces == 0) { eval nothing_to_draw }
eval reach_of("column('ops')")
eval drop_small

is_dot(p) = wanted("") && panel_of(0) == p && trace_at(strcol("trace")) > 0
place(x) = -word(places, row(0))
# Dots of a row beside one another, so that none hides another.
apart(i) = traces == 1 ? 0 : 0.5 * ((i - 1.0) / (traces - 1) - 0.5)
dot_colour(i) = series_colour(i)
dot_shape(i) = word("7 5 9 13 11 15", (i - 1) / 7 % 6 + 1) + 0

# The means over the traces, in $means: panel, row, mean.
array total[words(rows)]
array count[words(rows)]
set print $means
print "panel,row,mean"
do for [p=1:2] {
    do for [r=1:words(rows)] { total[r] = 0; count[r] = 0 }
    set table $scan
    plot in using (r = row(0), is_dot(p) ? (total[r] = total[r] + column("measure4"), count[r] = count[r] + 1) : 0) with table
    unset table
    undefine $scan
    do for [r=1:words(rows)] { if (count[r]) { print sprintf("%d,%d,%.9g", p, r, total[r] / count[r]) } }
}
set print
eval largest("top", "in", "wanted('') ? column('measure4') : 0")

left = 172.0
gap_x = 22.0
panel_height = 24.0 * lowest
panel_columns(n) = n
allocators = traces
do for [i=1:traces] { allocator[i] = trace[i] }
eval panels_canvas(2)
set multiplot
eval heading("Fragmentation of the classic policies, measure #4")
eval x_axis("largest heap over the most bytes live, less one, % (square-root axis)")
entry = "mean"; eval legend_point(ink, 6)
entry = "published, mean of eight programs"; eval legend_point(ink, 12)
do for [i=1:traces] { entry = short(trace[i], 36); eval legend_point(dot_colour(i), dot_shape(i)) }
set nonlinear x via sqrt(x) inverse x * x
set format x "%.0f"
if (top <= 2500) { set xtics (0, 10, 50, 100, 200, 400, 700, 1100, 1600, 2200) } else {
    set xtics (0); do for [i=1:10] { set xtics add (count_label(count_step(top) * i * i / 20.0) count_step(top) * i * i / 20.0) } }
do for [p=1:2] {
    eval panel(p, 2)
    set title heading_of(p) offset 0, -0.7
    set ytics scale 0 ("" 0)
    do for [r=1:words(rows)] { set ytics add ((p == 1 ? word(labels, r) : "") -word(places, r)) }
    if (p == 1) { set ytics add ("merging at once:" -2, "never merging:" -10) }
    # What does not belong to the panel is above its top: gnuplot complains of curves without points.
    plot [0:1.1 * larger(top, 100)][-lowest - 0.7:-0.3] \
        for [i=1:traces] in using (column("measure4")):(is_dot(p) && strcol("trace") eq trace[i] ? place(0) - apart(i) : 1) \
            with points pt dot_shape(i) ps 0.55 lc rgb dot_colour(i), \
        $means using (column("mean")):(column("panel") == p ? -word(places, int(column("row"))) : 1) \
            with points pt 6 ps 1.3 lw 1.6 lc rgb ink, \
        in using (column("measure4")):(p == 1 && wanted("") && is_published(0) ? place(0) : 1) \
            with points pt 12 ps 1.2 lw 1.6 lc rgb ink
    eval drawn_once
}
unset multiplot
