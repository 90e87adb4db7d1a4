# adversary.gp - what each adversary makes each allocator need at its end, beside what is proved.
#
# Caption: Memory over M, the most that is ever live, at the end of an adversary: a program that sees every address and frees and
#   allocates so as to make the holes useless. The grey bar is what is proved: under Robson's adversary no allocator that cannot
#   move blocks needs less, and all come to lie on it; elsewhere it is the most that the attacked policy can need. A mark far
#   to the left of the others does not share the weakness; 1× is no memory lost at all. Ours and the models are drawn by their heap's
#   extent, libraries by resident memory in whole pages.
#
# Usage:  gnuplot -c plots/adversary.gp results/reference/adversary.csv [png] > adversary.svg
# Input:  adversary.csv, schema adversary/1 (results/README.md)
# Read:   the axis is logarithmic.
# Note:   M is 32 MiB for the first two adversaries and 2 MiB or less for the others, where what an allocator sets aside when
#         it starts shows; simple is attacked with less. How it comes to that, phase by phase, is in the file.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("adversary allocator status size most_live_bytes expected_bytes measured_bytes bound_bytes")
load tidy("adversary")

left = narrow ? 124.0 : 210.0
row_height = larger(40.0, 6.5 * allocators + 14)
panel_height = row_height * |name|
eval panels_canvas(1)
set multiplot
eval heading("What adversaries make allocators need")
eval x_axis("memory over M, the most that is ever live")
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour_of[a], shape_of[a]) }
entry = "what is proved"; eval legend_line("#b9bec3", 5)
eval panel(1, 1)
set logscale x 2
unset grid
set grid xtics back ls 1
set format x "%g×"
set ytics scale 0 ("" 0)
broken_at(text) = strstrt(text, ": ") ? strstrt(text, ": ") + 1 : 0
in_two(text) = broken_at(text) ? text[:broken_at(text) - 1] . "\n" . text[broken_at(text) + 1:] : text
do for [i=1:|name|] { set ytics add ((narrow ? in_two(name[i]) : name[i]) -i) }
do for [i=1:|name| - 1] { set arrow from graph 0, first -i - 0.5 to graph 1, first -i - 0.5 nohead back lc rgb grid lw 0.7 }
apart(a) = allocators == 1 ? 0 : 0.74 * ((a - 1.0) / (allocators - 1) - 0.5)
outside = 1e-9
plot [0.8:1.5 * top][-|name| - 0.5:-0.5] \
    $rows using (column("bound") > 1.0001 ? column("bound") : outside):(-column("name") - 0.42):(0):(0.84) with vectors nohead lw 6 lc rgb "#b9bec3", \
    for [a=1:allocators] $rows using (column("who") == a ? column("over") : outside):(-column("name") - apart(a)) \
        with points pt shape_of[a] ps 0.85 lc rgb colour_of[a]
unset multiplot
