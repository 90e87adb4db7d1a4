/*
 * simple_record.h - the record before each range of a simple heap: load, store, take apart.
 *
 * The allocated bit is the topmost. As a signed number an allocated record is then negative, so that "free
 * and at least so long" is one comparison of the word as it was loaded; and clearing one bit gives the
 * length.
 */
#ifndef HB_ALLOCATOR_SIMPLE_SIMPLE_RECORD_H
#define HB_ALLOCATOR_SIMPLE_SIMPLE_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "allocator/simple/simple.h"

#define HB_RECORD_ALLOCATED (UINT64_C(1) << 63)

_Static_assert(sizeof(uint64_t) == HB_SIMPLE_RECORD_BYTES, "a record is one word");

/* By memcpy, which compiles to one load or store: records are not aligned. */
static inline uint64_t hb_record_load(const unsigned char *range)
{
    uint64_t record;

    memcpy(&record, range, sizeof record);
    return record;
}

static inline void hb_record_store(unsigned char *range, uint64_t length, bool allocated)
{
    uint64_t record = length | (allocated ? HB_RECORD_ALLOCATED : 0);

    memcpy(range, &record, sizeof record);
}

static inline uint64_t hb_record_length(uint64_t record)
{
    return record & ~HB_RECORD_ALLOCATED;
}

static inline bool hb_record_allocated(uint64_t record)
{
    return (record & HB_RECORD_ALLOCATED) != 0;
}

/* True for a free range of at least `need` bytes; need is at most INT64_MAX. */
static inline bool hb_record_fits(uint64_t record, int64_t need)
{
    return (int64_t)record >= need;
}

#endif
