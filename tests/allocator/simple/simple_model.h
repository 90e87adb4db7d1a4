/*
 * simple_model.h - the simple allocator as results/README.md describes it, written down a second time.
 *
 * An array of ranges outside the heap, and loops over it. It shares no code and no idea with
 * allocator/simple*: no records, no bits, no pointers. Tests compare the two operation by operation.
 */
#ifndef HB_TESTS_SIMPLE_MODEL_H
#define HB_TESTS_SIMPLE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_RANGES_MAX = 16384 };

#define MODEL_NULL UINT64_MAX

struct model_range {
    uint64_t offset;
    uint64_t length;
    bool allocated;
};

struct model {
    struct model_range ranges[MODEL_RANGES_MAX];
    uint64_t count;
    uint64_t high_water;
    uint64_t walks;
    uint64_t walk_length;
    uint64_t walk_allocated;
};

struct model_totals {
    uint64_t ranges, free_ranges, free_bytes, largest_free, largest_run, allocated_bytes;
};

void model_init(struct model *model, uint64_t bytes);

/* Payload offsets; MODEL_NULL is NULL. */
uint64_t model_malloc(struct model *model, uint64_t size);
void model_free(struct model *model, uint64_t payload);
uint64_t model_realloc(struct model *model, uint64_t payload, uint64_t size);

/* What may be written at a payload. */
uint64_t model_usable(const struct model *model, uint64_t payload);

struct model_totals model_totals(const struct model *model);

#endif
