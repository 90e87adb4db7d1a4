/*
 * simple.c - the simple allocator over any buffer: the timed build.
 */
#define HB_SIMPLE_COUNTING 0
#include "allocator/simple/simple_heap.h"
#include "allocator/simple/simple_table_body.h"

bool hb_simple_init(struct hb_simple *heap, void *buffer, size_t bytes)
{
    unsigned char *base = buffer;

    *heap = (struct hb_simple){.base = NULL, .end = NULL, .high_water = NULL};
    if (bytes < HB_SIMPLE_RECORD_BYTES || bytes > INT64_MAX)
        return false;
    heap->base = base;
    heap->end = base + bytes;
    heap->high_water = base;
    heap->walk.ranges = 1;
    hb_record_store(base, bytes, false);
    return true;
}

void *hb_simple_malloc(struct hb_simple *heap, size_t size)
{
    return heap_alloc(heap, size);
}

void hb_simple_free(struct hb_simple *heap, void *block)
{
    heap_free(heap, block);
}

void *hb_simple_calloc(struct hb_simple *heap, size_t count, size_t size)
{
    size_t bytes;

    return __builtin_mul_overflow(count, size, &bytes) ? NULL : heap_zalloc(heap, bytes);
}

void *hb_simple_realloc(struct hb_simple *heap, void *block, size_t size)
{
    return heap_resize(heap, block, size);
}

size_t hb_simple_usable_size(const struct hb_simple *heap, const void *block)
{
    return heap_usable_size(heap, block);
}

const struct hb_allocator hb_allocator_simple = {
    .name = "simple",
    .summary = "the tutorial's: first fit over in-band records, never merging",
    HB_SIMPLE_TABLE_FUNCTIONS,
    .counting = &hb_allocator_simple_counting,
};
