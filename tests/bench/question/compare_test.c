/*
 * compare_test.c - what rounds made by hand are said to show: ratios, verdicts, ranks, and the noise in them.
 */
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "bench/question/compare.h"
#include "bench/tool/run/run_rows.h"

/* -- the machine, as a test wants it -- */

int __wrap_getloadavg(double *loads, int count);
long __real_sysconf(int name);
long __wrap_sysconf(int name);

enum hb_status __wrap_hb_rounds_run(struct hb_rounds *rounds, struct hb_error *error);
uint64_t __wrap_hb_clock_ns(void);

static double machine_load; /* below 0: it does not say */
static uint64_t now_ns, round_ns;
static uint32_t interrupted_round; /* 0: none */

uint64_t __wrap_hb_clock_ns(void)
{
    return now_ns;
}

/* Takes its time, and is whole, as it was made. */
enum hb_status __wrap_hb_rounds_run(struct hb_rounds *rounds, struct hb_error *error)
{
    (void)error;
    assert_true(rounds->round_count < rounds->room);
    now_ns += round_ns;
    if (rounds->round_count + 1 == interrupted_round)
        return HB_ERR_INTERRUPTED;
    rounds->round_count++;
    return HB_OK;
}

int __wrap_getloadavg(double *loads, int count)
{
    if (machine_load < 0 || count < 1)
        return -1;
    loads[0] = machine_load;
    return 1;
}

long __wrap_sysconf(int name)
{
    return name == _SC_NPROCESSORS_ONLN ? 4 : __real_sysconf(name);
}

/* -- rounds made by hand -- */

enum { ROUNDS = 20, ROOM = 64, OPS = 10000, GLIBC = 0, OTHER = 1, FLOOR = 2, CELLS = 3 };

/* glibc, another library and the null allocator. */
struct hand {
    struct hb_session session;
    struct hb_candidate candidates[CELLS];
    struct hb_rounds rounds;
    struct hb_rounds_cell cells[CELLS];
    struct hb_round round[CELLS][ROOM];
    double scratch[4 * ROOM];
};

static char glibc_name[] = "glibc", other_name[] = "other", null_name[] = "null";

/* Both times of each sample are 20 us of glibc's, 10 of the other's, 2 of the floor. */
static void make(struct hand *hand)
{
    static char *const names[] = {glibc_name, other_name, null_name};
    static const uint64_t ns[] = {20000, 10000, 2000};

    memset(hand, 0, sizeof *hand);
    for (size_t i = 0; i < CELLS; i++) {
        hand->candidates[i] =
            (struct hb_candidate){.name = names[i], .spec = names[i], .usable = true, .process = i != FLOOR};
        hand->cells[i] =
            (struct hb_rounds_cell){.candidate = &hand->candidates[i], .ops = OPS, .rounds = hand->round[i]};
        for (size_t j = 0; j < ROOM; j++)
            hand->round[i][j] = (struct hb_round){.done = true, .elapsed_ns = ns[i], .cpu_ns = ns[i]};
    }
    hand->session.reference = &hand->candidates[GLIBC];
    hand->rounds = (struct hb_rounds){.session = &hand->session,
                                      .round_count = ROUNDS,
                                      .room = ROOM,
                                      .trace_ops = OPS,
                                      .cells = hand->cells,
                                      .cell_count = CELLS,
                                      .null = &hand->cells[FLOOR],
                                      .scratch = hand->scratch};
}

static struct hb_compared compare(const struct hand *hand, size_t cell, enum hb_rounds_clock clock)
{
    struct hb_compared out;

    assert_int_equal(hb_compare(&hand->rounds, &hand->cells[cell], clock, &out, NULL), HB_OK);
    return out;
}

static bool is_point(const struct hb_interval *interval, double value)
{
    return interval->low == value && interval->estimate == value && interval->high == value;
}

static void a_ratio_is_of_the_same_round_and_its_net_is_without_the_null_of_that_round(void **state)
{
    struct hand hand;
    struct hb_compared out;

    (void)state;
    make(&hand);
    for (size_t i = 0; i < ROUNDS; i++) { /* the machine slows down, for all of them */
        hand.round[GLIBC][i].elapsed_ns *= i + 1;
        hand.round[OTHER][i].elapsed_ns *= i + 1;
        hand.round[FLOOR][i].elapsed_ns *= i + 1;
    }
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(is_point(&out.ratio, 0.5));
    assert_true(fabs(out.net.low - 8.0 / 18) < 1e-12 && fabs(out.net.high - 8.0 / 18) < 1e-12);
    assert_int_equal(out.verdict, HB_COMPARED_FASTER);
    assert_int_equal(out.rounds, ROUNDS);
    out = compare(&hand, GLIBC, HB_ROUNDS_ELAPSED);
    assert_true(is_point(&out.ratio, 1) && is_point(&out.net, 1));
    assert_int_equal(out.verdict, HB_COMPARED_REFERENCE);
}

static void the_clock_decides_which_of_the_two_times_is_compared(void **state)
{
    struct hand hand;
    struct hb_compared out;

    (void)state;
    make(&hand);
    for (size_t i = 0; i < ROUNDS; i++) {
        hand.round[OTHER][i].elapsed_ns = 60000;
        hand.round[GLIBC][i].elapsed_ns = 30000;
    }
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(is_point(&out.ratio, 2) && out.verdict == HB_COMPARED_SLOWER);
    out = compare(&hand, OTHER, HB_ROUNDS_CPU);
    assert_true(is_point(&out.ratio, 0.5) && out.verdict == HB_COMPARED_FASTER);
}

static void a_round_without_one_of_the_two_does_not_count(void **state)
{
    struct hand hand;
    struct hb_compared out;

    (void)state;
    make(&hand);
    for (size_t i = 7; i < ROUNDS; i++) {
        hand.round[OTHER][i].done = i % 2 == 0;
        hand.round[GLIBC][i].done = i % 2 != 0;
    }
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_int_equal(out.rounds, 7);
    assert_true(is_point(&out.ratio, 0.5));
    hand.round[OTHER][0].done = false;
    hand.round[OTHER][1].done = false;
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED); /* five: no interval */
    assert_true(out.ratio.estimate == 0.5 && out.ratio.low == 0 && out.ratio.high == 0);
    assert_true(out.verdict == HB_COMPARED_UNDECIDED && out.more_rounds == 5);
    hand.cells[OTHER].result.outcome = HB_SAMPLE_CRASHED;
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(out.verdict == HB_COMPARED_NOT_KNOWN && out.ratio.estimate == 0 && out.rounds == 0);
}

static void net_leaves_out_rounds_in_which_null_was_no_faster(void **state)
{
    struct hand hand;
    struct hb_compared out;

    (void)state;
    make(&hand);
    for (size_t i = 0; i < ROUNDS; i++)
        hand.round[FLOOR][i].elapsed_ns = i < 3 ? 10000 : i < 13 ? 30000 : 5000;
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(out.net.estimate > 0.3333 && out.net.estimate < 0.3334 && out.net.low == out.net.high);
    hand.cells[OTHER].ops = hand.cells[GLIBC].ops = OPS / 2; /* null has done others */
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(is_point(&out.ratio, 0.5) && out.net.estimate == 0 && out.net.low == 0);
}

static void an_interval_is_the_bootstrap_of_the_ratios_with_a_seed_of_its_own(void **state)
{
    struct hand hand;
    struct hb_compared out;
    double ratios[ROOM];
    const struct hb_stats_sample sample = {ratios, ROOM};
    struct hb_interval expected;
    unsigned others = 0; /* that another cell's seed gives */

    (void)state;
    make(&hand);
    hand.rounds.round_count = ROOM;
    for (size_t i = 0; i < ROOM; i++) {
        hand.round[OTHER][i].elapsed_ns += 997 * i * i % 5000;
        ratios[i] = ((double)hand.round[OTHER][i].elapsed_ns / OPS) / 2;
    }
    for (uint64_t seed = 0; seed < 40; seed++) {
        hand.session.options.seed = seed;
        out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
        assert_true(hb_stats_bootstrap(&sample, 1, seed + OTHER, &expected));
        assert_memory_equal(&out.ratio, &expected, sizeof expected);
        assert_true(out.ratio.low < out.ratio.high);
        assert_true(hb_stats_bootstrap(&sample, 1, seed, &expected));
        others += out.ratio.low != expected.low || out.ratio.high != expected.high;
    }
    assert_true(others > 0);
}

/* -- verdicts -- */

static void a_verdict_follows_from_the_interval_to_its_borders(void **state)
{
    static const struct {
        double low, estimate, high;
        enum hb_compared_verdict verdict;
    } cases[] = {
        {0.5, 0.6, 0.7, HB_COMPARED_FASTER},
        {0.9, 0.95, 0.9999, HB_COMPARED_FASTER},
        {0.9, 0.95, 1.0, HB_COMPARED_UNDECIDED}, /* 1 is not excluded */
        {1.0, 1.05, 1.1, HB_COMPARED_UNDECIDED},
        {1.0001, 1.05, 1.1, HB_COMPARED_SLOWER},
        {1 - 0.01, 1.0, 1 + 0.01, HB_COMPARED_NO_DIFFERENCE}, /* the ends are within */
        {1 - 0.01, 0.992, 0.995, HB_COMPARED_NO_DIFFERENCE},  /* 1 is excluded, but by too little */
        {1.005, 1.008, 1 + 0.01, HB_COMPARED_NO_DIFFERENCE},
        {0.9899, 0.992, 0.995, HB_COMPARED_FASTER},
        {1.005, 1.008, 1.0101, HB_COMPARED_SLOWER},
        {0.9899, 1.0, 1.005, HB_COMPARED_UNDECIDED},
        {0.995, 1.0, 1.0101, HB_COMPARED_UNDECIDED},
        {1.0, 1.0, 1.0, HB_COMPARED_NO_DIFFERENCE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct hb_interval interval = {cases[i].low, cases[i].estimate, cases[i].high};
        uint32_t more = 99;

        if (hb_compare_judge(&interval, 10, &more) != cases[i].verdict)
            fail_msg("case %zu", i);
        assert_int_equal(more > 0, cases[i].verdict == HB_COMPARED_UNDECIDED);
    }
}

static void fewer_than_six_rounds_decide_nothing_and_lack_those_up_to_ten(void **state)
{
    const struct hb_interval far = {0.5, 0.5, 0.5};
    uint32_t more;

    (void)state;
    for (uint32_t rounds = 1; rounds < 6; rounds++) {
        assert_int_equal(hb_compare_judge(&far, rounds, &more), HB_COMPARED_UNDECIDED);
        assert_int_equal(more, 10 - rounds);
    }
    assert_int_equal(hb_compare_judge(&far, 6, &more), HB_COMPARED_FASTER);
    assert_int_equal(more, 0);
}

/* What so many rounds would say, if the interval shrank with their root. */
static enum hb_compared_verdict judge_later(const struct hb_interval *interval, uint32_t rounds, double later)
{
    double half = (interval->high - interval->low) / 2 * sqrt(rounds / later);
    const struct hb_interval shrunk = {interval->estimate - half, interval->estimate,
                                       interval->estimate + half};
    uint32_t more;

    return hb_compare_judge(&shrunk, rounds, &more);
}

static void the_rounds_that_are_said_would_decide_and_half_of_them_would_not(void **state)
{
    struct hb_random random;
    unsigned undecided = 0;

    (void)state;
    hb_random_seed(&random, 11);
    for (int i = 0; i < 20000; i++) {
        double estimate = 0.95 + 0.1 * (double)hb_random_below(&random, 1000003) / 1000003;
        double half = 0.06 * (double)(1 + hb_random_below(&random, 1000003)) / 1000003;
        const struct hb_interval interval = {estimate - half, estimate, estimate + half};
        uint32_t rounds = 6 + (uint32_t)hb_random_below(&random, 100), more;

        if (hb_compare_judge(&interval, rounds, &more) != HB_COMPARED_UNDECIDED)
            continue;
        undecided++;
        assert_int_not_equal(judge_later(&interval, rounds, rounds + more), HB_COMPARED_UNDECIDED);
        if (more > 1)
            assert_int_equal(judge_later(&interval, rounds, rounds + more / 2.0), HB_COMPARED_UNDECIDED);
    }
    assert_true(undecided > 5000);
}

static void no_more_rounds_are_said_than_a_million(void **state)
{
    const struct hb_interval wild = {0.001, 1.0, 1000000};
    uint32_t more;

    (void)state;
    assert_int_equal(hb_compare_judge(&wild, 10000, &more), HB_COMPARED_UNDECIDED);
    assert_int_equal(more, 1000000);
}

/* -- ranks -- */

static void ranks_are_shared_along_chains_of_overlap(void **state)
{
    static const struct {
        struct hb_interval ratio;
        unsigned rank;
    } cases[] = {
        {{1.30, 1.35, 1.40}, 5}, /* in any order */
        {{0.80, 0.82, 0.90}, 2}, {{0.60, 0.61, 0.62}, 1}, {{0.88, 0.95, 1.00}, 2},
        {{1.00, 1.00, 1.00}, 2}, /* which overlaps with the one before, and touches is enough */
        {{1.40, 1.41, 1.45}, 5}, {{1.46, 1.50, 1.60}, 7},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    struct hb_run_ranked ranked[COUNT];
    unsigned ranks[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        ranked[i] = (struct hb_run_ranked){&cases[i].ratio, &ranks[i]};
    hb_run_rank(ranked, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(ranks[i], cases[i].rank);
    hb_run_rank(ranked, 0);
}

/* One wide interval covers those behind it, though they lie apart from each other. */
static void a_wide_interval_shares_its_rank_with_all_that_it_reaches(void **state)
{
    static const struct hb_interval ratios[] = {
        {0.5, 0.7, 2.0}, {0.8, 0.81, 0.82}, {1.5, 1.51, 1.52}, {2.1, 2.2, 2.3}};
    struct hb_run_ranked ranked[4];
    unsigned ranks[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        ranked[i] = (struct hb_run_ranked){&ratios[i], &ranks[i]};
    hb_run_rank(ranked, 4);
    assert_true(ranks[0] == 1 && ranks[1] == 1 && ranks[2] == 1 && ranks[3] == 4);
}

/* -- noise -- */

static struct hb_noise noise_of(const struct hand *hand)
{
    struct hb_noise noise;

    assert_int_equal(hb_noise_find(&hand->rounds, &noise, NULL), HB_OK);
    return noise;
}

static enum hb_rounds_clock clock_of(const struct hand *hand)
{
    struct hb_noise noise = noise_of(hand);

    hb_noise_clear(&noise);
    return noise.clock;
}

static void processor_time_is_compared_where_one_sample_in_ten_had_to_wait(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    for (size_t i = 0; i < ROUNDS; i++) /* 2 % more is no wait */
        hand.round[OTHER][i].elapsed_ns = 10200;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_ELAPSED);
    for (size_t i = 0; i < 6; i++) /* 6 of 60 */
        hand.round[i % CELLS][i].elapsed_ns = 50000;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_ELAPSED);
    hand.round[GLIBC][10].elapsed_ns = 20401;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_CPU);
    hand.round[GLIBC][10].done = false; /* 6 of 59 */
    assert_int_equal(clock_of(&hand), HB_ROUNDS_CPU);
    hand.round[GLIBC][0].done = false;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_ELAPSED);
    for (size_t i = 0; i < ROUNDS; i++) /* of what has no figures, nothing counts */
        hand.round[OTHER][i].elapsed_ns = 50000;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_CPU);
    hand.cells[OTHER].result.outcome = HB_SAMPLE_TIMED_OUT;
    assert_int_equal(clock_of(&hand), HB_ROUNDS_ELAPSED);
}

static double spread_of(const struct hand *hand)
{
    struct hb_noise noise = noise_of(hand);

    hb_noise_clear(&noise);
    return noise.null_spread;
}

static void the_spread_of_null_is_between_its_5th_and_95th_percentile(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    assert_true(spread_of(&hand) == 1);
    hand.round[FLOOR][3].elapsed_ns = hand.round[FLOOR][3].cpu_ns = 9000; /* 19 of 20 are 95 % */
    assert_true(spread_of(&hand) == 1);
    hand.round[FLOOR][9].elapsed_ns = hand.round[FLOOR][9].cpu_ns = 8000;
    assert_true(fabs(spread_of(&hand) - 4) < 1e-12);
    hand.round[FLOOR][0].elapsed_ns = hand.round[FLOOR][0].cpu_ns = 1000; /* 1 of 20 is 5 % */
    assert_true(fabs(spread_of(&hand) - 8) < 1e-12);
    for (size_t i = 0; i < ROUNDS; i++) /* by the clock that is compared by */
        hand.round[FLOOR][i].elapsed_ns = 100000;
    assert_true(fabs(spread_of(&hand) - 8) < 1e-12);
    hand.rounds.null = NULL;
    assert_true(spread_of(&hand) == 0);
    make(&hand);
    hand.cells[FLOOR].result.outcome = HB_SAMPLE_CRASHED;
    assert_true(spread_of(&hand) == 0);
}

static void the_load_is_set_against_the_cores(void **state)
{
    struct hand hand;
    struct hb_noise noise;

    (void)state;
    make(&hand);
    machine_load = 3.5;
    noise = noise_of(&hand);
    assert_true(noise.load == 3.5 && noise.cores == 4 && !hb_noise_is_crowded(&noise));
    hb_noise_clear(&noise);
    noise.load = 4;
    assert_false(hb_noise_is_crowded(&noise));
    noise.load = 4.01;
    assert_true(hb_noise_is_crowded(&noise) && !hb_noise_is_wide(&noise));
    noise.null_spread = 2;
    assert_false(hb_noise_is_wide(&noise));
    noise.null_spread = 2.01;
    assert_true(hb_noise_is_wide(&noise));
    machine_load = -1;
    noise = noise_of(&hand);
    assert_true(noise.load == 0 && noise.marked_rounds == 0);
    hb_noise_clear(&noise);
    machine_load = 0;
}

/* In a minute they are 1 - 1/e of the average, and in the end all of it. */
static void the_threads_of_a_replay_are_part_of_the_load(void **state)
{
    static const struct {
        uint64_t seconds;
        double own;
    } cases[] = {{0, 0}, {60, 8 * (1 - 0.36787944117144233)}, {3600, 8}};
    struct hand hand;

    (void)state;
    make(&hand);
    hand.session.begun_ns = now_ns;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        now_ns = hand.session.begun_ns + cases[i].seconds * 1000000000;
        for (int crowds = 0; crowds < 2; crowds++) {
            struct hb_noise noise;

            hand.session.options.threads.threading = HB_THREADING_FREE;
            hand.cells[OTHER].result.threads.threads = 8;
            machine_load = 4 + cases[i].own + (crowds ? 0.01 : -0.01);
            noise = noise_of(&hand);
            assert_int_equal(hb_noise_is_crowded(&noise), crowds);
            assert_int_equal(noise.clock, crowds ? HB_ROUNDS_CPU : HB_ROUNDS_ELAPSED);
            hb_noise_clear(&noise);
        }
    }
    machine_load = 0;
}

static void set_speed(struct hand *hand, size_t round, size_t cells, double factor)
{
    static const double ns[] = {20000, 10000, 2000};

    for (size_t i = 0; i < cells; i++)
        hand->round[i][round].cpu_ns = (uint64_t)(ns[i] * factor);
}

/* Elapsed time has no part in it. */
static void a_round_is_marked_where_most_samples_ran_at_another_speed(void **state)
{
    static const bool expected[ROUNDS] = {[2] = true, [3] = true, [7] = true, [8] = true};
    struct hand hand;
    struct hb_noise noise;

    (void)state;
    make(&hand);
    set_speed(&hand, 2, 3, 1.2); /* all slow */
    set_speed(&hand, 3, 2, 1.2); /* two of three */
    set_speed(&hand, 4, 1, 9.0); /* one of three */
    set_speed(&hand, 5, 3, 1.1); /* too little */
    set_speed(&hand, 6, 3, 0.9);
    set_speed(&hand, 7, 2, 0.8); /* fast */
    set_speed(&hand, 8, 1, 0.5); /* one of the one that took part */
    hand.round[OTHER][8].done = hand.round[FLOOR][8].done = false;
    set_speed(&hand, 9, 3, 1.2); /* one slow, one fast, one as ever: no speed of the machine */
    hand.round[OTHER][9].cpu_ns = 5000;
    hand.round[FLOOR][9].cpu_ns = 2000;
    set_speed(&hand, 10, 1, 1.2); /* one of the two that took part is not most */
    hand.round[FLOOR][10].done = false;
    for (size_t i = 0; i < CELLS; i++)
        hand.round[i][11].elapsed_ns *= 3;
    noise = noise_of(&hand);
    assert_memory_equal(noise.marked, expected, sizeof expected);
    assert_int_equal(noise.marked_rounds, 4);
    hb_noise_clear(&noise);
}

static void nothing_is_found_in_no_rounds(void **state)
{
    struct hand hand;
    struct hb_noise noise;
    struct hb_compared out;

    (void)state;
    make(&hand);
    hand.rounds.round_count = 0;
    hand.rounds.scratch = NULL;
    noise = noise_of(&hand);
    assert_true(noise.clock == HB_ROUNDS_ELAPSED && noise.null_spread == 0 && noise.marked_rounds == 0);
    hb_noise_clear(&noise);
    out = compare(&hand, OTHER, HB_ROUNDS_ELAPSED);
    assert_true(out.verdict == HB_COMPARED_NOT_KNOWN && out.ratio.estimate == 0);
}

/* -- how many rounds -- */

static void what_is_asked_for_says_when_rounds_end(void **state)
{
    static const struct {
        uint32_t rounds;
        double until;
        uint64_t budget_ms;
        struct hb_session_options expected;
    } cases[] = {
        {0,
         0,
         0,
         {.rounds_least = 10, .rounds_most = 10000, .until = 0.008, .budget_ms = 15000, .extra_ms = 15000}},
        {7, 0, 0, {.rounds_least = 7, .rounds_most = 7}},
        {0, 0.01, 0, {.rounds_least = 10, .rounds_most = 10000, .until = 0.01}},
        {0, 0, 2000, {.rounds_least = 1, .rounds_most = 10000, .until = 0.008, .budget_ms = 2000}},
        {7, 0, 2000, {.rounds_least = 1, .rounds_most = 7, .budget_ms = 2000}},
        {0, 0.01, 2000, {.rounds_least = 1, .rounds_most = 10000, .until = 0.01, .budget_ms = 2000}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hb_session_options options = {.seed = 0};

        hb_session_plan_rounds(&options, cases[i].rounds, cases[i].until, cases[i].budget_ms);
        assert_memory_equal(&options, &cases[i].expected, sizeof options);
    }
}

/* How many rounds are run; `until`, `least`, `most` and `budget_ms` as in the options. */
static uint32_t count_rounds(struct hand *hand, double until, uint32_t least, uint32_t most,
                             uint64_t budget_ms)
{
    hand->session.options.until = until;
    hand->session.options.rounds_least = least;
    hand->session.options.rounds_most = most;
    hand->session.options.budget_ms = budget_ms;
    hand->session.found.trace_count = 1;
    hand->rounds.round_count = 0;
    assert_int_equal(hb_compare_run(&hand->rounds, NULL), HB_OK);
    return hand->rounds.round_count;
}

static void no_round_is_begun_that_would_end_behind_the_budget(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    round_ns = 400000000;
    assert_int_equal(count_rounds(&hand, 0, 1, 50, 1000), 2);
    assert_int_equal(count_rounds(&hand, 0, 1, 50, 1200), 3);
    assert_int_equal(count_rounds(&hand, 0, 1, 50, 100), 1);
    assert_int_equal(count_rounds(&hand, 0, 10, 50, 1000), 10);
    assert_int_equal(count_rounds(&hand, 0, 1, 7, 1000000), 7);
    assert_int_equal(count_rounds(&hand, 0, 7, 7, 0), 7);
    assert_int_equal(count_rounds(&hand, 0.001, 1, 50, 1000), 2);
    round_ns = 0;
}

static void rounds_end_when_it_is_looked_at_and_narrow(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    assert_int_equal(count_rounds(&hand, 0.001, 10, 50, 0), 10);
    assert_int_equal(count_rounds(&hand, 0.001, 1, 50, 0), 10);
    assert_int_equal(count_rounds(&hand, 0.001, 15, 50, 0), 15);
    for (size_t i = 0; i < ROOM; i++) /* the ratio is 0.5 or 2: never narrow */
        hand.round[OTHER][i].elapsed_ns = hand.round[OTHER][i].cpu_ns = i % 2 == 0 ? 10000 : 40000;
    assert_int_equal(count_rounds(&hand, 0.5, 10, 50, 0), 50);
    /* A width of 2 - 0.5, over the median of 1.25; of 10 rounds a sixth of what is asked for is asked. */
    assert_int_equal(count_rounds(&hand, 6 * 1.19, 10, 11, 0), 11);
    assert_int_equal(count_rounds(&hand, 6 * 1.21, 10, 11, 0), 10);
    assert_int_equal(count_rounds(&hand, 1.19, 60, 61, 0), 61);
    assert_int_equal(count_rounds(&hand, 1.21, 60, 61, 0), 60);
    hand.cells[GLIBC].ops = hand.cells[OTHER].ops = OPS - 1; /* no rank, nothing to be narrow */
    assert_int_equal(count_rounds(&hand, 0.5, 10, 50, 0), 10);
    hand.cells[GLIBC].ops = hand.cells[OTHER].ops = OPS;
    hand.cells[OTHER].result.outcome = HB_SAMPLE_FAILED;
    assert_int_equal(count_rounds(&hand, 0.5, 10, 50, 0), 10);
    hand.cells[OTHER].result.outcome = HB_SAMPLE_OK;
    hand.candidates[OTHER].process = false;
    assert_int_equal(count_rounds(&hand, 0.5, 10, 50, 0), 10);
}

/* The ratios are 1.02 or 1.08 in turn: 1 is outside the interval, by a third of its width. */
static void a_verdict_that_hangs_by_a_thread_is_given_more_time(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    round_ns = 100000000;
    for (size_t i = 0; i < ROOM; i++) {
        hand.round[GLIBC][i].elapsed_ns = hand.round[GLIBC][i].cpu_ns = 1000000;
        hand.round[OTHER][i].elapsed_ns = hand.round[OTHER][i].cpu_ns = i % 2 == 0 ? 1020000 : 1080000;
    }
    hand.session.options.extra_ms = 1000;
    assert_int_equal(count_rounds(&hand, 0.001, 10, 50, 1000), 20);
    hand.session.options.extra_ms = 0;
    assert_int_equal(count_rounds(&hand, 0.001, 10, 50, 1000), 10);
    hand.session.options.extra_ms = 1000;
    for (size_t i = 0; i < ROOM; i++) /* by more than the width */
        hand.round[OTHER][i].elapsed_ns = hand.round[OTHER][i].cpu_ns = i % 2 == 0 ? 1100000 : 1160000;
    assert_int_equal(count_rounds(&hand, 0.001, 10, 50, 1000), 10);
    round_ns = 0;
}

/* Of the first few rounds the ratio is 0.5 or 2 in turn, and then 0.5 for ever: that is known with one round
 * more for each of them, about, but seen at a look alone. */
static void it_is_looked_at_again_after_an_eighth_more_rounds(void **state)
{
    static const uint32_t looks[] = {10, 12, 14, 16, 19, 22, 25, 29, 33, 38, 43, 49};
    struct hand hand;
    uint32_t rounds = 10;

    (void)state;
    make(&hand);
    for (size_t few = 2; few < 20; few += 2) {
        bool is_look = false;

        hand.round[OTHER][few - 1].elapsed_ns = hand.round[OTHER][few - 1].cpu_ns = 40000;
        assert_true(count_rounds(&hand, 0.001, 10, 50, 0) >= rounds);
        rounds = hand.rounds.round_count;
        for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
            is_look = is_look || looks[i] == rounds;
        assert_true(is_look);
    }
    assert_true(rounds > 16 && rounds < 50);
}

static void what_was_complete_when_it_was_interrupted_is_left(void **state)
{
    struct hand hand;

    (void)state;
    make(&hand);
    interrupted_round = 3;
    hand.rounds.round_count = 0;
    hand.session.options = (struct hb_session_options){.rounds_least = 5, .rounds_most = 5};
    assert_int_equal(hb_compare_run(&hand.rounds, NULL), HB_ERR_INTERRUPTED);
    assert_int_equal(hand.rounds.round_count, 2);
    interrupted_round = 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ratio_is_of_the_same_round_and_its_net_is_without_the_null_of_that_round),
        cmocka_unit_test(the_clock_decides_which_of_the_two_times_is_compared),
        cmocka_unit_test(a_round_without_one_of_the_two_does_not_count),
        cmocka_unit_test(net_leaves_out_rounds_in_which_null_was_no_faster),
        cmocka_unit_test(an_interval_is_the_bootstrap_of_the_ratios_with_a_seed_of_its_own),
        cmocka_unit_test(a_verdict_follows_from_the_interval_to_its_borders),
        cmocka_unit_test(fewer_than_six_rounds_decide_nothing_and_lack_those_up_to_ten),
        cmocka_unit_test(the_rounds_that_are_said_would_decide_and_half_of_them_would_not),
        cmocka_unit_test(no_more_rounds_are_said_than_a_million),
        cmocka_unit_test(ranks_are_shared_along_chains_of_overlap),
        cmocka_unit_test(a_wide_interval_shares_its_rank_with_all_that_it_reaches),
        cmocka_unit_test(processor_time_is_compared_where_one_sample_in_ten_had_to_wait),
        cmocka_unit_test(the_spread_of_null_is_between_its_5th_and_95th_percentile),
        cmocka_unit_test(the_load_is_set_against_the_cores),
        cmocka_unit_test(the_threads_of_a_replay_are_part_of_the_load),
        cmocka_unit_test(a_round_is_marked_where_most_samples_ran_at_another_speed),
        cmocka_unit_test(nothing_is_found_in_no_rounds),
        cmocka_unit_test(what_is_asked_for_says_when_rounds_end),
        cmocka_unit_test(no_round_is_begun_that_would_end_behind_the_budget),
        cmocka_unit_test(rounds_end_when_it_is_looked_at_and_narrow),
        cmocka_unit_test(a_verdict_that_hangs_by_a_thread_is_given_more_time),
        cmocka_unit_test(it_is_looked_at_again_after_an_eighth_more_rounds),
        cmocka_unit_test(what_was_complete_when_it_was_interrupted_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
