/*
 * model.h - the classic policies computed exactly, without memory and without walking.
 *
 * A model heap has ranges and no bytes. It gives every placement, walk length, split, high-water mark and
 * failure that the walking allocator of the same policy gives, in O(log n) an operation (range_tree.h), so
 * that a trace of a hundred million operations takes seconds where walking takes weeks. results/README.md
 * defines the terms; sizes and lengths are bytes.
 *
 * A block is a range's id. It is valid from its allocation to its release.
 */
#ifndef HB_ALLOCATOR_MODEL_MODEL_H
#define HB_ALLOCATOR_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/allocator.h"

enum hb_policy {
    HB_POLICY_FIRST, /* the first range that fits, in address order */
    HB_POLICY_NEXT,  /* the same, beginning after the range handed out last and going round once */
    HB_POLICY_BEST,  /* the shortest that fits, the lowest address among equals; its walk examines every range
                      */
};

struct hb_model_options {
    enum hb_policy policy;
    bool merge; /* join a freed range with its free neighbours at once */
    uint32_t
        header_bytes;    /* of one record, 0 to 4096; 0: ranges cost nothing, as Johnstone and Wilson count */
    uint32_t align;      /* a power of two, 1 to 4096: lengths are rounded up to it */
    uint64_t heap_bytes; /* up to HB_MODEL_MOST_BYTES; 0: infinite */
    /*
     * Next fit in an infinite heap would never leave the tail once it is there. True: the tail is used only
     * where nothing else fits, as by an allocator that asks the system for more when it must. The other
     * policies do so anyway.
     */
    bool grows;
    /* Free ranges merge when a walk finds none that fits, or the last range alone; not with `merge`. */
    bool merges_late;
    bool told;       /* what is short-lived goes to the last range that fits: hb_model_foretell */
    bool lists_free; /* a walk examines the free ranges alone: they are on a list, in address order */
};

#define HB_MODEL_NO_BLOCK UINT32_MAX

/* The longest heap, a multiple of every alignment. A record has 63 bits for a length, so no range is longer
 * than 2^63 - 1 bytes in any heap. An infinite heap that comes to this end is broken, and not full. */
#define HB_MODEL_MOST_BYTES ((UINT64_C(1) << 63) - 4096)
#define HB_MODEL_BROKEN_END \
    "a block would lie beyond 2^63 bytes, further than an infinite heap can be counted"

struct hb_model;

/* HB_ERR_USAGE: an option out of its range, a heap too small for one record among them, naming it.
 * HB_ERR_MEMORY. */
enum hb_status hb_model_create(const struct hb_model_options *options, struct hb_model **out,
                               struct hb_error *error);
void hb_model_destroy(struct hb_model *model); /* takes NULL */

/*
 * Places `size` bytes. HB_MODEL_NO_BLOCK when no range is long enough, for size 0 and for sizes that overflow
 * with their header (neither of which walks), and when the model is broken (hb_model_broken). In an infinite
 * heap only what needs 2^63 bytes or more finds no range long enough.
 */
uint32_t hb_model_alloc(struct hb_model *model, uint64_t size);

/*
 * The same, with the payload at a multiple of `alignment`, a power of two, as the ladder places it: in the
 * first range that would hold it wherever it lay; what is left before it stays free. Offsets count as if the
 * heap began at a multiple of every alignment, which a real heap does of those up to 1 GiB (region.h). Models
 * without an alignment of their own, or with one shorter than their header, take no notice of `alignment`.
 */
uint32_t hb_model_aligned(struct hb_model *model, uint64_t alignment, uint64_t size);
void hb_model_free(struct hb_model *model, uint32_t block);

/* As realloc; the block may move. HB_MODEL_NO_BLOCK when the move fails: `block` stays as it was. size: 1 or
 * more. */
uint32_t hb_model_resize(struct hb_model *model, uint32_t block, uint64_t size);

/* As an allocator's foretell (allocator.h); one of the others comes before each call that allocates. */
void hb_model_foretell(struct hb_model *model, const uint32_t *lifetimes, uint64_t count);
void hb_model_tell(struct hb_model *model);
void hb_model_tell_aligned(struct hb_model *model, uint64_t alignment);

/* A hint: `block` will be freed or resized some operations from now, with `soon` in about half as many. */
void hb_model_expect(const struct hb_model *model, uint32_t block, bool soon);

/* HB_OK; else why the figures are worthless: HB_ERR_MEMORY, the model ran out of memory of its own;
 * HB_ERR_LIMIT, a block was to lie beyond HB_MODEL_MOST_BYTES of an infinite heap. */
enum hb_status hb_model_broken(const struct hb_model *model);

/* The length of the shortest free range that hb_model_aligned would take, and hb_model_alloc where
 * `alignment` is 1; UINT64_MAX where that overflows. `size` is 1 or more. */
uint64_t hb_model_need(const struct hb_model *model, uint64_t alignment, uint64_t size);

uint64_t hb_model_offset(const struct hb_model *model, uint32_t block); /* of the payload */
uint64_t hb_model_usable_bytes(const struct hb_model *model, uint32_t block);
uint64_t hb_model_high_water(const struct hb_model *model);
/* The high-water mark, or more: an aligned allocation that got the last range asked for that much of the
 * heap, and would have failed in a shorter one, though it then took less. */
uint64_t hb_model_reach(const struct hb_model *model);
void hb_model_last_walk(const struct hb_model *model, struct hb_walk *walk);

/* O(ranges): largest_run_bytes is looked for. */
void hb_model_inspect(const struct hb_model *model, struct hb_heap_state *state);

/*
 * A contract's table for a model of these options (heap_bytes comes from its create()), named as those in
 * builtin.list; `options` stays the caller's and must outlive the table. Its heaps are struct hb_model.
 */
void hb_model_allocator(const struct hb_model_options *options, struct hb_allocator *out);

void hb_model_ranges(const struct hb_model *model, bool (*visit)(void *context, const struct hb_range *range),
                     void *context);

#endif
