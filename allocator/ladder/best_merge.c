/*
 * best_merge.c - the grid: best fit that merges.
 *
 * As best.c, with boundary tags.
 *
 * In header    Nothing: 8 bytes, as in simple; the tag is 4 bits that the length does not need.
 * In code      The four lines of best.c and the thirty of simple_merge.c.
 */
#define LADDER_ALIGN   1
#define LADDER_MERGES  1
#define LADDER_ROVES   0
#define LADDER_INDEXED 0
#define LADDER_FIND    find_best
#include "allocator/ladder/heap.h"

static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(struct hb_ladder, HB_LADDER_LENGTH_MAX)};

HB_LADDER_TABLE(best_merge) = {
    .name = "best-merge",
    .summary = "best fit, merging",
    .state = &kind,
    HB_LADDER_FUNCTIONS,
    .last_walk = HB_LADDER_LAST_WALK,
    .counting = HB_LADDER_COUNTING_TABLE(best_merge),
};
