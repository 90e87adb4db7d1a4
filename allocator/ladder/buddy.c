/*
 * buddy.c - beside the ladder: binary buddies (Knowlton 1965; TAOCP 1 2.5, algorithms R and S).
 *
 * Every block has a power of two of bytes. A request gets the shortest that holds it; a longer one is halved
 * until it is that short, the front half is used and the others wait, each on the list of its length. A freed
 * block is joined to its buddy, the one block it can have been cut from, if that is free as a whole, and so
 * on upwards. The youngest block of a list is taken first.
 *
 * A heap of any length is carved into the powers of two that it is the sum of, the longest in front; up to 15
 * bytes at its end are not used.
 *
 * In header    No header: block lengths are in a map outside the heap, a byte for every 16 (6.25 %, which
 *              `heap_bytes` does not count). A header in each block would double every request for a power of
 *              two. Rounding up costs a third of what is asked for where sizes are spread evenly.
 * In code      About a hundred lines.
 * Buys         At most one step an order for each operation, whatever the heap's state; and blocks aligned to
 *              their own length, so aligned(a, n) is alloc(max(a, n)). An alignment longer than the heap's
 *              longest block is refused as "no room".
 * A walk       is 1 block when one was found, and 0 when none was: a bitmap answers.
 */
#include "allocator/ladder/buddy_heap.h"

#include <string.h>

#include "allocator/simple/check.h"

/* The order of the shortest block of `size` bytes, 1 or more. */
static inline unsigned order_for(uint64_t size)
{
    uint64_t units = (size - 1) / HB_BUDDY_UNIT_BYTES;

    assert(size >= 1);
    return units == 0 ? 0 : 64 - (unsigned)__builtin_clzll(units);
}

static inline void note_walk(struct hb_buddy *heap, bool found)
{
    if (!HB_COUNTING)
        return;
    heap->walk.length = found;
    heap->walk.walks++;
}

/* Takes a free block off its list. */
static inline void forget(struct hb_buddy *heap, uint64_t offset, unsigned order)
{
    struct buddy_links *block = (struct buddy_links *)(void *)(heap->base + offset);

    assert(*buddy_entry(heap, offset) == (HB_BUDDY_FREE | order));
    assert(block->previous != NULL ? block->previous->next == block : heap->heads[order] == block);
    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        heap->heads[order] = block->next;
    if (heap->heads[order] == NULL)
        heap->available &= ~(UINT64_C(1) << order);
}

/* The free block of the lowest order from `*order` on, at `*offset`. */
static inline bool find(struct hb_buddy *heap, unsigned *order, uint64_t *offset)
{
    uint64_t orders = *order < HB_BUDDY_ORDERS ? heap->available >> *order << *order : 0;

    note_walk(heap, orders != 0);
    if (orders == 0)
        return false;
    *order = (unsigned)__builtin_ctzll(orders);
    assert(heap->heads[*order] != NULL);
    *offset = buddy_offset(heap, heap->heads[*order]);
    return true;
}

static inline void *take(struct hb_buddy *heap, uint64_t offset, unsigned order, unsigned wanted)
{
    uint64_t end = offset + buddy_length(wanted);

    assert(wanted <= order && end <= heap->bytes);
    forget(heap, offset, order);
    while (order > wanted) {
        order--;
        buddy_add(heap, offset + buddy_length(order), order);
        if (HB_COUNTING)
            heap->walk.ranges++;
    }
    *buddy_entry(heap, offset) = (uint8_t)(HB_BUDDY_ALLOCATED | wanted);
    if (end > heap->high_water)
        heap->high_water = end;
    return heap->base + offset;
}

static inline void *heap_alloc(struct hb_buddy *heap, size_t size)
{
    unsigned wanted, order;
    uint64_t offset;

    if (size == 0)
        return NULL;
    order = wanted = order_for(size);
    return find(heap, &order, &offset) ? take(heap, offset, order, wanted) : NULL;
}

/* True when the block's buddy is free as a whole: then it is at `*buddy`. */
static inline bool buddy_is_free(const struct hb_buddy *heap, uint64_t offset, unsigned order,
                                 uint64_t *buddy)
{
    assert(offset % buddy_length(order) == 0);
    *buddy = offset ^ buddy_length(order);
    return *buddy < heap->bytes && *buddy_entry(heap, *buddy) == (HB_BUDDY_FREE | order);
}

static inline void heap_free(struct hb_buddy *heap, void *block)
{
    uint64_t offset, buddy;
    unsigned order;

    if (block == NULL)
        return;
    if (HB_SIMPLE_CHECKS)
        hb_buddy_check_block(heap, block);
    offset = buddy_offset(heap, block);
    assert((*buddy_entry(heap, offset) & HB_BUDDY_ALLOCATED) != 0);
    order = *buddy_entry(heap, offset) & HB_BUDDY_ORDER;
    while (buddy_is_free(heap, offset, order, &buddy)) {
        forget(heap, buddy, order);
        *buddy_entry(heap, offset | buddy) = 0; /* the second of the two: the one with the bit set */
        offset &= buddy;
        order++;
        if (HB_COUNTING)
            heap->walk.ranges--;
    }
    assert(order < HB_BUDDY_ORDERS && offset + buddy_length(order) <= heap->bytes);
    buddy_add(heap, offset, order);
}

static inline size_t heap_usable_size(const struct hb_buddy *heap, const void *block)
{
    if (HB_SIMPLE_CHECKS)
        hb_buddy_check_block(heap, block);
    return buddy_length(*buddy_entry(heap, buddy_offset(heap, block)) & HB_BUDDY_ORDER);
}

/* As results/README.md, "The heap", says. */
static inline bool heap_stays(const struct hb_buddy *heap, const void *block, size_t usable, size_t size)
{
    (void)heap;
    (void)block;
    return size <= usable;
}

#include "allocator/ladder/resize.h"
#include "allocator/table_calls.h"

static uint64_t table_need(const void *heap, size_t alignment, size_t size)
{
    unsigned order = order_for(size > alignment ? size : alignment);

    (void)heap;
    return order < HB_BUDDY_ORDERS ? buddy_length(order) : UINT64_MAX;
}

static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    return heap_alloc(heap, size == 0 || size > alignment ? size : alignment);
}

static const struct hb_ladder_kind kind = {
    .heap_struct_bytes = sizeof(struct hb_buddy),
    .shortest_bytes = HB_BUDDY_UNIT_BYTES,
    .longest_bytes = HB_BUDDY_HEAP_MAX,
    .align = HB_BUDDY_UNIT_BYTES,
    .merges = true,
    .validate = hb_buddy_validate,
};

HB_TABLE(buddy) = {
    .name = "buddy",
    .summary = "binary buddies: powers of two, halved and joined; no headers",
    .idea = "powers of two",
    .group = HB_GROUP_GRID,
    .colour = "#117733",
    .shape = 14,
    .caps = HB_CAP_BOUNDED,
    .state = &kind,
    .create = hb_buddy_create,
    .destroy = hb_buddy_destroy,
    .alloc = table_alloc,
    .dealloc = table_dealloc,
    .resize = table_resize,
    .zalloc = table_zalloc,
    .aligned = table_aligned,
    .usable_size = table_usable_size,
    .inspect = hb_buddy_inspect,
    .need = table_need,
    .last_walk = HB_COUNTING ? hb_buddy_last_walk : NULL,
    .ranges = hb_buddy_ranges,
    .offset = hb_buddy_offset,
    .counting = HB_COUNTING_TABLE(buddy),
    .checked = HB_CHECKED_TABLE(buddy),
};
