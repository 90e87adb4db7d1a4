/*
 * pool.c - a branch of the ladder: bins with a pool for objects of up to 64 bytes.
 *
 * The idea     Objects of up to 16, 32, 48 and 64 bytes are cells of slabs. A slab is a block of 4088 bytes
 *              at a multiple of 4096, cut into cells of one size. Which cells are free is in a bitmap outside
 *              the heap. The slab that came last to have a free cell is taken, and of its cells the lowest; a
 *              slab is given back to the heap when all of its cells are free. Where there is no room for a
 *              slab, and for all that is longer, the heap is bins.
 * In header    No header for a cell. A slab has a record of 8 bytes, and 48 bytes for each 4096 of the heap
 *              are in a table beside it (1.2 %), which `heap_bytes` does not count.
 * In code      About eighty lines.
 * Buys         An object of 16 bytes takes 16 and not 32. Small objects lie together and leave the rest of
 *              the heap to the others.
 * Costs        Cells that are free in slabs that are not: they serve their own size alone.
 * A walk       is 1 record: of a slab, or of a range; and 0 where there is none.
 */
#define LADDER_BELOW 1
#include "allocator/ladder/bins_index.h"

#include "base/pages.h"

enum {
    UNIT_BYTES = 16,
    MOST_UNITS = 4, /* of a cell */
    PAGE_BYTES = 4096,
    SLAB_BYTES = PAGE_BYTES - HB_LADDER_RECORD_BYTES, /* the next slab's record is at the page's end */
    WORDS = 4,
};

static_assert(SLAB_BYTES / UNIT_BYTES <= WORDS * 64, "a slab's cells have a bit each");

#define NO_PAGE UINT32_MAX

/* Of a page of the heap. */
struct slab {
    uint64_t free[WORDS];    /* bit i of word j: cell 64 j + i is free */
    uint32_t next, previous; /* pages of the slabs with free cells of the same size; the youngest first */
    uint16_t free_count;
    uint16_t units; /* of a cell; 0: no slab begins in this page */
};

struct pool_heap {
    struct bins_heap bins; /* first: the shared functions take the heap for one */
    struct slab *slabs;
    uint32_t heads[MOST_UNITS + 1]; /* by units of a cell; NO_PAGE: no slab has a free one */
};

static_assert(offsetof(struct pool_heap, bins) == 0, "a heap is a struct bins_heap");

static inline struct pool_heap *pool_of(struct hb_ladder *heap)
{
    return (struct pool_heap *)heap;
}

static inline uint64_t page_count(const struct hb_ladder *heap)
{
    return heap->region.bytes / PAGE_BYTES + 1;
}

static inline unsigned char *page_start(const struct hb_ladder *heap, uint32_t page)
{
    return (unsigned char *)heap->region.start + (uint64_t)page * PAGE_BYTES;
}

static inline uint32_t page_of(const struct hb_ladder *heap, const void *block)
{
    assert((const unsigned char *)block >= heap->base && (const unsigned char *)block <= heap->end);
    return (uint32_t)((uint64_t)((const unsigned char *)block - (unsigned char *)heap->region.start) /
                      PAGE_BYTES);
}

/* The slab whose cell `block` is; NULL where it is none. */
static inline struct slab *slab_of(struct hb_ladder *heap, const void *block)
{
    struct slab *slab = &pool_of(heap)->slabs[page_of(heap, block)];

    return slab->units != 0 ? slab : NULL;
}

static inline unsigned cells_in(unsigned units)
{
    return SLAB_BYTES / (units * UNIT_BYTES);
}

static inline unsigned cell_of(const struct slab *slab, const void *block)
{
    return (unsigned)((uintptr_t)block % PAGE_BYTES) / (slab->units * UNIT_BYTES);
}

static inline bool cell_is_free(const struct slab *slab, unsigned cell)
{
    return (slab->free[cell / 64] >> cell % 64 & 1) != 0;
}

/* -- the list of slabs with a free cell -- */

static inline void list_add(struct pool_heap *pool, uint32_t page)
{
    struct slab *slab = &pool->slabs[page];
    uint32_t *head = &pool->heads[slab->units];

    slab->previous = NO_PAGE;
    slab->next = *head;
    if (*head != NO_PAGE)
        pool->slabs[*head].previous = page;
    *head = page;
}

static inline void list_remove(struct pool_heap *pool, uint32_t page)
{
    const struct slab *slab = &pool->slabs[page];

    assert(slab->previous != NO_PAGE || pool->heads[slab->units] == page);
    if (slab->previous != NO_PAGE)
        pool->slabs[slab->previous].next = slab->next;
    else
        pool->heads[slab->units] = slab->next;
    if (slab->next != NO_PAGE)
        pool->slabs[slab->next].previous = slab->previous;
}

/* -- cells -- */

/* False where the heap has no room for one. The search for it is then no walk: one for the object follows. */
static bool add_slab(struct hb_ladder *heap, unsigned units)
{
    void *block = below_aligned(heap, PAGE_BYTES, SLAB_BYTES);
    unsigned cells = cells_in(units);
    struct slab *slab;

    if (block == NULL) {
        heap->walk.walks -= HB_COUNTING;
        return false;
    }
    slab = &pool_of(heap)->slabs[page_of(heap, block)];
    assert(slab->units == 0 && (uintptr_t)block % PAGE_BYTES == 0);
    *slab = (struct slab){.units = (uint16_t)units, .free_count = (uint16_t)cells};
    for (unsigned cell = 0; cell < cells; cell++)
        slab->free[cell / 64] |= UINT64_C(1) << cell % 64;
    list_add(pool_of(heap), page_of(heap, block));
    return true;
}

/* The lowest free cell of the youngest slab that has one. */
static inline void *take_cell(struct hb_ladder *heap, unsigned units)
{
    uint32_t page = pool_of(heap)->heads[units];
    struct slab *slab = &pool_of(heap)->slabs[page];
    unsigned word = 0, cell;

    assert(page != NO_PAGE && slab->units == units && slab->free_count > 0);
    while (slab->free[word] == 0)
        word++;
    cell = word * 64 + (unsigned)__builtin_ctzll(slab->free[word]);
    slab->free[word] &= slab->free[word] - 1;
    if (--slab->free_count == 0)
        list_remove(pool_of(heap), page);
    return page_start(heap, page) + (uint64_t)cell * units * UNIT_BYTES;
}

static inline void free_cell(struct hb_ladder *heap, struct slab *slab, void *block)
{
    struct pool_heap *pool = pool_of(heap);
    uint32_t page = page_of(heap, block);
    unsigned cell = cell_of(slab, block);

    assert(!cell_is_free(slab, cell));
    slab->free[cell / 64] |= UINT64_C(1) << cell % 64;
    if (slab->free_count++ == 0)
        list_add(pool, page);
    if (slab->free_count < cells_in(slab->units))
        return;
    list_remove(pool, page);
    slab->units = 0;
    below_free(heap, page_start(heap, page));
}

static void check_cell(struct hb_ladder *heap, const struct slab *slab, const void *block)
{
    uint64_t within = (uintptr_t)block % PAGE_BYTES, length = (uint64_t)slab->units * UNIT_BYTES;
    int64_t offset = (int64_t)((uintptr_t)block - (uintptr_t)heap->base);

    if (within % length != 0 || within / length >= cells_in(slab->units))
        hb_misuse_report_no_start(heap->name, offset, (uint64_t)offset - within, false);
    if (cell_is_free(slab, (unsigned)(within / length)))
        hb_misuse_report_double_free(heap->name, offset);
}

/* A pointer from outside has no page; bins says so. */
static inline struct slab *checked_slab(struct hb_ladder *heap, const void *block)
{
    struct slab *slab;

    if (HB_SIMPLE_CHECKS &&
        ((uintptr_t)block <= (uintptr_t)heap->base || (uintptr_t)block >= (uintptr_t)heap->end))
        return NULL;
    slab = slab_of(heap, block);
    if (HB_SIMPLE_CHECKS && slab != NULL)
        check_cell(heap, slab, block);
    return slab;
}

/* -- malloc, free, realloc -- */

static inline void *heap_alloc(struct hb_ladder *heap, size_t size)
{
    unsigned units = (unsigned)((size + UNIT_BYTES - 1) / UNIT_BYTES);

    if (size == 0 || size > (size_t)MOST_UNITS * UNIT_BYTES)
        return below_alloc(heap, size);
    if (pool_of(heap)->heads[units] != NO_PAGE)
        note_walk(heap, &(struct tally){.examined = 1, .allocated = 0});
    else if (!add_slab(heap, units))
        return below_alloc(heap, size);
    return take_cell(heap, units);
}

static inline void heap_free(struct hb_ladder *heap, void *block)
{
    struct slab *slab;

    if (block == NULL)
        return;
    slab = checked_slab(heap, block);
    if (slab != NULL)
        free_cell(heap, slab, block);
    else
        below_free(heap, block);
}

static inline size_t heap_usable_size(struct hb_ladder *heap, const void *block)
{
    const struct slab *slab = checked_slab(heap, block);

    return slab != NULL ? (size_t)slab->units * UNIT_BYTES : below_usable_size(heap, block);
}

static inline bool heap_stays(struct hb_ladder *heap, const void *block, size_t usable, size_t size)
{
    return slab_of(heap, block) != NULL ? size <= usable : below_stays(heap, block, usable, size);
}

#include "allocator/ladder/resize.h"

/* More than the alignment of all is the heap's. */
static inline void *heap_aligned(struct hb_ladder *heap, size_t alignment, size_t size)
{
    return alignment <= UNIT_BYTES ? heap_alloc(heap, size) : below_aligned(heap, alignment, size);
}

#undef LADDER_BELOW
#undef LADDER_CREATE
#undef LADDER_DESTROY
#define LADDER_CREATE  pool_create
#define LADDER_DESTROY pool_destroy
#include "allocator/ladder/heap.h"

/* -- made, and whether it is what it should be -- */

static size_t slabs_bytes(const struct hb_ladder *heap)
{
    return page_count(heap) * sizeof(struct slab);
}

static void *pool_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct pool_heap *pool = hb_ladder_create(self, heap_bytes, error);

    if (pool == NULL)
        return NULL;
    pool->slabs = hb_pages_reserve(slabs_bytes(&pool->bins.ladder));
    if (pool->slabs == NULL) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", self->name);
        hb_ladder_destroy(pool);
        return NULL;
    }
    for (unsigned units = 0; units <= MOST_UNITS; units++)
        pool->heads[units] = NO_PAGE;
    return pool;
}

static void pool_destroy(void *heap)
{
    struct pool_heap *pool = heap;

    if (heap != NULL)
        hb_pages_free(pool->slabs, slabs_bytes(&pool->bins.ladder));
    hb_ladder_destroy(heap);
}

static const char *check_slab(const struct hb_ladder *heap, uint32_t page)
{
    const struct slab *slab = &((const struct pool_heap *)heap)->slabs[page];
    unsigned free_count = 0;

    for (unsigned word = 0; word < WORDS; word++)
        free_count += (unsigned)__builtin_popcountll(slab->free[word]);
    if (record_load(page_start(heap, page) - HB_LADDER_RECORD_BYTES) >> 63 == 0)
        return "a slab lies in a free range";
    if (slab->units > MOST_UNITS || free_count != slab->free_count || free_count >= cells_in(slab->units))
        return "the slab has not as many free cells as it says";
    return NULL;
}

/* Every slab with a free cell is on the list of its size, and nothing else is. */
static struct hb_ladder_fault check_pool(const struct hb_ladder *heap)
{
    const struct pool_heap *pool = (const struct pool_heap *)heap;
    struct hb_ladder_fault fault = check_index(heap);
    uint64_t with_free = 0, listed = 0;

    for (uint32_t page = 1; fault.text == NULL && page_start(heap, page) < heap->high_water; page++) {
        if (pool->slabs[page].units == 0)
            continue;
        fault =
            (struct hb_ladder_fault){(uint64_t)(page_start(heap, page) - heap->base), check_slab(heap, page)};
        with_free += pool->slabs[page].free_count > 0;
    }
    for (unsigned units = 1; units <= MOST_UNITS; units++)
        for (uint32_t page = pool->heads[units]; page != NO_PAGE; page = pool->slabs[page].next)
            listed += pool->slabs[page].units == units && pool->slabs[page].free_count > 0;
    if (fault.text == NULL && listed != with_free)
        fault.text = "the lists do not hold every slab with a free cell";
    return fault;
}

static const struct hb_ladder_kind kind = {
    HB_LADDER_KIND_OF(struct pool_heap, HB_LINK_HEAP_MAX),
    .start = start,
    .check_index = check_pool,
};

HB_TABLE(pool) = {
    .name = "pool",
    .summary = "bins with cells of 16 to 64 bytes, without headers, for small objects",
    .before = "bins",
    .idea = "a pool for small objects",
    .group = HB_GROUP_BRANCH,
    .colour = "#A67C00",
    .shape = 12,
    HB_LADDER_FUNCTIONS(pool),
};
