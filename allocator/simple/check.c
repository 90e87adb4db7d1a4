/*
 * check.c - misuse of a heap of ranges, found and reported: for simple and for the ladder.
 */
#include "allocator/simple/check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- reported -- */

static hb_simple_handler *installed_handler;

hb_simple_handler *hb_simple_on_misuse(hb_simple_handler *handler)
{
    hb_simple_handler *previous = installed_handler;

    installed_handler = handler;
    return previous;
}

/* Ends like a failed assertion, and for the same reason: there is no heap left to go on with. */
static _Noreturn void report(const char *allocator, enum hb_simple_misuse kind, int64_t offset,
                             const char *text)
{
    const struct hb_simple_report misuse = {.kind = kind, .offset = offset, .text = text};

    if (installed_handler != NULL)
        installed_handler(&misuse);
    else
        fprintf(stderr, "%s: %s\n", allocator, text);
    abort();
}

static _Noreturn void report_smashed(const char *allocator, int64_t offset, uint64_t heap_bytes)
{
    char text[160];

    snprintf(text, sizeof text,
             "the record at offset %" PRId64 " was overwritten: no range of this heap of %" PRIu64
             " bytes has its length",
             offset, heap_bytes);
    report(allocator, HB_SIMPLE_SMASHED, offset, text);
}

void hb_misuse_report_foreign(const char *allocator, const void *block, int64_t offset, uint64_t heap_bytes)
{
    char text[160];

    assert(offset <= 0 || (uint64_t)offset >= heap_bytes);
    snprintf(text, sizeof text,
             "pointer %p is not of this heap of %" PRIu64 " bytes: it lies at offset %" PRId64
             " from its start",
             block, heap_bytes, offset);
    report(allocator, HB_SIMPLE_FOREIGN, offset, text);
}

void hb_misuse_report_no_start(const char *allocator, int64_t offset, uint64_t begins, bool swallowed)
{
    char text[200];

    assert(offset > 0 && begins < (uint64_t)offset);
    snprintf(text, sizeof text,
             "pointer at offset %" PRId64
             " is not one that malloc returned%s: the %srange there begins at %" PRIu64,
             offset, swallowed ? ", or it was freed before" : "", swallowed ? "free " : "", begins);
    report(allocator, HB_SIMPLE_NO_START, offset, text);
}

void hb_misuse_report_double_free(const char *allocator, int64_t offset)
{
    char text[160];

    snprintf(text, sizeof text, "pointer at offset %" PRId64 " was freed before: its range is free", offset);
    report(allocator, HB_SIMPLE_DOUBLE_FREE, offset, text);
}

/* -- found -- */

/* By way of integers: the two pointers need not belong to one array. */
static int64_t distance(const struct hb_checked_heap *heap, const void *place)
{
    return (int64_t)((uintptr_t)place - (uintptr_t)heap->base);
}

static uint64_t heap_bytes(const struct hb_checked_heap *heap)
{
    return (uint64_t)(heap->end - heap->base);
}

static uint64_t load(const unsigned char *range)
{
    uint64_t record;

    memcpy(&record, range, sizeof record);
    return record;
}

static bool is_free(const unsigned char *range)
{
    return load(range) >> 63 == 0;
}

/* The length of the range, once a record can lie there and the length stays within the heap. */
static uint64_t sound_length(const struct hb_checked_heap *heap, const unsigned char *range)
{
    uint64_t left = (uint64_t)(heap->end - range), length = 0;

    assert(range >= heap->base && range < heap->end);
    if (left >= HB_SIMPLE_RECORD_BYTES)
        length = load(range) & heap->length_bits;
    if (length < HB_SIMPLE_RECORD_BYTES || length > left)
        report_smashed(heap->name, distance(heap, range), heap_bytes(heap));
    return length;
}

void hb_misuse_check_record(struct hb_checked_heap heap, const unsigned char *range)
{
    sound_length(&heap, range);
}

/* The range that holds the byte before `block`: the one whose payload it is, if it is one. */
static const unsigned char *range_before(const struct hb_checked_heap *heap, uintptr_t block)
{
    const unsigned char *range = heap->base;
    uint64_t length = sound_length(heap, range);

    while (block > (uintptr_t)range + length) {
        range += length;
        length = sound_length(heap, range);
    }
    return range;
}

void hb_misuse_check_block(struct hb_checked_heap heap, const void *block)
{
    uintptr_t at = (uintptr_t)block;
    const unsigned char *range;

    if (at <= (uintptr_t)heap.base || at > (uintptr_t)heap.end)
        hb_misuse_report_foreign(heap.name, block, distance(&heap, block), heap_bytes(&heap));
    range = range_before(&heap, at);
    if (at != (uintptr_t)range + HB_SIMPLE_RECORD_BYTES)
        hb_misuse_report_no_start(heap.name, distance(&heap, block), (uint64_t)(range - heap.base),
                                  heap.merges && is_free(range));
    if (is_free(range))
        hb_misuse_report_double_free(heap.name, distance(&heap, block));
}
