# model_speed.gp - what an operation takes in a heap of so many ranges: computed by the exact model, and walked.
#
# Caption: Time per operation (half of a free and an allocation) against the number of ranges in the heap; one panel for each
#   allocator that walks and its model, both axes logarithmic and the same in every panel. Both did the same operations and
#   ended with every range at the same place, or there would be no figure. Dots are medians, bars go from the fastest round to the
#   slowest. Walking rises along a slope of one, as the grey line does, since it examines a share of all ranges; the model
#   rises with their logarithm and with what no cache holds any more.
#
# Usage:  gnuplot -c plots/model_speed.gp results/reference/model_speed.csv [png] > model_speed.svg
# Input:  model_speed.csv, schema model_speed/1 (results/README.md)
# Read:   the dotted line is where walking takes a thousand times as long, between the medians beside it; where it does not come
#         so far, how many times as long it takes at the most ranges that both were run with.
# Note:   nothing is fitted; between dots, lines are only lines. Walking ends where laying out a heap or a round takes too long.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("allocator model ranges ops elapsed_ns")

wanted(name) = strlen(strcol("model")) && column("ranges") > 0 && column("elapsed_ns") > 0 && column("ops") > 0
is_model(x) = strcol("allocator") eq strcol("model")
ns_per_op(x) = column("elapsed_ns") / column("ops")

# Models stand for traces: a panel each. Of each panel, who walks; and every number of ranges in the file.
array walking[most]
array size[most]
sizes = 0
size_at(x) = sizes == 0 ? 0 : (sum [i=1:sizes] (size[i] == x ? i : 0))
note_size(x) = size_at(x) || sizes == most ? 0 : (sizes = sizes + 1, size[sizes] = x, 0)
note_row(x) = (note_trace(strcol("model")), note_size(column("ranges")), k = trace_at(strcol("model")), \
    walking[k] = is_model(0) || k == 0 ? walking[larger(k, 1)] : strcol("allocator"), 0)
do for [k=1:most] { walking[k] = "" }
set table $scan
plot in using (wanted(strcol("allocator")) ? note_row(0) : 0) with table
unset table
undefine $scan
if (traces == 0) { eval nothing_to_draw }

# The rounds of one side (1: the model) of panel k at a number of ranges: `held` times in `sorted`.
array sorted[1024]
held = 0
insert(x) = (held = smaller(held + 1, 1024), sorted[held] = x, sift(held))
sift(i) = i > 1 && sorted[i - 1] > sorted[i] ? (keep = sorted[i], sorted[i] = sorted[i - 1], sorted[i - 1] = keep, sift(i - 1)) : 0
median(x) = held % 2 ? sorted[held / 2 + 1] : (sorted[held / 2] + sorted[held / 2 + 1]) / 2.0
gather(side) = "held = 0; set table $scan; plot in using (wanted(strcol('allocator')) && strcol('model') eq trace[k] && \
    is_model(0) == " . side . " && column('ranges') == ranges ? insert(1e-9 * ns_per_op(0)) : 0) with table; unset table; undefine $scan"

# In seconds: $points of all panels. Of each panel the number of ranges at which walking takes a thousand times as long, 0
# where it does not; and the ratio at the most ranges that both have.
array has[2 * most]
array thousand[most]
array most_common[most]
array ratio[most]
# Ascending, whatever the order of the file.
do for [i=2:sizes] { do for [j=i:2:-1] { if (size[j] < size[j - 1]) { x = size[j]; size[j] = size[j - 1]; size[j - 1] = x } } }
set print $points
print "panel,side,ranges,middle,fastest,slowest"
do for [k=1:traces] {
    thousand[k] = 0; most_common[k] = 0; ratio[k] = 0
    do for [j=1:sizes] {
        ranges = size[j]
        array middle[2]
        do for [side=0:1] {
            eval gather("side")
            middle[side + 1] = held ? median(0) : 0
            has[2 * k - 1 + side] = j == 1 ? held > 0 : has[2 * k - 1 + side] || held > 0
            if (held) { print sprintf("%d,%d,%.17g,%.17g,%.17g,%.17g", k, side, ranges, median(0), sorted[1], sorted[held]) }
        }
        if (middle[1] > 0 && middle[2] > 0) {
            before = ratio[k]
            ratio[k] = middle[1] / middle[2]
            if (thousand[k] == 0 && before > 0 && before < 1000 && ratio[k] >= 1000) {
                thousand[k] = most_common[k] * (ranges / most_common[k]) ** (log(1000 / before) / log(ratio[k] / before))
            }
            most_common[k] = ranges
        }
    }
}
unset print
eval largest("top", "$points", "column('slowest')")
eval smallest("bottom", "$points", "column('fastest')")

gap_x = 24.0
gap_y = 44.0
panel_height = 240.0
eval panels_canvas(traces)
set multiplot
eval heading("The exact model beside walking, against the number of ranges")
eval x_axis("ranges in the heap")
eval y_axis("time per operation")
walking_colour = "#D55E00"
model_colour = "#0072B2"
entry = "walks"; eval legend_line(walking_colour, 2)
entry = "exact model"; eval legend_line(model_colour, 2)
entry = "a slope of one: 1 ns a range"; eval legend_line("#bbbbbb", 2)
set logscale xy
set format x counts
set mxtics 1
set xrange [0.7 * size[1]:1.4 * size[sizes]]
set yrange [0.3 * bottom:1.4 * top]
points(k, wanted_side) = column("panel") == k && column("side") == wanted_side ? column("ranges") : NaN
ratio_text(r) = sprintf(r < 9.95 ? "%.1f times slower" : "%.0f times slower", r)
note(k) = thousand[k] > 0 ? sprintf("1000 times slower\nfrom %s ranges", rounded_count(thousand[k])) : \
    sprintf("%s\nat %s ranges", ratio_text(ratio[k]), rounded_count(most_common[k]))
do for [k=1:traces] {
    eval panel(k, traces)
    eval shared_y(k, traces, seconds)
    set title (strlen(walking[k]) ? title_of(walking[k]) . " and " : "") . title_of(trace[k]) offset 0, -0.7
    if (thousand[k] > 0) { set arrow from thousand[k], graph 0 to thousand[k], graph 1 nohead dt 3 lc rgb ink lw 1 }
    if (most_common[k] > 0) {
        set label note(k) at (thousand[k] > 0 ? thousand[k] : 1.3 * most_common[k]), graph (thousand[k] > 0 ? 0.1 : 0.55) \
            left offset 0.8, 0 textcolor rgb ink font ",10"
    }
    first_side = has[2 * k - 1] ? 0 : 1
    last_side = has[2 * k] ? 1 : 0
    plot x * 1e-9 with lines lc rgb "#bbbbbb" lw 2, \
        for [side=first_side:last_side] $points using (points(k, side)):(column("middle")) with lines lc rgb (side ? model_colour : walking_colour) lw 2, \
        for [side=first_side:last_side] $points using (points(k, side)):(column("middle")):(column("fastest")):(column("slowest")) \
            with yerrorbars lc rgb (side ? model_colour : walking_colour) pt 7 ps 0.5 lw 1
    eval drawn_once
}
unset multiplot
