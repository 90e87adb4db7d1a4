/*
 * heap_look - a heap's state as METRICS.md counts it, with or without an end.
 */
#include "bench/replay.h"

struct look {
    struct hb_heap_state *state;
    uint64_t run_bytes; /* of the adjacent free ranges that end here */
};

/* Adds up the free ranges but the tail, which is the one that reaches above the high-water mark (an allocator
 * that merges may have made it begin below). */
static bool look_at_range(void *context, const struct hb_range *range)
{
    struct look *look = context;
    struct hb_heap_state *state = look->state;

    if (range->offset + range->length > state->high_water_bytes)
        return false;
    if (range->allocated) {
        look->run_bytes = 0;
        return true;
    }
    look->run_bytes += range->length;
    state->free_ranges++;
    state->free_bytes += range->length;
    if (range->length > state->largest_free_bytes)
        state->largest_free_bytes = range->length;
    if (look->run_bytes > state->largest_run_bytes)
        state->largest_run_bytes = look->run_bytes;
    return true;
}

void hb_heap_look(const struct hb_allocator *allocator, const void *heap, bool ample,
                  struct hb_heap_state *state)
{
    struct look look = {.state = state};

    *state = (struct hb_heap_state){0};
    if (allocator->inspect == NULL)
        return;
    allocator->inspect(heap, state);
    if (!ample || allocator->ranges == NULL)
        return;
    state->free_ranges = state->free_bytes = state->largest_free_bytes = state->largest_run_bytes = 0;
    allocator->ranges(heap, look_at_range, &look);
}

enum hb_status hb_heap_check_broken(const struct hb_allocator *allocator, const void *heap,
                                    struct hb_error *error)
{
    struct hb_heap_state state;

    if (allocator->broken == NULL || !allocator->broken(heap))
        return HB_OK;
    allocator->inspect(heap, &state);
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for its %llu ranges", allocator->name,
                        (unsigned long long)state.ranges);
}
