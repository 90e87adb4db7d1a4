/*
 * sizes.h - sizes drawn from a distribution: uniform, log-uniform, or those of a real program.
 *
 * Integers throughout, so that a seed gives the same sizes on every machine.
 */
#ifndef HB_WORKLOADS_GENERATE_SIZES_H
#define HB_WORKLOADS_GENERATE_SIZES_H

#include "base/random.h"
#include "workloads/generate/generate.h"

struct hb_sizes {
    enum hb_generate_sizes kind;
    uint64_t low, high;        /* both included */
    uint64_t octaves;          /* log-uniform: [low, 2 low), [2 low, 4 low) ... that reach high */
    const uint64_t *empirical; /* each entry is as likely as any other */
    uint64_t count;
};

/* From checked settings. */
void hb_sizes_init(struct hb_sizes *sizes, const struct hb_generate_settings *settings);

/* The next size in bytes. */
uint64_t hb_sizes_draw(const struct hb_sizes *sizes, struct hb_random *random);

#endif
