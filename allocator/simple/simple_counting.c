/*
 * simple_counting.c - the simple allocator once more, counting the records that each walk examines.
 */
#define HB_SIMPLE_COUNTING 1
#include "allocator/simple/simple_heap.h"
#include "allocator/simple/simple_table_body.h"

static void table_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct hb_simple *simple = heap;

    *walk = simple->walk;
    walk->high_water_bytes = (uint64_t)(simple->high_water - simple->base);
}

const struct hb_allocator hb_allocator_simple_counting = {
    .name = "simple",
    .summary = "simple, counting its walks",
    HB_SIMPLE_TABLE_FUNCTIONS,
    .last_walk = table_last_walk,
};
