# variants.gp - time against memory: every allocator and every variant of one a point, and the front.
#
# Caption: Each allocator's time and its peak of resident memory, both over the baseline's: the geometric means over the
#   traces. Down and to the left is better. A filled point is a library as it comes, a hollow one in the same colour the same
#   library with settings of its own; the bar is the 95 % interval of the time. The line is the front: what lies above and to
#   the right of it is beaten in both. Names in black are of those on the front: none has as little memory and is surely
#   faster. So where intervals overlap, a point a little off the line is on it too, for all that is known.
#
# Usage:  gnuplot -c plots/variants.gp results/latest/variants.csv [png] > variants.svg
# Input:  variants.csv, schema variants/1 (results/README.md)
# Read:   rows are fastest first; both axes are logarithmic; the baseline lies where the grey lines cross, at 1 and 1.
# Note:   the time is of the calls alone, not of a program. An allocator that has no figure on some trace is not drawn.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("allocator library settings baseline ratio ratio_low ratio_high memory_ratio on_front")

# --- The points -----------------------------------------------------------------------------------------------------------

array name[most]
array library[most]
array ratio[most]
array low[most]
array high[most]
array memory[most]
array plain[most]
array on_front[most]
points = 0
baseline = ""
interval_end(column_name) = strlen(strcol(column_name)) ? column(column_name) : column("ratio")
note_point(x) = (points = points + 1, name[points] = strcol("allocator"), library[points] = strcol("library"), \
    plain[points] = strcol("allocator") eq strcol("library"), ratio[points] = column("ratio"), low[points] = interval_end("ratio_low"), \
    high[points] = interval_end("ratio_high"), memory[points] = column("memory_ratio"), on_front[points] = strcol("on_front") eq "yes", \
    baseline = strcol("baseline"), note_allocator(strcol("library")))
wanted(x) = points < most && strlen(strcol("ratio")) && strlen(strcol("memory_ratio")) && column("ratio") > 0 && column("memory_ratio") > 0
set table $scan
plot in using (wanted(0) ? note_point(0) : 0) with table
unset table
undefine $scan
if (points < 2) { eval nothing_to_draw }
eval sort_allocators

# Shapes come in pairs, a hollow one and the same filled.
filled(lib) = shape(lib) % 2 ? shape(lib) : shape(lib) + 1
point_shape(i) = plain[i] ? filled(library[i]) : filled(library[i]) - 1

# --- The axes -------------------------------------------------------------------------------------------------------------

left_most = 1.0; right_most = 1.0; lowest = 1.0; highest = 1.0
do for [i=1:points] {
    left_most = smaller(left_most, low[i]); right_most = larger(right_most, high[i])
    lowest = smaller(lowest, memory[i]); highest = larger(highest, memory[i])
}
# Room for names beside the outermost points.
x_least = left_most * (right_most / left_most) ** -0.08 / 1.05
x_most = right_most * (right_most / left_most) ** 0.16 * 1.1
y_least = lowest * (highest / lowest) ** -0.08 / 1.03
y_most = highest * (highest / lowest) ** 0.1 * 1.03

panel_height = 560.0
foot = 56.0
traces = 1
eval panels_canvas(1)
pixel_x(x) = left + panel_width(1) * log(x / x_least) / log(x_most / x_least)
pixel_y(y) = head + panel_height * (1 - log(y / y_least) / log(y_most / y_least))

# --- Where the names stand: of some places round the point, and further out, the first that covers nothing -----------------

letter = 5.3 # mean width of one, at size 9
line_height = 12.0
array text_left[most]
array text_top[most]
array text_width[most]
array point_x[most]
array point_y[most]
array bar_start[most]
array bar_end[most]
do for [i=1:points] {
    point_x[i] = pixel_x(ratio[i]); point_y[i] = pixel_y(memory[i]); bar_start[i] = pixel_x(low[i]); bar_end[i] = pixel_x(high[i])
    text_width[i] = letter * strlen(short(name[i], 28))
}
rises = "0 -10 10 -22 22 -34 34 -46 46 -58 58"
places = 2 * words(rises)
rise(p) = word(rises, (p + 1) / 2) + 0.0
reach(p) = p <= 6 ? 6.0 : 18.0
on_right(p) = p % 2
# In the first two places beside the bar, unless it is long.
end_of_bar(i, p) = p <= 2 && abs((on_right(p) ? bar_end[i] : bar_start[i]) - point_x[i]) < 40
place_left(i, p) = on_right(p) ? (end_of_bar(i, p) ? larger(bar_end[i], point_x[i] + 4) + 3 : point_x[i] + reach(p)) : \
    (end_of_bar(i, p) ? smaller(bar_start[i], point_x[i] - 4) - 3 : point_x[i] - reach(p)) - text_width[i]
place_top(i, p) = point_y[i] + rise(p) - line_height / 2
# How much of a rectangle, `w` wide and `h` high, does the i-th name cover in its p-th place?
overlap(from, to, other_from, other_to) = larger(0, smaller(to, other_to) - larger(from, other_from))
covered(i, p, x, y, w, h) = overlap(place_left(i, p), place_left(i, p) + text_width[i], x, x + w) * \
    overlap(place_top(i, p), place_top(i, p) + line_height, y, y + h)
over_names(i, p) = i == 1 ? 0 : (sum [k=1:i - 1] covered(i, p, text_left[k], text_top[k], text_width[k], line_height))
over_points(i, p) = sum [k=1:points] (covered(i, p, point_x[k] - 5, point_y[k] - 5, 10, 10) + \
    covered(i, p, bar_start[k], point_y[k] - 1, bar_end[k] - bar_start[k], 2))
over_steps(i, p) = steps == 0 ? 0 : (sum [k=1:steps] covered(i, p, step_x[k], step_y[k], step_width[k], step_height[k]))
over_edges(i, p) = place_left(i, p) < left + 2 || place_left(i, p) + text_width[i] > width - 4 || place_top(i, p) < head || \
    place_top(i, p) + line_height > height - foot ? 1e6 : 0
cost(i, p) = 2 * over_names(i, p) + over_points(i, p) + over_steps(i, p) + over_edges(i, p) + 0.5 * p

# --- The picture ------------------------------------------------------------------------------------------------------------

set multiplot
eval heading("Time against memory: libraries and their settings")
# The baseline may have any name, which is to be no part of a command.
eval x_axis("")
eval y_axis("")
across = "time over " . baseline . "'s"
upward = "peak resident memory over " . baseline . "'s"
set label 1002 across
set label 1003 upward
do for [a=1:allocators] { entry = allocator[a]; eval legend_point(colour(allocator[a]), filled(allocator[a])) }
entry = "hollow: with settings of its own"; eval legend_point(ink, 6)
entry = "the front"; eval legend_line(ink, 1)
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb "#c8c8c8" lw 1
set arrow from graph 0, first 1 to graph 1, first 1 nohead back lc rgb "#c8c8c8" lw 1

# From one point of the front to the next on its right, and to both edges: an upright and a level line, whose rectangles are
# kept for the names.
array step_x[2 * most + 2]
array step_y[2 * most + 2]
array step_width[2 * most + 2]
array step_height[2 * most + 2]
steps = 0
from_x = -1.0
from_y = y_most
level_line = "set arrow from from_x, from_y to x, from_y nohead back lc rgb ink lw 1; steps = steps + 1; step_x[steps] = pixel_x(from_x); \
    step_y[steps] = pixel_y(from_y) - 1; step_width[steps] = pixel_x(x) - pixel_x(from_x); step_height[steps] = 2"
upright_line = "set arrow from x, from_y to x, y nohead back lc rgb ink lw 1; steps = steps + 1; step_x[steps] = pixel_x(x) - 1; \
    step_y[steps] = pixel_y(from_y); step_width[steps] = 2; step_height[steps] = pixel_y(y) - pixel_y(from_y)"
do for [i=1:points] {
    if (memory[i] < from_y) {
        x = ratio[i]; y = memory[i]
        if (from_x > 0) { eval level_line }
        eval upright_line
        from_x = x; from_y = y
    }
}
x = x_most
if (from_x > 0) { eval level_line }

do for [i=1:points] {
    c = colour(library[i])
    set arrow from low[i], memory[i] to high[i], memory[i] nohead lc rgb c lw 1
    set label "" at ratio[i], memory[i] point pt point_shape(i) ps 0.9 lc rgb c front
    best = 1
    do for [p=2:places] { if (cost(i, p) < cost(i, best)) { best = p } }
    text_left[i] = place_left(i, best); text_top[i] = place_top(i, best)
    text_y = 1 - (text_top[i] + line_height / 2) / height
    if (best > 6) {
        set arrow from ratio[i], memory[i] to screen (on_right(best) ? text_left[i] - 2 : text_left[i] + text_width[i] + 2) / width, screen text_y \
            nohead back lc rgb "#b0b0b0" lw 0.5
    }
    entry = short(name[i], 28)
    if (on_right(best)) {
        set label entry at screen text_left[i] / width, screen text_y left font ",9" textcolor rgb (on_front[i] ? ink : faint) front
    } else {
        set label entry at screen (text_left[i] + text_width[i]) / width, screen text_y right font ",9" textcolor rgb (on_front[i] ? ink : faint) front
    }
}
eval panel(1, 1)
set logscale xy
set format xy "%g×"
set xtics (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
set ytics (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
plot [x_least:x_most][y_least:y_most] NaN
unset multiplot
