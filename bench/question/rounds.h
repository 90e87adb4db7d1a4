/*
 * rounds.h - the comparison of allocators on one trace: rounds, interleaved in shuffled order.
 *
 * A cell is one allocator on so many operations of the trace. Each round runs every cell once, in an order of
 * its own, so that whatever changes on the machine changes for all; a cell is compared with the reference
 * cell on the same operations. A cell that has failed once is not run again.
 */
#ifndef HB_BENCH_QUESTION_ROUNDS_H
#define HB_BENCH_QUESTION_ROUNDS_H

#include "base/random.h"
#include "bench/question/session.h"

struct hb_round {
    bool done;
    enum hb_sample_outcome outcome;
    uint64_t elapsed_ns, cpu_ns;
    uint64_t failures;
    uint64_t first_failure;
    uint64_t peak_resident_bytes, end_resident_bytes;
    uint64_t page_faults;
    uint64_t system_ns;
    struct hb_threads_figures threads;
};

/* Rounds in which calls are timed, by default: three times the calls of a trace are in the histogram. */
enum { HB_LATENCY_ROUNDS = 3 };

/* Of the calls of one round: nanoseconds at each percentile of each kind. */
struct hb_round_tails {
    uint64_t ns[HB_CALL_KINDS][HB_PERCENTILES];
    uint32_t slowest_count;
    struct hb_slow_call slowest[HB_SLOWEST];
};

struct hb_rounds_cell {
    const struct hb_candidate *candidate;
    uint64_t ops;                   /* asked for */
    bool cut;                       /* fewer than the trace has, since it walks */
    bool hidden;                    /* run only for the sake of others: a reference, the null allocator */
    uint32_t rounds_max;            /* it takes part in no more than so many rounds; 0: in all */
    struct hb_sample_result result; /* of its first round, or of the one that failed */
    struct hb_round *rounds;
    uint64_t *window_ns;          /* of each round, `points` each */
    struct hb_round_tails *tails; /* of each round, where calls are timed */
    struct hb_latency *latency;   /* all rounds' calls together; NULL: no figures */
    struct hb_memory_calls calls; /* of a replay beside the rounds (hb_rounds_count_calls) */
    struct hb_idle idle;          /* likewise (hb_rounds_rest) */
};

struct hb_rounds {
    struct hb_session *session;
    size_t trace;
    uint32_t round_count; /* that are whole: every cell has been run */
    uint32_t room;        /* for rounds in each cell */
    uint32_t points;
    bool inspects_slowest;
    bool times_calls; /* each call alone, and not replays; said before the first round */
    uint64_t trace_ops;
    struct hb_rounds_cell *cells;
    size_t cell_count;
    const struct hb_rounds_cell *null; /* the null allocator on the whole trace; NULL: it takes no part */
    size_t *order;
    struct hb_random random;
    double *scratch; /* 4 for each round that there is room for */
};

/* Which of a sample's two times. */
enum hb_rounds_clock { HB_ROUNDS_ELAPSED, HB_ROUNDS_CPU };

/* Loads the trace. `windows`: each replay is timed in so many windows over the whole trace, of which a cell
 * with fewer operations does the first; 0: as a whole. Close with hb_rounds_close, which takes one that was
 * not opened to the end. HB_ERR_MEMORY, and the errors of loading. */
enum hb_status hb_rounds_open(struct hb_rounds *rounds, struct hb_session *session, size_t trace,
                              uint32_t windows, struct hb_error *error);
void hb_rounds_close(struct hb_rounds *rounds);

/* Adds a cell, before the first round, and returns it; an allocator that is not usable is one too. */
struct hb_rounds_cell *hb_rounds_add(struct hb_rounds *rounds, const struct hb_candidate *candidate,
                                     uint64_t ops);

/* The cell of that allocator on so many operations; NULL where there is none. */
const struct hb_rounds_cell *hb_rounds_find(const struct hb_rounds *rounds, const char *name, uint64_t ops);

/* Adds what the cells so far are to be compared with and lack: the reference on the operations of each, in as
 * many rounds, unless it walks or calls are timed; and, with `null`, the null allocator on the whole trace.
 * Both are hidden. */
void hb_rounds_complete(struct hb_rounds *rounds, bool null);

/*
 * Runs one more round. HB_ERR_CHILD, HB_ERR_MEMORY; HB_ERR_INTERRUPTED, and the round does not count, when
 * the user wanted it to end.
 */
enum hb_status hb_rounds_run(struct hb_rounds *rounds, struct hb_error *error);

bool hb_rounds_is_failed(const struct hb_rounds_cell *cell); /* has no figures */
bool hb_round_has_figures(const struct hb_round *round);     /* was run, and to an end */

/* Is to have no rank, with figures or without (hb_verdict_is_problem). */
bool hb_rounds_is_problem(const struct hb_rounds_cell *cell);

/* The `status` of results, of the cell as a whole. */
const char *hb_rounds_status(const struct hb_rounds_cell *cell);

/* The reference cell on the same operations; NULL where there is none. */
const struct hb_rounds_cell *hb_rounds_reference(const struct hb_rounds *rounds,
                                                 const struct hb_rounds_cell *cell);

struct hb_stats_spread;

/* Nanoseconds per operation in each round, round_count of them at `out`; 0 for a round without a figure. */
void hb_rounds_figures(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                       enum hb_rounds_clock clock, double *out);

/* Nanoseconds per operation over the rounds: median, least and most; all 0 without figures. */
struct hb_stats_spread hb_rounds_spread(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                        enum hb_rounds_clock clock);

/* The median of the above by elapsed time; 0 without figures. */
double hb_rounds_ns_per_op(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell);

/*
 * Opens `calls` and runs `rounds` rounds in which each call is timed: of the cells of `compared` that are
 * shown and have figures, on the same operations, and of the null allocator. An interrupt ends it with the
 * rounds that are complete, perhaps none, and is no error. Close with hb_rounds_close. Errors as those of
 * hb_rounds_open and hb_rounds_run.
 */
enum hb_status hb_rounds_time_calls(const struct hb_rounds *compared, uint32_t rounds,
                                    struct hb_rounds *calls, struct hb_error *error);

/* Has the calls counted that give memory back: a replay more of each cell that is shown and has figures. An
 * interrupt ends it, and is no error. */
enum hb_status hb_rounds_count_calls(struct hb_rounds *rounds, struct hb_error *error);

/*
 * Has memory looked at when all is freed, at once and up to `idle_ms` later: a replay more of each such cell
 * that hands out memory. They wait at the same time. An interrupt ends it with what is known, and is no
 * error.
 */
enum hb_status hb_rounds_rest(struct hb_rounds *rounds, uint64_t idle_ms, struct hb_error *error);

/* A percentile (by its index) of a kind of calls. */
struct hb_rounds_tail {
    uint64_t ns;                /* of all rounds' calls together */
    uint64_t least_ns, most_ns; /* of the rounds' own */
};

/* All 0 where there are no such calls, or no figures. */
struct hb_rounds_tail hb_rounds_tail(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                     enum hb_call_kind kind, unsigned percentile);

/* One of the slowest calls of all rounds. */
struct hb_rounds_slow {
    struct hb_slow_call call; /* as in the round in which it took longest */
    uint32_t rounds;          /* in so many it was among the slowest */
    uint64_t least_ns;        /* in these */
};

/* First those that were so in most rounds, of these the slowest; what is slow in one alone may be the
 * machine's doing. Each operation once; returns how many. */
uint32_t hb_rounds_slowest(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                           struct hb_rounds_slow out[HB_SLOWEST]);

/* results/README.md, "Time": the median over rounds of the elapsed time over the reference's of the same
 * round; 0 where there is none. */
double hb_rounds_ratio(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell);

/* The same, over any cell on the same operations. */
double hb_rounds_ratio_to(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                          const struct hb_rounds_cell *reference);

/* The median over rounds of a window's time; 0 without figures. */
double hb_rounds_window_ns(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                           uint32_t window);

/* By how many threads a cell was replayed. */
uint32_t hb_rounds_threads(const struct hb_rounds_cell *cell);

/* The median over rounds of the share of the threads' time that was waiting; 0 where one thread replays. */
double hb_rounds_waiting(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell);

/* The median over rounds of a count of each, such as its page faults: `member` is its offset in struct
 * hb_round. */
uint64_t hb_rounds_median(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell, size_t member);

#endif
