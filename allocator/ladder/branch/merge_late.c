/*
 * merge_late.c - a branch of the ladder: simple-merge with merging put off until a walk fails.
 *
 * The idea     free flips a bit, as in simple. A walk that finds nothing, or nothing but the heap's last
 *              range (from which all comes that was never used), has failed: where something was freed since
 *              the last time, a second walk joins all free ranges that lie side by side, and takes the first
 *              that is then long enough (deferred coalescing).
 * In header    Nothing: 8 bytes, and no boundary tags. One flag a heap.
 * In code      About twenty lines, and the thirty of the boundary tags less.
 * Buys         A free that writes one bit. A range that is soon wanted again in the same length is not
 *              merged and split in between.
 * Costs        Longer walks: over ranges that would be one, and twice over all when one fails.
 * A walk       is first fit, over every range; one that failed counts the records of both walks.
 */
#include "allocator/ladder/ladder.h"

static inline unsigned char *find_late(struct hb_ladder *heap, uint64_t need);

#define LADDER_ALIGN  16
#define LADDER_DEFERS 1
#define LADDER_FIND   find_late
#include "allocator/ladder/heap.h"

/* The second walk: joins all that is free side by side. The first range that then fits, or NULL. */
static inline unsigned char *merge_all(struct hb_ladder *heap, uint64_t need, struct tally *tally)
{
    unsigned char *found = NULL;

    for (unsigned char *range = heap->base; range < heap->end; range = range_end(range)) {
        if (record_allocated(examine(heap, range, tally)))
            continue;
        while (range_end(range) < heap->end && !record_allocated(record_load(range_end(range)))) {
            examine(heap, range_end(range), tally);
            range_absorb(heap, range, range_end(range));
        }
        if (found == NULL && record_fits(record_load(range), need))
            found = range;
    }
    heap->freed = false;
    return found;
}

static inline unsigned char *find_late(struct hb_ladder *heap, uint64_t need)
{
    struct tally tally = {0, 0};
    unsigned char *range = heap->base;

    assert(range != NULL);
    while (range < heap->end) {
        uint64_t record = examine(heap, range, &tally);

        if (record_fits(record, need))
            break;
        range += record_length(record);
    }
    if (range == heap->end)
        range = NULL;
    if (heap->freed && (range == NULL || range_end(range) == heap->end))
        range = merge_all(heap, need, &tally);
    note_walk(heap, &tally);
    return range;
}

HB_TABLE(merge_late) = {
    .name = "merge-late",
    .summary = "simple-align that merges free ranges when a walk fails",
    .model = "model-merge-late",
    .before = "simple-merge",
    .idea = "merging put off",
    .group = HB_GROUP_BRANCH,
    .colour = "#C75B9B",
    .shape = 8,
    HB_LADDER_FUNCTIONS(merge_late),
};
