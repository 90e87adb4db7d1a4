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
#define LADDER_MERGES 1
#define LADDER_FIND   find_first
#include "allocator/ladder/heap.h"

HB_TABLE(first_merge) = {
    .name = "first-merge",
    .summary = "first fit, merging: simple with boundary tags",
    .model = "model-first-merge",
    .before = "simple",
    .idea = "free neighbours merge",
    .group = HB_GROUP_GRID,
    .colour = "#661100",
    .shape = 6,
    HB_LADDER_FUNCTIONS(first_merge),
};
