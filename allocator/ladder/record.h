/*
 * record.h - the 8-byte record before each range of a ladder heap: load, store, take apart.
 *
 * Bit 63 says that the range is allocated, bits 0 to 58 are its length (record included), and bits 59 to 62
 * are the boundary tag: what a merging heap has to know of the range before this one (range.h). A heap that
 * does not merge leaves them 0, and its records are then simple's.
 *
 * The tag costs nothing where it would hurt. Merging leaves no two free ranges side by side, so a free
 * range's tag is always 0: its record is its bare length, an allocated one is negative as a signed number,
 * and "free and at least so long" is one comparison of the word as it was loaded, as in simple.
 */
#ifndef HB_ALLOCATOR_LADDER_RECORD_H
#define HB_ALLOCATOR_LADDER_RECORD_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    HB_LADDER_RECORD_BYTES = 8,
    HB_LADDER_TAG_SHIFT = 59,
};

#define HB_LADDER_ALLOCATED  (UINT64_C(1) << 63)
#define HB_LADDER_LENGTH_MAX ((UINT64_C(1) << HB_LADDER_TAG_SHIFT) - 1)
#define HB_LADDER_TAG        (UINT64_C(15) << HB_LADDER_TAG_SHIFT)

static_assert(sizeof(uint64_t) == HB_LADDER_RECORD_BYTES, "a record is one word");

/* By memcpy, which compiles to one load or store: records need not be aligned. */
static inline uint64_t record_load(const unsigned char *range)
{
    uint64_t record;

    memcpy(&record, range, sizeof record);
    return record;
}

static inline void record_store(unsigned char *range, uint64_t record)
{
    assert((record & HB_LADDER_LENGTH_MAX) >= HB_LADDER_RECORD_BYTES);
    memcpy(range, &record, sizeof record);
}

static inline uint64_t record_length(uint64_t record)
{
    return record & HB_LADDER_LENGTH_MAX;
}

static inline bool record_allocated(uint64_t record)
{
    return (record & HB_LADDER_ALLOCATED) != 0;
}

static inline unsigned record_tag(uint64_t record)
{
    return (unsigned)((record & HB_LADDER_TAG) >> HB_LADDER_TAG_SHIFT);
}

/* True for a free range of at least `need` bytes; need is at most HB_LADDER_LENGTH_MAX + 1. */
static inline bool record_fits(uint64_t record, uint64_t need)
{
    return (int64_t)record >= (int64_t)need;
}

/*
 * The tag that a range bears whose predecessor is free and `length` bytes long: 1 to 9 is a length of 8 to
 * 16, and 15 says that the predecessor is longer and has its length in its last 8 bytes, the footer. Without
 * the short ones a rest of 8 bytes, which is all record, would have no place for a footer.
 */
enum { HB_LADDER_TAG_NOT_FREE = 0, HB_LADDER_TAG_FOOTER = 15, HB_LADDER_SHORT_MAX = 16 };

static_assert(HB_LADDER_SHORT_MAX - (HB_LADDER_RECORD_BYTES - 1) < HB_LADDER_TAG_FOOTER,
              "tags are told apart");

static inline unsigned tag_for(uint64_t length)
{
    assert(length >= HB_LADDER_RECORD_BYTES);
    return length > HB_LADDER_SHORT_MAX ? HB_LADDER_TAG_FOOTER
                                        : (unsigned)length - (HB_LADDER_RECORD_BYTES - 1);
}

#endif
