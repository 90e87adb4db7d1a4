/*
 * policies.h - the classic policies side by side on one trace, in the terms of Johnstone and Wilson (1998).
 *
 * The plan is a list of runs: best, first and next fit in address order, each merging at once and never, each
 * without headers and alignment (as the paper counts), with simple's 8-byte header, and with a header and
 * 16-byte alignment as a real allocator has them; buddy and bins, which are what they are; and an offline
 * packing (packing.h), the optimum to compare with. All but buddy and bins is computed and takes no memory
 * for payloads.
 */
#ifndef HB_BENCH_EXACT_POLICIES_H
#define HB_BENCH_EXACT_POLICIES_H

#include "bench/replay/prepare.h"
#include "bench/results/results.h"

/* What a run is of. Names are as in heapbench's options and results. */
struct hb_policy_run {
    const char *policy; /* "best", "first", "next", "buddy", "bins", "packing" */
    const char *merge;  /* "yes", "no"; NULL where there is nothing to merge: an offline packing */
    uint32_t header_bytes, align;
};

struct hb_policy_figures {
    uint64_t ops;
    uint64_t failures; /* sizes that no heap holds */
    uint64_t peak_live_bytes, peak_extent_bytes;
    uint64_t bound_bytes; /* packing: the most that is live, headers and alignment counted; else 0 */
    uint64_t smallest_bytes, largest_bytes; /* packing: of its blocks, counted alike; else 0 */
    uint64_t robson_bytes; /* packing: what a program of these three makes any allocator need; 0: not known */
    double measures[4]; /* 1 to 4 as ratios, 0.25 for 25 %; of a packing the fourth alone means something */
};

/* How many runs there are, and the index-th one; false behind the last. */
size_t hb_policies_count(void);
bool hb_policies_run_at(size_t index, struct hb_policy_run *run);

/*
 * Does the index-th run, one of those that there are, in an infinite heap; buddy's and bins' is an ample one.
 * HB_ERR_MEMORY; HB_ERR_LIMIT: a packing of 2^62 bytes or more.
 */
enum hb_status hb_policies_measure(const struct hb_prepared *prepared, size_t index,
                                   struct hb_policy_figures *out, struct hb_error *error);

/* The index-th policy of the paper; its measure #4, a ratio, is the mean of eight programs, merging at once,
 * without headers and alignment. False behind the last one. `run` is the one to compare with where there is
 * one of its name. */
bool hb_policies_published(size_t index, struct hb_policy_run *run, double *measure4);

/* Is it the same policy, merging alike, in whatever setting? */
bool hb_policies_alike(const struct hb_policy_run *a, const struct hb_policy_run *b);

/* Does the plan have a run that is alike? */
bool hb_policies_has(const struct hb_policy_run *run);

/* policies.csv (results/README.md): begun with what is published; then a row a run. */
struct hb_results *hb_policies_results_begin(void); /* NULL: out of memory; free with hb_results_free */
void hb_policies_results_add(struct hb_results *results, const char *trace, const struct hb_policy_run *run,
                             const struct hb_policy_figures *figures); /* NULL: the run had none */

#endif
