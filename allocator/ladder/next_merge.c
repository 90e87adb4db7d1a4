/*
 * next_merge.c - the grid: next fit that merges.
 *
 * As next.c, with boundary tags. Where merging takes the range at which the next search would begin into the
 * one before it, the search begins at that one.
 *
 * In header    Nothing; one pointer a heap, the rover.
 * In code      The ten lines of next.c, the thirty of simple_merge.c, and two for the rover in a merge.
 */
#define LADDER_ALIGN   1
#define LADDER_MERGES  1
#define LADDER_ROVES   1
#define LADDER_INDEXED 0
#define LADDER_FIND    find_next
#include "allocator/ladder/heap.h"

static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(struct hb_ladder, HB_LADDER_LENGTH_MAX)};

HB_LADDER_TABLE(next_merge) = {
    .name = "next-merge",
    .summary = "next fit, merging",
    .state = &kind,
    HB_LADDER_FUNCTIONS,
    .last_walk = HB_LADDER_LAST_WALK,
    .counting = HB_LADDER_COUNTING_TABLE(next_merge),
};
