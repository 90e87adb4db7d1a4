/*
 * range_tree.h - the ranges of a heap in address order, with the answers of a walk in O(log n).
 *
 * A B+ tree. Each inner node keeps, per child, how many ranges lie below it, how many of them are free and
 * the longest free one. Going down past the children that hold nothing long enough finds the first range that
 * fits, and adding up what was passed gives the number of ranges that a walk would have examined
 * (workloads/THEORY.md, "The exact model").
 *
 * Ranges are known by an id that stays the same while the range lives, whatever is inserted or removed beside
 * it. They tile the heap: a range's offset follows from the lengths before it. Lengths are bytes, 1 to 2^63
 * - 1. Up to 2^31 ranges. Finding a range, its neighbours and its length is inline: range_place.h.
 */
#ifndef HB_ALLOCATOR_MODEL_RANGE_TREE_H
#define HB_ALLOCATOR_MODEL_RANGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/allocator.h"

#define HB_RANGE_NONE UINT32_MAX

struct hb_range_tree;

/*
 * Where a range is: in which leaf, and where in it. It is found once and used for all that one operation
 * does; any take or remove makes the places of other ranges stale, their ids stay.
 */
struct hb_range_place {
    uint32_t leaf; /* HB_RANGE_NONE: nowhere */
    uint32_t slot;
};

/* What lies before a range in address order: the ranges, and those among them that are free. */
struct hb_range_rank {
    uint64_t ranges;
    uint64_t free_ranges;
};

/* A tree with one free range of `length` bytes at offset 0, whose id is 0; without `is_searched` it has
 * neither first fit nor ranks, and changes cost less. NULL when there is no memory. */
struct hb_range_tree *hb_range_tree_create(uint64_t length, bool is_searched);
void hb_range_tree_destroy(struct hb_range_tree *tree); /* takes NULL */

/* Fetches into the cache what says where range `id` is; with `soon`, for which that must have arrived, its
 * leaf. */
void hb_range_tree_prefetch(const struct hb_range_tree *tree, uint32_t id, bool soon);

void hb_range_tree_get(const struct hb_range_tree *tree, struct hb_range_place place, struct hb_range *range);

/*
 * The first free range with length >= need (1 or more), and what lies before it; nowhere, and the rank of the
 * heap's end, when none fits.
 */
struct hb_range_place hb_range_tree_first_fit(struct hb_range_tree *tree, uint64_t need,
                                              struct hb_range_rank *rank);

/* The same, among the range at `from` and those behind it; no rank. */
struct hb_range_place hb_range_tree_first_fit_from(const struct hb_range_tree *tree,
                                                   struct hb_range_place from, uint64_t need);

void hb_range_tree_rank(const struct hb_range_tree *tree, struct hb_range_place place,
                        struct hb_range_rank *rank);

/* Marks a free range allocated. */
void hb_range_tree_take(struct hb_range_tree *tree, struct hb_range_place place);

/*
 * Marks the first `length` bytes of a free range allocated and makes the rest, 1 byte or more, a free range
 * of its own, whose id is returned. Room must have been reserved.
 */
uint32_t hb_range_tree_take_part(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length);

/* Makes a range free and `length` bytes long: more than before when it has been given neighbours' bytes. */
void hb_range_tree_release(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length);

/* Takes a range out, whose bytes the caller gives to the one before it; its id may be used again. Not the
 * first. */
void hb_range_tree_remove(struct hb_range_tree *tree, uint32_t id);

/* Calls visit for each range in address order until it returns false. */
void hb_range_tree_visit(const struct hb_range_tree *tree,
                         bool (*visit)(void *context, const struct hb_range *range), void *context);

#endif
