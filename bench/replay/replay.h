/*
 * replay.h - a prepared workload driven through an allocator.
 *
 * The timed replay does nothing else while the clock runs; it can be run in windows, with looks at the heap
 * between them. The counting replay asks the counting build after every operation and computes what
 * results/README.md defines. Both follow the same rules: an object whose allocation got NULL is absent, its
 * frees are skipped (dealloc(NULL) does nothing), and a realloc of it is a malloc. An object of size 0 counts
 * as absent too, whatever pointer it was given, so that `allocs` does not depend on what an allocator makes
 * of malloc(0).
 */
#ifndef HB_BENCH_REPLAY_REPLAY_H
#define HB_BENCH_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/allocator.h"
#include "bench/replay/windows.h"

enum hb_touch {
    HB_TOUCH_NONE,
    HB_TOUCH_PAGE,  /* the default: the first 8 bytes (fewer where the block is smaller) and a byte in each
                       page; of a block that the recorded program did not touch wholly, in as many pages as it
                       did, the first ones */
    HB_TOUCH_EVERY, /* the same, in every page whatever the program did */
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

/* results/README.md defines each. What an allocator cannot say is 0, and `inspected` / `walked` false. */
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
    /* Exact counts of lengths in [hb_lengths_bin_low(i), hb_lengths_bin_low(i + 1)). */
    uint64_t walk_bins[HB_WALK_BINS];
    bool inspected;
    struct hb_heap_state state; /* at the end */
    /*
     * Johnstone and Wilson's four measures, as ratios U/L - 1 (0.25 is 25 %); with records and without. Valid
     * where `walked`. U is the high-water mark so far; without records it is that less the records of
     * every range but the tail. Moments with nothing live are left out of the mean.
     */
    double fragmentation[4];
    double fragmentation_payload[4];
};

/* Bins are exact up to 64 and then 16 to the octave. */
uint64_t hb_lengths_bin_low(unsigned bin);
unsigned hb_lengths_bin_of(uint64_t length);

/* One moment of a series: the end of a window of operations. */
struct hb_point {
    uint64_t op;         /* operations done */
    uint64_t ops;        /* in the window */
    uint64_t allocs;     /* in the window */
    uint64_t elapsed_ns; /* of the window */
    uint64_t live_bytes;
    uint64_t live_objects;                                /* of size 1 or more */
    uint64_t resident_bytes;                              /* over the harness's own; TIME and SERIES */
    uint64_t walks, walk_total, walk_allocated, walk_max; /* in the window; counting build only */
    uint64_t walk_p50, walk_p99;
    struct hb_heap_state state; /* where the heap can be inspected */
};

/* The tables of a timed replay. */
struct hb_replay {
    const struct hb_prepared *prepared;
    struct hb_windows windows;
    void **blocks;    /* by slot; NULL: absent */
    uint64_t *failed; /* a bit an operation; hb_replay_failed_bit */
    uint64_t touched; /* rows of prepared->touched that were come to */
    uint64_t failures;
    uint64_t first_failure; /* operation index, or HB_NO_FAILURE */
};

/* Does an operation of a kind from HB_OP_KINDS on, which is no call. */
typedef void hb_replay_beside(void *context, const struct hb_op *op, void **blocks);

/* Makes the tables and faults them in, so that nothing is allocated later; of a streamed workload the first
 * window is there. HB_ERR_MEMORY, and the errors of hb_windows_reach. */
enum hb_status hb_replay_open(const struct hb_prepared *prepared, struct hb_replay **out,
                              struct hb_error *error);
void hb_replay_close(struct hb_replay *replay); /* NULL does nothing; the heap's blocks stay as they are */

/*
 * Does the operations [from, to), which must follow those done before, and returns the nanoseconds they took.
 * Of a streamed workload the window must hold them (hb_windows_reach). A heap whose blocks are not memory
 * (HB_CAP_UNTOUCHABLE) is not touched, whatever `touch` says. A realloc touches the whole block anew.
 */
uint64_t hb_replay_time(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                        enum hb_touch touch, uint64_t from, uint64_t to);

/* Frees what is left after the operations [0, done), slot by slot. HB_ERR_MEMORY, and the errors of
 * hb_windows_reach: nothing was freed. */
enum hb_status hb_replay_release(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                                 uint64_t done, struct hb_error *error);
/* The same with no clock: for who has read it before many such, and reads it behind them. */
void hb_replay_range(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                     enum hb_touch touch, uint64_t from, uint64_t to);

/* Which bit of `failed` is that of operation `op`: of a fed workload there are those of the window. */
static inline uint64_t hb_replay_failed_bit(const struct hb_replay *replay, uint64_t op)
{
    return replay->prepared->feed != NULL ? op - replay->windows.first : op;
}

/* Did operation `op` fail? Valid for operations done, and of a fed workload in the window. */
bool hb_replay_failed(const struct hb_replay *replay, uint64_t op);

/*
 * Fills what a timed replay's failures and the operations [0, done) say: ops, allocs, served, failures, the
 * record of the first one as far as it can be known without looking, live and peak bytes; and allocs,
 * live_bytes and live_objects of `point_count` points whose `op` says where they end. HB_ERR_MEMORY, and the
 * errors of hb_windows_reach.
 */
enum hb_status hb_replay_account(struct hb_replay *replay, uint64_t done, struct hb_point *points,
                                 uint32_t point_count, struct hb_counts *counts, struct hb_error *error);

/*
 * inspect(), as results/README.md says: in an ample heap (created with heap_bytes 0) the tail above the
 * high-water mark counts in `ranges` and in nothing else. Zeroes where the allocator cannot be inspected.
 */
void hb_replay_inspect(const struct hb_allocator *allocator, const void *heap, bool ample,
                       struct hb_heap_state *state);

/* HB_ERR_MEMORY where the allocator itself ran out of memory (a model of many ranges), HB_ERR_LIMIT where an
 * infinite heap became longer than can be counted: its figures are worthless. */
enum hb_status hb_replay_check_heap(const struct hb_allocator *allocator, const void *heap,
                                    struct hb_error *error);

/* What a counting replay may be asked to do. */
struct hb_count_options {
    uint64_t step_limit;     /* stop after so many ranges examined in all; 0: none */
    uint64_t failure_limit;  /* stop after so many failures; 0: none */
    uint64_t op_limit;       /* stop after so many operations; 0: none */
    bool without_measures;   /* leave Johnstone and Wilson's at 0: they take two divisions an operation */
    struct hb_point *points; /* where to put the windows; NULL: none wanted */
    uint32_t point_count;    /* windows wanted, over all operations or op_limit of them */
};

/*
 * Replays on `heap`, which was just created by `allocator` - a counting build, or any allocator that has
 * none, of which less is known. `*points_done` (may be NULL) is how many windows were filled; the last one
 * may be short where a limit ended it. counts->heap_bytes says how create() was called and is left as it was.
 * HB_ERR_MEMORY.
 */
enum hb_status hb_replay_count(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                               void *heap, const struct hb_count_options *options, struct hb_counts *counts,
                               uint32_t *points_done, struct hb_error *error);

/* How many windows there are when `wanted` were asked for over `ops` operations: none is empty. */
uint32_t hb_window_count(uint64_t ops, uint32_t wanted);

/* The first operation after window `index` (0 to windows - 1) of `windows` over `ops` operations. */
uint64_t hb_window_end(uint64_t ops, uint32_t windows, uint32_t index);

/* results/README.md, "Failure points": why a heap whose free bytes and longest run of free ranges are these
 * had no room for a range of `need` bytes. */
enum hb_failure_reason hb_failure_reason(uint64_t need, uint64_t free_bytes, uint64_t largest_run_bytes);

/* "full", "unmerged", "scattered"; NULL for HB_FAILURE_NONE. */
const char *hb_failure_reason_name(enum hb_failure_reason reason);

#endif
