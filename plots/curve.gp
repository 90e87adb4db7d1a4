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

load tidy("curve")
allocators = 0

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
do for [k=1:traces] {
    end = larger(simple_at[k], merge_at[k])
    eval panel(k, traces)
    set rmargin at screen (panel_left(k, traces) + row_width(k, traces)) / width
    eval shared_y(k, traces, "%.0f %%")
    set ytics 20
    set title short(trace[k], 18) . ": " . said[k] offset 0, -0.7
    set arrow 900 from 1, graph 0 to 1, graph 1 nohead front lw 1 lc rgb ink dt (2, 4)
    if (simple_at[k] > 0) { set object 901 rectangle from simple_at[k], 0 to graph 1, first 100 behind fc rgb reason_colour(4) fs solid noborder }
    if (merge_at[k] > 0) { set arrow 902 from merge_at[k], 100 to graph 1, first 100 nohead front lw 1.8 lc rgb ink }
    # Boxes overlap a little: between two that only touch, the paper would show.
    start(r) = column("reason") == r ? column("start") : -2
    over_end(r) = column("reason") == r ? column("end") + 0.002 * end : -1
    plot [0:1.04 * end][0:top(k)] \
        for [r=1:4] $boxes index (k - 1) using (start(r)):(column("level") / 2):(start(r)):(over_end(r)):(0):(column("level")) \
            with boxxyerror fc rgb reason_colour(r) fs solid noborder, \
        $merge index (k - 1) using (column("size")):(column("share")) with steps lc rgb ink lw 1.8, \
        $odd_spans index (k - 1) using (column("start")):(108):(column("end") - column("start")):(0) with vectors nohead lc rgb odd_colour lw 4, \
        $odd_spans index (k - 1) using (column("start")):(108) with points pt 7 ps 0.4 lc rgb odd_colour
    eval drawn_once
}
unset multiplot
