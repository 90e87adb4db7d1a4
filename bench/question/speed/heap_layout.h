/*
 * heap_layout.h - a heap of exactly so many ranges, and the same one in any allocator.
 *
 * It looks like a heap that has been in use for long. Three ranges in four are allocated; their lengths,
 * records (8 bytes) included, are multiples of 16 from 32 to 256, log-uniform. The fourth is dust: 16 bytes
 * that splitting left and that no request fits into. No two free ranges lie side by side, so heaps that merge
 * can be like that too. Behind them is the tail.
 *
 * What is left of a range that is split is a multiple of 16 as well, and so can always be a range itself.
 */
#ifndef HB_BENCH_QUESTION_SPEED_HEAP_LAYOUT_H
#define HB_BENCH_QUESTION_SPEED_HEAP_LAYOUT_H

#include "allocator/allocator.h"
#include "base/random.h"

enum { HB_LAYOUT_RANGES_MIN = 10, HB_LAYOUT_RANGES_MAX = 100000000 };

/* How the ranges are put down, so that no walk is long: what is examined before the place is found. */
enum hb_layout_order {
    HB_LAYOUT_HALVES,   /* the second half before the first, recursively: for first fit */
    HB_LAYOUT_ADDRESSES /* in address order: for best fit, whose walk examines all in any case */
};

struct hb_layout {
    uint64_t range_count; /* without the tail */
    uint64_t live;        /* the allocated ones among them: 1 or more */
    uint64_t *offsets;    /* range_count of them in address order, and the tail's */
    bool *allocated;
};

/* The next request's size in bytes: the length of an allocated range without its record. */
uint32_t hb_layout_draw_size(struct hb_random *random);

/* A layout of `ranges`, the tail included. HB_ERR_MEMORY. Free with hb_layout_clear. */
enum hb_status hb_layout_make(uint64_t ranges, struct hb_random *random, struct hb_layout *layout,
                              struct hb_error *error);
void hb_layout_clear(struct hb_layout *layout);

/*
 * Lays it out in `heap`, which must be fresh and have 8-byte records. `blocks` has room for range_count of
 * them, and gets the `live` ones in address order. False when `heap` had no room.
 */
bool hb_layout_put(const struct hb_layout *layout, enum hb_layout_order order,
                   const struct hb_allocator *allocator, void *heap, void **blocks);

#endif
