/*
 * heap_look - a heap's state as METRICS.md counts it, with or without an end.
 */
#include "allocator/model/model.h"
#include "allocator/range_totals.h"
#include "bench/replay/replay.h"

/* What lies below the high-water mark. */
struct look {
    struct hb_range_totals totals;
    uint64_t end;
};

/* Stops at the tail, which is the range that reaches above the high-water mark (an allocator that merges may
 * have made it begin below). */
static bool look_at_range(void *context, const struct hb_range *range)
{
    struct look *look = context;

    if (range->offset + range->length > look->end)
        return false;
    hb_totals_add(&look->totals, range);
    return true;
}

void hb_heap_look(const struct hb_allocator *allocator, const void *heap, bool ample,
                  struct hb_heap_state *state)
{
    struct look look;

    *state = (struct hb_heap_state){0};
    if (allocator->inspect == NULL)
        return;
    allocator->inspect(heap, state);
    if (!ample || allocator->ranges == NULL)
        return;
    look = (struct look){.end = state->high_water_bytes};
    allocator->ranges(heap, look_at_range, &look);
    state->free_ranges = look.totals.state.free_ranges;
    state->free_bytes = look.totals.state.free_bytes;
    state->largest_free_bytes = look.totals.state.largest_free_bytes;
    state->largest_run_bytes = look.totals.state.largest_run_bytes;
}

enum hb_status hb_heap_check_broken(const struct hb_allocator *allocator, const void *heap,
                                    struct hb_error *error)
{
    enum hb_status status = allocator->broken != NULL ? allocator->broken(heap) : HB_OK;
    struct hb_heap_state state;

    if (status == HB_OK)
        return HB_OK;
    if (status == HB_ERR_LIMIT)
        return hb_error_set(error, status, "%s: %s", allocator->name, HB_MODEL_BROKEN_END);
    allocator->inspect(heap, &state);
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for its %llu ranges", allocator->name,
                        (unsigned long long)state.ranges);
}
