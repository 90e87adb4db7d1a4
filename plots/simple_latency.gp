# simple_latency.gp - how long single allocations take on the simple allocator: its tail is nearly all of them.
#
# Caption: How long a single allocation takes where every malloc walks from the start of the heap: the simple allocator beside those that programs
#   run on. At 99.9 % one call in a thousand takes as long or longer, the last point is the slowest of all. One panel a program; the axis of time is
#   logarithmic and the same in all. A dashed line is of the first part of a program only, where the heap was small still: the rest would have
#   taken too long. The grey line is the null allocator, whose calls do nothing.
#
# Usage:  gnuplot -c plots/simple_latency.gp results/reference/latency.csv [png] > simple_latency.svg
# Input:  latency.csv, schema latency/1 (results/README.md)
# Read:   an allocator with a free list has its slow calls on the right alone; a walk makes the median slow.
# Note:   drawn as latency.gp draws the others. Programs that simple has no row of are left out, and traces of less than a thousand operations.

in = ARG1
terminal = ARG2
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
figure = "simple_latency"
figure_title = "How long single allocations take on the simple allocator, by percentile"
load here . "latency.gp"
