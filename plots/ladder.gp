# ladder.gp - what each idea buys: walks, time and memory, from the simple allocator up the ladder, beside other policies.
#
# Caption: From the top down one idea is added at a time: blocks aligned to 16; free neighbours merge; only free ranges are walked; free
#   ranges kept by length, so that nothing is walked. Below are ideas that each go onto one rung: merging put off, records outside the
#   heap, storage that grows and knowledge of lifetimes onto simple-merge, a pool for small objects onto bins; then other
#   policies, each an idea or two away from simple, and the libraries. A mark and the number beside it are the geometric mean over the programs, the bar reaches from the least of
#   them to the most. Left: ranges that a malloc examines, in the mean, exact. Middle: time over glibc's for the same operations; a
#   hollow mark is of first parts, since what walks everything would need hours. Right: the heap at its largest over what is live
#   at most, of libraries their resident memory.
#
# Usage:  gnuplot -c plots/ladder.gp results/reference/ladder.csv [png] > ladder.svg
# Input:  ladder.csv, schema ladder/1 (results/README.md)
# Read:   a mark that moves left from one row to the next is what that idea buys. The first two axes are logarithmic.
# Note:   in ample room next fit never turns round, so that it walks one range and reuses next to nothing. Traces of less than
#         a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status ops walk_mean ratio_to_glibc extent_over_live time_ops")
load tidy("ladder")

# A row an allocator, with room between the groups.
array place[|who|]
at = 0.0
do for [i=1:|who|] {
    at = at + 1 + (i > 1 ? (group[i] != group[i - 1] ? 0.9 : 0) : 0.5)
    place[i] = at
}
panel_columns(n) = narrow ? 1 : 3
panel_height = 21.0 * (at + 0.5)
gap_x = 26.0
gap_y = 56.0
left = narrow ? 88.0 : 100.0
right = narrow ? 34.0 : 40.0
legend_rows(x) = 0
eval panels_canvas(3)
set multiplot
eval heading("What each idea buys")
group_name(g) = g == 1 ? "one idea more each" : g == 2 ? "one more idea on a rung" : g == 3 ? "other policies" : "libraries"
heading_of(m) = m == 1 ? "ranges examined per malloc" : m == 2 ? "time over glibc's" : "heap over what is live"
group_colour(g) = word("#D55E00 #009E73 #332288 #0072B2", g)
shown(m, x) = m == 1 ? rounded_count(floor(x + 0.5)) : sprintf(x < 9.95 ? "%.2f×" : "%.0f×", x)
unset grid
set grid xtics back ls 1
do for [m=1:3] {
    eval panel(m, 3)
    set title heading_of(m) offset 0, -0.5
    set ytics scale 0 ("" 0)
    do for [i=1:|who|] {
        if (narrow || m == 1) { set ytics add (tick(short(who[i], 13)) -place[i]) }
        if (i == 1 ? 1 : group[i] != group[i - 1]) {
            entry = group_name(group[i])
            set label entry at graph 0.005, first -place[i] + 0.85 left font ",8.5" textcolor rgb faint
        }
    }
    set xtics auto
    set mxtics 1
    unset logscale
    if (m < 3) { set logscale x } else { set xtics 1 }
    set format x (m == 1 ? counts : "%g×")
    low = m == 1 ? 0.7 : m == 2 ? 0.3 : 0
    # What exceeds five times what is live has an arrow's worth of it: the number says how much.
    high = m == 3 ? smaller(larger(1.15 * top[m], 2), 5) : 4 * larger(top[m], 2)
    inside(x) = x < high ? x : high
    if (m > 1) { set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb "#9a9a9a" lw 1 }
    mine(x) = column("measure") == m
    y(x) = mine(0) ? -place[int(column("who"))] : 1
    plot [low:high][-at - 0.7:0.1] \
        $rows using (inside(column("least"))):(y(0)):(inside(column("most")) - inside(column("least"))):(0) \
            with vectors nohead lw 3 lc rgb "#d4d8dc", \
        for [g=1:4] $rows using (inside(column("mean"))):(mine(0) && group[int(column("who"))] == g ? y(0) : 1):(column("part") > 0 ? 6 : 7) \
            with points pt variable ps 0.9 lw 1.6 lc rgb group_colour(g), \
        $rows using (inside(column("mean"))):(y(0)):(shown(m, column("mean"))) \
            with labels left offset 0.8, 0.55 font ",8.5" textcolor rgb ink
    eval drawn_once
}
unset multiplot
