/*
 * heap_state.c - a heap's state as results/README.md counts it, with or without an end; whether its figures
 * are worth anything; and why it had no room.
 */
#include <assert.h>

#include "allocator/model/model.h"
#include "allocator/range_totals.h"
#include "bench/replay/replay.h"

/* What lies below the high-water mark. */
struct below_mark {
    struct hb_range_totals totals;
    uint64_t end;
};

/* Stops at the tail, which is the range that reaches above the high-water mark (an allocator that merges may
 * have made it begin below). */
static bool add_range(void *context, const struct hb_range *range)
{
    struct below_mark *below = context;

    if (range->offset + range->length > below->end)
        return false;
    hb_totals_add(&below->totals, range);
    return true;
}

void hb_replay_inspect(const struct hb_allocator *allocator, const void *heap, bool ample,
                       struct hb_heap_state *state)
{
    struct below_mark below;

    *state = (struct hb_heap_state){0};
    if (allocator->inspect == NULL)
        return;
    allocator->inspect(heap, state);
    if (!ample || allocator->ranges == NULL)
        return;
    below = (struct below_mark){.end = state->high_water_bytes};
    allocator->ranges(heap, add_range, &below);
    state->free_ranges = below.totals.state.free_ranges;
    state->free_bytes = below.totals.state.free_bytes;
    state->largest_free_bytes = below.totals.state.largest_free_bytes;
    state->largest_run_bytes = below.totals.state.largest_run_bytes;
}

enum hb_status hb_replay_check_heap(const struct hb_allocator *allocator, const void *heap,
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

enum hb_failure_reason hb_failure_reason(uint64_t need, uint64_t free_bytes, uint64_t largest_run_bytes)
{
    assert(largest_run_bytes <= free_bytes);
    if (free_bytes < need)
        return HB_FAILURE_FULL;
    return largest_run_bytes >= need ? HB_FAILURE_UNMERGED : HB_FAILURE_SCATTERED;
}

const char *hb_failure_reason_name(enum hb_failure_reason reason)
{
    static const char *const names[] = {
        [HB_FAILURE_NONE] = NULL,
        [HB_FAILURE_FULL] = "full",
        [HB_FAILURE_UNMERGED] = "unmerged",
        [HB_FAILURE_SCATTERED] = "scattered",
    };

    return names[reason];
}
