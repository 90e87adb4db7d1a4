/*
 * best.c - the grid: best fit, not merging.
 *
 * The shortest free range that is long enough; the lowest address among equals. The walk examines every
 * range, also when an exact fit has been seen: so its length is the number of ranges, and its cost the same
 * for every size.
 *
 * In header    Nothing.
 * In code      Four lines more than simple.
 * Buys         Large ranges are kept whole for large blocks.
 */
#define LADDER_FIND find_best
#include "allocator/ladder/heap.h"

HB_TABLE(best) = {
    .name = "best",
    .summary = "best fit: simple, but the shortest range that is long enough",
    .model = "model-best",
    .before = "simple",
    .idea = "the shortest that fits",
    .group = HB_GROUP_GRID,
    .colour = "#332288",
    .shape = 12,
    HB_LADDER_FUNCTIONS(best),
};
