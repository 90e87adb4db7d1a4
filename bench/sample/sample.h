/*
 * sample.h - one measurement, in a process of its own.
 *
 * Every sample is a fresh child (fork and exec of this very program) with a fresh heap. The trace is decoded
 * and renumbered once, in the parent, into a shared image (prepare.h) that each child maps read-only, so a
 * child allocates nothing of its own before the heap under test does. A crash, a signal, a time-out or a
 * missing library is a result that says so, never a fast row.
 */
#ifndef HB_BENCH_SAMPLE_SAMPLE_H
#define HB_BENCH_SAMPLE_SAMPLE_H

#include "bench/replay/latency/replay_latency.h"
#include "bench/replay/replay.h"
#include "bench/replay/threads/replay_threads.h"
#include "bench/sample/check.h"
#include "bench/sample/child.h"
#include "bench/sample/idle.h"
#include "bench/sample/memory_calls.h"

enum hb_sample_mode {
    HB_SAMPLE_TIME,    /* the hot loop: elapsed_ns of the whole replay, nothing else while the clock runs */
    HB_SAMPLE_COUNT,   /* the counting build, operation by operation: every integer of results/README.md; with
                          `points`, the windows of SERIES too, with their walks and without their times */
    HB_SAMPLE_SERIES,  /* the hot loop in `points` windows, each timed; the heap looked at after each */
    HB_SAMPLE_LATENCY, /* each call timed alone (replay_latency.h): `latency`. Its elapsed_ns and cpu_ns are
                          of this slower loop, and not to be compared with those of TIME */
    HB_SAMPLE_CHECK,   /* is the allocator right? (check.h) Not timed */
};

/* What a library reads that asks for the time. */
enum hb_library_clock {
    HB_CLOCK_TRACE, /* the recording's (virtual_clock.h), where the trace has times */
    HB_CLOCK_MACHINE,
};

extern const char *const hb_library_clock_names[]; /* "trace", "machine"; ended by NULL */

struct hb_sample_request {
    const struct hb_prepared *prepared;
    const char *allocator; /* name or path, as hb_allocator_open takes it */
    char *const *settings; /* of the child's environment (child.h), ended by NULL; NULL: none */
    enum hb_sample_mode mode;
    enum hb_touch touch;
    uint64_t heap_bytes;    /* 0: as much as the allocator likes */
    uint64_t budget_bytes;  /* of private writable memory, from before the library is loaded on; 0: none */
    uint64_t step_limit;    /* COUNT, SERIES: stop after so many ranges examined in all; 0: none */
    uint64_t failure_limit; /* COUNT: stop after so many failures; 0: none */
    uint64_t window_ops;    /* SERIES: lay the windows over so many operations, op_limit being fewer; 0: over
                               those replayed */
    uint64_t op_limit; /* replay only the first so many operations, which is the whole of it: OK, not STOPPED;
                          0: all. Windows divide these operations evenly, alike for every allocator */
    uint32_t points; /* SERIES: windows; 1 to HB_SAMPLE_MAX_POINTS. COUNT: the same, or 0 for none. Else 0 */
    bool counts_calls; /* TIME: `calls` are counted, which takes microseconds of each */
    bool rests;        /* TIME: what is left is freed afterwards, and `idle` is of the time after that */
    uint64_t idle_ms;  /* of `rests`: how long that is, beside timeout_ms */
    bool is_followed;  /* TIME, by one thread: its course says where it is (idle.h) */
    struct hb_threads_plan threads; /* TIME: by as many threads as made the trace, where several did */
    uint64_t timeout_ms;            /* beside what a paced replay takes at least; 0: none */
    double pace; /* TIME, SERIES, LATENCY: how long a second of the recording takes (schedule.h), up to
                    HB_PACE_MOST; 0: the replay is as fast as can be */
    enum hb_library_clock clock; /* TIME, SERIES, LATENCY */
    bool inspects_slowest; /* LATENCY: replays again, untimed, to look at the heap before each of the slowest
                              calls, where it can be inspected */
    bool
        quiet; /* what the library prints goes into `printed`, as always in a CHECK; else to standard error */
};

enum { HB_SAMPLE_MAX_POINTS = 4096 };
enum { HB_TIMEOUT_MAX_S = 10000000 }; /* that a user may ask for: some months */

enum hb_sample_outcome {
    HB_SAMPLE_OK,      /* ran to the end; `counts.failures` says how many allocations got NULL */
    HB_SAMPLE_STOPPED, /* reached step_limit or failure_limit: the figures are of the first `counts.ops`
                          operations */
    HB_SAMPLE_CRASHED, /* ended by `signal`, or with `exit_status`, before it was done */
    HB_SAMPLE_TIMED_OUT,
    HB_SAMPLE_UNAVAILABLE, /* the allocator or its heap could not be had; `error` says why */
    HB_SAMPLE_BROKEN,      /* CHECK: it does what no allocator may; `error` says what */
    HB_SAMPLE_FAILED,      /* of sessions: it returned NULL where the reference did not (session.h) */
};

enum { HB_SAMPLE_PRINTED_BYTES = 160 };

struct hb_sample_result {
    enum hb_sample_outcome outcome;
    int signal;      /* of CRASHED; 0: it ended the process by itself */
    int exit_status; /* then */
    struct hb_error error;
    uint64_t timeout_ms;                   /* of TIMED_OUT: what it was given */
    struct hb_check_result check;          /* of CHECK; `op` says also where a crash or a time-out was */
    char printed[HB_SAMPLE_PRINTED_BYTES]; /* the first line of it, as plain text, where `quiet` */
    struct hb_counts counts;               /* replay.h; TIME fills ops, failures, first_failure */
    uint64_t elapsed_ns;                   /* TIME, SERIES: of the replay, by the monotonic clock */
    uint64_t cpu_ns;                   /* likewise: the replaying threads' processor time, user and system */
    struct hb_threads_figures threads; /* of a replay by several */
    uint64_t system_ns;                /* of the whole process, in the kernel, by its ticks */
    struct hb_memory_calls calls;      /* of one that counts them */
    struct hb_idle idle;               /* of one that rests */
    uint64_t peak_resident_bytes;      /* over the harness's own before the library was loaded; whole pages */
    uint64_t end_resident_bytes;       /* likewise, when the last operation was done */
    uint64_t page_faults;              /* from just before the heap was made */
    uint64_t made_table_bytes; /* of the harness's own table of sizes, which a realloc that is made needs
                                  (library.h): in peak_resident_bytes as far as it was touched; 0: none */
    bool reads_trace_clock;    /* the library refers to a clock, and was given the recording's */
    uint64_t paced_ns; /* of a paced replay: from its first operation to its end, waiting included, which the
                          two times are without; else 0 */
    uint64_t late_ns;  /* likewise: the most by which an operation came late */
    struct hb_point *points; /* as asked for; freed with hb_sample_result_clear */
    uint32_t point_count;
    struct hb_latency *latency;     /* of LATENCY; freed likewise. NULL: there are no figures */
    struct hb_library_info library; /* which file answered, and its version; empty for what is built in */
};

/* Runs one sample and waits for it. What would fill more memory than the machine has available, or take
 * longer than HB_PACED_MOST_S by its pace, is not begun, but UNAVAILABLE. Returns a status other than HB_OK
 * only when no child could be started. */
enum hb_status hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                             struct hb_error *error);
void hb_sample_result_clear(struct hb_sample_result *result);

/* One of several samples that are run at the same time, since each of them mostly sleeps. */
struct hb_sample_run {
    struct hb_sample_request request;
    struct hb_child child;
    struct hb_child_run run;
    struct hb_feeder *feeder; /* of a streamed workload */
    bool is_refused;          /* there is no child, and a reason */
    struct hb_error reason;
    char printed[HB_SAMPLE_PRINTED_BYTES];
};

/* hb_sample_run in parts, of which the child's are as in child.h: `sample` must stay where it is until it is
 * ended. */
enum hb_status hb_sample_begin(const struct hb_sample_request *request, struct hb_sample_run *sample,
                               struct hb_error *error);
bool hb_sample_has_ended(const struct hb_sample_run *sample);
const struct hb_course *hb_sample_course(const struct hb_sample_run *sample); /* NULL: it was refused */
enum hb_status hb_sample_end(struct hb_sample_run *sample, struct hb_sample_result *result,
                             struct hb_error *error);

/* Is there memory for it? Else it would be UNAVAILABLE, as the error says. */
bool hb_sample_has_memory(const struct hb_sample_request *request, struct hb_error *error);

/* The same in this very process, for a debugger: a crash is this process's, and glibc's heap is as used as
 * the process has left it. Without points and timeout_ms, and not LATENCY. */
enum hb_status hb_sample_run_here(const struct hb_sample_request *request, struct hb_sample_result *result,
                                  struct hb_error *error);

/* "ok", "stopped", "crashed", "timeout", "unavailable", "broken", "failed": the `status` column of results.
 */
const char *hb_sample_outcome_name(enum hb_sample_outcome outcome);

/* What is done in the child, for hb_child_main: among the first statements of every main that calls
 * hb_sample_run. */
extern const struct hb_child_job hb_sample_job;

#endif
