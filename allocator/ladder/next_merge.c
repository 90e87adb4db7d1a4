/*
 * next_merge.c - the grid: next fit that merges.
 *
 * As next.c, with boundary tags. Where merging takes the range at which the next search would begin into the
 * one before it, the search begins at that one.
 *
 * In header    Nothing; one pointer a heap, the rover.
 * In code      The ten lines of next.c, the thirty of simple_merge.c, and two for the rover in a merge.
 */
#define LADDER_MERGES 1
#define LADDER_ROVES  1
#define LADDER_FIND   find_next
#include "allocator/ladder/heap.h"

HB_TABLE(next_merge) = {
    .name = "next-merge",
    .summary = "next fit, merging",
    .model = "model-next-merge",
    .before = "next",
    .idea = "free neighbours merge",
    .group = HB_GROUP_GRID,
    .colour = "#44AA99",
    .shape = 4,
    HB_LADDER_FUNCTIONS(next_merge),
};
