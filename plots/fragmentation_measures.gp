# fragmentation_measures.gp - the four measures of fragmentation of Johnstone and Wilson (1998), by trace.
#
# Caption: How much more than the live bytes the simple allocator's heap takes, as a percentage, by four measures: #1 the
#   mean over all moments; #2 at the moment when the most is live; #3 the largest heap against what was live at that moment;
#   #4 the largest heap against the most that was ever live. Filled dots count the records in front of the blocks, hollow
#   ones leave them out, and what lies between is what the records cost. Published for comparison (measure #4, headers and
#   alignment removed, mean of eight real programs): address-ordered first fit that merges, 2.3 %.
#
# Usage:  gnuplot -c plots/fragmentation_measures.gp results/reference/fragmentation_summary.csv [png] > fragmentation_measures.svg
# Input:  fragmentation_summary.csv, schema fragmentation_summary/1 (results/README.md)
# Read:   0 % is a heap with nothing in it but what was asked for; 100 % is twice the memory.
# Note:   exact, of the whole trace, and the same on every machine.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status measure1 measure2 measure3 measure4 payload1 payload2 payload3 payload4")

wanted(name) = name eq "simple" && measured(strcol("status")) && column("measure4") >= 0
eval scan
eval largest("top", "in", "wanted(strcol('allocator')) ? \
    larger(larger(column('measure1'), column('measure2')), larger(column('measure3'), column('measure4'))) : 0")

array caption[4] = ["#1 mean over time", "#2 when most is live", "#3 heap at its largest", "#4 largest heap, most live"]
gap_x = 36.0
left = 150.0
panel_height = 22.0 * traces + 16
panel_columns(n) = n
eval panels_canvas(4)
set multiplot
eval heading("Fragmentation of the simple allocator, four measures")
eval x_axis("heap over live bytes")
entry = "with records"; eval legend_point(colour("simple"), 7)
entry = "without"; eval legend_point(colour("simple"), 6)
set format x "%.0f %%"
step = count_step(larger(top, 1))
if (top > 3 * step) { step = 2 * step }
set xtics step
do for [m=1:4] {
    eval panel(m, 4)
    set title caption[m] offset 0, -0.7
    set ytics scale 0 ("" 0)
    do for [k=1:traces] { set ytics add ((m == 1 ? tick(short(trace[k], 20)) : "") -k) }
    place(x) = wanted(strcol("allocator")) ? -trace_at(strcol("trace")) : NaN
    with_records(x) = column(sprintf("measure%d", m))
    without(x) = column(sprintf("payload%d", m))
    plot [0:1.1 * larger(top, 1)][-traces - 0.7:-0.3] \
        in using (without(0)):(place(0)):(with_records(0) - without(0)):(0) with vectors nohead lc rgb colour("simple") lw 1.5, \
        in using (without(0)):(place(0)) with points pt 7 ps 0.75 lc rgb "white", \
        in using (without(0)):(place(0)) with points pt 6 ps 0.75 lc rgb colour("simple"), \
        in using (with_records(0)):(place(0)) with points pt 7 ps 0.75 lc rgb colour("simple")
    eval drawn_once
}
unset multiplot
