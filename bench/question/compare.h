/*
 * compare.h - what the rounds on a trace say: how many are run, and how each allocator compares with the
 * reference.
 *
 * The definitions are in results/README.md, "Time". A comparison is of ratios: an allocator's time over the
 * reference's of the same round, by the clock that the machine's noise leaves to be believed.
 */
#ifndef HB_BENCH_QUESTION_COMPARE_H
#define HB_BENCH_QUESTION_COMPARE_H

#include "base/stats.h"
#include "bench/question/rounds.h"

/* Fewer operations are over too soon to rank allocators by. */
enum { HB_COMPARE_LEAST_OPS = 10000 };

/* Fewer rounds have no interval of 95 %: all values of five lie on one side of the median once in 16 times.
 */
enum { HB_COMPARE_LEAST_ROUNDS = 6 };

/*
 * Runs rounds until there are enough: rounds_most of the session's options; or, once there are rounds_least,
 * until the budget is spent, or until the interval of each rival is as narrow as `until` asks. A verdict
 * hangs by a thread where 1 is outside the interval but nearer to it than half of its width, and it is not
 * within the margin: the rounds then go on, unless the budget forbids (extra_ms). Of two that are the same,
 * one in 20 would else have a winner wherever time is short. Errors as hb_rounds_run.
 */
enum hb_status hb_compare_run(struct hb_rounds *rounds, struct hb_error *error);

enum hb_compared_verdict {
    HB_COMPARED_NOT_KNOWN, /* no figures, or nothing to compare them with */
    HB_COMPARED_REFERENCE,
    HB_COMPARED_FASTER,
    HB_COMPARED_SLOWER,
    HB_COMPARED_NO_DIFFERENCE,
    HB_COMPARED_UNDECIDED,
};

/* "", "baseline", "faster", "slower", "no difference", "undecided" */
const char *hb_compared_name(enum hb_compared_verdict verdict);

struct hb_compared {
    enum hb_compared_verdict verdict;
    struct hb_interval ratio; /* estimate 0: not known; low 0: too few rounds for an interval */
    struct hb_interval net;   /* likewise, without what the null allocator took for the same */
    uint32_t rounds;          /* that both have */
    uint32_t more_rounds;     /* UNDECIDED: about so many more would decide */
};

/* Compares a cell with the reference cell on the same operations. HB_ERR_MEMORY. */
enum hb_status hb_compare(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                          enum hb_rounds_clock clock, struct hb_compared *out, struct hb_error *error);

/* The ratio of each round in which both cells have a figure; returns how many. `out` has round_count. */
size_t hb_compare_ratios(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                         enum hb_rounds_clock clock, double *out);

/* The verdict that an interval over so many rounds gives. `*more_rounds`: of UNDECIDED, else 0. */
enum hb_compared_verdict hb_compare_judge(const struct hb_interval *interval, uint32_t rounds,
                                          uint32_t *more_rounds);

/* The width of an interval, as a share of the larger of the two times; 0 when there is none. */
double hb_compare_width(const struct hb_interval *ratio);

/* Is the cell's allocator one of those that programs run on, compared as such? The null allocator, the simple
 * family and other built-in ones are not. */
bool hb_compare_is_rival(const struct hb_rounds_cell *cell);

/* Threads that replay in the strict order wait for their turn most of the time: what they take says little.
 */
bool hb_compare_judges_times(const struct hb_rounds *rounds);

/* The clock to compare by: processor time when one replay in ten had to wait for a processor, else elapsed.
 * Where threads replay it is elapsed: how long they take together is what is asked, and they wait for one
 * another. But it is processor time where the machine's load says that others have the processors, unless the
 * order is strict. */
enum hb_rounds_clock hb_compare_clock(const struct hb_rounds *rounds);

/* How much the machine disturbed the rounds. */
struct hb_noise {
    enum hb_rounds_clock
        clock;          /* to compare by: processor time where others took the processors, else elapsed */
    double null_spread; /* of the null allocator's rounds by that clock: 95th percentile over 5th; 0: not
                           known */
    double load;        /* average of the last minute; 0: not known */
    unsigned cores;
    double own_load; /* of that, the most that is of the replay's own threads */
    bool *marked;    /* of each round: did the machine run at another speed than in most? */
    uint32_t marked_rounds;
};

/* Clear it with hb_noise_clear. HB_ERR_MEMORY. */
enum hb_status hb_noise_find(const struct hb_rounds *rounds, struct hb_noise *out, struct hb_error *error);
void hb_noise_clear(struct hb_noise *noise);

/* Is a comparison not to be trusted, since null's times lie too far apart, or others want more processors
 * than there are? results/README.md, "Noise". */
bool hb_noise_is_wide(const struct hb_noise *noise);
bool hb_noise_is_crowded(const struct hb_noise *noise);

#endif
