/*
 * simple_inspect.c - what can be asked of a simple heap: its ranges, and the figures about them.
 */
#include "allocator/simple/simple_check.h"
#include "allocator/simple/simple_record.h"
#include "allocator/survey.h"

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

void hb_simple_inspect(const struct hb_simple *heap, struct hb_heap_state *state)
{
    struct hb_survey survey = {
        .state = {.high_water_bytes = (uint64_t)(heap->high_water - heap->base),
                  .header_bytes = HB_SIMPLE_RECORD_BYTES},
    };

    hb_simple_ranges(heap, hb_survey_visit, &survey);
    *state = survey.state;
}

uint64_t hb_simple_offset(const struct hb_simple *heap, const void *block)
{
    return (uint64_t)((const unsigned char *)block - heap->base);
}
