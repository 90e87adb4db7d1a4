/*
 * summary.h - what a workload is like: the figures of `heapbench info`.
 */
#ifndef HB_WORKLOADS_WHOLE_SUMMARY_H
#define HB_WORKLOADS_WHOLE_SUMMARY_H

#include "workloads/trace/op_sink.h"
#include "workloads/whole/whole.h"

/* A distribution. Percentiles are exact, by nearest rank; all 0 when `count` is. */
struct hb_spread {
    uint64_t count;
    uint64_t p50, p90, p99, max;
    double mean;
};

enum { HB_SIZE_BINS = 65, HB_THREADS_LISTED = 64 };

struct hb_summary {
    uint64_t kinds[HB_OP_KINDS]; /* operations of each */
    struct hb_spread sizes;      /* bytes asked for by each malloc, calloc, aligned allocation and realloc */
    struct hb_spread lifetimes;  /* operations from the birth of an object to its free, of those freed */
    uint64_t measured_bytes, touched_bytes; /* of the blocks of workload->touched together */
    uint64_t size_bins[HB_SIZE_BINS]; /* bin 0: size 0; bin i: 2^(i-1) <= size < 2^i; the last: 2^63 too */
    struct hb_spread thread_ops;      /* operations of each thread */
    uint64_t ops_by_thread[HB_THREADS_LISTED]; /* of the first threads, one by one */
    uint64_t handed_objects; /* freed or reallocated by another thread than the one that made them */
    uint64_t handovers; /* frees and reallocs by another thread than did the last operation on the object */
};

/* HB_ERR_MEMORY. */
enum hb_status hb_workload_summarise(const struct hb_workload *workload, struct hb_summary *out,
                                     struct hb_error *error);

/* The same of operations that come one by one, in memory that follows the objects that live and the sizes and
 * lifetimes that differ. */
struct hb_summarising;

enum hb_status hb_summarising_open(struct hb_summarising **out, struct hb_error *error); /* HB_ERR_MEMORY */
void hb_summarising_close(struct hb_summarising *summarising); /* NULL does nothing */

/* Where they go; an object that was freed may lend its number to another one. HB_ERR_MEMORY. */
struct hb_op_sink hb_summarising_sink(struct hb_summarising *summarising);

/* Of the workload that all those were of, once. HB_ERR_MEMORY. */
enum hb_status hb_summarising_report(struct hb_summarising *summarising, const struct hb_workload *workload,
                                     struct hb_summary *out, struct hb_error *error);

enum { HB_TIME_PARTS = 10, HB_SILENCES = 10 };

/* A wait this long or shorter is a part of a burst: some clocks tick no more often. */
#define HB_BURST_WAIT_US UINT64_C(10000)

/* A wait, and when it began: microseconds after the first operation could come. */
struct hb_silence {
    uint64_t start_us;
    struct hb_wait wait;
};

/*
 * When the operations of a workload came. An operation's time is the sum of the waits before it; the duration
 * is the sum of all, workload->time_us.
 */
struct hb_times {
    /* Operations in each tenth of the duration; one at the very end is in the last. All in the first where no
     * time passed. */
    uint64_t ops_in_part[HB_TIME_PARTS];
    struct hb_silence silences[HB_SILENCES]; /* the longest waits, longest first; of equal ones the earlier */
    unsigned silence_count;
    uint64_t burst_us; /* of all waits of at most HB_BURST_WAIT_US together */
};

struct hb_times hb_workload_times(const struct hb_workload *workload);

/* When the part begins, counted from 0: rounded up to whole microseconds. `part` up to HB_TIME_PARTS. */
uint64_t hb_times_part_us(uint64_t duration_us, unsigned part);

#endif
