/*
 * range.h - the verbs on ranges: split, absorb, hand out, give back.
 *
 * Not an interface: heap.h includes it into a rung. A range is the address of its record. Constants of the
 * rung: LADDER_MERGES (boundary tags are kept), LADDER_ROVES (the heap has a rover).
 *
 * Boundary tags (Knuth 1962, TAOCP 1 2.5), at no cost in the header: the range after a free one bears a tag
 * that says so, and the free range keeps its length once more in its own last 8 bytes, which nobody else
 * needs while it is free (record.h has what becomes of those too short for that). The last range of the heap
 * has no successor to be found by, so it has no footer, and an untouched tail stays untouched.
 */
#ifndef HB_ALLOCATOR_LADDER_RANGE_H
#define HB_ALLOCATOR_LADDER_RANGE_H

#include <assert.h>

#include "allocator/ladder/ladder.h"
#include "allocator/ladder/record.h"

static inline uint64_t range_length(const unsigned char *range)
{
    return record_length(record_load(range));
}

static inline bool range_is_free(const unsigned char *range)
{
    return !record_allocated(record_load(range));
}

/* The address behind the range: its successor, or the heap's end. */
static inline unsigned char *range_end(unsigned char *range)
{
    return range + range_length(range);
}

/* Tells the successor what it has before it. */
static inline void range_tell_next(const struct hb_ladder *heap, unsigned char *range, unsigned tag)
{
    unsigned char *next = range_end(range);

    assert(next <= heap->end);
    if (next == heap->end)
        return;
    if (tag == HB_LADDER_TAG_FOOTER)
        record_store(next - HB_LADDER_RECORD_BYTES, range_length(range));
    record_store(next, (record_load(next) & ~HB_LADDER_TAG) | ((uint64_t)tag << HB_LADDER_TAG_SHIFT));
}

/* The free range that ends where `range` begins, or NULL. */
static inline unsigned char *range_free_before(unsigned char *range)
{
    unsigned tag = record_tag(record_load(range));
    unsigned char *before;

    if (tag == HB_LADDER_TAG_NOT_FREE)
        return NULL;
    before = range - (tag == HB_LADDER_TAG_FOOTER ? record_load(range - HB_LADDER_RECORD_BYTES)
                                                  : tag + HB_LADDER_RECORD_BYTES - 1);
    assert(range_is_free(before) && range_end(before) == range);
    return before;
}

/* The free range that begins where `range` ends, or NULL. */
static inline unsigned char *range_free_after(const struct hb_ladder *heap, unsigned char *range)
{
    unsigned char *next = range_end(range);

    return next < heap->end && range_is_free(next) ? next : NULL;
}

/* `length` bytes from here are one free range. What lies before it is not free. */
static inline void range_make_free(const struct hb_ladder *heap, unsigned char *range, uint64_t length)
{
    assert(length <= (uint64_t)(heap->end - range));
    record_store(range, length);
    if (LADDER_MERGES)
        range_tell_next(heap, range, tag_for(length));
}

/* The range is allocated. It keeps its own tag: an aligned block may have a free gap before it. */
static inline void range_make_allocated(struct hb_ladder *heap, unsigned char *range)
{
    assert(range_is_free(range));
    record_store(range, record_load(range) | HB_LADDER_ALLOCATED);
    if (LADDER_MERGES)
        range_tell_next(heap, range, HB_LADDER_TAG_NOT_FREE);
    if (range_end(range) > heap->high_water)
        heap->high_water = range_end(range);
    assert(heap->high_water <= heap->end);
}

/* Cuts a free range after `length` bytes. The second part, which is returned, is a free range; the first is
 * the caller's to make free or allocated. */
static inline unsigned char *range_split(struct hb_ladder *heap, unsigned char *range, uint64_t length)
{
    unsigned char *rest = range + length;
    uint64_t rest_length = range_length(range) - length;

    assert(range_length(range) > length);
    range_make_free(heap, rest, rest_length);
    record_store(range, record_load(range) - rest_length);
    if (HB_COUNTING)
        heap->walk.ranges++;
    assert(range_end(range) == rest && range_is_free(rest) && range_length(rest) == rest_length);
    return rest;
}

/* Joins `gone`, which begins where `range` ends, to `range`. To tell what lies behind is the caller's. */
static inline void range_absorb(struct hb_ladder *heap, unsigned char *range, const unsigned char *gone)
{
    assert(range_end(range) == gone);
    record_store(range, record_load(range) + range_length(gone));
    if (LADDER_ROVES && heap->rover == gone)
        heap->rover = range;
    assert(heap->rover <= range || heap->rover >= range_end(range));
    if (HB_COUNTING)
        heap->walk.ranges--;
}

#endif
