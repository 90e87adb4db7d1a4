# heap_map.gp - what lies where in the heap as the program goes on: first fit without merging, and beside it with.
#
# Caption: A map of the heap: addresses upward, the operations of the program from left to right. Blue is in use, yellow was used
#   before and is free, above the highest address used so far there is nothing; the line is what the program holds. Left of each pair is the
#   simple allocator, which never merges: yellow gathers that no larger block can use, and the heap grows above it. Right, on
#   the same scale, is the same first fit that merges at once. A blue streak is a block that stays while all around it is freed.
#
# Usage:  gnuplot -c plots/heap_map.gp results/reference/heap_map.csv [png] > heap_map.svg
# Input:  heap_map.csv, schema heap_map/1 (results/README.md)
# Read:   a column of cells is the moment at the end of a window of operations; a cell is the exact share of its bytes that is
#         in allocated ranges.
# Note:   the extent is the heap's own, in bytes, not memory that the system has handed out. Cells are embedded images.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status op live_bytes extent_bytes bucket_bytes allocated_bytes")

load tidy("heap_map")

# Panels stand in rows of four, or as many as make whole groups of a trace's allocators; those of a trace share their axes.
panels = traces * allocators
panel_columns(n) = allocators > 4 || narrow ? allocators : traces == 1 ? allocators : 4 / allocators * allocators
gap_in = 26.0
panel_width(n) = (width - left - right - (panel_columns(n) / allocators - 1) * gap_x - (panel_columns(n) - panel_columns(n) / allocators) * gap_in) / panel_columns(n)
panel_left(k, n) = left + ((k - 1) % panel_columns(n)) * (panel_width(n) + gap_in) + ((k - 1) % panel_columns(n)) / allocators * (gap_x - gap_in)

in_use = "#12355B"; half = "#838573"; sand = "#F3D58A"; line = "#D55E00"
set palette model RGB defined (-1 "#ffffff", -0.5 "#ffffff", -0.5 sand, 0 sand, 1 in_use)
set cbrange [-1:1]
unset colorbox
legend_rows(x) = 1
eval panels_canvas(panels)
set multiplot
eval heading("Map of the heap: first fit, never merging and merging at once")
eval x_axis("operations done")
eval y_axis("address in the heap, bytes")
entry = "in use"; eval legend_area(in_use)
entry = "half in use"; eval legend_area(half)
entry = "free"; eval legend_area(sand)
entry = "bytes that the program holds"; eval legend_line(line, 1.4)

no_label(x) = ""
do for [p=1:panels] {
    if (filled[p]) {
        k = (p - 1) / allocators + 1
        a = p - (k - 1) * allocators
        top = 1.05 * most_extent_bytes[k]
        eval panel(p, panels)
        eval count_tics("x", most_op[k])
        eval linear_tics("y", top, byte_step(top), a == 1 ? "byte" : "no")
        if (a > 1) { set ytics add ("" 0) }
        set title title_of(trace[k]) . ": " . allocator[a] offset 0, -0.7
        plot [0:most_op[k]][0:top] $cells index (p - 1) using (column("middle")):(column("address")):(column("share")) with image, \
            $held index (p - 1) using (column("op")):(column("live")) with lines lc rgb line lw 1.4
        eval drawn_once
    }
}
unset multiplot
