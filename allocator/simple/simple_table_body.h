/*
 * simple_table_body.h - the table's functions that walk, over whichever build of simple_heap.h was included.
 *
 * Not an interface: simple.c and simple_counting.c include it after simple_heap.h.
 */
#include "allocator/simple/simple_table.h"
#include "allocator/table_calls.h"

/* The design document does not concern itself with alignment. */
static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return heap_alloc(heap, size);
}

static size_t table_usable_size(void *heap, void *block)
{
    return heap_usable_size(heap, block);
}

/* clang-format off */
#define HB_SIMPLE_TABLE_FUNCTIONS                                                                                  \
    .caps = HB_CAP_BOUNDED | HB_CAP_UNALIGNED,                                                                     \
    .create = hb_simple_table_create,                                                                              \
    .destroy = hb_simple_table_destroy,                                                                            \
    .alloc = table_alloc,                                                                                          \
    .dealloc = table_dealloc,                                                                                      \
    .resize = table_resize,                                                                                        \
    .zalloc = table_zalloc,                                                                                        \
    .aligned = table_aligned,                                                                                      \
    .usable_size = table_usable_size,                                                                              \
    .inspect = hb_simple_table_inspect,                                                                            \
    .need = hb_simple_table_need,                                                                                  \
    .ranges = hb_simple_table_ranges,                                                                              \
    .offset = hb_simple_table_offset
/* clang-format on */
