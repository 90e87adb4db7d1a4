/*
 * adversary_attack.h - one attack on one heap: the blocks that are live, where they lie, what is measured;
 * and what an adversary is made of.
 *
 * The harness's tables are made before the heap is, from whole pages, and nothing is allocated from then on.
 */
#ifndef HB_BENCH_ADVERSARY_ADVERSARY_ATTACK_H
#define HB_BENCH_ADVERSARY_ADVERSARY_ATTACK_H

#include "bench/adversary/adversary.h"
#include "bench/sample/memory.h"

struct hb_attack_block {
    uint64_t start; /* pointer less header, or offset in the heap */
    void *block;
    uint64_t units;
};

struct hb_attack {
    const struct hb_adversary_plan *plan;
    struct hb_adversary_result *result;
    struct hb_error *error; /* why run() ended early */
    const struct hb_allocator *allocator;
    void *heap;
    uint64_t live_limit; /* M, bytes */
    uint64_t live_bytes;
    uint64_t live_blocks;
    uint64_t page_bytes;
    struct hb_attack_block *blocks; /* live ones; capacity: as many as M has units */
    struct hb_attack_block *scratch;
    uint64_t count, capacity;
    void **objects; /* for generators: blocks by birth, and their sizes */
    uint64_t *object_bytes;
    uint64_t object_capacity;
    uint64_t peak_live_bytes;
    bool every_phase;
    uint64_t last_size; /* of the phases */
    struct hb_memory memory;
};

/* What a phase's figures should be; 0 where nothing is known. */
struct hb_theory {
    double expected, bound;
};

/* What an adversary is made of. */
struct hb_adversary {
    struct hb_adversary_info info;
    uint64_t least_ratio, most_ratio;
    bool power_of_two; /* the ratio must be one */
    bool every_phase;  /* all phases are kept, and not only those of a size that is a power of two */
    bool in_objects;   /* `live` counts objects; M is the most bytes that were live */
    enum hb_bound bound;
    double (*growth)(uint64_t ratio); /* extent over M that is to be reckoned with; NULL: a generator */
    void (*theory)(
        const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
        struct hb_theory *theory);         /* in units, or in M where `in_objects`; NULL: nothing is known */
    bool (*run)(struct hb_attack *attack); /* false: ended early, error set */
};

const struct hb_adversary *hb_adversary_find(const char *name, struct hb_error *error);

/* Allocates a block of `units` and appends it to `blocks`. False with `error` when there is no room. */
bool hb_attack_alloc(struct hb_attack *attack, uint64_t units);

/* Whether a block of `units` fits in M beside what is live. */
bool hb_attack_fits(const struct hb_attack *attack, uint64_t units);

/* As hb_attack_alloc, while they fit in M. */
bool hb_attack_fill(struct hb_attack *attack, uint64_t units);

/* Gives a block back. The caller removes it from `blocks`. */
void hb_attack_free(struct hb_attack *attack, const struct hb_attack_block *block);

/* Sorts the live blocks by address. */
void hb_attack_sort(struct hb_attack *attack);

/*
 * Frees every block whose absence would leave a gap of less than `gap_bytes`: walks the live blocks in
 * address order and frees one when from the end of the last kept (at first: `origin`) to the start of the
 * next there is less than that.
 */
void hb_attack_thin(struct hb_attack *attack, uint64_t origin, uint64_t gap_bytes);

/* Any block, as one that `bytes` were asked for; touches its pages. NULL with `error` when there
 * is no room. */
void *hb_attack_request(struct hb_attack *attack, uint64_t bytes);
void hb_attack_release(struct hb_attack *attack, void *block, uint64_t bytes);

/* Phase `index` is over. */
void hb_attack_phase(struct hb_attack *attack, uint64_t index, uint64_t size);

/* -- every adversary there is; adversary.c lists them -- */

extern const struct hb_adversary hb_adversary_robson;
extern const struct hb_adversary hb_adversary_first_fit;
extern const struct hb_adversary hb_adversary_best_fit;
extern const struct hb_adversary hb_adversary_ramp;
extern const struct hb_adversary hb_adversary_shredding;
extern const struct hb_adversary hb_adversary_two_size;
extern const struct hb_adversary hb_adversary_steady;
extern const struct hb_adversary hb_adversary_sawtooth;

/* Of the generators: reads a checked plan's settings. HB_ERR_USAGE. */
struct hb_generator;
struct hb_generate_settings;
enum hb_status hb_adversary_settings(const struct hb_adversary_plan *plan,
                                     const struct hb_generator **generator,
                                     struct hb_generate_settings *settings, struct hb_error *error);

#endif
