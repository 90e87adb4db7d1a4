/*
 * ladder.h - what the rungs of the ladder and the grid beside it have in common: the heap and its table.
 *
 * The ladder is the simple allocator with one idea added at a time, so that what each idea buys is a measured
 * difference: simple, simple-align, simple-merge, free-list, bins. A branch (branch/) adds one idea to a
 * rung, beside the next one. The grid is first, next and best fit, with and without merging, on simple's
 * records. All but buddy and
 * side-table tile their heap with ranges, each an 8-byte record (record.h) and the bytes after it.
 *
 * A rung is one small .c file: it says its alignment and whether it merges, brings its search and, if it has
 * one, its index of free ranges, and includes heap.h, which has the rest. Every such file is compiled twice
 * (HB_COUNTING 0 and 1), so that the build that is timed has nothing in it that counts and the two
 * cannot place differently. buddy.c and branch/side_table.c have no records and share the table alone.
 */
#ifndef HB_ALLOCATOR_LADDER_LADDER_H
#define HB_ALLOCATOR_LADDER_LADDER_H

#include "allocator/allocator.h"
#include "allocator/region.h"

struct hb_ladder;

/* An object that lives so many operations or fewer is short-lived to the oracle and to its model. */
enum { HB_ORACLE_SHORT_OPS = 256 };

/* A heap that is not what it should be: where, and a word on what. */
struct hb_ladder_fault {
    uint64_t offset;  /* of the range */
    const char *text; /* a constant; NULL while all is well */
};

/* What a table's `state` points at: how one allocator differs from the next. */
struct hb_ladder_kind {
    size_t heap_struct_bytes; /* of its heap's own struct, which begins with a struct hb_ladder */
    uint64_t shortest_bytes;  /* a heap of fewer is refused: it cannot hold one range */
    uint64_t longest_bytes;   /* the longest heap it can manage */
    uint32_t align;           /* of every payload, a power of two */
    bool merges;
    /* Puts the one range of a fresh heap into the index; NULL where there is no index. */
    void (*start)(struct hb_ladder *heap);
    /* Whether the index has every free range in its place and nothing else, or what else the rung keeps; NULL
     * where there is none. */
    struct hb_ladder_fault (*check_index)(const struct hb_ladder *heap);
    /* The whole heap, index included. */
    struct hb_ladder_fault (*validate)(const void *heap);
};

struct hb_ladder {
    unsigned char *base;
    unsigned char *end;
    unsigned char *high_water; /* the largest end that any allocated range has had; base when none has */
    unsigned char *rover;      /* next fit: where the next search begins */
    bool freed;                /* merging put off: something was, since free ranges were merged last */
    struct hb_walk walk;       /* kept by the counting build alone */
    const struct hb_ladder_kind *kind;
    const char *name; /* the table's */
    struct hb_region region;
};

/* HB_ERR_USAGE, with the range, when a heap is shorter or longer than the kind can manage. 0 is neither. */
enum hb_status hb_ladder_check_bytes(const struct hb_allocator *self, size_t heap_bytes,
                                     struct hb_error *error);

/* The functions of a table that do not depend on the search. */
void *hb_ladder_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error);
void hb_ladder_destroy(void *heap);
void hb_ladder_inspect(const void *heap, struct hb_heap_state *state);
void hb_ladder_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                      void *context);
uint64_t hb_ladder_offset(const void *heap, const void *block);
void hb_ladder_last_walk(const void *heap, struct hb_walk *walk);

/*
 * Examines the whole heap: the ranges tile it, none is shorter than it may be, the boundary tags and footers
 * agree with the ranges they speak of, no two free ranges lie side by side in a heap that merges, nothing
 * allocated lies beyond the high-water mark, and the index is complete and in order. Returns the first fault;
 * its text is NULL when there is none. For tests; O(ranges).
 */
struct hb_ladder_fault hb_ladder_validate(const struct hb_allocator *allocator, const void *heap);

/* kind.validate of every heap that has records. */
struct hb_ladder_fault hb_ladder_validate_records(const void *heap);

#endif
