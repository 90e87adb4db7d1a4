/*
 * grow.c - a branch of the ladder: simple-merge whose storage grows and shrinks with what is in it.
 *
 * The idea     Of the heap's address space the system is asked for what is used, in steps of 64 KiB: where a
 *              block, or the record behind it, would lie beyond the storage, that grows. Where a free leaves
 *              two steps or more behind the heap's last record, all whole steps there are given back.
 * In header    Nothing: 8 bytes, as in simple-merge. One pointer a heap.
 * In code      About thirty lines: one comparison for each malloc and each free, and a system call now and
 *              then (two for giving back). Memory that was given back is faulted in again.
 * Buys         Nobody has to know beforehand how much it will be; others can use what is not used now. Not
 *              the walk, nor one placement: they are simple-merge's.
 * A walk       is first fit, over every range; what is not storage yet is part of the last one. A malloc also
 *              gets NULL where the system has no more to give.
 */
#include <assert.h>
#include <sys/mman.h>

#include "allocator/ladder/ladder.h"

enum { STEP_BYTES = 1 << 16 };

struct grow_heap {
    struct hb_ladder ladder; /* first: the shared functions take the heap for one */
    unsigned char *storage_end;
};

static_assert(offsetof(struct grow_heap, ladder) == 0, "a heap is a struct hb_ladder");

static inline unsigned char *find_in_storage(struct hb_ladder *heap, uint64_t need);
static inline void shrink(struct hb_ladder *heap, unsigned char *range);
static void start(struct hb_ladder *heap);
static struct hb_ladder_fault check_storage(const struct hb_ladder *heap);

#define LADDER_ALIGN              16
#define LADDER_MERGES             1
#define LADDER_FIND               find_in_storage
#define LADDER_FREED(heap, range) shrink(heap, range)
#define LADDER_HEAP               struct grow_heap
#define LADDER_KIND_MEMBERS       .start = start, .check_index = check_storage
#include "allocator/ladder/heap.h"

static inline struct grow_heap *whole(struct hb_ladder *heap)
{
    return (struct grow_heap *)heap;
}

/* The end of storage that reaches up to `place`: whole steps from the region's start, or all of the region.
 */
static inline unsigned char *step_end(const struct hb_ladder *heap, const unsigned char *place)
{
    unsigned char *first = heap->region.start;
    uint64_t bytes = ((uint64_t)(place - first) + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;

    return first + (bytes < heap->region.bytes ? bytes : heap->region.bytes);
}

/* False, and nothing changed, where the system has no more. */
static bool grow(struct hb_ladder *heap, const unsigned char *place)
{
    unsigned char *from = whole(heap)->storage_end, *to = step_end(heap, place);

    assert(to > from);
    if (mprotect(from, (size_t)(to - from), PROT_READ | PROT_WRITE) != 0)
        return false;
    whole(heap)->storage_end = to;
    return true;
}

static inline unsigned char *find_in_storage(struct hb_ladder *heap, uint64_t need)
{
    unsigned char *range = find_first(heap, need), *place;

    if (range == NULL)
        return NULL;
    place = range + need;
    place = heap->end - place > HB_LADDER_RECORD_BYTES ? place + HB_LADDER_RECORD_BYTES : heap->end;
    return place <= whole(heap)->storage_end || grow(heap, place) ? range : NULL;
}

/* What the system takes back is zero when it comes again, and is not to be touched before. */
static void give_back(struct hb_ladder *heap, unsigned char *from)
{
    size_t bytes = (size_t)(whole(heap)->storage_end - from);

    madvise(from, bytes, MADV_DONTNEED);
    mprotect(from, bytes, PROT_NONE);
    whole(heap)->storage_end = from;
}

/* `range` has become free. */
static inline void shrink(struct hb_ladder *heap, unsigned char *range)
{
    unsigned char *storage_end = whole(heap)->storage_end, *used = range + HB_LADDER_RECORD_BYTES;

    if (range_end(range) == heap->end && storage_end - used >= (ptrdiff_t)2 * STEP_BYTES)
        give_back(heap, step_end(heap, used));
}

/* The first record is there already. */
static void start(struct hb_ladder *heap)
{
    whole(heap)->storage_end = (unsigned char *)heap->region.start + heap->region.bytes;
    give_back(heap, step_end(heap, heap->base + HB_LADDER_RECORD_BYTES));
}

static struct hb_ladder_fault check_storage(const struct hb_ladder *heap)
{
    const unsigned char *storage_end = ((const struct grow_heap *)heap)->storage_end, *used = heap->base;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};

    for (unsigned char *range = heap->base; range < heap->end; range = range_end(range))
        used = range_is_free(range) ? range + HB_LADDER_RECORD_BYTES : range_end(range);
    fault.offset = (uint64_t)(used - heap->base);
    if (used > storage_end)
        fault.text = "a record or an allocated range lies beyond the storage";
    return fault;
}

HB_TABLE(grow) = {
    .name = "grow",
    .summary = "simple-merge whose storage grows and shrinks in steps of 64 KiB",
    .model = "model-first-align-merge",
    .before = "simple-merge",
    .idea = "storage that grows",
    .group = HB_GROUP_BRANCH,
    .colour = "#2E86AB",
    .shape = 10,
    HB_LADDER_FUNCTIONS(grow),
};
