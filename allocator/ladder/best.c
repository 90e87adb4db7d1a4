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
#define LADDER_ALIGN   1
#define LADDER_MERGES  0
#define LADDER_ROVES   0
#define LADDER_INDEXED 0
#define LADDER_FIND    find_best
#include "allocator/ladder/heap.h"

static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(struct hb_ladder, HB_LADDER_LENGTH_MAX)};

HB_LADDER_TABLE(best) = {
    .name = "best",
    .summary = "best fit: simple, but the shortest range that is long enough",
    .state = &kind,
    HB_LADDER_FUNCTIONS,
    .last_walk = HB_LADDER_LAST_WALK,
    .counting = HB_LADDER_COUNTING_TABLE(best),
};
