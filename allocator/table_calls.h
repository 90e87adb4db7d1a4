/*
 * table_calls.h - what is alike in the tables of allocators that are compiled twice, timed and counting.
 *
 * Not an interface: included after the heap_* functions that are called. HB_COUNTING is 1 in the build that
 * counts the records that each walk examines (allocator/CMakeLists.txt), else 0.
 */
#ifndef HB_ALLOCATOR_TABLE_CALLS_H
#define HB_ALLOCATOR_TABLE_CALLS_H

/*
 * HB_TABLE(best) begins the definition of hb_allocator_best or of hb_allocator_best_counting; its `counting`
 * is HB_COUNTING_TABLE(best).
 */
#if HB_COUNTING
#define HB_TABLE(name)          const struct hb_allocator hb_allocator_##name##_counting
#define HB_COUNTING_TABLE(name) NULL
#else
#define HB_TABLE(name)                                               \
    extern const struct hb_allocator hb_allocator_##name##_counting; \
    const struct hb_allocator hb_allocator_##name
#define HB_COUNTING_TABLE(name) (&hb_allocator_##name##_counting)
#endif

/* A table has void pointers, whatever the heap. */
static void *table_alloc(void *heap, size_t size)
{
    return heap_alloc(heap, size);
}

static void table_dealloc(void *heap, void *block)
{
    heap_free(heap, block);
}

static void *table_resize(void *heap, void *block, size_t size)
{
    return heap_resize(heap, block, size);
}

static void *table_zalloc(void *heap, size_t size)
{
    return heap_zalloc(heap, size);
}

static size_t table_usable_size(void *heap, void *block)
{
    return heap_usable_size(heap, block);
}

#endif
