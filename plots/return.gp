# return.gp - what comes back, and when: resident memory over time, and after all is freed.
#
# Caption: Resident memory over wall time, a panel a library, the same axes everywhere. Grey is what is live, which is known where a
#   trace has waits, and not shown elsewhere. What a line holds above the grey, the program has freed and the system has not got back.
#   Where nothing at all happens in a silence, most libraries give nothing back: they do so when they are called. Solid is the library as it is; broken lines are its settings that concern this.
#
# Usage:  gnuplot -c plots/return.gp results/reference/return.csv [png] > return.svg
# Input:  return.csv, schema return/1 (results/README.md); the rows of an allocator on a trace in the order of time
# Read:   a solid line that stays up after the last drop is memory that the machine's other programs do not get.
# Note:   traces with silences are drawn, or, where there are none, the first three. Memory that the kernel may take when it
#         needs it (LazyFree) is not in the lines.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator library status time_s phase resident_bytes live_bytes")

load tidy("return")

columns = narrow ? traces : libraries
lines = narrow ? libraries : traces
panels = libraries * traces
panel_columns(n) = columns
panel_rows(n) = lines
allocators = 0
head = narrow ? 118.0 : 100.0
gap_x = 14.0
gap_y = narrow ? 40.0 : 58.0
if (narrow) { panel_height = 110.0 }
height = head + foot + lines * panel_height + (lines - 1) * gap_y
legend_x = legend_start(0)
eval canvas(width, height)
set multiplot
eval heading("What comes back, and when")
eval x_axis("seconds")
eval y_axis("resident memory")
set xrange [0:last]
set yrange [0:1.05 * top]
set xtics font ",9"
if (narrow) { set xtics ceil(last / 3.0) }
dash(i) = i == 1 ? 1 : i
weight(i) = i == 1 ? 2.2 : 1.4 + 0.05 * i # no two alike: SVG would join lines of the legend that differ in their dashes alone
if (any_live) { entry = "live"; eval legend_area("#d0d0d0") }
do for [i=1:kinds] { entry = kind[i]; eval legend_place . sprintf("set arrow from screen legend_x / width, screen 1 - legend_y / height \
    to screen (legend_x + 22) / width, screen 1 - legend_y / height nohead lc rgb ink dt %d lw %g; ", dash(i), weight(i)) . legend_step }
row_of(name) = name eq "storm" ? "storm: in the silences a request comes every 100 ms" : \
    name eq "storm-silent" ? "storm-silent: nothing at all happens in the silences" : short(name, 60)
do for [k=1:traces] {
    do for [l=1:libraries] {
        n = narrow ? (l - 1) * columns + k : (k - 1) * columns + l
        row_label = row_of(trace[k])
        if (l == 1 && !narrow) { set label row_label at screen left / width, screen 1 - (panel_top(n, panels) - 24) / height left font ",11" textcolor rgb ink }
        eval panel(n, panels)
        if ((n - 1) % columns == 0) { eval byte_tics("y", 1.05 * top) } else { set ytics byte_step(1.05 * top) format "" }
        set title (narrow ? short(library[l], 10) . ": " . short(trace[k], 14) : short(library[l], 20)) offset 0, -0.9 font ",10"
        p = (k - 1) * libraries + l - 1
        plot $live index p using (column("time")):(column("live")) with fillsteps fc rgb "#d0d0d0" fs solid noborder, \
            for [i=1:kinds] $rows index p using (column("kind") == i ? column("time") : NaN):(column("resident")) \
                with steps lc rgb colour_of_library[l] dt dash(i) lw weight(i)
        eval drawn_once
    }
}
unset multiplot
