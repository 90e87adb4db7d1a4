/*
 * same_counts.h - the figures of two counting replays, every one of them compared.
 */
#ifndef HB_TESTS_BENCH_REPLAY_SAME_COUNTS_H
#define HB_TESTS_BENCH_REPLAY_SAME_COUNTS_H

#include "bench/replay/replay.h"

void assert_same_states(const struct hb_heap_state *got, const struct hb_heap_state *want);

/* Integers are equal; the measures of fragmentation, which are sums of quotients, to nine digits. */
void assert_same_counts(const struct hb_counts *got, const struct hb_counts *want);

#endif
