/*
 * simple_merge.c - the second rung: simple-align with boundary tags, merging on free.
 *
 * The idea     A freed range is joined at once with the free ranges on both sides of it, found in O(1) by
 *              boundary tags (Knuth 1962).
 * In header    Nothing: 8 bytes, as before. The tag is 4 bits that the length does not need, and the length
 *              of a free range is repeated in its own last 8 bytes (record.h, range.h).
 * In code      About thirty lines. Every malloc and every free also reads and writes the record of the
 *              range behind.
 * Buys         Fewer ranges, so shorter walks, and large ranges from small ones. No two free ranges are ever
 *              neighbours; free everything and one range is left.
 * A walk       is first fit, over every range.
 */
#define LADDER_ALIGN  16
#define LADDER_MERGES 1
#define LADDER_FIND   find_first
#include "allocator/ladder/heap.h"

HB_TABLE(simple_merge) = {
    .name = "simple-merge",
    .summary = "simple-align with boundary tags: free ranges merge at once",
    .model = "model-first-align-merge",
    .before = "simple-align",
    .idea = "free neighbours merge",
    .group = HB_GROUP_LADDER,
    .colour = "#8C2D04",
    .shape = 12,
    HB_LADDER_FUNCTIONS(simple_merge),
};
