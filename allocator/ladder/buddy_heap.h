/*
 * buddy_heap.h - the heap that buddy.c allocates from: blocks, their map, and the functions that do not
 * allocate.
 *
 * A block has a power of two of bytes, 16 or more, and lies at an offset that is a multiple of its length.
 * What begins where is written outside the heap, in a map of one byte for every 16.
 */
#ifndef HB_ALLOCATOR_LADDER_BUDDY_HEAP_H
#define HB_ALLOCATOR_LADDER_BUDDY_HEAP_H

#include <assert.h>

#include "allocator/ladder/ladder.h"

enum {
    HB_BUDDY_UNIT_BYTES = 16,
    HB_BUDDY_ORDERS = 42, /* order k: 16 << k bytes; the longest block has 2^45 */
};

#define HB_BUDDY_HEAP_MAX (((uint64_t)HB_BUDDY_UNIT_BYTES << HB_BUDDY_ORDERS) - 1)

/* A byte of the map: 0 where no block begins, else the block's order and one of these. */
enum { HB_BUDDY_FREE = 0x40, HB_BUDDY_ALLOCATED = 0x80, HB_BUDDY_ORDER = 0x3f };

/* A free block's first bytes. */
struct buddy_links {
    struct buddy_links *next;
    struct buddy_links *previous;
};

struct hb_buddy {
    unsigned char *base;
    uint64_t bytes; /* what is carved into blocks: the heap's length, less up to 15 bytes */
    uint8_t *map;
    uint64_t available;                         /* bit k: there are free blocks of order k */
    struct buddy_links *heads[HB_BUDDY_ORDERS]; /* the youngest first */
    uint64_t high_water;
    struct hb_walk walk; /* kept by the counting build alone */
    const char *name;    /* the table's */
    struct hb_region region;
};

static_assert(sizeof(struct buddy_links) <= HB_BUDDY_UNIT_BYTES, "the shortest block has room for links");
static_assert((int)HB_BUDDY_ORDERS <= (int)HB_BUDDY_ORDER, "an order fits the map");

static inline uint64_t buddy_length(unsigned order)
{
    return (uint64_t)HB_BUDDY_UNIT_BYTES << order;
}

static inline uint8_t *buddy_entry(const struct hb_buddy *heap, uint64_t offset)
{
    assert(offset < heap->bytes && offset % HB_BUDDY_UNIT_BYTES == 0);
    return &heap->map[offset / HB_BUDDY_UNIT_BYTES];
}

static inline uint64_t buddy_offset(const struct hb_buddy *heap, const void *block)
{
    return (uint64_t)((const unsigned char *)block - heap->base);
}

/* Puts the block at `offset` on the list of its order, as its youngest. */
static inline void buddy_add(struct hb_buddy *heap, uint64_t offset, unsigned order)
{
    struct buddy_links *block = (struct buddy_links *)(void *)(heap->base + offset);

    assert(order < HB_BUDDY_ORDERS && offset % buddy_length(order) == 0);
    assert((*buddy_entry(heap, offset) & HB_BUDDY_FREE) ==
               0 || /* but the first half of one that was joined */
           (*buddy_entry(heap, offset) & HB_BUDDY_ORDER) < order);
    block->next = heap->heads[order];
    block->previous = NULL;
    if (block->next != NULL)
        block->next->previous = block;
    heap->heads[order] = block;
    heap->available |= UINT64_C(1) << order;
    *buddy_entry(heap, offset) = (uint8_t)(HB_BUDDY_FREE | order);
}

/* The table's functions that are the same in both builds. */
void *hb_buddy_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error);
void hb_buddy_destroy(void *heap);
void hb_buddy_inspect(const void *heap, struct hb_heap_state *state);
void hb_buddy_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                     void *context);
uint64_t hb_buddy_offset(const void *heap, const void *block);
void hb_buddy_last_walk(const void *heap, struct hb_walk *walk);
struct hb_ladder_fault hb_buddy_validate(const void *heap);

/* Reports a block that is foreign, no block's start, or free: O(1), except that the sentence looks for the
 * block in whose middle it lies. */
void hb_buddy_check_block(const struct hb_buddy *heap, const void *block);

#endif
