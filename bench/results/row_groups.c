/*
 * row_groups.c - columns that several schemas have together.
 */
#include "bench/results/row_groups.h"

#include <stdio.h>

void hb_results_set_subject(struct hb_results *results, const char *trace, const char *allocator,
                            const char *status)
{
    hb_results_set_text(results, "trace", trace);
    hb_results_set_text(results, "allocator", allocator);
    hb_results_set_text(results, "status", status);
}

void hb_results_set_walks(struct hb_results *results, const struct hb_counts *counts)
{
    hb_results_set_count(results, "walks", counts->walks);
    hb_results_set_count(results, "walk_total", counts->walk_total);
    if (counts->walks > 0)
        hb_results_set_real(results, "walk_mean", (double)counts->walk_total / (double)counts->walks);
    hb_results_set_count(results, "walk_p50", counts->walk_p50);
    if (hb_results_has(results, "walk_p90"))
        hb_results_set_count(results, "walk_p90", counts->walk_p90);
    hb_results_set_count(results, "walk_p99", counts->walk_p99);
    hb_results_set_count(results, "walk_max", counts->walk_max);
    hb_results_set_count(results, "walk_allocated", counts->walk_allocated);
}

void hb_results_set_window_walks(struct hb_results *results, const struct hb_point *window)
{
    hb_results_set_count(results, "walks", window->walks);
    hb_results_set_count(results, "walk_total", window->walk_total);
    hb_results_set_count(results, "walk_allocated", window->walk_allocated);
    hb_results_set_count(results, "walk_p50", window->walk_p50);
    hb_results_set_count(results, "walk_p99", window->walk_p99);
    hb_results_set_count(results, "walk_max", window->walk_max);
}

void hb_results_set_failure(struct hb_results *results, uint64_t first_failure,
                            const struct hb_failure *failure, bool inspected)
{
    if (first_failure == HB_NO_FAILURE)
        return;
    hb_results_set_count(results, "first_failure", first_failure);
    hb_results_set_count(results, "requested_bytes", failure->size);
    hb_results_set_text(results, "reason", hb_failure_reason_name(failure->reason));
    hb_results_set_count(results, "live_bytes", failure->live_bytes);
    if (inspected) {
        hb_results_set_count(results, "free_bytes", failure->free_bytes);
        hb_results_set_count(results, "largest_free_bytes", failure->largest_free_bytes);
    }
}

void hb_results_set_percents(struct hb_results *results, const char *group, const double *ratios)
{
    char column[32];

    for (unsigned i = 0; i < 4; i++) {
        snprintf(column, sizeof column, "%s%u", group, i + 1);
        hb_results_set_real(results, column, 100 * ratios[i]);
    }
}
