# return.gp - what comes back, and when: resident memory after a burst, and after all is freed.
#
# Caption: Resident memory over wall time; a column a library, a row a workload, with the same vertical axis for all libraries. Grey is what is live: a burst,
#   nine tenths of it freed a second later, silence; the same again, all of it freed, silence. What a line holds above the grey, the program has
#   freed and the system has not got back. In the upper row a request comes every 100 ms in the silences, as in a
#   service that has little to do; in the lower one nothing at all happens: most libraries give memory back only when they are
#   called, and some of them not at once. Solid is the library as it is; broken lines are its settings that concern this.
#
# Usage:  gnuplot -c plots/return.gp results/reference/return.csv [png] > return.svg
# Input:  return.csv, schema return/1 (results/README.md); the rows of an allocator on a trace in the order of time
# Read:   a solid line that stays up after the last drop is memory that the machine's other programs do not get.
# Note:   traces with silences are drawn, or, where there are none, all. Memory that the kernel may take when it
#         needs it (LazyFree) is not in the lines.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator library status time_s phase resident_bytes live_bytes")

wanted(name) = measured(strcol("status")) && strlen(strcol("time_s")) > 0
eval scan

# The libraries, each with its allocators, and what these are called beside it: "eager" of "jemalloc-eager".
array library[most]
array kind[most]
array kind_of[most]
array library_of[most]
array mine[most]
libraries = 0
kinds = 0
at_of(name, count) = count == 0 ? 0 : (sum [i=1:count] (library[i] eq name ? i : 0))
kind_at(name) = kinds == 0 ? 0 : (sum [i=1:kinds] (kind[i] eq name ? i : 0))
note_library(name) = at_of(name, libraries) ? 0 : (libraries = libraries + 1, library[libraries] = name, 0)
note_kind(name) = kind_at(name) ? 0 : (kinds = kinds + 1, kind[kinds] = name, 0)
suffix(name, of) = name eq of ? "as it is" : strstrt(name, of . "-") == 1 ? name[strlen(of) + 2:] : name
place(a) = (library_of[a] = strcol("library"), kind_of[a] = suffix(strcol("allocator"), strcol("library")), 0)
do for [a=1:allocators] { library_of[a] = ""; kind_of[a] = "" }
set table $scan
plot in using (wanted(0) && allocator_at(strcol("allocator")) ? place(allocator_at(strcol("allocator"))) : 0) with table
unset table
undefine $scan
x = note_kind("as it is")
do for [a=1:allocators] { x = note_library(library_of[a]) }
do for [a=1:allocators] { x = note_kind(kind_of[a]) }

# The traces that have a silence while something is live.
array silent[most]
do for [k=1:traces] { silent[k] = 0 }
set table $scan
plot in using (k = trace_at(strcol("trace")), k && strcol("phase") eq "silence" ? (silent[k] = 1, 0) : 0) with table
unset table
undefine $scan
kept = 0
do for [k=1:traces] { if (silent[k]) { kept = kept + 1; trace[kept] = trace[k] } }
if (kept) { traces = kept }

drawn(name) = trace_at(strcol("trace")) > 0 && wanted(name)
eval reach_of("drawn('') ? larger(column('resident_bytes'), column('live_bytes')) : 0")
eval largest("last", "in", "drawn('') ? column('time_s') : 0")

columns = libraries
head = 84.0
gap_x = 14.0
gap_y = 58.0
height = head + foot + traces * panel_height + (traces - 1) * gap_y
eval canvas(width, height)
panel_columns(n) = columns
set multiplot
eval heading("What comes back, and when")
eval x_axis("seconds")
eval y_axis("resident memory")
set xrange [0:last]
set xtics font ",9"
dash(i) = i == 1 ? 1 : i
weight(i) = i == 1 ? 2.2 : 1.5
entry = "live"
eval legend_area("#d0d0d0")
do for [i=1:kinds] { entry = kind[i]; eval legend_place . sprintf("set arrow from screen legend_x / width, screen 1 - legend_y / height \
    to screen (legend_x + 22) / width, screen 1 - legend_y / height nohead lc rgb ink dt %d lw %g; ", dash(i), weight(i)) . legend_step }
row_of(name) = name eq "storm" ? "storm: in the silences a request comes every 100 ms" : \
    name eq "storm-silent" ? "storm-silent: nothing at all happens in the silences" : short(name, 60)
do for [k=1:traces] {
    row_label = row_of(trace[k])
    top = larger(1.05 * reach[k], 4)
    set yrange [0:top]
    set label row_label at screen left / width, screen 1 - (panel_top((k - 1) * columns + 1, traces * columns) - 24) / height left font ",11" textcolor rgb ink
    eval rows_of_trace("time_s resident_bytes live_bytes")
    do for [l=1:libraries] {
        n = (k - 1) * columns + l
        eval panel(n, traces * columns)
        if (l == 1) { eval byte_tics("y", top) } else { set ytics byte_step(top) format "" }
        set title short(library[l], 20) offset 0, -0.9 font ",10"
        mines = 0
        do for [i=1:heres] { if (library_of[here[i]] eq library[l]) { mines = mines + 1; mine[mines] = here[i] } }
        of_mine(i, name) = column("who") == mine[i] && column("measured") == 1 ? column(name) : NaN
        if (mines) {
            shown = known_index(library[l]) ? colour(library[l]) : colour(allocator[mine[1]])
            plot $rows using (of_mine(1, "time_s")):(of_mine(1, "live_bytes")) with fillsteps fc rgb "#d0d0d0" fs solid noborder, \
                for [i=1:mines] $rows using (of_mine(i, "time_s")):(of_mine(i, "resident_bytes")) \
                    with steps lc rgb shown dt dash(kind_at(kind_of[mine[i]])) lw weight(kind_at(kind_of[mine[i]]))
        } else {
            plot -1 lc rgb "#ffffff" # nothing of it
        }
        eval drawn_once
    }
}
unset multiplot
