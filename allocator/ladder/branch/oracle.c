/*
 * oracle.c - a branch of the ladder: simple-merge that knows how long each object will live.
 *
 * The idea     An object that will be freed within 256 operations is short-lived: it gets the end of the last
 *              free range that is long enough, but for the heap's last range, which it gets where nothing
 *              else fits. All others are placed as simple-merge does, and so are blocks aligned to more
 *              than 16. What stays then gathers in front, and what goes soon does not lie between.
 * In header    Nothing: 8 bytes. Whoever replays a trace hands over the lifetimes of all objects to come
 *              (foretell in allocator.h), four bytes each. A program cannot: under it, and in a replay of
 *              several threads, this is simple-merge.
 * In code      About thirty lines.
 * Buys         What perfect prediction would. No program has it: this is a bound and no proposal.
 * A walk       is first fit, over every range; of a short-lived object it examines every one.
 */
#include "allocator/ladder/ladder.h"

struct oracle_heap {
    struct hb_ladder ladder; /* first: the shared functions take the heap for one */
    const uint32_t *lifetimes;
    uint64_t count, next;
    bool is_short; /* the object that is being allocated */
};

static inline unsigned char *find_told(struct hb_ladder *heap, uint64_t need);

#define LADDER_ALIGN  16
#define LADDER_MERGES 1
#define LADDER_FIND   find_told
#define LADDER_HEAP   struct oracle_heap

#define LADDER_BELOW 1
#include "allocator/ladder/heap.h"

static_assert(offsetof(struct oracle_heap, ladder) == 0, "a heap is a struct hb_ladder");

/* The last range that fits, the heap's last one left aside, where another does. */
static inline unsigned char *find_last(struct hb_ladder *heap, uint64_t need)
{
    unsigned char *range = heap->base, *found = NULL;
    struct tally tally = {0, 0};

    while (range < heap->end) {
        uint64_t record = examine(heap, range, &tally);
        unsigned char *end = range + record_length(record);

        if (record_fits(record, need) && (found == NULL || end < heap->end))
            found = range;
        range = end;
    }
    note_walk(heap, &tally);
    return found;
}

/* Of a short-lived object, the range is cut to what is needed. */
static inline unsigned char *find_told(struct hb_ladder *heap, uint64_t need)
{
    unsigned char *range;

    if (!((struct oracle_heap *)heap)->is_short)
        return find_first(heap, need);
    range = find_last(heap, need);
    if (range == NULL || range_end(range) == heap->end || range_length(range) - need < SPLIT_BYTES)
        return range;
    return leave_gap(heap, range, range_length(range) - need);
}

/* The next call is for the next object of those that were foretold; one that was not lives long. */
static inline struct hb_ladder *tell(struct hb_ladder *heap)
{
    struct oracle_heap *oracle = (struct oracle_heap *)heap;

    oracle->is_short =
        oracle->next < oracle->count && oracle->lifetimes[oracle->next++] <= HB_ORACLE_SHORT_OPS;
    return heap;
}

static inline void *heap_alloc(struct hb_ladder *heap, size_t size)
{
    return below_alloc(tell(heap), size);
}

static inline void *heap_resize(struct hb_ladder *heap, void *block, size_t size)
{
    return below_resize(tell(heap), block, size);
}

static inline void *heap_aligned(struct hb_ladder *heap, size_t alignment, size_t size)
{
    tell(heap);
    if (alignment > LADDER_ALIGN)
        ((struct oracle_heap *)heap)->is_short = false;
    return below_aligned(heap, alignment, size);
}

static inline void heap_free(struct hb_ladder *heap, void *block)
{
    below_free(heap, block);
}

static inline size_t heap_usable_size(struct hb_ladder *heap, const void *block)
{
    return below_usable_size(heap, block);
}

#undef LADDER_BELOW
#include "allocator/ladder/heap.h"

static void oracle_foretell(void *heap, const uint32_t *lifetimes, uint64_t count)
{
    struct oracle_heap *oracle = heap;

    oracle->lifetimes = lifetimes;
    oracle->count = count;
    oracle->next = 0;
}

HB_TABLE(oracle) = {
    .name = "oracle",
    .summary = "simple-merge that is told how long each object will live",
    .model = "model-oracle",
    .before = "simple-merge",
    .idea = "knows lifetimes",
    .group = HB_GROUP_BRANCH,
    .colour = "#6B6B6B",
    .shape = 14,
    HB_LADDER_FUNCTIONS(oracle),
    .foretell = oracle_foretell,
};
