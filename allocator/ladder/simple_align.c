/*
 * simple_align.c - the first rung above simple: payloads at multiples of 16.
 *
 * The idea     Lengths are rounded up to 16, and the first record lies 8 bytes before a multiple of 16, so
 *              every payload is aligned. A rest is split off if it has 16 bytes; a shorter one cannot occur,
 *              except at the end of a heap whose length is no multiple of 16.
 * In header    Nothing: 8 bytes, as in simple. Rounding costs 7.5 bytes a block where sizes are spread
 *              evenly.
 * In code      Two instructions to round, and some twenty lines for alignments beyond 16, which simple takes
 *              no notice of.
 * Buys         What C promises of malloc; loads and stores that do not straddle cache lines; fewer ranges to
 *              walk, since a rest too short to be used is no longer split off; and a heap of which more is
 *              never less (bench/question/minimum_heap.h).
 * A walk       is first fit, over every range.
 */
#define LADDER_ALIGN   16
#define LADDER_MERGES  0
#define LADDER_ROVES   0
#define LADDER_INDEXED 0
#define LADDER_FIND    find_first
#include "allocator/ladder/heap.h"

static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(struct hb_ladder, HB_LADDER_LENGTH_MAX)};

HB_LADDER_TABLE(simple_align) = {
    .name = "simple-align",
    .summary = "simple with payloads aligned to 16",
    .state = &kind,
    HB_LADDER_FUNCTIONS,
    .last_walk = HB_LADDER_LAST_WALK,
    .counting = HB_LADDER_COUNTING_TABLE(simple_align),
};
