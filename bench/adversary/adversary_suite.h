/*
 * adversary_suite.h - every adversary against the allocators that it tells apart, and the results as a file.
 */
#ifndef HB_BENCH_ADVERSARY_ADVERSARY_SUITE_H
#define HB_BENCH_ADVERSARY_ADVERSARY_SUITE_H

#include "bench/adversary/adversary.h"
#include "bench/results/provenance.h"
#include "bench/results/results.h"

/*
 * The `index`-th plan of the suite into `plan`, unchecked; false when there are no more. Only those of
 * adversary `name`, unless it is NULL. Live sizes are chosen so that a walking allocator takes seconds.
 */
bool hb_adversary_suite(uint32_t index, const char *name, struct hb_adversary_plan *plan);

/* Results of schema adversary/1; NULL when out of memory. */
struct hb_results *hb_adversary_results_begin(void);
void hb_adversary_results_add(struct hb_results *results, const struct hb_adversary_plan *plan,
                              const struct hb_adversary_result *result);

#endif
