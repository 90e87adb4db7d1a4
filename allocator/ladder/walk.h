/*
 * walk.h - the walks over all ranges: first fit, next fit, best fit.
 *
 * Not an interface: a rung includes one of them, by LADDER_FIND. Each returns a free range of at least `need`
 * bytes or NULL, and each examines records one by one: these loops are what is measured.
 */
#ifndef HB_ALLOCATOR_LADDER_WALK_H
#define HB_ALLOCATOR_LADDER_WALK_H

#include "allocator/ladder/check.h"
#include "allocator/ladder/range.h"

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
        hb_ladder_check_record(heap, range);
    record = record_load(range);
    if (HB_LADDER_COUNTING) {
        tally->examined++;
        tally->allocated += record_allocated(record);
    }
    return record;
}

static inline void note_walk(struct hb_ladder *heap, const struct tally *tally)
{
    if (!HB_LADDER_COUNTING)
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
    note_walk(heap, &tally);
    return range < end ? range : NULL;
}

/* The first that fits, from the rover on, round the end of the heap and back to the rover. */
static inline unsigned char *find_next(struct hb_ladder *heap, uint64_t need)
{
    const unsigned char *end = heap->end;
    struct tally tally = {0, 0};
    unsigned char *range = heap->rover, *found = NULL;

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

#endif
