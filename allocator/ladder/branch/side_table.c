/*
 * side_table.c - a branch of the ladder: simple-merge with its records outside the heap.
 *
 * The idea     The records are an array beside the heap, in address order, one word each: where the range
 *              begins, and a bit that says whether it is allocated. A range ends where the next one begins.
 * In header    No header: the array has 8 bytes a range, which `heap_bytes` does not count. A block takes its
 *              size rounded up to 16, where simple-merge rounds up the size and 8. A heap is at most 32 TiB.
 * In code      About sixty lines. No boundary tags: the neighbours of a range are beside it in the array.
 * Buys         A walk that reads one line of the cache for eight ranges and follows no chain from record to
 *              record. A program that writes beyond a block cannot destroy a record.
 * Costs        A free looks for its range by halves of the array. Splitting and merging move all records
 *              behind.
 * A walk       is first fit, over every range.
 */
#include <assert.h>
#include <string.h>

#include "allocator/ladder/ladder.h"
#include "allocator/range_totals.h"
#include "allocator/simple/check.h"
#include "base/pages.h"

enum { UNIT_BYTES = 16 };

#define ALLOCATED      (UINT64_C(1) << 63)
#define HEAP_MAX_BYTES (UINT64_C(1) << 45)

struct side_heap {
    unsigned char *base;
    uint64_t bytes;
    uint64_t *records; /* of `count` ranges, and behind them the heap's end */
    size_t count;
    uint64_t high_water;
    struct hb_walk walk; /* kept by the counting build alone */
    const char *name;    /* the table's */
    struct hb_region region;
};

static inline uint64_t range_offset(const struct side_heap *heap, size_t i)
{
    return heap->records[i] & ~ALLOCATED;
}

static inline bool range_is_free(const struct side_heap *heap, size_t i)
{
    return (heap->records[i] & ALLOCATED) == 0;
}

static inline uint64_t range_length(const struct side_heap *heap, size_t i)
{
    assert(i < heap->count);
    return range_offset(heap, i + 1) - range_offset(heap, i);
}

/*
 * True for a free range of at least `need` bytes. The record of an allocated one is so large a number that
 * the difference is negative, so this is one comparison, as in simple.
 */
static inline bool range_fits(const struct side_heap *heap, size_t i, uint64_t need)
{
    return (int64_t)(range_offset(heap, i + 1) - heap->records[i]) >= (int64_t)need;
}

/* The first that fits, in address order; `count` where none does. This loop is what is measured. */
static inline size_t find_first(struct side_heap *heap, uint64_t need)
{
    uint64_t allocated = 0;
    size_t i = 0;

    while (i < heap->count && !range_fits(heap, i, need)) {
        if (HB_COUNTING)
            allocated += !range_is_free(heap, i);
        i++;
    }
    if (HB_COUNTING) {
        heap->walk.length = i < heap->count ? i + 1 : i;
        heap->walk.allocated = allocated;
        heap->walk.walks++;
    }
    return i;
}

/* The range that holds `offset`, which lies in the heap. */
static inline size_t find_around(const struct side_heap *heap, uint64_t offset)
{
    size_t low = 0, high = heap->count;

    assert(offset < heap->bytes);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        *(range_offset(heap, middle) <= offset ? &low : &high) = middle;
    }
    return low;
}

/* Cuts a free range after `length` bytes: range `i` + 1, which is free, begins there. */
static inline void range_split(struct side_heap *heap, size_t i, uint64_t length)
{
    assert(range_is_free(heap, i) && length < range_length(heap, i));
    memmove(&heap->records[i + 2], &heap->records[i + 1], (heap->count - i) * sizeof *heap->records);
    heap->records[i + 1] = range_offset(heap, i) + length;
    heap->count++;
    if (HB_COUNTING)
        heap->walk.ranges++;
}

/* Joins range `i` + 1 to range `i`. */
static inline void range_absorb(struct side_heap *heap, size_t i)
{
    assert(i + 1 < heap->count);
    memmove(&heap->records[i + 1], &heap->records[i + 2], (heap->count - i - 1) * sizeof *heap->records);
    heap->count--;
    if (HB_COUNTING)
        heap->walk.ranges--;
}

static inline bool needed_bytes(size_t size, uint64_t *need)
{
    if (size == 0 || __builtin_add_overflow(size, UNIT_BYTES - 1, need))
        return false;
    *need &= ~(uint64_t)(UNIT_BYTES - 1);
    return true;
}

/* The length of a range that holds an aligned block wherever it lies; false as for needed_bytes. */
static inline bool needed_aligned(size_t alignment, size_t size, uint64_t *sought)
{
    uint64_t more = alignment > UNIT_BYTES ? alignment - UNIT_BYTES : 0;

    return needed_bytes(size, sought) && !__builtin_add_overflow(*sought, more, sought);
}

/* No range is longer than the longest heap: beyond that a search fails after examining all. */
static inline size_t find(struct side_heap *heap, uint64_t need)
{
    return find_first(heap, need <= HEAP_MAX_BYTES ? need : HEAP_MAX_BYTES + 1);
}

static inline void *take(struct side_heap *heap, size_t i, uint64_t need)
{
    uint64_t end;

    assert(range_is_free(heap, i) && range_length(heap, i) >= need);
    if (range_length(heap, i) - need >= UNIT_BYTES)
        range_split(heap, i, need);
    end = range_offset(heap, i + 1);
    if (end > heap->high_water)
        heap->high_water = end;
    heap->records[i] |= ALLOCATED;
    return heap->base + range_offset(heap, i);
}

static inline void *heap_alloc(struct side_heap *heap, size_t size)
{
    uint64_t need;
    size_t i;

    if (!needed_bytes(size, &need))
        return NULL;
    i = find(heap, need);
    return i < heap->count ? take(heap, i, need) : NULL;
}

static void check_block(const struct side_heap *heap, const void *block)
{
    int64_t offset = (int64_t)((uintptr_t)block - (uintptr_t)heap->base);
    size_t i;

    if (offset < 0 || (uint64_t)offset >= heap->bytes)
        hb_misuse_report_foreign(heap->name, block, offset, heap->bytes);
    i = find_around(heap, (uint64_t)offset);
    if (range_offset(heap, i) != (uint64_t)offset)
        hb_misuse_report_no_start(heap->name, offset, range_offset(heap, i), range_is_free(heap, i));
    if (range_is_free(heap, i))
        hb_misuse_report_double_free(heap->name, offset);
}

static inline size_t find_block(const struct side_heap *heap, const void *block)
{
    size_t i;

    if (HB_SIMPLE_CHECKS)
        check_block(heap, block);
    i = find_around(heap, (uint64_t)((const unsigned char *)block - heap->base));
    assert(!range_is_free(heap, i) && heap->base + range_offset(heap, i) == block);
    return i;
}

static inline void heap_free(struct side_heap *heap, void *block)
{
    size_t i;

    if (block == NULL)
        return;
    i = find_block(heap, block);
    heap->records[i] &= ~ALLOCATED;
    if (i + 1 < heap->count && range_is_free(heap, i + 1))
        range_absorb(heap, i);
    if (i > 0 && range_is_free(heap, i - 1))
        range_absorb(heap, i - 1);
}

static inline size_t heap_usable_size(const struct side_heap *heap, const void *block)
{
    return range_length(heap, find_block(heap, block));
}

static inline bool heap_stays(const struct side_heap *heap, const void *block, size_t usable, size_t size)
{
    (void)heap;
    (void)block;
    return size <= usable / UNIT_BYTES * UNIT_BYTES;
}

#include "allocator/ladder/resize.h"
#include "allocator/table_calls.h"

static uint64_t table_need(const void *heap, size_t alignment, size_t size)
{
    uint64_t sought;

    (void)heap;
    assert(size >= 1);
    return needed_aligned(alignment, size, &sought) ? sought : UINT64_MAX;
}

static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    struct side_heap *side = heap;
    uint64_t need, sought, gap;
    size_t i;

    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    if (alignment <= UNIT_BYTES)
        return heap_alloc(heap, size);
    if (!needed_bytes(size, &need) || !needed_aligned(alignment, size, &sought))
        return NULL;
    i = find(side, sought);
    if (i == side->count)
        return NULL;
    gap = -((uint64_t)(uintptr_t)side->base + range_offset(side, i)) & (alignment - 1);
    if (gap > 0)
        range_split(side, i++, gap);
    return take(side, i, need);
}

/* -- made, and what it says of itself -- */

/* All ranges but the last are a unit or longer. */
static size_t table_bytes(uint64_t heap_bytes)
{
    return (heap_bytes / UNIT_BYTES + 2) * sizeof(uint64_t);
}

static void *table_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_region region;
    struct side_heap *heap;

    if (hb_ladder_check_bytes(self, heap_bytes, error) != HB_OK)
        return NULL;
    heap = hb_region_open_heap(&region, self->name, heap_bytes, sizeof *heap, error);
    if (heap == NULL)
        return NULL;
    heap->base = region.start;
    heap->bytes = region.bytes;
    heap->name = self->name;
    heap->region = region;
    heap->records = hb_pages_reserve(table_bytes(heap->bytes));
    if (heap->records == NULL) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", self->name);
        hb_region_close_heap(&region, heap, sizeof *heap);
        return NULL;
    }
    heap->count = heap->walk.ranges = 1;
    heap->records[1] = heap->bytes;
    return heap;
}

static void table_destroy(void *heap)
{
    struct side_heap *side = heap;

    if (heap == NULL)
        return;
    hb_pages_free(side->records, table_bytes(side->bytes));
    hb_region_close_heap(&side->region, side, sizeof *side);
}

static void table_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                         void *context)
{
    const struct side_heap *side = heap;
    bool more = true;

    for (size_t i = 0; i < side->count && more; i++) {
        struct hb_range range = {range_offset(side, i), range_length(side, i), !range_is_free(side, i)};

        more = visit(context, &range);
    }
}

static void table_inspect(const void *heap, struct hb_heap_state *state)
{
    const struct side_heap *side = heap;
    struct hb_range_totals totals = {.state = {.high_water_bytes = side->high_water}};

    table_ranges(heap, hb_totals_visit, &totals);
    *state = totals.state;
    assert(state->allocated_range_bytes + state->free_bytes == side->bytes);
}

static uint64_t table_offset(const void *heap, const void *block)
{
    return (uint64_t)((const unsigned char *)block - ((const struct side_heap *)heap)->base);
}

#if HB_COUNTING
static void table_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct side_heap *side = heap;

    *walk = side->walk;
    walk->high_water_bytes = side->high_water;
}
#endif

static const char *check_range(const struct side_heap *heap, size_t i)
{
    uint64_t offset = range_offset(heap, i), end = range_offset(heap, i + 1);

    if (end <= offset || end > heap->bytes)
        return "the range does not end behind its start, or reaches beyond the heap's end";
    if (offset % UNIT_BYTES != 0)
        return "the range does not begin at a multiple of the alignment";
    if (i > 0 && range_is_free(heap, i) && range_is_free(heap, i - 1))
        return "two free ranges lie side by side";
    if (!range_is_free(heap, i) && end > heap->high_water)
        return "an allocated range lies beyond the high-water mark";
    return NULL;
}

static struct hb_ladder_fault validate(const void *heap)
{
    const struct side_heap *side = heap;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};

    if (range_offset(side, 0) != 0 || side->records[side->count] != side->bytes)
        fault.text = "the records do not begin and end with the heap";
    else if (side->walk.walks > 0 && side->walk.ranges != side->count)
        fault.text = "the ranges are not as many as were counted";
    for (size_t i = 0; i < side->count && fault.text == NULL; i++) {
        fault.offset = range_offset(side, i);
        fault.text = check_range(side, i);
    }
    return fault;
}

static const struct hb_ladder_kind kind = {
    .heap_struct_bytes = sizeof(struct side_heap),
    .shortest_bytes = UNIT_BYTES,
    .longest_bytes = HEAP_MAX_BYTES,
    .align = UNIT_BYTES,
    .merges = true,
    .validate = validate,
};

HB_TABLE(side_table) = {
    .name = "side-table",
    .summary = "simple-merge with its records in an array outside the heap",
    .model = "model-side-table",
    .before = "simple-merge",
    .idea = "records outside the heap",
    .group = HB_GROUP_BRANCH,
    .colour = "#5F8F00",
    .shape = 6,
    .caps = HB_CAP_BOUNDED,
    .state = &kind,
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
#if HB_COUNTING
    .last_walk = table_last_walk,
#endif
    .ranges = table_ranges,
    .offset = table_offset,
    .counting = HB_COUNTING_TABLE(side_table),
    .checked = HB_CHECKED_TABLE(side_table),
};
