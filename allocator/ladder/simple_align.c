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
#define LADDER_ALIGN 16
#define LADDER_FIND  find_first
#include "allocator/ladder/heap.h"

HB_TABLE(simple_align) = {
    .name = "simple-align",
    .summary = "simple with payloads aligned to 16",
    .model = "model-first-align",
    .before = "simple",
    .idea = "aligned to 16",
    .group = HB_GROUP_LADDER,
    .colour = "#F0A070",
    .shape = 4,
    HB_LADDER_FUNCTIONS(simple_align),
};
