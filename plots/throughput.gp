# throughput.gp - the time of each allocator over the baseline's, program by program, with its 95 % interval.
#
# Caption: Time in malloc and free over the baseline's time for the same operations, in whole replays: 0.5 took half as long. A
#   row is a program, the first the geometric mean of all. A mark is the median of the rounds' ratios, the bar through it its 95 %
#   interval; where no bar is seen it is narrower than the mark. The baseline is the line at 1. What took more time than the axis
#   has room for stands at the right edge, as a number.
#
# Usage:  gnuplot -c plots/throughput.gp results/reference/comparison.csv [png] > throughput.svg
# Input:  comparison.csv, schema comparison/1 (results/README.md)
# Read:   two marks whose bars touch cannot be told apart; a hollow mark is of the first part of a program only.
# Note:   nothing is subtracted: the harness's own part is in both times, so that all ratios are a little nearer to 1 than
#         what the allocators alone would give.
#         Traces of less than a thousand operations are left out.

if (!exists("in")) { in = ARG1 }
if (!exists("terminal")) { terminal = ARG2 }
here = ARG0; while (strlen(here) && here[strlen(here):] ne "/") { here = here[:strlen(here) - 1] }
load here . "style.gp"
eval needs("trace allocator status baseline ratio ratio_low ratio_high trace_ops")

load tidy("throughput")
title = "Time over the baseline's, by program"
across = (narrow ? "time over " : "time in malloc and free over ") . baseline . "'s"
load here . "ratios.gp"
