/*
 * next.c - the grid: next fit, not merging.
 *
 * The search begins at the range after the one handed out last: at its rest where it was split, at the first
 * range behind the last one. It goes round once, so a failing walk examines every range, as in simple.
 *
 * In header    Nothing; one pointer a heap, the rover.
 * In code      About ten lines more than simple.
 * Buys         Short walks while memory is plentiful. In a heap without end it never turns round, and so
 *              never reuses anything: give it a heap of some length.
 */
#define LADDER_ROVES 1
#define LADDER_FIND  find_next
#include "allocator/ladder/heap.h"

HB_TABLE(next) = {
    .name = "next",
    .summary = "next fit: simple, but each search goes on where the last one ended",
    .model = "model-next",
    .before = "simple",
    .idea = "goes on where it last stopped",
    .group = HB_GROUP_GRID,
    .colour = "#7A7A00",
    .shape = 8,
    HB_LADDER_FUNCTIONS(next),
};
