/*
 * simple_table.c - heaps of any size for the simple allocator, in pages of their own.
 *
 * The heap's struct lies in a page apart, so that offset 0 of the heap is the start of its first page and
 * nothing but the heap is in it.
 */
#include "allocator/simple/simple_table.h"

#include "allocator/region.h"
#include "allocator/simple/simple.h"
#include "base/pages.h"

struct simple_heap {
    struct hb_simple simple; /* first: the table's functions take the heap for one */
    struct hb_region region;
};

_Static_assert(offsetof(struct simple_heap, simple) == 0, "a heap is a struct hb_simple");

void *hb_simple_table_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_region region;
    struct simple_heap *heap;

    if (heap_bytes != 0 && heap_bytes < HB_SIMPLE_RECORD_BYTES) {
        hb_error_set(error, HB_ERR_USAGE, "a heap of %zu byte%s is out of range: 8, one record, or more",
                     heap_bytes, heap_bytes == 1 ? "" : "s");
        return NULL;
    }
    if (hb_region_open(&region, self->name, heap_bytes, error) != HB_OK)
        return NULL;
    heap = hb_pages_alloc(sizeof *heap);
    if (heap == NULL || !hb_simple_init(&heap->simple, region.start, region.bytes)) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", self->name);
        hb_pages_free(heap, sizeof *heap);
        hb_region_close(&region);
        return NULL;
    }
    heap->region = region;
    return heap;
}

void hb_simple_table_destroy(void *heap)
{
    struct simple_heap *whole = heap;
    struct hb_region region;

    if (heap == NULL)
        return;
    region = whole->region;
    hb_pages_free(whole, sizeof *whole);
    hb_region_close(&region);
}

void hb_simple_table_inspect(const void *heap, struct hb_heap_state *state)
{
    hb_simple_inspect(heap, state);
}

/* The design document does not concern itself with alignment. */
uint64_t hb_simple_table_need(const void *heap, size_t alignment, size_t size)
{
    uint64_t need;

    (void)heap;
    (void)alignment;
    return __builtin_add_overflow(size, HB_SIMPLE_RECORD_BYTES, &need) ? UINT64_MAX : need;
}

void hb_simple_table_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                            void *context)
{
    hb_simple_ranges(heap, visit, context);
}

uint64_t hb_simple_table_offset(const void *heap, const void *block)
{
    return hb_simple_offset(heap, block);
}
