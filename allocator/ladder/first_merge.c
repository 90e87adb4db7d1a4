/*
 * first_merge.c - the grid: first fit that merges, unaligned.
 *
 * simple and boundary tags, and nothing else: beside simple it shows what merging buys on the very same
 * records, and it completes the grid of three policies with and without merging. A rest of 8 bytes, all
 * record, is split off as in simple, and merged away again.
 *
 * In header    Nothing: 8 bytes, as in simple; the tag is 4 bits that the length does not need.
 * In code      About thirty lines, those of simple_merge.c.
 */
#define LADDER_ALIGN   1
#define LADDER_MERGES  1
#define LADDER_ROVES   0
#define LADDER_INDEXED 0
#define LADDER_FIND    find_first
#include "allocator/ladder/heap.h"

static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(struct hb_ladder, HB_LADDER_LENGTH_MAX)};

HB_LADDER_TABLE(first_merge) = {
    .name = "first-merge",
    .summary = "first fit, merging: simple with boundary tags",
    .state = &kind,
    HB_LADDER_FUNCTIONS,
    .last_walk = HB_LADDER_LAST_WALK,
    .counting = HB_LADDER_COUNTING_TABLE(first_merge),
};
