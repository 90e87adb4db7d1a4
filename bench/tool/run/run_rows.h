/*
 * run_rows.h - what a comparison found on one trace: a row for each allocator, what a table shows and JSON
 * says.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_ROWS_H
#define HB_BENCH_TOOL_RUN_RUN_ROWS_H

#include "bench/question/compare.h"
#include "bench/results/worth.h"

enum hb_run_group {
    HB_RUN_RIVAL, /* what programs run on: ranked */
    HB_RUN_OTHER, /* the simple family, and what else is built in */
    HB_RUN_FLOOR, /* the null allocator */
};

struct hb_run_row {
    const struct hb_rounds_cell *cell;
    const char *allocator;
    const char *status; /* as in results */
    enum hb_run_group group;
    bool has_figures;
    char problem[600]; /* why it has no rank, with figures or without; empty where it has one */
    char warning[200]; /* what its check found that is not wrong; or empty */
    uint32_t rounds;   /* in which it took part */
    struct hb_stats_spread ns, cpu_ns; /* per operation */
    double order; /* of those without a rank: the median of the one that the table shows, or the peak */
    double reference_ns; /* elapsed, of the reference on the same operations; 0: not known */
    struct hb_compared compared;
    unsigned rank;         /* 0: none. Shared where intervals overlap */
    struct hb_worth worth; /* against the baseline, by processor time */
    uint64_t peak_live_bytes, peak_resident_bytes, end_resident_bytes, page_faults;
    double system_ns; /* per operation: the mean over rounds, since the kernel counts it in ticks */
    double over_live; /* peak resident over live; 0: not known, or too little is live to say */
    struct hb_threads_figures threads; /* of the first round; 0 where one thread replays */
    double waiting;                    /* the share of the threads' time; and likewise: */
    uint64_t replay_peak_live_bytes;
    uint64_t failures, first_failure;
    bool has_memory; /* false for an allocator that hands out none */
};

struct hb_run_trace {
    const struct hb_rounds *rounds;
    const struct hb_rounds *calls; /* in which each call was timed; NULL: not asked for. The caller's */
    const char *name;
    const char *baseline; /* NULL: there is none */
    uint64_t ops, peak_live_bytes;
    bool streamed;                            /* read in windows, off the clock */
    uint64_t program_wall_ns, program_cpu_ns; /* of the recorded program; 0: not known */
    uint32_t threads, replay_threads;         /* of the recorded program, and of its replay */
    bool has_times;                           /* that a library can be shown (schedule.h) */
    double recorded_s;                        /* how long the recording took; 0: not known */
    uint64_t touched;                         /* blocks touched as far as the program touched them */
    bool for_memory; /* threads replayed in the strict order: by peak memory, and no time is judged */
    double null_ns;  /* per operation, by the clock of the verdicts */
    struct hb_noise noise;
    struct hb_run_row *rows; /* rivals, then others, then the floor; each fastest first, or of the least peak;
                                problems last */
    size_t count, rivals, ranked;
};

/* The rows of the rounds at hand, to which all texts belong. Clear them with hb_run_trace_clear, which takes
 * what failed. HB_ERR_MEMORY. */
enum hb_status hb_run_trace_find(const struct hb_rounds *rounds, struct hb_run_trace *out,
                                 struct hb_error *error);
void hb_run_trace_clear(struct hb_run_trace *trace);

/* Writes the histograms of its calls' allocations and frees into `folder`, which is there, as
 * TRACE.ALLOCATOR.KIND.hgrm. HB_ERR_IO, HB_ERR_MEMORY. */
enum hb_status hb_run_write_histograms(const struct hb_run_trace *trace, const char *folder,
                                       struct hb_error *error);

/* What is to be ranked: its ratio, and where its rank goes. */
struct hb_run_ranked {
    const struct hb_interval *ratio;
    unsigned *rank;
};

/* Sorts by estimate and numbers from 1: a row whose interval overlaps one of those before it shares their
 * rank. */
void hb_run_rank(struct hb_run_ranked *rows, size_t count);

#endif
