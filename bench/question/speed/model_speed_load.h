/*
 * model_speed_load.h - what model_speed.c times: replacements that were planned and followed beforehand, and
 * a heap that does them.
 */
#ifndef HB_BENCH_QUESTION_SPEED_MODEL_SPEED_LOAD_H
#define HB_BENCH_QUESTION_SPEED_MODEL_SPEED_LOAD_H

#include "bench/question/speed/model_speed.h"

struct hb_speed_replacement {
    uint32_t slot; /* the block that is freed, and in which stead one is allocated */
    uint32_t size;
};

struct hb_speed_load {
    const struct hb_speed_pair *pair;
    const struct hb_allocator *allocators[HB_SPEED_SIDES];
    uint32_t rounds;
    uint64_t ranges;
    struct hb_layout layout;
    uint64_t replacements[HB_SPEED_SIDES]; /* in a round */
    struct hb_speed_replacement *plan;     /* all rounds of the model, and one to warm up */
    /* Followed on the model: before the first replacement and after each. */
    uint64_t *walk_total;
    uint64_t *range_count;
    uint64_t digest[HB_SPEED_SIDES]; /* of all layouts, when each side has done its last one */
};

/* A heap under measurement, its blocks by slot. */
struct hb_speed_heap {
    const struct hb_allocator *allocator;
    enum hb_layout_order order;
    void *heap;
    void **blocks;
    uint64_t done;    /* replacements, in all */
    uint64_t laid_at; /* what of them had been done when it was laid out */
    uint64_t digest;  /* of the layouts before this one */
};

/* Of all rounds of a side, and the one to warm up. */
uint64_t hb_speed_all_replacements(const struct hb_speed_load *load, enum hb_speed_side side);

/* Of a heap's `blocks`. */
size_t hb_speed_blocks_bytes(const struct hb_speed_load *load);

/* Laid out for the first time. HB_ERR_MEMORY. Close it in any case. */
enum hb_status hb_speed_heap_open(const struct hb_speed_load *load, enum hb_speed_side side,
                                  struct hb_speed_heap *bench, struct hb_error *error);
void hb_speed_heap_close(const struct hb_speed_load *load, struct hb_speed_heap *bench);

/* How many of the next `count` replacements this layout is good for; where for none, it is laid out anew
 * first. 0 with `error`. */
uint64_t hb_speed_heap_prepare(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count,
                               struct hb_error *error);

/* Does so many replacements: what is timed. */
void hb_speed_heap_advance(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count);

/* Of where every range begins, which are free, and where the blocks are that were replaced; and of the
 * layouts before. */
uint64_t hb_speed_heap_digest(const struct hb_speed_load *load, const struct hb_speed_heap *bench);

#endif
