/*
 * simple_check.c - misuse of a simple heap: found, and reported.
 */
#include "allocator/simple/simple_check.h"

#include "allocator/simple/simple_record.h"
#include "allocator/simple/simple_report.h"

/* By way of integers: the two pointers need not belong to one array. */
static int64_t distance(const struct hb_simple *heap, const void *place)
{
    return (int64_t)((uintptr_t)place - (uintptr_t)heap->base);
}

/* True when a record can lie at `range` and its length stays within the heap. */
static bool record_is_sound(const struct hb_simple *heap, const unsigned char *range)
{
    uint64_t left = (uint64_t)(heap->end - range);
    uint64_t length;

    if (left < HB_SIMPLE_RECORD_BYTES)
        return false;
    length = hb_record_length(hb_record_load(range));
    return length >= HB_SIMPLE_RECORD_BYTES && length <= left;
}

static uint64_t heap_bytes(const struct hb_simple *heap)
{
    return (uint64_t)(heap->end - heap->base);
}

void hb_simple_check_record(const struct hb_simple *heap, const unsigned char *range)
{
    if (!record_is_sound(heap, range))
        hb_simple_report_smashed("simple", distance(heap, range), heap_bytes(heap));
}

/* The range that holds the byte before `block`: the one whose payload it is, if it is one. */
static const unsigned char *range_before(const struct hb_simple *heap, const void *block)
{
    const unsigned char *range = heap->base;

    for (;;) {
        uint64_t length;

        hb_simple_check_record(heap, range);
        length = hb_record_length(hb_record_load(range));
        if ((uintptr_t)block <= (uintptr_t)range + length)
            return range;
        range += length;
    }
}

void hb_simple_check_block(const struct hb_simple *heap, const void *block)
{
    uintptr_t at = (uintptr_t)block;
    const unsigned char *range;

    if (at <= (uintptr_t)heap->base || at > (uintptr_t)heap->end)
        hb_simple_report_foreign("simple", block, distance(heap, block), heap_bytes(heap));
    range = range_before(heap, block);
    if (at != (uintptr_t)range + HB_SIMPLE_RECORD_BYTES)
        hb_simple_report_no_start("simple", distance(heap, block), (uint64_t)(range - heap->base), false);
    if (!hb_record_allocated(hb_record_load(range)))
        hb_simple_report_double_free("simple", distance(heap, block));
}
