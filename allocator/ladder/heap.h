/*
 * heap.h - the walks, malloc, free and realloc over ranges, and the table's functions: what all rungs share.
 *
 * Not an interface: a rung includes it once, and is simple itself but for what it defines before:
 *
 *   LADDER_ALIGN    16: the alignment of every payload, and of lengths. `need` is a range's length, record
 *                   included, rounded up to it.
 *   LADDER_MERGES   1: a freed range is joined at once with its free neighbours on both sides
 *   LADDER_ROVES    1: next fit; the heap keeps a rover
 *   LADDER_INDEXED  1: the rung has index_forget(heap, range), called while the range's record still has its
 *                   length, and index_add(heap, range), which both take free ranges; and, after including
 *                   this, a struct hb_ladder_kind called `kind`
 *   LADDER_DEFERS   1: the heap notes that something was freed, for LADDER_FIND to merge when it likes
 *   LADDER_FREED    (heap, range): called after a free, with the free range that came of it
 *   LADDER_HEAP     the heap's own struct, which begins with a struct hb_ladder, where that is not enough
 *   LADDER_KIND_MEMBERS  what `kind` has beside HB_LADDER_KIND_OF
 *   LADDER_CREATE, LADDER_DESTROY   the rung's own
 *   LADDER_FIND     find_first, find_next or find_best, which are below, or the rung's own
 *   LADDER_SOUGHT   (need): the length from which on LADDER_FIND takes a range, where that is not need
 *
 * results/README.md, "The heap" and "Variants", settles every choice made here.
 */
#ifndef HB_ALLOCATOR_LADDER_HEAP_H
#define HB_ALLOCATOR_LADDER_HEAP_H

#ifndef LADDER_ALIGN
#define LADDER_ALIGN 1
#endif
#ifndef LADDER_MERGES
#define LADDER_MERGES 0
#endif
#ifndef LADDER_ROVES
#define LADDER_ROVES 0
#endif
#ifndef LADDER_INDEXED
#define LADDER_INDEXED 0
#endif
#ifndef LADDER_DEFERS
#define LADDER_DEFERS 0
#endif
#ifndef LADDER_FREED
#define LADDER_FREED(heap, range) ((void)0)
#endif
#ifndef LADDER_HEAP
#define LADDER_HEAP struct hb_ladder
#endif
#ifndef LADDER_KIND_MEMBERS
#define LADDER_KIND_MEMBERS
#endif
#ifndef LADDER_CREATE
#define LADDER_CREATE  hb_ladder_create
#define LADDER_DESTROY hb_ladder_destroy
#endif
#ifndef LADDER_SOUGHT
#define LADDER_SOUGHT(need) (need)
#endif

#include "allocator/ladder/range.h"
#include "allocator/simple/check.h"

/* A rung that is built on another calls its functions by these names (see "the table", at the end). */
#ifdef LADDER_BELOW
#define heap_alloc       below_alloc
#define heap_free        below_free
#define heap_resize      below_resize
#define heap_stays       below_stays
#define heap_usable_size below_usable_size
#define heap_aligned     below_aligned
#endif

/* What the checks have to know of the heap. */
static inline struct hb_checked_heap checked(const struct hb_ladder *heap)
{
    return (struct hb_checked_heap){.name = heap->name,
                                    .base = heap->base,
                                    .end = heap->end,
                                    .length_bits = HB_LADDER_LENGTH_MAX,
                                    .merges = LADDER_MERGES || LADDER_DEFERS};
}

/*
 * -- walks --
 *
 * Each returns a free range of at least `need` bytes or NULL, and examines records one by one: these loops
 * are what is measured.
 */

/* Records examined, and how many of them were allocated ranges. */
struct tally {
    uint64_t examined;
    uint64_t allocated;
};

/* Loads the record at `range`, and counts it. */
static inline uint64_t examine(const struct hb_ladder *heap, const unsigned char *range, struct tally *tally)
{
    uint64_t record;

    if (HB_SIMPLE_CHECKS)
        hb_misuse_check_record(checked(heap), range);
    record = record_load(range);
    if (HB_COUNTING) {
        tally->examined++;
        tally->allocated += record_allocated(record);
    }
    return record;
}

static inline void note_walk(struct hb_ladder *heap, const struct tally *tally)
{
    if (!HB_COUNTING)
        return;
    heap->walk.length = tally->examined;
    heap->walk.allocated = tally->allocated;
    heap->walk.walks++;
}

/* The first that fits, in address order. */
static inline unsigned char *find_first(struct hb_ladder *heap, uint64_t need)
{
    const unsigned char *end = heap->end;
    struct tally tally = {0, 0};
    unsigned char *range = heap->base;

    while (range < end) {
        uint64_t record = examine(heap, range, &tally);

        if (record_fits(record, need))
            break;
        range += record_length(record);
    }
    assert(range <= end);
    note_walk(heap, &tally);
    return range < end ? range : NULL;
}

/* The first that fits, from the rover on, round the end of the heap and back to the rover. */
static inline unsigned char *find_next(struct hb_ladder *heap, uint64_t need)
{
    const unsigned char *end = heap->end;
    struct tally tally = {0, 0};
    unsigned char *range = heap->rover, *found = NULL;

    assert(heap->base <= range && range < end);
    do {
        uint64_t record = examine(heap, range, &tally);

        if (record_fits(record, need)) {
            found = range;
            break;
        }
        range += record_length(record);
        if (range == end)
            range = heap->base;
    } while (range != heap->rover);
    note_walk(heap, &tally);
    return found;
}

/* The shortest that fits, the lowest address among equals. It examines every range, an exact fit or not. */
static inline unsigned char *find_best(struct hb_ladder *heap, uint64_t need)
{
    const unsigned char *end = heap->end;
    uint64_t best_length = UINT64_MAX;
    struct tally tally = {0, 0};
    unsigned char *best = NULL;

    for (unsigned char *range = heap->base; range < end;) {
        uint64_t record = examine(heap, range, &tally);

        if (record_fits(record, need) && record < best_length) {
            best_length = record;
            best = range;
        }
        range += record_length(record);
    }
    note_walk(heap, &tally);
    return best;
}

/* -- malloc, free, realloc -- */

#if !LADDER_INDEXED
static inline void index_forget(struct hb_ladder *heap, unsigned char *range)
{
    (void)heap;
    (void)range;
}

static inline void index_add(struct hb_ladder *heap, unsigned char *range)
{
    (void)heap;
    (void)range;
}
#endif

/* The smallest rest that is split off: it has to hold a record, and its successor to be aligned. */
enum {
    SPLIT_BYTES = LADDER_ALIGN > HB_LADDER_RECORD_BYTES ? LADDER_ALIGN : HB_LADDER_RECORD_BYTES,
};

/* The length of a range for `size` bytes; false for size 0 and for sizes that overflow. */
static inline bool needed_bytes(size_t size, uint64_t *need)
{
    if (size == 0 || __builtin_add_overflow(size, HB_LADDER_RECORD_BYTES + (LADDER_ALIGN - 1), need))
        return false;
    *need &= ~(uint64_t)(LADDER_ALIGN - 1);
    assert(*need >= size + HB_LADDER_RECORD_BYTES && *need - size < HB_LADDER_RECORD_BYTES + LADDER_ALIGN);
    return true;
}

/* No range is longer than HB_LADDER_LENGTH_MAX: beyond it a search fails, after examining
 * what it examines. */
static inline unsigned char *find(struct hb_ladder *heap, uint64_t need)
{
    unsigned char *range = LADDER_FIND(heap, need <= HB_LADDER_LENGTH_MAX ? need : HB_LADDER_LENGTH_MAX + 1);

    assert(range == NULL || (range_is_free(range) && range_length(range) >= need));
    return range;
}

/* The next search begins after the range handed out; behind the last one at the first. */
static inline void move_rover(struct hb_ladder *heap, unsigned char *range)
{
    unsigned char *after = range_end(range);

    assert(after <= heap->end);
    heap->rover = after < heap->end ? after : heap->base;
}

/* Hands out `need` bytes of a free range; what it has beyond them becomes a free range if it can. */
static inline void *take(struct hb_ladder *heap, unsigned char *range, uint64_t need)
{
    assert(range_is_free(range) && range_length(range) >= need);
    index_forget(heap, range);
    if (range_length(range) - need >= SPLIT_BYTES)
        index_add(heap, range_split(heap, range, need));
    range_make_allocated(heap, range);
    if (LADDER_ROVES)
        move_rover(heap, range);
    assert(range_length(range) - need < SPLIT_BYTES);
    assert((uintptr_t)(range + HB_LADDER_RECORD_BYTES) % LADDER_ALIGN == 0);
    return range + HB_LADDER_RECORD_BYTES;
}

static inline void *heap_alloc(struct hb_ladder *heap, size_t size)
{
    unsigned char *range;
    uint64_t need;

    if (!needed_bytes(size, &need))
        return NULL;
    range = find(heap, need);
    return range != NULL ? take(heap, range, need) : NULL;
}

/* Joins a range that is being freed to its free neighbours; returns where the whole begins. */
static inline unsigned char *merge(struct hb_ladder *heap, unsigned char *range)
{
    unsigned char *after = range_free_after(heap, range), *before = range_free_before(range);

    if (after != NULL) {
        index_forget(heap, after);
        range_absorb(heap, range, after);
    }
    if (before != NULL) {
        index_forget(heap, before);
        range_absorb(heap, before, range);
        range = before;
    }
    assert(range_free_before(range) == NULL && range_free_after(heap, range) == NULL);
    return range;
}

static inline void heap_free(struct hb_ladder *heap, void *block)
{
    unsigned char *range;

    if (block == NULL)
        return;
    if (HB_SIMPLE_CHECKS)
        hb_misuse_check_block(checked(heap), block);
    range = (unsigned char *)block - HB_LADDER_RECORD_BYTES;
    assert(!range_is_free(range) && range_end(range) <= heap->high_water);
    if (LADDER_MERGES)
        range = merge(heap, range);
    range_make_free(heap, range, range_length(range));
    index_add(heap, range);
    if (LADDER_DEFERS)
        heap->freed = true;
    LADDER_FREED(heap, range);
}

/* The bytes after a block's record. */
static inline size_t heap_usable_size(const struct hb_ladder *heap, const void *block)
{
    if (HB_SIMPLE_CHECKS)
        hb_misuse_check_block(checked(heap), block);
    return range_length((const unsigned char *)block - HB_LADDER_RECORD_BYTES) - HB_LADDER_RECORD_BYTES;
}

/*
 * Is the range's length enough? That is measured in lengths and not in usable bytes so that it is the rule of
 * results/README.md to the letter; only the heap's last range, whose length need not be a multiple of the
 * alignment, can tell the two apart.
 */
static inline bool heap_stays(const struct hb_ladder *heap, const void *block, size_t usable, size_t size)
{
    uint64_t need;

    (void)heap;
    (void)block;
    return needed_bytes(size, &need) && need <= usable + HB_LADDER_RECORD_BYTES;
}

#include "allocator/ladder/resize.h"

/* Leaves `gap` bytes at the front of a free range as a free range of their own. */
static inline unsigned char *leave_gap(struct hb_ladder *heap, unsigned char *range, uint64_t gap)
{
    unsigned char *rest;

    assert(gap >= SPLIT_BYTES && gap < range_length(range));
    index_forget(heap, range);
    rest = range_split(heap, range, gap);
    range_make_free(heap, range, gap);
    index_add(heap, rest); /* from the back: an index may look at what lies behind */
    index_add(heap, range);
    return rest;
}

/* The length of a range that holds an aligned block wherever it lies; false as for needed_bytes. */
static inline bool needed_aligned(size_t alignment, size_t size, uint64_t *sought)
{
    uint64_t more = LADDER_ALIGN > 1 && alignment > LADDER_ALIGN ? alignment - LADDER_ALIGN : 0;

    return needed_bytes(size, sought) && !__builtin_add_overflow(*sought, more, sought);
}

/*
 * The heap's own alignment or less is alloc. More: the search is for a range that holds the block wherever it
 * lies; the block is placed at the first aligned address in it, and what is left before it stays behind as a
 * free range.
 */
static inline void *heap_aligned(struct hb_ladder *heap, size_t alignment, size_t size)
{
    unsigned char *range;
    uint64_t need, sought, gap;

    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    if (LADDER_ALIGN == 1 || alignment <= LADDER_ALIGN)
        return heap_alloc(heap, size);
    if (!needed_bytes(size, &need) || !needed_aligned(alignment, size, &sought))
        return NULL;
    range = find(heap, sought);
    if (range == NULL)
        return NULL;
    gap = -(uint64_t)(uintptr_t)(range + HB_LADDER_RECORD_BYTES) & (alignment - 1);
    assert(gap + need <= range_length(range));
    return take(heap, gap > 0 ? leave_gap(heap, range, gap) : range, need);
}

#ifdef LADDER_BELOW
#undef heap_alloc
#undef heap_free
#undef heap_resize
#undef heap_stays
#undef heap_usable_size
#undef heap_aligned
#endif

#endif /* HB_ALLOCATOR_LADDER_HEAP_H */

/*
 * -- the table --
 *
 * A rung that is built on another includes this file twice: with LADDER_BELOW defined for what is above,
 * where heap_alloc is then below_alloc, and so on; and without for the table of its own heap_alloc,
 * heap_free, heap_resize, heap_usable_size and heap_aligned.
 */
#ifndef LADDER_BELOW

#include "allocator/table_calls.h"

static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    return heap_aligned(heap, alignment, size);
}

static uint64_t table_need(const void *heap, size_t alignment, size_t size)
{
    uint64_t sought;

    (void)heap;
    assert(size >= 1);
    return needed_aligned(alignment, size, &sought) ? LADDER_SOUGHT(sought) : UINT64_MAX;
}

/* The members of a struct hb_ladder_kind that follow from the constants above. An index has its links in
 * every free range, and so needs one that can hold some. */
#define HB_LADDER_KIND_OF(heap_struct, longest)                                                          \
    .heap_struct_bytes = sizeof(heap_struct),                                                            \
    .shortest_bytes = LADDER_INDEXED ? SPLIT_BYTES : HB_LADDER_RECORD_BYTES, .longest_bytes = (longest), \
    .align = LADDER_ALIGN, .merges = LADDER_MERGES, .validate = hb_ladder_validate_records

#if !LADDER_INDEXED
static const struct hb_ladder_kind kind = {HB_LADDER_KIND_OF(LADDER_HEAP, HB_LADDER_LENGTH_MAX),
                                           LADDER_KIND_MEMBERS};
#endif

/* clang-format off */
#define HB_LADDER_FUNCTIONS(name)                                                                                   \
    .state = &kind,                                                                                                \
    .caps = HB_CAP_BOUNDED | (LADDER_ALIGN == 1 ? HB_CAP_UNALIGNED : 0),                                           \
    .create = LADDER_CREATE,                                                                                    \
    .destroy = LADDER_DESTROY,                                                                                  \
    .alloc = table_alloc,                                                                                          \
    .dealloc = table_dealloc,                                                                                      \
    .resize = table_resize,                                                                                        \
    .zalloc = table_zalloc,                                                                                        \
    .aligned = table_aligned,                                                                                      \
    .usable_size = table_usable_size,                                                                              \
    .inspect = hb_ladder_inspect,                                                                                  \
    .need = table_need,                                                                                            \
    .last_walk = HB_COUNTING ? hb_ladder_last_walk : NULL,                                                         \
    .ranges = hb_ladder_ranges,                                                                                    \
    .offset = hb_ladder_offset,                                                                                    \
    .counting = HB_COUNTING_TABLE(name),                                                                           \
    .checked = HB_CHECKED_TABLE(name)
/* clang-format on */

#endif
