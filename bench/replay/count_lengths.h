/*
 * count_lengths.h - how often each walk length occurred: exact, so that percentiles are nearest rank on the
 * whole population and not estimates.
 *
 * One counter a length, in reserved address space of which only what is used becomes memory.
 */
#ifndef HB_BENCH_REPLAY_COUNT_LENGTHS_H
#define HB_BENCH_REPLAY_COUNT_LENGTHS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/replay/replay.h"

struct hb_lengths {
    uint64_t *counts; /* by length */
    uint64_t capacity;
    uint64_t walks;
    uint64_t total;
    uint64_t max;
};

/* False when out of memory, here and below. */
bool hb_lengths_init(struct hb_lengths *lengths);
void hb_lengths_clear(struct hb_lengths *lengths); /* takes a zeroed one */

bool hb_lengths_add(struct hb_lengths *lengths, uint64_t length);
void hb_lengths_empty(struct hb_lengths *lengths);

/* Nearest rank: the smallest length that `percent` (1 to 100) per cent of the walks do not exceed. 0 when
 * there are none. */
uint64_t hb_lengths_percentile(const struct hb_lengths *lengths, unsigned percent);

/* Adds the counts into HB_WALK_BINS bins of hb_lengths_bin_of. */
void hb_lengths_bin(const struct hb_lengths *lengths, uint64_t *bins);

#endif
