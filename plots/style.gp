# style.gp - the one look of every figure: palette, fonts, grid, units, panels. Loaded by each script, draws nothing.
#
# Usage:  a script sets `in` (the CSV), `terminal` ('svg', 'narrow' or 'png', '' for svg) and `here` (the folder of the scripts), loads this
#         file, names the columns that it needs, and loads tidy(name): its rows, as tidy.py computes them of the CSV.
# Input:  any CSV of results/README.md, and allocators.csv beside it, which has the colours, shapes and order of allocators.
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
if (int(lines_of_data) < 2) { printerr sprintf('%s: no row that this figure could draw', in); exit status 2 }
header_line = system("grep -v -m 1 '^#' " . quoted)
has_column(name) = strstrt("," . header_line . ",", "," . name . ",") > 0
# The command that ends the script where one of the columns that `names` lists is not there.
needs(names) = "do for [i=1:words('" . names . "')] { if (!has_column(word('" . names . "', i))) { \
    printerr sprintf('%s: no column %s', in, word('" . names . "', i)); exit status 2 } }"

# --- Palette: Okabe and Ito (2008), told apart by every reader; the colours of allocators come with their rows (tidy.py) ---

ink = "#222222"
faint = "#8a8a8a"
grid = "#e4e4e4"

larger(a, b) = a > b ? a : b
smaller(a, b) = a < b ? a : b

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
