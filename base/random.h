/*
 * random.h - random numbers with an explicit seed: xoshiro256** 1.0 (Blackman and Vigna, 2018), seeded by
 * splitmix64.
 *
 * Pure: no globals, no I/O. The same seed gives the same numbers on every machine.
 */
#ifndef HB_BASE_RANDOM_H
#define HB_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct hb_random {
    uint64_t state[4];
};

void hb_random_seed(struct hb_random *random, uint64_t seed);
uint64_t hb_random_next(struct hb_random *random);

/* Uniform in [0, bound), without bias (Lemire 2019); bound must be 1 or more. */
uint64_t hb_random_below(struct hb_random *random, uint64_t bound);

/* Fisher and Yates: each order is as likely as any other. */
void hb_random_shuffle(struct hb_random *random, size_t *order, size_t count);

#endif
