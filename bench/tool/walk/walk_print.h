/*
 * walk_print.h - the ranges of a heap as the design document writes them, with a walk marked; and as a
 * picture.
 */
#ifndef HB_BENCH_TOOL_WALK_WALK_PRINT_H
#define HB_BENCH_TOOL_WALK_WALK_PRINT_H

#include <stdio.h>

#include "bench/exact/walk_heap.h"

/* What an operation did to the ranges. */
struct hb_walk_marks {
    bool walked;
    uint64_t length; /* of first fit, which examined the first so many ranges, the last one taken unless it
                        failed */
    uint64_t need;   /* bytes, the record included */
    bool failed;
    bool before;           /* the list is of the moment before the walk; else after it */
    uint64_t taken_offset; /* of the payload that was placed; after a walk that did not fail */
    bool has_left;         /* a block was freed, or moved away from, by the operation: */
    uint64_t left_offset;  /* of its payload */
    uint64_t merged;       /* its range, with so many neighbours */
};

/*
 * One line a range, such as "Pointer: 0x0 Size: 4   Allocated: True", and what there is to say about it. Of
 * many ranges the first, the last and those around the one that was taken. False when out of memory.
 */
bool hb_listing_print(FILE *out, const struct hb_walk_heap *heap, const struct hb_walk_marks *marks);

/* The heap, or the part of it that was ever used, in lines of 64 characters. False when out of memory. */
bool hb_picture_print(FILE *out, const struct hb_walk_heap *heap);

#endif
