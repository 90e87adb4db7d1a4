/*
 * row_groups.h - columns that several schemas have together, set together.
 *
 * Each function sets those of its columns that the schema has; results/README.md says what they mean.
 */
#ifndef HB_BENCH_RESULTS_ROW_GROUPS_H
#define HB_BENCH_RESULTS_ROW_GROUPS_H

#include "bench/replay/replay.h"
#include "bench/results/results.h"

/* trace, allocator, status: with these a row begins. */
void hb_results_set_subject(struct hb_results *results, const char *trace, const char *allocator,
                            const char *status);

/* walks, walk_total, walk_mean where there was a walk, walk_p50, walk_p90, walk_p99, walk_max,
 * walk_allocated: of a whole replay, or of a window, whose mean and walk_p90 are not known. */
void hb_results_set_walks(struct hb_results *results, const struct hb_counts *counts);
void hb_results_set_window_walks(struct hb_results *results, const struct hb_point *window);

/* first_failure, requested_bytes, reason, live_bytes, and where the heap was `inspected` free_bytes and
 * largest_free_bytes; nothing where nothing failed. */
void hb_results_set_failure(struct hb_results *results, uint64_t first_failure,
                            const struct hb_failure *failure, bool inspected);

/* Four columns, `group` and 1 to 4: ratios as percentages. */
void hb_results_set_percents(struct hb_results *results, const char *group, const double *ratios);

#endif
