# adversary.gp - what each adversary makes each allocator need, beside what theory says.
#
# Caption: Memory as a multiple of M, the most that is ever live, after each phase of an adversary that frees and allocates
#   so as to make holes useless; the phase's block size, in units of the smallest block, is across. Allocators of ours and
#   models are drawn by their heap's extent, the others by resident memory in whole pages. The dark grey line is the bound:
#   under Robson's adversary no allocator that cannot move blocks stays below it, and all come to lie on it (beside it, by how
#   much they exceed it); elsewhere it is what the attacked policy cannot exceed, or M itself. The broad light line is what
#   the attacked policy is known to need (never merging, in the last two panels): who lies on it shares its weakness, who lies
#   far below does not.
#
# Usage:  gnuplot -c plots/adversary.gp results/reference/adversary.csv [png] > adversary.svg
# Input:  adversary.csv, schema adversary/1 (results/README.md)
# Read:   in Robson's panel and the next a straight line grows with the logarithm of the block size; the other vertical axes
#         are logarithmic.
# Note:   M is 32 MiB for the first two adversaries and 2 MiB or less for the others, where what an allocator sets aside when
#         it starts shows; simple is attacked with less. two-size, steady and sawtooth have no sizes and are not drawn.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("adversary allocator status size most_live_bytes expected_bytes measured_bytes bound_bytes")

drawn = "robson first-fit best-fit ramp shredding"
is_drawn(name) = (sum [i=1:words(drawn)] (word(drawn, i) eq name ? 1 : 0)) > 0
logarithmic(name) = name eq "best-fit" || name eq "ramp" || name eq "shredding"
heading_of(name) = name eq "robson" ? "Robson: no allocator escapes" : name eq "over-bound" ? "Robson: memory over the bound" : \
    name eq "first-fit" ? "against first fit: sizes 1, 2, 3 ..." : name eq "best-fit" ? "against best fit" : \
    name eq "ramp" ? "ramp: against not merging" : "shredding: against not merging"

wanted(name) = measured(strcol("status")) && strlen(strcol("measured_bytes")) && is_drawn(strcol("adversary"))
set table $scan
plot in using (note_other(strcol("allocator")), wanted(strcol("allocator")) ? \
    (note_trace(strcol("adversary")), note_allocator(strcol("allocator"))) : 0) with table
unset table
undefine $scan
if (traces == 0) { eval nothing_to_draw }
eval sort_allocators

# One panel an adversary, in that order, and beside Robson's the same over its bound.
array shown[most]
panels = 0
do for [i=1:words(drawn)] {
    if (trace_at(word(drawn, i))) { panels = panels + 1; shown[panels] = word(drawn, i) }
    if (i == 1 && panels == 1) { panels = 2; shown[2] = "over-bound" }
}

# The rows of one adversary as (allocator, size, measured, bound, expected), over M, or over the bound; -1 where not known.
over(name, whole) = strlen(strcol(name)) ? column(name) / column(whole) : -1
rows_of(name) = sprintf("set print $rows; print 'who,size,measured,bound,expected'; set print; set table $rows append separator comma; \
    plot in using (allocator_at(strcol('allocator'))):(column('size')):(over('measured_bytes', '%s')):(over('bound_bytes', '%s')):(over('expected_bytes', '%s')) \
    with table if (wanted(strcol('allocator')) && strcol('adversary') eq '%s'); unset table", \
    base(name), base(name), base(name), name eq "over-bound" ? "robson" : name)
base(name) = name eq "over-bound" ? "bound_bytes" : "most_live_bytes"

traces = panels
eval panels_canvas(panels)
set multiplot
eval heading("What adversaries make allocators need")
eval x_axis("size of the phase's blocks, in units of the smallest")
eval y_axis("memory over M, the most that is live")
entry = "bound "; eval legend_line(faint, 3)
entry = "attacked policy "; eval legend_line("#bbbbbb", 2)
do for [a=1:allocators] {
    entry = allocator[a] . "   "
    eval legend_line(colour(allocator[a]), 1.5)
    eval sprintf("set label '' at screen (legend_x - legend_width(entry) + 11) / width, screen 1 - legend_y / height \
        point pt %d ps 0.7 lc rgb '%s'", shape(allocator[a]), colour(allocator[a]))
}
set logscale x 2
set xtics 4
do for [k=1:panels] {
    name = shown[k]
    eval rows_of(name)
    array found[most]
    do for [i=1:allocators] { found[i] = 0 }
    set table $scan
    plot $rows using (found[int(column("who"))] = 1) with table
    unset table
    undefine $scan
    heres = 0
    do for [i=1:allocators] { if (found[i]) { heres = heres + 1; here[heres] = i } }
    # Theory is the same for all that are attacked with the same M; simple has less. Where there is no bound its line is hidden
    # under a measured one: gnuplot takes no first curve without points.
    eval largest("teller", "$rows", "column('who')")
    eval largest("has_bound", "$rows", "column('bound') > 0 ? 1 : 0")
    eval largest("has_policy", "$rows", "column('expected') > 0 && name ne 'robson' && name ne 'over-bound' ? 1 : 0")
    eval panel(k, panels)
    unset logscale y
    set format y "%g"
    if (logarithmic(name)) { set logscale y 2; set yrange [0.8:*]; set ytics auto } else { set yrange [0:*]; set ytics 1 }
    if (name eq "first-fit") { set ytics 2 }
    if (name eq "over-bound") { set yrange [0.98:*]; set ytics 0.02; set format y "%.2f" }
    set title heading_of(name) offset 0, -0.7
    plot [1:*] \
        $rows using (column("who") == teller ? column("size") : NaN):(has_bound ? column("bound") : column("measured")) \
            with lines lc rgb faint lw (has_bound ? 3 : 0.5), \
        for [i=1:has_policy] $rows using (column("who") == teller && column("expected") > 0 ? column("size") : NaN):(column("expected")) \
            with lines lc rgb "#bbbbbb" lw 5, \
        for [i=1:heres] $rows using (column("who") == here[i] ? column("size") : NaN):(column("measured")) \
            with linespoints lc rgb colour(allocator[here[i]]) pt shape(allocator[here[i]]) ps 0.6 lw 1.3
    eval drawn_once
}
unset multiplot
