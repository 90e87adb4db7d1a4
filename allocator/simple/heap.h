/*
 * heap.h - the simple allocator itself: the record before each range, the walk, malloc, free and realloc.
 *
 * Read it from top to bottom; results/README.md, "The heap", settles every choice made here. `need` is the
 * length of the range to be handed out, record included.
 *
 * It is compiled twice, with HB_COUNTING 0 to be timed and 1 to count the records that each walk examines: so
 * the two cannot place differently, and the walk that is timed has nothing in it that counts.
 */
#ifndef HB_ALLOCATOR_SIMPLE_HEAP_H
#define HB_ALLOCATOR_SIMPLE_HEAP_H

#include <assert.h>
#include <string.h>

#include "allocator/simple/check.h"

#ifndef HB_COUNTING
#define HB_COUNTING 0
#endif

/*
 * -- the record --
 *
 * The allocated bit is the topmost. As a signed number an allocated record is then negative, so that "free
 * and at least so long" is one comparison of the word as it was loaded; and clearing one bit gives the
 * length.
 */
#define RECORD_ALLOCATED (UINT64_C(1) << 63)

static_assert(sizeof(uint64_t) == HB_SIMPLE_RECORD_BYTES, "a record is one word");

/* By memcpy, which compiles to one load or store: records are not aligned. */
static inline uint64_t record_load(const unsigned char *range)
{
    uint64_t record;

    memcpy(&record, range, sizeof record);
    return record;
}

static inline void record_store(unsigned char *range, uint64_t length, bool allocated)
{
    uint64_t record = length | (allocated ? RECORD_ALLOCATED : 0);

    assert(length >= HB_SIMPLE_RECORD_BYTES && length <= INT64_MAX);
    memcpy(range, &record, sizeof record);
}

static inline uint64_t record_length(uint64_t record)
{
    return record & ~RECORD_ALLOCATED;
}

static inline bool record_allocated(uint64_t record)
{
    return (record & RECORD_ALLOCATED) != 0;
}

/* True for a free range of at least `need` bytes. */
static inline bool record_fits(uint64_t record, int64_t need)
{
    return (int64_t)record >= need;
}

/* -- the heap -- */

/* What the checks have to know of it. */
static inline struct hb_checked_heap checked(const struct hb_simple *heap)
{
    return (struct hb_checked_heap){
        .name = "simple", .base = heap->base, .end = heap->end, .length_bits = ~RECORD_ALLOCATED};
}

/* A walk examined so many records, so many of them allocated. */
static inline void note_walk(struct hb_simple *heap, uint64_t length, uint64_t allocated)
{
    if (!HB_COUNTING)
        return;
    heap->walk.length = length;
    heap->walk.allocated = allocated;
    heap->walk.walks++;
}

/*
 * The walk: the first free range of at least `need` bytes, or NULL. This loop is what is measured.
 *
 * Its cost is one chain, load, clear a bit, add: about 7 cycles a record (x86-64) while the records are in
 * the first cache, however free and allocated ranges alternate. Branching on the bit would save the clearing
 * where the branch is predicted and take twice as long where it is not.
 */
static inline unsigned char *first_fit(struct hb_simple *heap, int64_t need)
{
    const unsigned char *end = heap->end;
    uint64_t examined = 0, allocated = 0;
    unsigned char *range = heap->base;

    assert(need > HB_SIMPLE_RECORD_BYTES);
    while (range < end) {
        uint64_t record;

        if (HB_SIMPLE_CHECKS)
            hb_misuse_check_record(checked(heap), range);
        record = record_load(range);
        if (HB_COUNTING) {
            examined++;
            allocated += record_allocated(record);
        }
        if (record_fits(record, need))
            break;
        range += record_length(record);
    }
    assert(range <= end);
    note_walk(heap, examined, allocated);
    return range < end ? range : NULL;
}

/*
 * Marks the range allocated. What it has beyond `need` becomes a free range if that can hold a record; the
 * document's code splits whatever is left (README.md beside this file says what comes of it).
 */
static inline void *take(struct hb_simple *heap, unsigned char *range, uint64_t need)
{
    uint64_t length = record_length(record_load(range));
    uint64_t rest = length - need;

    assert(!record_allocated(record_load(range)) && length >= need);
    if (rest >= HB_SIMPLE_RECORD_BYTES) {
        record_store(range + need, rest, false);
        if (HB_COUNTING)
            heap->walk.ranges++;
        length = need;
    }
    record_store(range, length, true);
    assert((uint64_t)(heap->end - range) >= length && length - need < HB_SIMPLE_RECORD_BYTES);
    if (range + length > heap->high_water)
        heap->high_water = range + length;
    return range + HB_SIMPLE_RECORD_BYTES;
}

static inline void *heap_alloc(struct hb_simple *heap, size_t size)
{
    unsigned char *range;
    uint64_t need;

    if (size == 0 || __builtin_add_overflow(size, HB_SIMPLE_RECORD_BYTES, &need))
        return NULL;
    /* No range is that long, so the walk examines all and fails, as it should. */
    if (need > INT64_MAX)
        need = INT64_MAX;
    range = first_fit(heap, (int64_t)need);
    return range != NULL ? take(heap, range, need) : NULL;
}

static inline void heap_free(struct hb_simple *heap, void *block)
{
    unsigned char *range;

    if (block == NULL)
        return;
    if (HB_SIMPLE_CHECKS)
        hb_misuse_check_block(checked(heap), block);
    range = (unsigned char *)block - HB_SIMPLE_RECORD_BYTES;
    assert(record_allocated(record_load(range)) &&
           range + record_length(record_load(range)) <= heap->high_water);
    record_store(range, record_length(record_load(range)), false);
}

static inline void *heap_zalloc(struct hb_simple *heap, size_t size)
{
    void *block = heap_alloc(heap, size);

    return block != NULL ? memset(block, 0, size) : NULL;
}

/* The bytes after a block's record. */
static inline size_t heap_usable_size(const struct hb_simple *heap, const void *block)
{
    const unsigned char *range = (const unsigned char *)block - HB_SIMPLE_RECORD_BYTES;

    if (HB_SIMPLE_CHECKS)
        hb_misuse_check_block(checked(heap), block);
    return record_length(record_load(range)) - HB_SIMPLE_RECORD_BYTES;
}

/* To a longer range: both are held while the contents are copied. NULL: the block is as it was. */
static inline void *move(struct hb_simple *heap, void *block, size_t usable, size_t size)
{
    void *moved = heap_alloc(heap, size);

    if (moved == NULL)
        return NULL;
    assert(usable < size);
    memcpy(moved, block, usable);
    heap_free(heap, block);
    return moved;
}

static inline void *heap_resize(struct hb_simple *heap, void *block, size_t size)
{
    size_t usable;

    if (block == NULL)
        return heap_alloc(heap, size);
    if (size == 0) {
        heap_free(heap, block);
        return NULL;
    }
    usable = heap_usable_size(heap, block);
    return size <= usable ? block : move(heap, block, usable, size);
}

#endif
