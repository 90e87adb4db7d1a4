/*
 * table.c - the simple allocator behind the contract, with heaps of any size in pages of their own.
 *
 * The heap's struct lies in a page apart, so that offset 0 of the heap is the start of its first page and
 * nothing but the heap is in it. Compiled twice, as heap.h says.
 */
#include "allocator/region.h"
#include "allocator/simple/heap.h"
#include "allocator/table_calls.h"

struct simple_heap {
    struct hb_simple simple; /* first: the table's functions take the heap for one */
    struct hb_region region;
};

static_assert(offsetof(struct simple_heap, simple) == 0, "a heap is a struct hb_simple");

static void *table_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_region region;
    struct simple_heap *heap;
    bool fits;

    if (heap_bytes != 0 && heap_bytes < HB_SIMPLE_RECORD_BYTES) {
        hb_error_set(error, HB_ERR_USAGE, "a heap of %zu byte%s is out of range: 8, one record, or more",
                     heap_bytes, heap_bytes == 1 ? "" : "s");
        return NULL;
    }
    heap = hb_region_open_heap(&region, self->name, heap_bytes, sizeof *heap, error);
    if (heap == NULL)
        return NULL;
    fits = hb_simple_init(&heap->simple, region.start, region.bytes);
    assert(fits); /* no system maps as much as it refuses */
    (void)fits;
    heap->region = region;
    return heap;
}

static void table_destroy(void *heap)
{
    struct simple_heap *whole = heap;

    if (heap != NULL)
        hb_region_close_heap(&whole->region, whole, sizeof *whole);
}

/* The design document does not concern itself with alignment. */
static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    return heap_alloc(heap, size);
}

static uint64_t table_need(const void *heap, size_t alignment, size_t size)
{
    uint64_t need;

    (void)heap;
    (void)alignment;
    assert(size >= 1);
    return __builtin_add_overflow(size, HB_SIMPLE_RECORD_BYTES, &need) ? UINT64_MAX : need;
}

static void table_inspect(const void *heap, struct hb_heap_state *state)
{
    hb_simple_inspect(heap, state);
}

static void table_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                         void *context)
{
    hb_simple_ranges(heap, visit, context);
}

static uint64_t table_offset(const void *heap, const void *block)
{
    return hb_simple_offset(heap, block);
}

static void table_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct hb_simple *simple = heap;

    *walk = simple->walk;
    walk->high_water_bytes = (uint64_t)(simple->high_water - simple->base);
}

HB_TABLE(simple) = {
    .name = "simple",
    .summary = "the tutorial's: first fit over in-band records, never merging",
    .model = "model-first",
    .idea = "first fit over all ranges",
    .group = HB_GROUP_LADDER,
    .colour = "#D55E00",
    .shape = 7,
    .caps = HB_CAP_BOUNDED | HB_CAP_UNALIGNED,
    .create = table_create,
    .destroy = table_destroy,
    .alloc = table_alloc,
    .dealloc = table_dealloc,
    .resize = table_resize,
    .zalloc = table_zalloc,
    .aligned = table_aligned,
    .usable_size = table_usable_size,
    .inspect = table_inspect,
    .need = table_need,
    .last_walk = HB_COUNTING ? table_last_walk : NULL,
    .ranges = table_ranges,
    .offset = table_offset,
    .counting = HB_COUNTING_TABLE(simple),
    .checked = HB_CHECKED_TABLE(simple),
};
