/*
 * model_heap.h - what a model heap is made of.
 *
 * Not an interface: the files of the model share it. An infinite heap is one of HB_MODEL_MOST_BYTES whose
 * last range, the tail, is never used up: the tail is examined by walks and counted as a range, and is left
 * out of every other figure (results/README.md, "Variants").
 */
#ifndef HB_ALLOCATOR_MODEL_MODEL_HEAP_H
#define HB_ALLOCATOR_MODEL_MODEL_HEAP_H

#include "allocator/model/fit_index.h"
#include "allocator/model/model.h"
#include "allocator/model/range_place.h"

/* Merging put off: the ranges that may have a free neighbour, each once. */
struct hb_model_late {
    bool freed;      /* something was, since free ranges were merged last */
    uint8_t *listed; /* by id */
    uint32_t *ids;
    uint32_t count, capacity;
};

/* The lifetimes of the objects to come, and what they say of the one at hand. */
struct hb_model_told {
    const uint32_t *lifetimes;
    uint64_t count, next;
    bool is_short;
};

struct hb_model {
    struct hb_model_options options;
    struct hb_range_tree *tree;
    struct hb_fit_index *sizes; /* best fit: the free ranges; else NULL */
    uint64_t split_bytes;       /* the smallest rest that is split off */
    uint64_t total_bytes, high_water_bytes;
    uint64_t reach_bytes; /* what aligned allocations asked of the heap: hb_model_reach */
    uint32_t rover;       /* next fit: where the next search begins */
    struct hb_model_late late;
    struct hb_model_told told;
    struct hb_walk walk;
    enum hb_status broken; /* HB_OK: it is not */
};

static inline bool hb_model_is_infinite(const struct hb_model *model)
{
    return model->options.heap_bytes == 0;
}

/*
 * The free range of `need` bytes (1 or more) or longer that the policy chooses, nowhere when there is none;
 * the length of its walk is left in model->walk.
 */
struct hb_range_place hb_model_find_fit(struct hb_model *model, uint64_t need);

/* -- merging put off -- */

/* Room for one more range. False when there is no memory. */
bool hb_model_late_reserve(struct hb_model *model);

/* Range `id` is free, and may have a free neighbour; `gone` is no range any more. */
void hb_model_late_note(struct hb_model *model, uint32_t id);
void hb_model_late_forget(struct hb_model *model, uint32_t gone);
void hb_model_late_clear(struct hb_model *model);

/* hb_model_find_fit of a model that merges late. */
struct hb_range_place hb_model_find_late(struct hb_model *model, uint64_t need);

/* Joins a free range to the free one before it and to the one behind; returns the id of the whole. */
uint32_t hb_model_merge_free(struct hb_model *model, uint32_t id);

/* -- lifetimes that were told -- */

/* hb_model_find_fit for what is short-lived; the place is cut to `need` bytes where that leaves a range. */
struct hb_range_place hb_model_find_short(struct hb_model *model, uint64_t need);

/* Leaves `gap` bytes at the front of a free range as a free range of their own; returns where the rest is. */
struct hb_range_place hb_model_leave_gap(struct hb_model *model, struct hb_range_place place,
                                         const struct hb_range *range, uint64_t gap);

#endif
