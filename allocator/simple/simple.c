/*
 * simple.c - the document's allocator over its static array, the same over any buffer, and what a heap says
 * of itself. How ranges are found, split and freed is in heap.h.
 */
#include "allocator/range_totals.h"
#include "allocator/simple/heap.h"

/* -- over any buffer -- */

bool hb_simple_init(struct hb_simple *heap, void *buffer, size_t bytes)
{
    unsigned char *base = buffer;

    assert(heap != NULL && (buffer != NULL || bytes == 0));
    *heap = (struct hb_simple){.base = NULL, .end = NULL, .high_water = NULL};
    if (bytes < HB_SIMPLE_RECORD_BYTES || bytes > PTRDIFF_MAX)
        return false;
    heap->base = base;
    heap->end = base + bytes;
    heap->high_water = base;
    heap->walk.ranges = 1;
    record_store(base, bytes, false);
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
    void *block = __builtin_mul_overflow(count, size, &bytes) ? NULL : heap_alloc(heap, bytes);

    return block != NULL ? memset(block, 0, bytes) : NULL;
}

void *hb_simple_realloc(struct hb_simple *heap, void *block, size_t size)
{
    return heap_resize(heap, block, size);
}

size_t hb_simple_usable_size(const struct hb_simple *heap, const void *block)
{
    return heap_usable_size(heap, block);
}

/* -- over the static array -- */

#ifndef STORAGE_SIZE
#define STORAGE_SIZE 4096
#endif

static_assert(STORAGE_SIZE >= HB_SIMPLE_RECORD_BYTES, "a heap holds at least one record");

static char storage[STORAGE_SIZE];
static struct hb_simple storage_heap;

void simple_heap_init(void)
{
    hb_simple_init(&storage_heap, storage, sizeof storage);
}

void *simple_malloc(size_t size)
{
    return hb_simple_malloc(&storage_heap, size);
}

void simple_free(void *block)
{
    hb_simple_free(&storage_heap, block);
}

void *simple_calloc(size_t count, size_t size)
{
    return hb_simple_calloc(&storage_heap, count, size);
}

void *simple_realloc(void *block, size_t size)
{
    return hb_simple_realloc(&storage_heap, block, size);
}

const struct hb_simple *simple_heap(void)
{
    return &storage_heap;
}

/* -- what a heap says of itself -- */

void hb_simple_ranges(const struct hb_simple *heap,
                      bool (*visit)(void *context, const struct hb_range *range), void *context)
{
    const unsigned char *at = heap->base;

    while (at < heap->end) {
        struct hb_range range;
        uint64_t record;

        if (HB_SIMPLE_CHECKS)
            hb_misuse_check_record(checked(heap), at);
        record = record_load(at);
        range.offset = (uint64_t)(at - heap->base);
        range.length = record_length(record);
        range.allocated = record_allocated(record);
        if (!visit(context, &range))
            return;
        at += range.length;
    }
    assert(at == heap->end);
}

void hb_simple_inspect(const struct hb_simple *heap, struct hb_heap_state *state)
{
    struct hb_range_totals totals = {
        .state = {.high_water_bytes = (uint64_t)(heap->high_water - heap->base),
                  .header_bytes = HB_SIMPLE_RECORD_BYTES},
    };

    hb_simple_ranges(heap, hb_totals_visit, &totals);
    *state = totals.state;
    assert(state->allocated_range_bytes + state->free_bytes == (uint64_t)(heap->end - heap->base));
    assert(state->allocated_range_bytes <= state->high_water_bytes);
}

uint64_t hb_simple_offset(const struct hb_simple *heap, const void *block)
{
    const unsigned char *payload = block;

    assert(payload >= heap->base + HB_SIMPLE_RECORD_BYTES && payload <= heap->end);
    return (uint64_t)(payload - heap->base);
}
