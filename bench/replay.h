/*
 * replay.h - a prepared workload driven through an allocator.
 *
 * Three loops over the same operations: `time` does nothing else while the clock runs; `count` asks the
 * counting build after every operation and computes METRICS.md's integers; `series` is the timed loop in
 * windows, looking at the heap between them.
 */
#ifndef HB_BENCH_REPLAY_H
#define HB_BENCH_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/allocator.h"
#include "bench/prepare.h"

enum hb_touch {
    HB_TOUCH_NONE,
    HB_TOUCH_PAGE, /* the default: the first 8 bytes (fewer where the block is smaller) and a byte in each
                      page */
    HB_TOUCH_ALL,
};

enum hb_failure_reason {
    HB_FAILURE_NONE,      /* nothing failed, or the heap cannot be inspected */
    HB_FAILURE_FULL,      /* free bytes < need */
    HB_FAILURE_UNMERGED,  /* a run of adjacent free ranges would have held it */
    HB_FAILURE_SCATTERED, /* enough is free, no adjacent run holds it */
};

#define HB_NO_FAILURE UINT64_MAX

/* The record of the first failure; meaningful when first_failure != HB_NO_FAILURE. */
struct hb_failure {
    uint64_t op;
    uint64_t size; /* asked for */
    uint64_t live_bytes;
    uint64_t free_bytes;
    uint64_t largest_free_bytes;
    uint64_t largest_run_bytes;
    enum hb_failure_reason reason;
};

enum { HB_WALK_BINS = 512 };

/* METRICS.md defines each. What an allocator cannot say stays 0 and `inspected` / `walked` are false. */
struct hb_counts {
    uint64_t heap_bytes;
    uint64_t ops;    /* done: all of them unless stopped */
    uint64_t allocs; /* malloc, calloc, aligned, and realloc of an absent object, of size > 0 */
    uint64_t served; /* those that did not get NULL */
    uint64_t failures;
    uint64_t first_failure; /* operation index, or HB_NO_FAILURE */
    struct hb_failure failure;
    uint64_t live_bytes;
    uint64_t peak_live_bytes;
    uint64_t peak_live_op;
    bool walked;
    uint64_t walks, walk_total, walk_max, walk_p50, walk_p90, walk_p99, walk_allocated;
    uint64_t
        walk_bins[HB_WALK_BINS]; /* exact counts of lengths in [hb_walk_bin_low(i), hb_walk_bin_low(i + 1)) */
    bool inspected;
    struct hb_heap_state state; /* at the end */
    /* Johnstone and Wilson's four measures, as ratios U/L - 1 (0.25 is 25 %); with records and without. */
    double fragmentation[4];
    double fragmentation_payload[4];
};

/* Bins are exact up to 64 and then 16 to the octave. */
uint64_t hb_walk_bin_low(unsigned bin);
unsigned hb_walk_bin(uint64_t length);

/* One moment of a series: the end of a window of operations. */
struct hb_point {
    uint64_t op;         /* operations done */
    uint64_t ops;        /* in the window */
    uint64_t allocs;     /* in the window */
    uint64_t elapsed_ns; /* of the window */
    uint64_t live_bytes;
    uint64_t live_objects;
    uint64_t resident_bytes;                              /* over the harness's own */
    uint64_t walks, walk_total, walk_allocated, walk_max; /* in the window; counting build only */
    uint64_t walk_p50, walk_p99;
    struct hb_heap_state state; /* where the heap can be inspected */
};

#endif
