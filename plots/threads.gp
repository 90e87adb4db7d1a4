# threads.gp - the time of each allocator over the baseline's when as many threads replay a program as made it.
#
# Caption: Elapsed time over the baseline's for the same operations, from the start of the first thread to the end of the last; 0.5 took
#   half as long. A row is a program that several threads made. A mark is the median of the rounds' ratios, the bar reaches from
#   the least to the most. Threads beyond the machine's cores take turns: what more cores would give cannot be seen.
#
# Usage:  gnuplot -c plots/threads.gp results/reference/threads.csv [png] > threads.svg
# Input:  threads.csv, schema threads/1 (results/README.md)
# Read:   beside the figure above it: an allocator that falls back here pays for its threads.
# Note:   a hollow mark is of the first part of a program only. How long the threads waited for one another's objects, which is
#         the program's own doing, is in the table. Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status replay_threads ops elapsed_ns reference reference_ns")
load tidy("threads")
title = "Time over the baseline's with the program's threads" . (strlen(cores) ? ", on " . cores : "")
across = (narrow ? "time over " : "elapsed time over ") . baseline . "'s"
load here . "ratios.gp"
