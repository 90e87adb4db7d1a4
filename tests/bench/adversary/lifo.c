/*
 * lifo.c - first fit over a stack of free blocks.
 */
#include "tests/bench/adversary/lifo.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD = 8, BLOCKS = 1 << 16 };

struct block {
    uint64_t offset, length;
};

/* Lengths are looked up by offset, of which there is one in BLOCKS at most every RECORD bytes. */
struct lifo {
    struct block free[BLOCKS]; /* the last one was freed last */
    uint64_t free_count;
    uint64_t length_at[BLOCKS]; /* by offset / RECORD */
    uint64_t extent;
};

static void *lifo_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    (void)self;
    (void)heap_bytes;
    (void)error;
    return calloc(1, sizeof(struct lifo));
}

static void *hand_out(struct lifo *heap, uint64_t offset, uint64_t length)
{
    if (offset / RECORD >= BLOCKS)
        return NULL;
    heap->length_at[offset / RECORD] = length;
    return (void *)(uintptr_t)(offset + RECORD);
}

/* From free block `i`; the rest of it stays where it is in the stack. */
static void *take(struct lifo *heap, uint64_t i, uint64_t need)
{
    struct block *block = &heap->free[i];
    uint64_t offset = block->offset;

    block->offset += need;
    block->length -= need;
    if (block->length == 0)
        memmove(block, block + 1, (--heap->free_count - i) * sizeof *block);
    return hand_out(heap, offset, need);
}

static void *lifo_alloc(void *memory, size_t size)
{
    struct lifo *heap = memory;
    uint64_t need = size + RECORD, offset = heap->extent;

    for (uint64_t i = heap->free_count; i-- > 0;)
        if (heap->free[i].length >= need)
            return take(heap, i, need);
    heap->extent += need;
    return hand_out(heap, offset, need);
}

static void lifo_dealloc(void *memory, void *block)
{
    struct lifo *heap = memory;
    uint64_t offset = (uintptr_t)block - RECORD;

    heap->free[heap->free_count++] = (struct block){offset, heap->length_at[offset / RECORD]};
}

static void lifo_inspect(const void *memory, struct hb_heap_state *state)
{
    const struct lifo *heap = memory;

    *state = (struct hb_heap_state){.high_water_bytes = heap->extent, .header_bytes = RECORD};
}

const struct hb_allocator hb_allocator_lifo = {
    .name = "lifo",
    .summary = "a stack of free blocks, never merged",
    .caps = HB_CAP_UNTOUCHABLE | HB_CAP_UNALIGNED,
    .create = lifo_create,
    .destroy = free,
    .alloc = lifo_alloc,
    .dealloc = lifo_dealloc,
    .inspect = lifo_inspect,
};
