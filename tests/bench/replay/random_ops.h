/*
 * random_ops.h - random workloads for tests of the engine: valid ones, of every kind of operation.
 */
#ifndef HB_TESTS_BENCH_REPLAY_RANDOM_OPS_H
#define HB_TESTS_BENCH_REPLAY_RANDOM_OPS_H

#include <stdint.h>

#include "bench/replay/prepare.h"

/* What a random workload is made of. */
struct random_ops {
    uint64_t seed;
    uint64_t ops;
    uint64_t max_size;     /* sizes are mostly small, and up to this */
    uint64_t max_live;     /* objects live at once */
    unsigned percent_zero; /* of allocations have size 0 */
    unsigned percent_huge; /* of allocations have a size that no heap has, some of which overflow */
    unsigned percent_far;  /* of aligned allocations are at multiples of up to 1 GiB; the others, 256 */
};

/* A workload named "random"; give it to random_ops_free. Aborts when out of memory. */
struct hb_workload *random_ops_create(const struct random_ops *recipe);
void random_ops_free(struct hb_workload *workload);

/* A workload over a copy of `ops`, which are in birth order already. */
struct hb_workload *workload_of(const char *name, const struct hb_op *ops, uint64_t count);

/* The workload, prepared; fails the test where it cannot be. Free with hb_prepared_free. */
struct hb_prepared *must_prepare(const struct hb_workload *workload);

#endif
