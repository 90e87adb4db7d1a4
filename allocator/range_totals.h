/*
 * range_totals.h - the figures about the ranges of a heap (results/README.md, "Ranges and free bytes"), added
 * up range by range in address order.
 *
 *     struct hb_range_totals totals = {.run_bytes = 0};
 *     allocator->ranges(heap, hb_totals_visit, &totals);
 *
 * A caller who leaves a range out, or takes only a part of one because his heap ends there, has a visitor of
 * his own that calls hb_totals_add. What is no sum over ranges (high_water_bytes, header_bytes) stays as it
 * was.
 */
#ifndef HB_ALLOCATOR_RANGE_TOTALS_H
#define HB_ALLOCATOR_RANGE_TOTALS_H

#include "allocator/allocator.h"

struct hb_range_totals {
    struct hb_heap_state state;
    uint64_t run_bytes; /* of the adjacent free ranges that end here */
};

void hb_totals_add(struct hb_range_totals *totals, const struct hb_range *range);

/* The same as a visitor, for ranges(): `totals` is a struct hb_range_totals. Never stops. */
bool hb_totals_visit(void *totals, const struct hb_range *range);

#endif
