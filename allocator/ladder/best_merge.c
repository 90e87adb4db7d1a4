/*
 * best_merge.c - the grid: best fit that merges.
 *
 * As best.c, with boundary tags.
 *
 * In header    Nothing: 8 bytes, as in simple; the tag is 4 bits that the length does not need.
 * In code      The four lines of best.c and the thirty of simple_merge.c.
 */
#define LADDER_MERGES 1
#define LADDER_FIND   find_best
#include "allocator/ladder/heap.h"

HB_TABLE(best_merge) = {
    .name = "best-merge",
    .summary = "best fit, merging",
    .model = "model-best-merge",
    .before = "best",
    .idea = "free neighbours merge",
    .group = HB_GROUP_GRID,
    .colour = "#AA4499",
    .shape = 10,
    HB_LADDER_FUNCTIONS(best_merge),
};
