/*
 * simple_heap.h - the simple allocator's code, compiled once for timing and once for counting.
 *
 * Not an interface: simple.c includes it with HB_SIMPLE_COUNTING 0, simple_counting.c with 1, so the two
 * cannot place differently and the walk that is timed has nothing in it that counts. results/README.md, "The
 * heap", settles every choice made here. `need` is the length of the range to be handed out, record included.
 */
#ifndef HB_SIMPLE_COUNTING
#error "define HB_SIMPLE_COUNTING as 0 or 1 before including simple_heap.h"
#endif

#include <assert.h>

#include "allocator/simple/simple_check.h"
#include "allocator/simple/simple_record.h"

/* A walk examined so many records, so many of them allocated. */
static inline void note_walk(struct hb_simple *heap, uint64_t length, uint64_t allocated)
{
    if (!HB_SIMPLE_COUNTING)
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

    while (range < end) {
        uint64_t record;

        if (HB_SIMPLE_CHECKS)
            hb_simple_check_record(heap, range);
        record = hb_record_load(range);
        if (HB_SIMPLE_COUNTING) {
            examined++;
            allocated += hb_record_allocated(record);
        }
        if (hb_record_fits(record, need))
            break;
        range += hb_record_length(record);
    }
    note_walk(heap, examined, allocated);
    return range < end ? range : NULL;
}

/* Marks the range allocated; what it has beyond `need` becomes a free range if that can hold a record. */
static inline void *take(struct hb_simple *heap, unsigned char *range, uint64_t need)
{
    uint64_t length = hb_record_length(hb_record_load(range));
    uint64_t rest = length - need;

    if (rest >= HB_SIMPLE_RECORD_BYTES) {
        hb_record_store(range + need, rest, false);
        if (HB_SIMPLE_COUNTING)
            heap->walk.ranges++;
        length = need;
    }
    hb_record_store(range, length, true);
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
        hb_simple_check_block(heap, block);
    range = (unsigned char *)block - HB_SIMPLE_RECORD_BYTES;
    hb_record_store(range, hb_record_length(hb_record_load(range)), false);
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
        hb_simple_check_block(heap, block);
    return hb_record_length(hb_record_load(range)) - HB_SIMPLE_RECORD_BYTES;
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
