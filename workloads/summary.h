/*
 * summary.h - what a workload is like: the figures of `heapbench info`.
 */
#ifndef HB_WORKLOADS_SUMMARY_H
#define HB_WORKLOADS_SUMMARY_H

#include "workloads/workload.h"

/* A distribution. Percentiles are exact, by nearest rank; all 0 when `count` is. */
struct hb_spread {
    uint64_t count;
    uint64_t p50, p90, p99, max;
    double mean;
};

enum { HB_SIZE_BINS = 65 };

struct hb_summary {
    uint64_t kinds[HB_OP_KINDS]; /* operations of each */
    struct hb_spread sizes;      /* bytes asked for by each malloc, calloc, aligned allocation and realloc */
    struct hb_spread lifetimes;  /* operations from the birth of an object to its free, of those freed */
    uint64_t size_bins[HB_SIZE_BINS]; /* bin 0: size 0; bin i: 2^(i-1) <= size < 2^i; the last: 2^63 too */
};

/* HB_ERR_MEMORY: it takes 8 bytes an operation for the time of the call. */
enum hb_status hb_workload_summarise(const struct hb_workload *workload, struct hb_summary *out,
                                     struct hb_error *error);

#endif
