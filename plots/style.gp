# style.gp - the one look of every figure: palette, fonts, grid, units, panels. Loaded by each script, draws nothing.
#
# Usage:  a script sets `in` (the CSV) and `terminal` ('svg', 'narrow' or 'png', '' for svg), loads this file, names the rows that
#         it wants in wanted(name), evaluates `scan`, and then has trace[1..traces] and allocator[1..allocators], in the order
#         in which the file has them.
# Input:  any CSV of results/README.md. Columns are read by header name; lines of provenance are comments. The colours, shapes
#         and order of allocators come from allocators.csv beside it, where that is.
# Exit:   2 with one line where the CSV cannot be read or holds nothing to draw.
# Note:   names come from other people's files, so every text is drawn as it stands (noenhanced).

set encoding utf8
set minussign
set micro
set datafile separator comma
set datafile columnheaders
set datafile missing NaN
set datafile commentschars "#"

# --- Input -----------------------------------------------------------------------------------------------------------

# `word_to_quote` as one word of the shell, in `quoted`.
quote = "quoted = \"'\"; do for [i=1:strlen(word_to_quote)] { quoted = quoted . (word_to_quote[i:i] eq \"'\" ? \"'\\\\''\" : word_to_quote[i:i]) }; \
    quoted = quoted . \"'\""
word_to_quote = here . "tidy.py"; eval quote; tidy_script = quoted
word_to_quote = in; eval quote
# What to load for the rows that a script computes of the file.
tidy(figure) = "< python3 -B " . tidy_script . " " . figure . " " . quoted . " " . (strlen(terminal) ? terminal : "svg")
lines_of_data = strlen(in) ? system("[ -r " . quoted . " ] && [ ! -d " . quoted . " ] && grep -cv '^#' " . quoted) : ""
if (strlen(lines_of_data) == 0) {
    printerr sprintf("%s: cannot be read; give a CSV of results/ as gnuplot -c SCRIPT CSV", strlen(in) ? in : "no input")
    exit status 2
}
nothing_to_draw = "printerr sprintf('%s: no row that this figure could draw', in); exit status 2"
if (int(lines_of_data) < 2) { eval nothing_to_draw }
header_line = system("grep -v -m 1 '^#' " . quoted)
has_column(name) = strstrt("," . header_line . ",", "," . name . ",") > 0
# The command that ends the script where one of the columns that `names` lists is not there.
needs(names) = "do for [i=1:words('" . names . "')] { if (!has_column(word('" . names . "', i))) { \
    printerr sprintf('%s: no column %s', in, word('" . names . "', i)); exit status 2 } }"

# --- Palette: Okabe and Ito (2008), told apart by every reader; one colour and one shape an allocator ---------------------

ink = "#222222"
faint = "#8a8a8a"
grid = "#e4e4e4"
other_colours = "#882255 #6699CC #994F00 #555555 #3D7A00 #C51B7D"
other_shapes = "4 12 10 14 6 8"
most = 64
array known[most]
array known_colour[most]
array known_shape[most]
array known_group[most] # "ladder", "grid" or nothing
knowns = 0
known_index(name) = knowns == 0 ? 0 : (sum [i=1:knowns] (known[i] eq name ? i : 0))
note_known(name) = (knowns == most || strlen(strcol("colour")) == 0) ? 0 : (knowns = knowns + 1, known[knowns] = name, \
    known_colour[knowns] = "#" . strcol("colour"), known_shape[knowns] = int(column("shape")), known_group[knowns] = strcol("group"), 0)
beside = in; while (strlen(beside) && beside[strlen(beside):] ne "/") { beside = beside[:strlen(beside) - 1] }
beside = beside . "allocators.csv"
lines_of_facts = system("cd \"$(dirname -- " . quoted . ")\" && grep -cv '^#' allocators.csv 2>/dev/null")
if (strlen(lines_of_facts) > 0 && int(lines_of_facts) > 1) {
    set table $scan; plot beside using (note_known(strcol("allocator"))) with table; unset table; undefine $scan
}

# Okabe and Ito's seven again for things that are not allocators (traces, parts of memory), then the same in dashes.
series_colours = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000"
series_colour(i) = word(series_colours, (i - 1) % 7 + 1)
series_dash(i) = (i - 1) / 7 + 1

# --- The names in the file ----------------------------------------------------------------------------------------------

array trace[most]
array allocator[most]
array other[most]
traces = 0
allocators = 0
others = 0
trace_at(name) = traces == 0 ? 0 : (sum [i=1:traces] (trace[i] eq name ? i : 0))
allocator_at(name) = allocators == 0 ? 0 : (sum [i=1:allocators] (allocator[i] eq name ? i : 0))
other_at(name) = others == 0 ? 0 : (sum [i=1:others] (other[i] eq name ? i : 0))
note_trace(name) = (trace_at(name) || traces == most) ? 0 : (traces = traces + 1, trace[traces] = name, 0)
note_other(name) = (known_index(name) || other_at(name) || others == most) ? 0 : (others = others + 1, other[others] = name, 0)
note_allocator(name) = (allocator_at(name) || allocators == most) ? 0 : \
    (allocators = allocators + 1, allocator[allocators] = name, note_other(name))

# A name that is none of ours takes the next free colour, in the order of the file.
pick(list, i) = word(list, (i - 1) % words(list) + 1)
colour(name) = known_index(name) ? known_colour[known_index(name)] : pick(other_colours, other_at(name))
shape(name) = int(known_index(name) ? known_shape[known_index(name)] : pick(other_shapes, other_at(name)))

# What programs run on, and the floor: neither ours nor what takes nothing back.
is_ours(name) = name eq "bump" || (known_index(name) ? strlen(known_group[known_index(name)]) > 0 : 0)

measured(status) = status ne "crashed" && status ne "timeout" && status ne "unavailable" && status ne "broken"
wanted(name) = measured(strcol("status"))
# Allocators in the order of the palette, then the others in the order of the file: the same in every figure.
array in_order[most]
sort_allocators = "placed = 0; \
    do for [i=1:knowns] { if (allocator_at(known[i])) { placed = placed + 1; in_order[placed] = known[i] } }; \
    do for [i=1:allocators] { if (!known_index(allocator[i])) { placed = placed + 1; in_order[placed] = allocator[i] } }; \
    do for [i=1:allocators] { allocator[i] = in_order[i] }"
scan = "set table $scan; plot in using (note_other(strcol('allocator')), wanted(strcol('allocator')) ? \
    (note_trace(strcol('trace')), note_allocator(strcol('allocator'))) : 0) with table; unset table; undefine $scan; \
    if (traces == 0) { eval nothing_to_draw }; eval sort_allocators"

# The command that leaves what is ours out of a figure of what programs run on, unless there is nothing else.
drop_ours = "kept = 0; do for [i=1:allocators] { if (!is_ours(allocator[i]) && allocator[i] ne 'null') { kept = kept + 1 } }; \
    if (kept) { kept = 0; do for [i=1:allocators] { if (!is_ours(allocator[i])) { kept = kept + 1; allocator[kept] = allocator[i] } }; allocators = kept }"

# The command that puts into `reach` the largest value of `expression` (text, of columns) in each trace, any allocator's, and
# into `halted` whether a row of the trace was stopped.
array reach[most]
array halted[most]
reach_of(expression) = sprintf("do for [i=1:traces] { reach[i] = 0; halted[i] = 0 }; set table $scan; \
    plot in using (i = trace_at(strcol('trace')), i == 0 || !measured(strcol('status')) ? 0 : \
        (x = (%s), reach[i] = x > reach[i] ? x : reach[i], halted[i] = strcol('status') eq 'stopped' ? 1 : halted[i], 0)) with table; \
    unset table; undefine $scan", expression)
# A trace of a few operations, such as the tutorial's example, has no course to draw: where reach is operations, it is left
# out, unless there is no other.
few = 1000
drop_small = "large = 0; do for [i=1:traces] { if (reach[i] >= few) { large = large + 1 } }; \
    if (large) { kept = 0; do for [i=1:traces] { if (reach[i] >= few) { \
        kept = kept + 1; trace[kept] = trace[i]; reach[kept] = reach[i]; halted[kept] = halted[i] } }; traces = kept }"

# A course over time is a line, and a line has two ends: of traces of a single operation there is none.
needs_course = "longest = 0; do for [i=1:traces] { longest = reach[i] > longest ? reach[i] : longest }; \
    if (longest < 2) { eval nothing_to_draw }"

# The wanted rows of trace[k] copied into $rows, with `who`, the allocator's index, `measured`, and the columns that `names`
# lists: so that the curves of a panel need not each read the whole file. What is not known is -1 there. The allocators that
# have such a row are here[1..heres].
array here[most]
array found[most]
number(name) = strlen(strcol(name)) ? column(name) : -1
fields(names, i) = i > words(names) ? "" : sprintf(":(number('%s'))", word(names, i)) . fields(names, i + 1)
titles(names, i) = i > words(names) ? "" : "," . word(names, i) . titles(names, i + 1)
rows_of_trace(names) = "set print $rows; print 'who,measured" . titles(names, 1) . "'; set print; set table $rows append separator comma; \
    plot in using (allocator_at(strcol('allocator'))):(measured(strcol('status')) ? 1 : 0)" . fields(names, 1) . " \
        with table if (strcol('trace') eq trace[k] && wanted(strcol('allocator'))); unset table; \
    do for [i=1:allocators] { found[i] = 0 }; set table $scan; plot $rows using (found[int(column('who'))] = 1) with table; unset table; \
    undefine $scan; heres = 0; do for [i=1:allocators] { if (found[i]) { heres = heres + 1; here[heres] = i } }"

# --- Panels: as many as there are traces, in a grid; sizes in pixels ----------------------------------------------------

# For a screen of a phone's width, with one panel under another.
narrow = terminal eq "narrow"
panel_columns(n) = n == 1 || narrow ? 1 : (n == 2 || n == 4) ? 2 : n <= 9 ? 3 : 4
panel_rows(n) = (n + panel_columns(n) - 1) / panel_columns(n)
left = narrow ? 62.0 : 74.0      # outside the panels: tick labels and the axis title
right = 18.0
head = 78.0      # title and legend
foot = 46.0
gap_x = 64.0     # 20 where the vertical axis is shared
gap_y = 52.0
panel_height = 170.0
width = narrow ? 400.0 : 980.0
height = 0.0

canvas(w, h) = terminal eq "png" \
    ? sprintf("set terminal pngcairo noenhanced rounded size %d,%d fontscale 1.125 linewidth 1.5 pointscale 1.5 font 'DejaVu Sans,11' background '#ffffff'", 1.5 * w, 1.5 * h) \
    : sprintf("set terminal svg noenhanced rounded size %d,%d linewidth 1 font 'DejaVu Sans,Verdana,Helvetica,Arial,sans-serif,11' background '#ffffff'", w, h)
panels_height(n) = head + foot + panel_rows(n) * panel_height + (panel_rows(n) - 1) * gap_y
panels_canvas(n) = (legend_x = legend_start(0), head = 64.0 + 17 * legend_rows(0), height = panels_height(n), canvas(width, height))
panel_width(n) = (width - left - right - (panel_columns(n) - 1) * gap_x) / panel_columns(n)
panel_left(k, n) = left + ((k - 1) % panel_columns(n)) * (panel_width(n) + gap_x)
panel_top(k, n) = head + ((k - 1) / panel_columns(n)) * (panel_height + gap_y)
# The command that places the k-th of n panels.
panel(k, n) = sprintf("set lmargin at screen %f; set rmargin at screen %f; set tmargin at screen %f; set bmargin at screen %f", \
    panel_left(k, n) / width, (panel_left(k, n) + panel_width(n)) / width, \
    1 - panel_top(k, n) / height, 1 - (panel_top(k, n) + panel_height) / height)
# The legend: entries one after another under the title, each as wide as its text. `entry` holds the text, since a name
# must never become part of a command.
character = 6.2 # mean width of one, at size 11
legend_start(x) = narrow ? 8.0 : left
legend_x = legend_start(0)
legend_y = 46.0
legend_width(name) = 46 + character * strlen(name)
legend_place = "wrap = legend_x + legend_width(entry) > width - right; legend_y = legend_y + (wrap ? 17 : 0); \
    legend_x = wrap ? legend_start(0) : legend_x; set label entry at screen (legend_x + 28) / width, screen 1 - legend_y / height left textcolor rgb ink; "
legend_step = "legend_x = legend_x + legend_width(entry)"
legend_line(c, w) = legend_place . sprintf("set arrow from screen legend_x / width, screen 1 - legend_y / height \
    to screen (legend_x + 22) / width, screen 1 - legend_y / height nohead lc rgb '%s' lw %g; ", c, w) . legend_step
legend_area(c) = legend_place . sprintf("set object rectangle from screen legend_x / width, screen 1 - (legend_y + 5) / height \
    to screen (legend_x + 22) / width, screen 1 - (legend_y - 5) / height fc rgb '%s' fs solid noborder; ", c) . legend_step
legend_point(c, s) = legend_place . sprintf("set label '' at screen (legend_x + 14) / width, screen 1 - legend_y / height \
    point pt %d ps 0.8 lc rgb '%s'; ", s, c) . legend_step
legend_text = "set label entry at screen legend_x / width, screen 1 - legend_y / height left textcolor rgb ink; \
    legend_x = legend_x + 5.5 * strlen(entry) + 8"
# Room for it above the panels: an entry an allocator, and a few words.
legend_rows(x) = ceil(((narrow ? 420 : 180) + (sum [a=1:allocators] legend_width(allocator[a]))) / (width - left - right))
# After the first panel of a picture: legend, title and axes are drawn once.
drawn_once = "unset label; unset arrow; unset object"

# --- Axes ---------------------------------------------------------------------------------------------------------------

set style line 1 lc rgb grid lw 1
set border 3 lc rgb faint lw 1
set tics nomirror scale 0.5 textcolor rgb ink font ",10"
set grid xtics ytics back ls 1
unset key
set samples 2
# Texts of the whole picture: its title, and the axes that all panels share.
heading(text) = sprintf("set label 1001 \"%s\" at screen %f, screen %f left font ',%d' textcolor rgb ink", text, legend_start(0) / width, 1 - 20.0 / height, narrow ? 12 : 14)
x_axis(text) = sprintf("set label 1002 \"%s\" at screen %f, screen %f center textcolor rgb ink", text, (left + width - right) / 2 / width, 14.0 / height)
y_axis(text) = sprintf("set label 1003 \"%s\" at screen %f, screen %f center rotate by 90 textcolor rgb ink", text, 14.0 / width, 1 - (head + height - foot) / 2 / height)
# Ticks with their own labels, since gnuplot's repeat themselves when rounded: 0, 500k, 1M, 1.5M and 0, 64 KiB, 128 KiB.
count_label(x) = x >= 1e9 ? sprintf("%gG", x / 1e9) : x >= 1e6 ? sprintf("%gM", x / 1e6) : x >= 1e3 ? sprintf("%gk", x / 1e3) : sprintf("%g", x)
byte_label(x) = x >= 2**30 ? sprintf("%g GiB", x / 2.0**30) : x >= 2**20 ? sprintf("%g MiB", x / 2.0**20) : \
    x >= 1024 ? sprintf("%g KiB", x / 1024.0) : sprintf("%g B", x)
decade(x) = 10 ** floor(log10(x))
count_step(top) = top <= 4 ? 1.0 : decade(top) * (top / decade(top) < 2.5 ? 0.5 : top / decade(top) < 5 ? 1 : 2)
octave(x) = 2 ** floor(log(x) / log(2))
byte_step(top) = top <= 4 ? 1.0 : octave(top) * (top / octave(top) < 1.5 ? 0.25 : 0.5)
linear_tics(axis, top, step, label) = sprintf("set %stics (\"0\" 0); do for [i=1:int(%.15g / %.15g)] { set %stics add (%s_label(i * %.15g) i * %.15g) }", \
    axis, top, step, axis, label, step, step)
count_tics(axis, top) = linear_tics(axis, top, count_step(top), "count")
byte_tics(axis, top) = linear_tics(axis, top, byte_step(top), "byte")
rounded_bytes(x) = x >= 2**30 ? sprintf("%.3g GiB", x / 2.0**30) : x >= 2**20 ? sprintf("%.3g MiB", x / 2.0**20) : \
    x >= 1024 ? sprintf("%.3g KiB", x / 1024.0) : sprintf("%g B", x)
# Ticks at powers of two, at most six, on a logarithmic axis from `low` to `high`.
octaves_between(low, high) = larger(1, ceil(log(high / low) / log(2) / 5))
octave_tics(axis, low, high) = sprintf("set %stics (''  1e-300); do for [i=ceil(log(%.15g) / log(2) - 0.01):floor(log(%.15g) / log(2) + 0.01):%d] { \
    set %stics add (byte_label(2.0 ** i) 2.0 ** i) }", axis, low, high, octaves_between(low, high), axis)
# As a label of a tick, which gnuplot takes for a format.
tick(name) = percent_doubled(name, strstrt(name, "%"))
percent_doubled(name, at) = at == 0 ? name : name[:at] . "%" . tick(name[at + 1:])
# A long name is cut.
short(name, most) = strlen(name) > most ? name[:most - 1] . "…" : name
# The title of a panel, and of one that shows only the first `done` of `all` operations of a trace, as far as that is known.
rounded_count(x) = x >= 1e6 ? sprintf("%.3gM", x / 1e6) : x >= 1e3 ? sprintf("%.3gk", x / 1e3) : sprintf("%g", x)
title_of(name) = short(name, 36)
title_of_part(name, done, all, halted) = title_of(name) . (done < 0.97 * all ? \
    sprintf(": first %s of %s", rounded_count(done), rounded_count(all)) : halted ? sprintf(": first %s", rounded_count(done)) : "")
# A vertical axis that all panels share has its numbers on the first column only: k-th of n panels.
shared_y(k, n, shown) = (k - 1) % panel_columns(n) == 0 ? sprintf("set format y '%s'", shown) : "set format y ''"
# Tick formats of logarithmic axes.
counts = "%.0s%c"
bytes = "%.0b %BB"
seconds = "%.0s %cs"

# --- Figures over the rows ----------------------------------------------------------------------------------------------

larger(a, b) = a > b ? a : b
smaller(a, b) = a < b ? a : b
# The command that puts into `name` the largest (smallest) value of `expression` over the rows of `source`, "in" or "$rows".
extreme(name, start, choice, source, expression) = sprintf("%s = %s; set table $scan; \
    plot %s using (%s = %s(%s, (%s)), 0) with table; unset table; undefine $scan", name, start, source, name, choice, name, expression)
largest(name, source, expression) = extreme(name, "0", "larger", source, expression)
smallest(name, source, expression) = extreme(name, "1e300", "smaller", source, expression)
