/*
 * plain.h - every allocator of the ladder and the grid as its definition says, written down a second time.
 *
 * An array of ranges outside the heap, and loops over it. It shares no code and no idea with
 * allocator/ladder: no records, tags, links or bitmaps. Which free range came last into a list is told by a
 * number that every range gets when it becomes free.
 */
#ifndef HB_TESTS_LADDER_PLAIN_H
#define HB_TESTS_LADDER_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/allocator.h"

enum { PLAIN_RANGES_MAX = 1 << 16, PLAIN_SLABS_MAX = 1024, PLAIN_CELLS_MAX = 256 };

#define PLAIN_NULL UINT64_MAX

enum plain_policy {
    PLAIN_FIRST,
    PLAIN_NEXT,
    PLAIN_BEST,
    PLAIN_LATE,      /* first fit; free ranges merge when nothing but the last range fits */
    PLAIN_ORACLE,    /* first fit; of what is short-lived the last, but for the last range of all */
    PLAIN_FREE_LIST, /* first fit that examines free ranges alone */
    PLAIN_BINS,      /* the youngest range of the first list whose ranges all fit */
    PLAIN_BUDDY,     /* the youngest block of the smallest power of two that fits, halved */
};

struct plain_options {
    enum plain_policy policy;
    bool merge;
    uint32_t header;
    uint32_t align;
    bool pool; /* objects of up to 64 bytes are cells of slabs */
};

struct plain_range {
    uint64_t offset;
    uint64_t length;
    uint64_t freed; /* the later it became free, the greater */
    bool allocated;
};

/* 4088 bytes cut into cells of one size. */
struct plain_slab {
    uint64_t payload; /* of its block */
    uint64_t cell;    /* 0: there is no slab */
    uint64_t held;    /* cells that are */
    uint64_t opened;  /* the later it came to have a free cell, the greater */
    bool holds[PLAIN_CELLS_MAX];
};

struct plain {
    struct plain_options options;
    struct plain_range ranges[PLAIN_RANGES_MAX];
    uint64_t count;
    uint64_t rover; /* offset of a range */
    uint64_t clock;
    uint64_t high_water;
    bool is_short; /* what is allocated next lives 256 operations or less */
    bool freed;    /* something was, since free ranges were merged last */
    struct hb_walk walk;
    int slab_end; /* of those that were ever made */
    struct plain_slab slabs[PLAIN_SLABS_MAX];
};

/* False when the heap is too small for one range. */
bool plain_init(struct plain *plain, const struct plain_options *options, uint64_t bytes);

/* Payload offsets; PLAIN_NULL is NULL. `lead` is what the heap's offset 0 is, modulo every alignment used. */
uint64_t plain_malloc(struct plain *plain, uint64_t size);
uint64_t plain_aligned(struct plain *plain, uint64_t lead, uint64_t alignment, uint64_t size);
uint64_t plain_realloc(struct plain *plain, uint64_t payload, uint64_t size);
void plain_free(struct plain *plain, uint64_t payload);

/* What may be written at a payload. */
uint64_t plain_usable(const struct plain *plain, uint64_t payload);

void plain_state(const struct plain *plain, struct hb_heap_state *state);

#endif
