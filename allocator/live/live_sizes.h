/*
 * live_sizes.h - what a program's heap asks of its allocator: sizes rounded, so that blocks are aligned.
 *
 * Where the allocator knows no alignment, each range is a multiple of 16 bytes long, and the first begins 8
 * bytes before such a multiple: one range is allocated in front to that end. What a replay of the program's
 * trace differs in, it differs in by this.
 */
#ifndef HB_ALLOCATOR_LIVE_LIVE_SIZES_H
#define HB_ALLOCATOR_LIVE_LIVE_SIZES_H

#include "allocator/allocator.h"

enum { HB_LIVE_ALIGN = 16 };

/* Makes a heap, which was just created, one whose payloads are aligned. Returns what is before each payload,
 * for hb_live_asked; 0 where the allocator aligns them itself. */
static inline size_t hb_live_align_first(const struct hb_allocator *table, void *heap)
{
    struct hb_heap_state state;

    if ((table->caps & HB_CAP_UNALIGNED) == 0 || table->inspect == NULL)
        return 0;
    table->inspect(heap, &state);
    if (state.header_bytes % HB_LIVE_ALIGN != 0)
        table->alloc(heap, HB_LIVE_ALIGN); /* NULL: nothing else fits either */
    return state.header_bytes;
}

/* What is asked for `size` bytes, so that ranges stay a multiple of HB_LIVE_ALIGN long. */
static inline size_t hb_live_asked(size_t record_bytes, size_t size)
{
    size_t mask = HB_LIVE_ALIGN - 1;

    return record_bytes == 0 ? size : ((size + record_bytes + mask) & ~mask) - record_bytes;
}

#endif
