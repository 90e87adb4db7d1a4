/*
 * range_totals.c - adds up the ranges of a heap, and finds the longest free one and the longest free run.
 */
#include "allocator/range_totals.h"

#include <assert.h>

static void add_free(struct hb_range_totals *totals, uint64_t length)
{
    struct hb_heap_state *state = &totals->state;

    state->free_ranges++;
    state->free_bytes += length;
    if (length > state->largest_free_bytes)
        state->largest_free_bytes = length;
    totals->run_bytes += length;
    if (totals->run_bytes > state->largest_run_bytes)
        state->largest_run_bytes = totals->run_bytes;
    assert(state->largest_free_bytes <= state->largest_run_bytes);
    assert(state->largest_run_bytes <= state->free_bytes);
}

void hb_totals_add(struct hb_range_totals *totals, const struct hb_range *range)
{
    assert(range->length > 0);
    totals->state.ranges++;
    if (range->allocated) {
        totals->state.allocated_range_bytes += range->length;
        totals->run_bytes = 0;
    } else {
        add_free(totals, range->length);
    }
}

bool hb_totals_visit(void *totals, const struct hb_range *range)
{
    hb_totals_add(totals, range);
    return true;
}
