/*
 * replay_latency.h - how long single calls take: a replay that times each, and the histograms of what it
 * found.
 *
 * Timing a call holds up the processor before and behind it, and a replay that does so is slower as a whole
 * than the hot loop. So its figures are of calls alone, and the times of whole replays are never taken from
 * it. What reading the clock twice costs is measured beside it (HB_CALL_PAIR) and never subtracted.
 */
#ifndef HB_BENCH_REPLAY_LATENCY_REPLAY_LATENCY_H
#define HB_BENCH_REPLAY_LATENCY_REPLAY_LATENCY_H

#include "bench/replay/latency/histogram.h"
#include "bench/replay/replay.h"

enum hb_call_kind {
    HB_CALL_ALLOCATION, /* the next three together */
    HB_CALL_MALLOC,     /* aligned allocations too */
    HB_CALL_CALLOC,
    HB_CALL_REALLOC,
    HB_CALL_FREE,
    HB_CALL_PAIR, /* no call at all: two readings of the clock, one behind the other */
    HB_CALL_KINDS,
};

/* "allocation", "malloc" ...: the column `kind` of results. */
const char *hb_call_kind_name(enum hb_call_kind kind);

/* The kind of an operation's call. */
enum hb_call_kind hb_call_kind_of(const struct hb_op *op);

/* The percentiles that are shown: 50, 90, 99, 99.9, 99.99 and 100, which is the most. */
enum { HB_PERCENTILES = 6 };

struct hb_percentile {
    const char *name; /* "50", "99.9", "max" */
    unsigned share;   /* as hb_histogram_percentile takes it */
};

extern const struct hb_percentile hb_percentiles[HB_PERCENTILES];

/* One of the slowest calls. */
struct hb_slow_call {
    uint64_t op, ns;
    uint64_t live_bytes; /* before it, of what was asked for */
    uint64_t ranges;     /* before it, where the heap was looked at; else 0 */
};

enum { HB_SLOWEST = 10 };

/* What a replay found. In nanoseconds. */
struct hb_latency {
    uint64_t clock_step_ns; /* between two readings that differ: no time is known more closely */
    uint32_t slowest_count;
    struct hb_slow_call slowest[HB_SLOWEST]; /* the slowest first */
    struct hb_histogram kinds[HB_CALL_KINDS];
};

/* One moment by the monotonic clock and by the cycle counter, which is calibrated from one to another. */
struct hb_clock_moment {
    uint64_t ns, ticks;
};

/* The times of a replay's calls, before they are made anything of. */
struct hb_call_times {
    uint64_t *ticks; /* of each operation */
    size_t bytes;    /* of the table */
    uint64_t ops;
    struct hb_clock_moment begun;
};

/* Makes the table and faults it in. HB_ERR_MEMORY. */
enum hb_status hb_call_times_open(struct hb_call_times *times, const struct hb_prepared *prepared,
                                  struct hb_error *error);
void hb_call_times_close(struct hb_call_times *times); /* takes a zeroed one */

/*
 * Does the operations [from, to) and times the call of each: malloc, calloc, realloc, aligned or free, and
 * not what touches the block. Otherwise as hb_replay_time. Returns the nanoseconds that all of it took, which
 * is no figure of the allocator's.
 */
uint64_t hb_replay_latency(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                           enum hb_touch touch, uint64_t from, uint64_t to, struct hb_call_times *times);

/* The same with no clock of the whole, of one of several threads: what is no call is `beside`'s, and in no
 * time. NULL: all are calls. */
void hb_replay_latency_range(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                             enum hb_touch touch, uint64_t from, uint64_t to, struct hb_call_times *times,
                             hb_replay_beside *beside, void *context);

/* Nanoseconds of a tick of the counter. It takes 10 ms from when the times were begun on, at least. */
double hb_call_times_calibrate(const struct hb_call_times *times);

/* Adds the times of a thread's calls to `out`, which begins zeroed. `recorded`: of each of its operations,
 * the index in the recorded order; NULL: they are all of them. */
void hb_latency_add(struct hb_latency *out, const struct hb_call_times *times, double ns_per_tick,
                    const struct hb_op *ops, const uint32_t *recorded);

/* If the operation is one of the slowest calls: so much was live before it. */
void hb_latency_note_live(struct hb_latency *latency, uint64_t op, uint64_t live_bytes);

/* All have been added: sums up the kinds and measures the clock. */
void hb_latency_end(struct hb_latency *out, double ns_per_tick);

/* All of it for the times of one thread, and what was live before the slowest. HB_ERR_MEMORY. */
enum hb_status hb_latency_gather(const struct hb_replay *replay, const struct hb_call_times *times,
                                 struct hb_latency *out, struct hb_error *error);

#endif
