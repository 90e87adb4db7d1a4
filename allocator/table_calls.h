/*
 * table_calls.h - what is alike in the tables of allocators that are compiled three times: timed, counting,
 * checked.
 *
 * Not an interface: included after the heap_* functions that are called. HB_COUNTING is 1 in the build that
 * counts the records that each walk examines (allocator/CMakeLists.txt), else 0. HB_CHECKED is 1 in the one
 * that finds misuse (simple/check.h) even where assertions are off.
 */
#ifndef HB_ALLOCATOR_TABLE_CALLS_H
#define HB_ALLOCATOR_TABLE_CALLS_H

#include <string.h>

/*
 * HB_TABLE(best) begins the definition of hb_allocator_best, of hb_allocator_best_counting or of
 * hb_allocator_best_checked; its `counting` is HB_COUNTING_TABLE(best), and its `checked`
 * HB_CHECKED_TABLE(best).
 */
#if HB_COUNTING
#define HB_TABLE(name)          const struct hb_allocator hb_allocator_##name##_counting
#define HB_COUNTING_TABLE(name) NULL
#define HB_CHECKED_TABLE(name)  NULL
#elif defined HB_CHECKED
#define HB_TABLE(name)          const struct hb_allocator hb_allocator_##name##_checked
#define HB_COUNTING_TABLE(name) NULL
#define HB_CHECKED_TABLE(name)  NULL
#else
#define HB_TABLE(name)                                                                              \
    extern const struct hb_allocator hb_allocator_##name##_counting, hb_allocator_##name##_checked; \
    const struct hb_allocator hb_allocator_##name
#define HB_COUNTING_TABLE(name) (&hb_allocator_##name##_counting)
#define HB_CHECKED_TABLE(name)  (&hb_allocator_##name##_checked)
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
    void *block = heap_alloc(heap, size);

    return block != NULL ? memset(block, 0, size) : NULL;
}

static size_t table_usable_size(void *heap, void *block)
{
    return heap_usable_size(heap, block);
}

#endif
