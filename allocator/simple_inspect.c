/*
 * simple_inspect.c - what can be asked of a simple heap: its ranges, and METRICS.md's figures about them.
 */
#include "allocator/simple_check.h"
#include "allocator/simple_record.h"

void hb_simple_ranges(const struct hb_simple *heap,
                      bool (*visit)(void *context, const struct hb_range *range), void *context)
{
    const unsigned char *at = heap->base;

    while (at < heap->end) {
        struct hb_range range;
        uint64_t record;

        if (HB_SIMPLE_CHECKS)
            hb_simple_check_record(heap, at);
        record = hb_record_load(at);
        range.offset = (uint64_t)(at - heap->base);
        range.length = hb_record_length(record);
        range.allocated = hb_record_allocated(record);
        if (!visit(context, &range))
            return;
        at += range.length;
    }
}

/* The sums so far, and the run of adjacent free ranges that ends here. */
struct inspection {
    struct hb_heap_state *state;
    uint64_t run_bytes;
};

static void inspect_free(struct inspection *inspection, uint64_t length)
{
    struct hb_heap_state *state = inspection->state;

    state->free_ranges++;
    state->free_bytes += length;
    if (length > state->largest_free_bytes)
        state->largest_free_bytes = length;
    inspection->run_bytes += length;
    if (inspection->run_bytes > state->largest_run_bytes)
        state->largest_run_bytes = inspection->run_bytes;
}

static bool inspect_range(void *context, const struct hb_range *range)
{
    struct inspection *inspection = context;

    inspection->state->ranges++;
    if (range->allocated) {
        inspection->state->allocated_range_bytes += range->length;
        inspection->run_bytes = 0;
    } else {
        inspect_free(inspection, range->length);
    }
    return true;
}

void hb_simple_inspect(const struct hb_simple *heap, struct hb_heap_state *state)
{
    struct inspection inspection = {.state = state, .run_bytes = 0};

    *state = (struct hb_heap_state){
        .high_water_bytes = (uint64_t)(heap->high_water - heap->base),
        .header_bytes = HB_SIMPLE_RECORD_BYTES,
    };
    hb_simple_ranges(heap, inspect_range, &inspection);
}

uint64_t hb_simple_offset(const struct hb_simple *heap, const void *block)
{
    return (uint64_t)((const unsigned char *)block - heap->base);
}
