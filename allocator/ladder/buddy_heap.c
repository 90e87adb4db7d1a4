/*
 * buddy_heap.c - a buddy heap made, taken down, looked at and checked.
 *
 * The heap begins at a multiple of its longest block, so that every block lies at a multiple of its own
 * length in memory, too, and not in offsets alone. The region is taken larger by so much; what is not touched
 * costs address space and nothing else.
 */
#include "allocator/ladder/buddy_heap.h"

#include "allocator/range_totals.h"
#include "allocator/simple/check.h"
#include "base/pages.h"

/* The order of the longest block that `bytes`, 16 or more, can hold. */
static unsigned longest_order(uint64_t bytes)
{
    assert(bytes >= HB_BUDDY_UNIT_BYTES);
    return 63 - (unsigned)__builtin_clzll(bytes / HB_BUDDY_UNIT_BYTES);
}

/* Carves the heap into the powers of two that its length is the sum of, the longest first. */
static void carve(struct hb_buddy *heap)
{
    uint64_t offset = 0;

    for (unsigned order = HB_BUDDY_ORDERS; order-- > 0;) {
        if ((heap->bytes & buddy_length(order)) == 0)
            continue;
        buddy_add(heap, offset, order);
        heap->walk.ranges++;
        offset += buddy_length(order);
    }
    assert(offset == heap->bytes);
}

static void make_fresh(struct hb_buddy *heap, size_t heap_bytes)
{
    size_t align = buddy_length(longest_order(heap_bytes));
    unsigned char *start = heap->region.start;

    heap->base = start + (-(uintptr_t)start & (align - 1));
    heap->bytes = heap_bytes & ~(uint64_t)(HB_BUDDY_UNIT_BYTES - 1);
    assert(heap->base + heap_bytes <= start + heap->region.bytes);
    carve(heap);
}

void *hb_buddy_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_region region;
    struct hb_buddy *heap;
    size_t slack; /* to align it; of an ample region a half is left to the heap */

    if (hb_ladder_check_bytes(self, heap_bytes, error) != HB_OK)
        return NULL;
    slack = heap_bytes != 0 ? buddy_length(longest_order(heap_bytes)) : 0;
    heap = hb_region_open_heap(&region, self->name, heap_bytes + slack, sizeof *heap, error);
    if (heap == NULL)
        return NULL;
    if (heap_bytes == 0)
        heap_bytes = region.bytes / 2;
    heap->map = hb_pages_reserve(heap_bytes / HB_BUDDY_UNIT_BYTES);
    if (heap->map == NULL) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", self->name);
        hb_region_close_heap(&region, heap, sizeof *heap);
        return NULL;
    }
    heap->name = self->name;
    heap->region = region;
    make_fresh(heap, heap_bytes);
    return heap;
}

void hb_buddy_destroy(void *heap)
{
    struct hb_buddy *buddy = heap;

    if (heap == NULL)
        return;
    hb_pages_free(buddy->map, buddy->bytes / HB_BUDDY_UNIT_BYTES);
    hb_region_close_heap(&buddy->region, buddy, sizeof *buddy);
}

void hb_buddy_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                     void *context)
{
    const struct hb_buddy *buddy = heap;
    struct hb_range range = {.offset = 0, .length = 0, .allocated = false};

    for (; range.offset < buddy->bytes; range.offset += range.length) {
        uint8_t entry = *buddy_entry(buddy, range.offset);

        range.length = buddy_length(entry & HB_BUDDY_ORDER);
        range.allocated = (entry & HB_BUDDY_ALLOCATED) != 0;
        if (!visit(context, &range))
            return;
    }
}

void hb_buddy_inspect(const void *heap, struct hb_heap_state *state)
{
    const struct hb_buddy *buddy = heap;
    struct hb_range_totals totals = {.state = {.high_water_bytes = buddy->high_water}};

    hb_buddy_ranges(heap, hb_totals_visit, &totals);
    *state = totals.state;
    assert(state->allocated_range_bytes + state->free_bytes == buddy->bytes);
}

uint64_t hb_buddy_offset(const void *heap, const void *block)
{
    return buddy_offset(heap, block);
}

void hb_buddy_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct hb_buddy *buddy = heap;

    *walk = buddy->walk;
    walk->high_water_bytes = buddy->high_water;
}

/* The entry of the block in which `offset` lies; `*start` is where it begins. */
static uint8_t entry_around(const struct hb_buddy *heap, uint64_t offset, uint64_t *start)
{
    for (unsigned order = 0; order < HB_BUDDY_ORDERS; order++) {
        uint8_t entry;

        *start = offset & ~(buddy_length(order) - 1);
        entry = *buddy_entry(heap, *start);
        if (entry != 0 && (entry & HB_BUDDY_ORDER) >= order)
            return entry;
    }
    return 0;
}

void hb_buddy_check_block(const struct hb_buddy *heap, const void *block)
{
    int64_t offset = (int64_t)((uintptr_t)block - (uintptr_t)heap->base);
    uint64_t start;
    uint8_t entry;

    if (offset < 0 || (uint64_t)offset >= heap->bytes)
        hb_misuse_report_foreign(heap->name, block, offset, heap->bytes);
    entry = entry_around(heap, (uint64_t)offset, &start);
    if (start != (uint64_t)offset)
        hb_misuse_report_no_start(heap->name, offset, start, (entry & HB_BUDDY_FREE) != 0);
    if (entry & HB_BUDDY_FREE)
        hb_misuse_report_double_free(heap->name, offset);
}

static const char *check_entry(const struct hb_buddy *heap, uint64_t offset)
{
    uint8_t entry = *buddy_entry(heap, offset);
    uint64_t length = buddy_length(entry & HB_BUDDY_ORDER);
    uint64_t buddy = offset ^ length;

    if ((entry & HB_BUDDY_FREE) == 0 && (entry & HB_BUDDY_ALLOCATED) == 0)
        return "no block begins where one should";
    if (offset % length != 0 || length > heap->bytes - offset)
        return "the block is not at a multiple of its length, or reaches beyond the heap's end";
    for (uint64_t inside = offset + HB_BUDDY_UNIT_BYTES; inside < offset + length;
         inside += HB_BUDDY_UNIT_BYTES)
        if (*buddy_entry(heap, inside) != 0)
            return "a block begins inside the block";
    if ((entry & HB_BUDDY_ALLOCATED) && offset + length > heap->high_water)
        return "an allocated block lies beyond the high-water mark";
    if ((entry & HB_BUDDY_FREE) && buddy < heap->bytes && *buddy_entry(heap, buddy) == entry)
        return "the block and its buddy are both free";
    return NULL;
}

/* Every block on the list is in the map as free and of that order. */
static const char *check_list(const struct hb_buddy *heap, unsigned order, uint64_t *listed)
{
    const struct buddy_links *previous = NULL;

    if ((heap->heads[order] != NULL) != ((heap->available >> order & 1) != 0))
        return "the bitmap does not agree with the lists";
    for (const struct buddy_links *at = heap->heads[order]; at != NULL; at = at->next) {
        if (*buddy_entry(heap, buddy_offset(heap, at)) != (HB_BUDDY_FREE | order))
            return "a block on a list is not free, or of another length";
        if (at->previous != previous)
            return "a link back does not lead to the block before";
        previous = at;
        ++*listed;
    }
    return NULL;
}

struct hb_ladder_fault hb_buddy_validate(const void *heap)
{
    const struct hb_buddy *buddy = heap;
    uint64_t ranges = 0, free_ranges = 0, listed = 0;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};

    while (fault.offset < buddy->bytes) {
        uint8_t entry = *buddy_entry(buddy, fault.offset);

        fault.text = check_entry(buddy, fault.offset);
        if (fault.text != NULL)
            return fault;
        ranges++;
        free_ranges += (entry & HB_BUDDY_FREE) != 0;
        fault.offset += buddy_length(entry & HB_BUDDY_ORDER);
    }
    for (unsigned order = 0; order < HB_BUDDY_ORDERS && fault.text == NULL; order++)
        fault.text = check_list(buddy, order, &listed);
    if (fault.text == NULL && listed != free_ranges)
        fault.text = "the lists do not hold every free block";
    if (fault.text == NULL && buddy->walk.walks > 0 && buddy->walk.ranges != ranges)
        fault.text = "the blocks are not as many as were counted";
    return fault;
}
