# curve.gp - where a heap of every size first fails under first fit, why, and what merging would have served.
#
# Caption: How far a program comes in a heap of so many bytes before the first malloc gets NULL; 1 is the most bytes that are ever live. The
#   shaded curve is the simple allocator, its colour the reason of the failure; where it turns green it serves the whole program.
#   The black line is the same allocator with merging: what lies between the two is what merging alone serves. A bar above the curve marks
#   sizes that fail although a smaller heap completes: no shipped program has one, so the last panel is a worked example of five
#   operations (malloc 12 bytes, free, malloc 5, free, malloc 6).
#
# Usage:  gnuplot -c plots/curve.gp results/reference/curve.csv [png] > curve.svg
# Input:  curve.csv, schema curve/1 (results/README.md)
# Read:   a flat stretch is one large block, for which none of those sizes has room.
# Note:   exact, and the same on every machine. Traces of less than a thousand operations are left out, but for those with an
#         anomalous size.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status heap_bytes ops first_failure reason peak_live_bytes anomalous")

wanted(name) = (name eq "simple" || name eq "first-merge") && column("peak_live_bytes") > 0 && column("heap_bytes") > 0
eval scan
# Of each trace: its operations, and its anomalous sizes among the rows. The small ones without such a size are left out.
eval reach_of("column('ops')")
array odd[most]
do for [k=1:traces] { odd[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && column("anomalous") > 0 ? (odd[k] = odd[k] + 1, 0) : 0) with table
unset table
undefine $scan
kept = 0
do for [k=1:traces] { if (reach[k] >= few || odd[k]) { kept = kept + 1; trace[kept] = trace[k]; reach[kept] = reach[k]; odd[kept] = odd[k] } }
if (kept) { traces = kept }

reasons = "full unmerged scattered"
# Okabe and Ito's blue, vermilion, purple and green, half white.
reason_colour(r) = word("#7FB8D8 #EAAE7F #E5BCD3 #7FCEB9", r)
# 1 to 3 as above, 4 where nothing failed.
reason_of(reason, first) = strlen(first) == 0 ? 4 : reason eq "full" ? 1 : reason eq "unmerged" ? 2 : 3
odd_colour = "#E69F00"
gap_x = 24.0
panel_columns(n) = n == 1 || narrow ? 1 : (n == 2 || n == 4) ? 2 : n <= 12 ? 3 : 4
# A last panel that is alone in its row has all of it.
is_alone(k, n) = !narrow && k == n && k > 1 && k % panel_columns(n) == 1
row_width(k, n) = is_alone(k, n) ? width - left - right : panel_width(n)
# Room for bars above the curve, alike in panels that share an axis.
bars = 0
do for [k=1:traces] { if (odd[k] && !is_alone(k, traces)) { bars = 1 } }
top(k) = (is_alone(k, traces) ? odd[k] : bars) ? 114 : 105
eval panels_canvas(traces)
set multiplot
eval heading("The first failure of every heap size, and its reason")
eval x_axis("heap size / peak live bytes")
eval y_axis("operations before the first failure")
entry = "simple, by reason:"; eval legend_text
do for [r=1:4] { entry = r == 4 ? "completes" : word(reasons, r); eval legend_area(reason_colour(r)) }
entry = "with merging"; eval legend_line(ink, 1.8)
entry = "anomalous: less suffices"; eval legend_line(odd_colour, 4)
mine(x) = strcol("trace") eq trace[k] && wanted(strcol("allocator"))
share(x) = strlen(strcol("first_failure")) ? 100.0 * column("first_failure") / column("ops") : 100
# The reasons in a panel, as words: "1 2 4".
note_reason(r) = strstrt(seen, sprintf("%d", r)) ? 0 : (seen = seen . sprintf(" %d", r), 0)
# A box spans from one change of the curve to the next, which is at this row: what the rows before said, in from, level and why.
keep_row(x) = (column(0) == 0 ? (start = -1) : 0, changed = column("share") != after || column("reason") != because || start < 0, \
    from = changed ? start : -1, level = after, why = because, start = changed ? column("size") : start, \
    after = column("share"), because = column("reason"), 0)
# A bar spans from an anomalous row to the next, where that is anomalous too.
keep_odd(x) = (from = odd_now ? odd_at : -1, odd_at = column("size"), odd_now = column("anomalous") > 0, hidden = !odd_now || from < 0, 0)
do for [k=1:traces] {
    # What the panel shows, in words: of anomalous sizes the first span.
    said(x) = odd[k] ? sprintf("%d bytes suffice, %d to %d fail%s", low - 1, low, high, spans > 1 ? "; and more" : "") : \
        rounded_bytes(live) . " live" . (last_simple > 0 ? ", " . rounded_bytes(last_simple * live) . " needed" : "")
    # The rows of this panel, simple's first; `live` and the sizes at which each of the two completes.
    live = 0.0; last_merge = 0.0; last_simple = 0.0; seen = ""
    set print $rows; print "merges,size,share,reason,anomalous"; set print
    set table $rows append separator comma
    plot in using (strcol("allocator") eq "simple" ? 0 : 1):(mine(0) ? (live = column("peak_live_bytes"), column("heap_bytes") / live) : 0):(share(0)): \
        (reason_of(strcol("reason"), strcol("first_failure"))):(column("anomalous")) with table if (mine(0))
    unset table
    set table $scan
    plot $rows using (column("merges") > 0 ? (last_merge = column("size")) : (last_simple = column("size"), note_reason(column("reason"))), 0) with table
    unset table
    undefine $scan
    end = larger(last_simple, last_merge)
    if (strlen(seen) == 0) { seen = "4" }
    low = 0; high = 0; spans = 0; odd_now = 0
    set table $scan
    plot $rows using (was_odd = odd_now, odd_now = column("anomalous") > 0, size = floor(column("size") * live + 0.5), \
        (odd_now && !was_odd) ? (spans = spans + 1, low = spans == 1 ? size : low) : 0, high = odd_now && spans == 1 ? size : high, 0) with table
    unset table
    undefine $scan
    eval panel(k, traces)
    set rmargin at screen (panel_left(k, traces) + row_width(k, traces)) / width
    eval shared_y(k, traces, "%.0f %%")
    set ytics 20
    set title short(trace[k], 18) . ": " . said(0) offset 0, -0.7
    set arrow 900 from 1, graph 0 to 1, graph 1 nohead front lw 1 lc rgb ink dt (2, 4)
    if (last_simple > 0) { set object 901 rectangle from last_simple, 0 to graph 1, first 100 behind fc rgb reason_colour(4) fs solid noborder }
    if (last_merge > 0) { set arrow 902 from last_merge, 100 to graph 1, first 100 nohead front lw 1.8 lc rgb ink }
    after = 0; because = 0; odd_now = 0; odd_at = -1
    # Boxes overlap by half a pixel: between two that only touch, the paper would show. What is not drawn lies left of the
    # axis: a curve without a point would make gnuplot complain.
    box(r) = (keep_row(0), hidden = !(column("merges") == 0 && from >= 0 && why == r), hidden ? -1 : from)
    plot [0:1.04 * end][0:top(k)] \
        for [r in seen] $rows using (box(int(r))):(level / 2):(hidden ? -1 : from):(hidden ? -1 : column("size") + 0.002 * end):(0):(level) \
            with boxxyerror fc rgb reason_colour(int(r)) fs solid noborder, \
        $rows using (column("merges") > 0 ? column("size") : -1):(column("merges") > 0 ? column("share") : 0) with steps lc rgb ink lw 1.8, \
        $rows using (keep_odd(0), hidden ? -1 : from):(108):(hidden ? 0 : odd_at - from):(0) \
            with vectors nohead lc rgb odd_colour lw 4, \
        $rows using (column("anomalous") > 0 ? column("size") : -1):(108) with points pt 7 ps 0.4 lc rgb odd_colour
    eval drawn_once
}
unset multiplot
