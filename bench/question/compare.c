/*
 * compare.c - rounds until the ratios are known well enough, their intervals, verdicts and the noise in them.
 */
#include "bench/question/compare.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/sample/verdict.h"

enum { FIRST_LOOK = 10 }; /* rounds before intervals are looked at */
enum { FEW_ROUNDS = 60 }; /* fewer have intervals that are narrow by luck, or by a quiet moment */

#define MARGIN 0.01 /* a difference of less is none */

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory to compare allocators");
}

/* -- ratios -- */

size_t hb_compare_ratios(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                         enum hb_rounds_clock clock, double *out)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);

    if (reference == NULL)
        return 0;
    hb_rounds_figures(rounds, cell, clock, out);
    hb_rounds_figures(rounds, reference, clock, rounds->scratch);
    return hb_stats_paired_ratios(out, rounds->scratch, rounds->round_count, out);
}

/* Takes the null allocator's figure of the same round off each figure; none is left where it was no less. */
static void take_null_off(const struct hb_rounds *rounds, const double *null, double *figures)
{
    for (uint32_t i = 0; i < rounds->round_count; i++)
        figures[i] = null[i] > 0 && figures[i] > null[i] ? figures[i] - null[i] : 0;
}

static size_t net_ratios(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                         enum hb_rounds_clock clock, double *out)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);
    double *theirs = rounds->scratch, *null = theirs + rounds->round_count;

    if (reference == NULL || rounds->null == NULL || cell->ops != rounds->null->ops)
        return 0;
    hb_rounds_figures(rounds, cell, clock, out);
    hb_rounds_figures(rounds, reference, clock, theirs);
    hb_rounds_figures(rounds, rounds->null, clock, null);
    take_null_off(rounds, null, out);
    take_null_off(rounds, null, theirs);
    return hb_stats_paired_ratios(out, theirs, rounds->round_count, out);
}

static enum hb_status find_interval(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                    double *ratios, size_t count, struct hb_interval *out,
                                    struct hb_error *error)
{
    const struct hb_stats_sample sample = {.values = ratios, .count = count};
    uint64_t seed = rounds->session->options.seed + (uint64_t)(cell - rounds->cells);

    *out = (struct hb_interval){.estimate = 0};
    if (count >= HB_COMPARE_LEAST_ROUNDS)
        return hb_stats_bootstrap(&sample, 1, seed, out) ? HB_OK : out_of_memory(error);
    if (count > 0)
        out->estimate = hb_stats_median(ratios, count);
    return HB_OK;
}

/* -- verdicts -- */

const char *hb_compared_name(enum hb_compared_verdict verdict)
{
    static const char *const names[] = {[HB_COMPARED_NOT_KNOWN] = "",
                                        [HB_COMPARED_REFERENCE] = "baseline",
                                        [HB_COMPARED_FASTER] = "faster",
                                        [HB_COMPARED_SLOWER] = "slower",
                                        [HB_COMPARED_NO_DIFFERENCE] = "no difference",
                                        [HB_COMPARED_UNDECIDED] = "undecided"};

    return names[verdict];
}

/*
 * Half of the interval shrinks with the square root of the rounds. It decides when it is shorter than the way
 * from the estimate to 1 (and reaches beyond the margin), or than the way to the end of the margin.
 */
static uint32_t rounds_to_decide(const struct hb_interval *interval, uint32_t rounds)
{
    double away = fabs(interval->estimate - 1), half = (interval->high - interval->low) / 2;
    double to_one = away > MARGIN / 2 ? away : 0, to_margin = away < MARGIN ? MARGIN - away : 0;
    double wanted = to_one > to_margin ? to_one : to_margin;
    double all = (double)rounds * (half / wanted) * (half / wanted);

    assert(wanted > 0);
    if (all < rounds + 1.0)
        return 1;
    return all - rounds < 1e6 ? (uint32_t)ceil(all - rounds) : 1000000;
}

static bool lies_within_margin(const struct hb_interval *interval)
{
    return interval->low >= 1 - MARGIN && interval->high <= 1 + MARGIN;
}

enum hb_compared_verdict hb_compare_judge(const struct hb_interval *interval, uint32_t rounds,
                                          uint32_t *more_rounds)
{
    *more_rounds = 0;
    if (rounds < HB_COMPARE_LEAST_ROUNDS) {
        *more_rounds = FIRST_LOOK - rounds;
        return HB_COMPARED_UNDECIDED;
    }
    if (lies_within_margin(interval))
        return HB_COMPARED_NO_DIFFERENCE;
    if (interval->high < 1)
        return HB_COMPARED_FASTER;
    if (interval->low > 1)
        return HB_COMPARED_SLOWER;
    *more_rounds = rounds_to_decide(interval, rounds);
    return HB_COMPARED_UNDECIDED;
}

static enum hb_status compare_with(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                   enum hb_rounds_clock clock, double *ratios, struct hb_compared *out,
                                   struct hb_error *error)
{
    size_t count = hb_compare_ratios(rounds, cell, clock, ratios);
    enum hb_status status = find_interval(rounds, cell, ratios, count, &out->ratio, error);

    if (status != HB_OK || count == 0)
        return status;
    out->rounds = (uint32_t)count;
    out->verdict = cell == hb_rounds_reference(rounds, cell)
                       ? HB_COMPARED_REFERENCE
                       : hb_compare_judge(&out->ratio, out->rounds, &out->more_rounds);
    count = net_ratios(rounds, cell, clock, ratios);
    return find_interval(rounds, cell, ratios, count, &out->net, error);
}

enum hb_status hb_compare(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                          enum hb_rounds_clock clock, struct hb_compared *out, struct hb_error *error)
{
    double *ratios = malloc((rounds->round_count + 1) * sizeof *ratios);
    enum hb_status status = HB_OK;

    *out = (struct hb_compared){.verdict = HB_COMPARED_NOT_KNOWN};
    if (ratios == NULL)
        return out_of_memory(error);
    if (rounds->round_count > 0)
        status = compare_with(rounds, cell, clock, ratios, out, error);
    free(ratios);
    return status;
}

bool hb_compare_is_rival(const struct hb_rounds_cell *cell)
{
    return cell->candidate->process && !cell->hidden;
}

/* -- noise -- */

/* Nearest rank, of values in order. */
static double percentile(const double *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;

    return sorted[rank > 0 ? rank - 1 : 0];
}

static double null_spread(const struct hb_rounds *rounds, enum hb_rounds_clock clock)
{
    double *figures = rounds->scratch, low;
    size_t count = rounds->round_count;

    if (rounds->null == NULL || count == 0)
        return 0;
    hb_rounds_figures(rounds, rounds->null, clock, figures);
    hb_stats_sort(figures, count);
    low = percentile(figures, count, 5);
    return low > 0 ? percentile(figures, count, 95) / low : 0;
}

/* Did the round's replays of the cell wait for a processor: over 2 % of their time? */
static bool has_waited(const struct hb_round *round)
{
    return (double)round->elapsed_ns > 1.02 * (double)round->cpu_ns;
}

/* The machine's load average of the last minute; 0: not known. */
static double find_load(void)
{
    double load;

    return getloadavg(&load, 1) == 1 ? load : 0;
}

static unsigned count_cores(void)
{
    return (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

/* By so many was the trace replayed; 1 where it was by one. */
static uint32_t most_threads(const struct hb_rounds *rounds)
{
    uint32_t most = 1;

    for (size_t i = 0; i < rounds->cell_count; i++) {
        uint32_t threads = hb_rounds_threads(&rounds->cells[i]);

        most = threads > most ? threads : most;
    }
    return most;
}

bool hb_compare_judges_times(const struct hb_rounds *rounds)
{
    return rounds->session->options.threads.threading != HB_THREADING_STRICT || most_threads(rounds) == 1;
}

/*
 * What threads of a replay add to the machine's load at most. It is an average in which a minute ago weighs
 * 1/e (Linux, kernel/sched/loadavg.c), and they are there since the session began.
 */
static double own_load(const struct hb_rounds *rounds)
{
    double seconds = (double)(hb_clock_ns() - rounds->session->begun_ns) / 1e9;
    uint32_t threads = most_threads(rounds);

    return threads > 1 ? threads * (1 - exp(-seconds / 60)) : 0;
}

static bool is_crowded(const struct hb_rounds *rounds)
{
    return find_load() > count_cores() + own_load(rounds);
}

enum hb_rounds_clock hb_compare_clock(const struct hb_rounds *rounds)
{
    size_t replays = 0, waited = 0;

    /* Of threads, which wait for one another and in locks, no sample tells that it had to wait for a
     * processor. The load does. */
    if (most_threads(rounds) > 1)
        return hb_compare_judges_times(rounds) && is_crowded(rounds) ? HB_ROUNDS_CPU : HB_ROUNDS_ELAPSED;
    for (size_t i = 0; i < rounds->cell_count; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];

        for (uint32_t j = 0; j < rounds->round_count && !hb_rounds_is_failed(cell); j++)
            if (cell->rounds[j].done) {
                replays++;
                waited += has_waited(&cell->rounds[j]);
            }
    }
    return waited * 10 > replays ? HB_ROUNDS_CPU : HB_ROUNDS_ELAPSED;
}

/* Did most cells take over 15 % more, or less, processor time than their medians? */
static bool was_other_speed(const struct hb_rounds *rounds, const double *medians, uint32_t round)
{
    unsigned cells = 0, slow = 0, fast = 0;

    for (size_t i = 0; i < rounds->cell_count; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];
        double ns = (double)cell->rounds[round].cpu_ns / (double)(cell->ops > 0 ? cell->ops : 1);

        if (!cell->rounds[round].done || medians[i] <= 0)
            continue;
        cells++;
        slow += ns > 1.15 * medians[i];
        fast += 1.15 * ns < medians[i];
    }
    return slow * 2 > cells || fast * 2 > cells;
}

static enum hb_status mark(const struct hb_rounds *rounds, struct hb_noise *noise, struct hb_error *error)
{
    double *medians = malloc((rounds->cell_count + 1) * sizeof *medians);

    noise->marked = calloc(rounds->round_count + 1, sizeof *noise->marked);
    if (medians == NULL || noise->marked == NULL) {
        free(medians);
        return out_of_memory(error);
    }
    for (size_t i = 0; i < rounds->cell_count; i++)
        medians[i] = hb_rounds_spread(rounds, &rounds->cells[i], HB_ROUNDS_CPU).median;
    for (uint32_t i = 0; i < rounds->round_count; i++) {
        noise->marked[i] = was_other_speed(rounds, medians, i);
        noise->marked_rounds += noise->marked[i];
    }
    free(medians);
    return HB_OK;
}

enum hb_status hb_noise_find(const struct hb_rounds *rounds, struct hb_noise *out, struct hb_error *error)
{
    *out = (struct hb_noise){.clock = hb_compare_clock(rounds)};
    out->null_spread = null_spread(rounds, out->clock);
    out->load = find_load();
    out->cores = count_cores();
    out->own_load = own_load(rounds);
    return mark(rounds, out, error);
}

void hb_noise_clear(struct hb_noise *noise)
{
    free(noise->marked);
    noise->marked = NULL;
}

bool hb_noise_is_wide(const struct hb_noise *noise)
{
    return noise->null_spread > 2;
}

bool hb_noise_is_crowded(const struct hb_noise *noise)
{
    return noise->load > noise->cores + noise->own_load;
}

/* -- as many rounds as it takes -- */

/* Is there a ratio to be made narrower? */
static bool is_ranked(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    return hb_compare_judges_times(rounds) && hb_compare_is_rival(cell) && !hb_rounds_is_problem(cell) &&
           cell->ops >= HB_COMPARE_LEAST_OPS && cell != hb_rounds_reference(rounds, cell);
}

double hb_compare_width(const struct hb_interval *ratio)
{
    return (ratio->high - ratio->low) / (ratio->estimate > 1 ? ratio->estimate : 1);
}

/* Would a few rounds more perhaps take back who is faster? 1 is outside, by less than half of the width. */
static bool hangs_by_a_thread(const struct hb_interval *ratio)
{
    double gap = ratio->low > 1 ? ratio->low - 1 : 1 - ratio->high;

    return gap > 0 && gap < (ratio->high - ratio->low) / 2 && !lies_within_margin(ratio);
}

/* A comparison that is going on. */
struct going_on {
    struct hb_rounds *rounds;
    const struct hb_session_options *options;
    uint64_t begun_ns;
    uint32_t next_look; /* at the intervals, when there are so many rounds */
    double widest;      /* of those that are to be narrow, when they were looked at; 0: not yet, or none is */
    bool hangs;         /* then: does a verdict hang by a thread? */
    bool late;          /* is the budget spent? */
};

static enum hb_status look(struct going_on *run, struct hb_error *error)
{
    const struct hb_rounds *rounds = run->rounds;
    double *ratios = malloc((rounds->round_count + 1) * sizeof *ratios);
    enum hb_rounds_clock clock = hb_compare_clock(rounds);
    enum hb_status status = ratios != NULL ? HB_OK : out_of_memory(error);

    run->widest = 0;
    run->hangs = false;
    for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];
        struct hb_interval interval;

        if (!is_ranked(rounds, cell))
            continue;
        status = find_interval(rounds, cell, ratios, hb_compare_ratios(rounds, cell, clock, ratios),
                               &interval, error);
        if (status != HB_OK)
            continue;
        run->widest = hb_compare_width(&interval) > run->widest ? hb_compare_width(&interval) : run->widest;
        run->hangs |= hangs_by_a_thread(&interval);
    }
    free(ratios);
    return status;
}

/* How many rounds there will be, as it seems. */
static double expected_rounds(const struct going_on *run)
{
    double rounds = run->rounds->round_count, expected = run->options->rounds_most;
    double budget_ns = (double)run->options->budget_ms * 1e6;
    double narrow = run->widest / run->options->until;

    if (run->options->budget_ms > 0)
        expected = budget_ns / ((double)(hb_clock_ns() - run->begun_ns) / rounds);
    if (run->widest > 0 && rounds * narrow * narrow < expected)
        expected = rounds * narrow * narrow;
    if (expected < run->options->rounds_least)
        expected = run->options->rounds_least;
    return expected > rounds ? expected : rounds;
}

/* For the time left: the traces that follow take as many rounds as this one. */
static void foresee(const struct going_on *run)
{
    struct hb_session *session = run->rounds->session;
    double expected = expected_rounds(run), all = (double)(session->found.trace_count - run->rounds->trace);

    session->progress.total = session->progress.done + (size_t)((expected * all - run->rounds->round_count) *
                                                                (double)run->rounds->cell_count);
}

/* Would the round that comes next be over after so long? */
static bool is_spent(const struct going_on *run, uint64_t budget_ms)
{
    uint64_t spent_ns = hb_clock_ns() - run->begun_ns;

    return budget_ms != 0 && run->rounds->round_count >= run->options->rounds_least &&
           spent_ns + spent_ns / run->rounds->round_count > budget_ms * UINT64_C(1000000);
}

static bool is_over(const struct going_on *run)
{
    uint64_t budget_ms = run->options->budget_ms;

    return run->rounds->round_count >= run->options->rounds_most ||
           is_spent(run, budget_ms > 0 ? budget_ms + run->options->extra_ms : 0);
}

/* Of few rounds more is asked, in proportion: of 10 a sixth of the width. */
static bool is_narrow(const struct going_on *run)
{
    uint32_t rounds = run->rounds->round_count;

    return run->widest <= run->options->until * (rounds < FEW_ROUNDS ? rounds : FEW_ROUNDS) / FEW_ROUNDS;
}

/* One look when the budget is spent, and the looks that follow, are for what hangs by a thread. */
static enum hb_status check_intervals(struct going_on *run, bool *enough, struct hb_error *error)
{
    uint32_t rounds = run->rounds->round_count;
    enum hb_status status;

    if (!run->late && is_spent(run, run->options->budget_ms)) {
        run->late = true;
        run->next_look = rounds;
    }
    if (run->options->until <= 0 || rounds < run->next_look)
        return HB_OK;
    run->next_look = rounds + rounds / 8 + 1;
    status = look(run, error);
    *enough = status == HB_OK && !run->hangs && (run->late || is_narrow(run));
    return status;
}

enum hb_status hb_compare_run(struct hb_rounds *rounds, struct hb_error *error)
{
    const struct hb_session_options *options = &rounds->session->options;
    struct going_on run = {.rounds = rounds,
                           .options = options,
                           .begun_ns = hb_clock_ns(),
                           .next_look =
                               FIRST_LOOK > options->rounds_least ? FIRST_LOOK : options->rounds_least};
    bool enough = false;
    enum hb_status status = HB_OK;

    while (status == HB_OK && !enough) {
        status = hb_rounds_run(rounds, error);
        if (status == HB_OK && !is_over(&run))
            status = check_intervals(&run, &enough, error);
        if (status == HB_OK && options->until > 0)
            foresee(&run);
        enough = enough || (status == HB_OK && is_over(&run));
    }
    return status;
}
