/*
 * check.c - misuse of a ladder heap: found, and put into a sentence.
 */
#include "allocator/ladder/check.h"

#include <inttypes.h>
#include <stdio.h>

#include "allocator/ladder/record.h"

/* By way of integers: the two pointers need not belong to one array. */
static int64_t distance(const struct hb_ladder *heap, const void *place)
{
    return (int64_t)((uintptr_t)place - (uintptr_t)heap->base);
}

/* True when a record can lie at `range` and its length stays within the heap. */
static bool record_is_sound(const struct hb_ladder *heap, const unsigned char *range)
{
    uint64_t left = (uint64_t)(heap->end - range);
    uint64_t length;

    if (left < HB_LADDER_RECORD_BYTES)
        return false;
    length = record_length(record_load(range));
    return length >= HB_LADDER_RECORD_BYTES && length <= left;
}

void hb_ladder_check_record(const struct hb_ladder *heap, const unsigned char *range)
{
    int64_t offset = distance(heap, range);
    char text[160];

    if (record_is_sound(heap, range))
        return;
    snprintf(text, sizeof text,
             "the record at offset %" PRId64
             " was overwritten: no range of this heap of %td bytes has its length",
             offset, heap->end - heap->base);
    hb_simple_report_misuse(heap->name, HB_SIMPLE_SMASHED, offset, text);
}

void hb_ladder_report_foreign(const char *allocator, const void *block, int64_t offset, uint64_t heap_bytes)
{
    char text[160];

    snprintf(text, sizeof text,
             "pointer %p is not of this heap of %" PRIu64 " bytes: it lies at offset %" PRId64
             " from its start",
             block, heap_bytes, offset);
    hb_simple_report_misuse(allocator, HB_SIMPLE_FOREIGN, offset, text);
}

/*
 * Where free ranges are merged, a block that was freed before may lie in the middle of a longer free range:
 * that a pointer there once was a block is then not to be seen.
 */
void hb_ladder_report_no_start(const char *allocator, int64_t offset, uint64_t begins, bool merged)
{
    char text[200];

    snprintf(text, sizeof text,
             "pointer at offset %" PRId64
             " is not one that malloc returned%s: the %srange there begins at %" PRIu64,
             offset, merged ? ", or it was freed before" : "", merged ? "free " : "", begins);
    hb_simple_report_misuse(allocator, HB_SIMPLE_NO_START, offset, text);
}

void hb_ladder_report_double_free(const char *allocator, int64_t offset)
{
    char text[160];

    snprintf(text, sizeof text, "pointer at offset %" PRId64 " was freed before: its range is free", offset);
    hb_simple_report_misuse(allocator, HB_SIMPLE_DOUBLE_FREE, offset, text);
}

/* The range that holds the byte before `block`: the one whose payload it is, if it is one. */
static const unsigned char *range_before(const struct hb_ladder *heap, const void *block)
{
    const unsigned char *range = heap->base;

    for (;;) {
        uint64_t length;

        hb_ladder_check_record(heap, range);
        length = record_length(record_load(range));
        if ((uintptr_t)block <= (uintptr_t)range + length)
            return range;
        range += length;
    }
}

void hb_ladder_check_block(const struct hb_ladder *heap, const void *block)
{
    uintptr_t at = (uintptr_t)block;
    const unsigned char *range;

    if (at <= (uintptr_t)heap->base || at > (uintptr_t)heap->end)
        hb_ladder_report_foreign(heap->name, block, distance(heap, block),
                                 (uint64_t)(heap->end - heap->base));
    range = range_before(heap, block);
    if (at != (uintptr_t)range + HB_LADDER_RECORD_BYTES)
        hb_ladder_report_no_start(heap->name, distance(heap, block), (uint64_t)(range - heap->base),
                                  heap->kind->merges && !record_allocated(record_load(range)));
    if (!record_allocated(record_load(range)))
        hb_ladder_report_double_free(heap->name, distance(heap, block));
}
