/*
 * stats_test.c - medians and ratios against plain implementations that count instead of sorting, and
 * bootstrap intervals against what can be known of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/stats.h"

enum { MAX = 64 };

/* The value that exactly `rank` values precede when equal ones are numbered in order of place. */
static double value_of_rank(const double *values, size_t count, size_t rank)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = 0;

        for (size_t j = 0; j < count; j++)
            before += values[j] < values[i] || (values[j] == values[i] && j < i);
        if (before == rank)
            return values[i];
    }
    fail_msg("no value has rank %zu", rank);
    return 0;
}

static double plain_median(const double *values, size_t count)
{
    return (value_of_rank(values, count, (count - 1) / 2) + value_of_rank(values, count, count / 2)) / 2;
}

static size_t fill(struct hb_random *random, double *values)
{
    size_t count = 1 + hb_random_below(random, MAX);

    for (size_t i = 0; i < count; i++)
        values[i] = (double)hb_random_below(random, 40) - 5; /* ties are common */
    return count;
}

static void a_median_of_few_values_is_known(void **state)
{
    double one[] = {7}, two[] = {4, 1}, three[] = {9, 1, 5}, four[] = {9, 1, 5, 6};

    (void)state;
    assert_true(hb_stats_median(one, 1) == 7);
    assert_true(hb_stats_median(two, 2) == 2.5);
    assert_true(hb_stats_median(three, 3) == 5);
    assert_true(hb_stats_median(four, 4) == 5.5);
}

static void medians_agree_with_counting(void **state)
{
    struct hb_random random;
    double values[MAX], copy[MAX];

    (void)state;
    hb_random_seed(&random, 1);
    for (int round = 0; round < 2000; round++) {
        size_t count = fill(&random, values);

        memcpy(copy, values, sizeof copy);
        assert_true(hb_stats_median(copy, count) == plain_median(values, count));
    }
}

static void a_spread_holds_the_ends_and_the_middle(void **state)
{
    double values[] = {3, -1, 8, 4};
    struct hb_stats_spread spread = hb_stats_spread(values, 4);

    (void)state;
    assert_true(spread.min == -1 && spread.median == 3.5 && spread.max == 8);
}

static void a_ratio_pairs_the_rounds_that_both_have(void **state)
{
    /* Rounds 1 and 3 lack one side; of the rest the ratios are 2, 3 and 1, and the medians 40 and 20. */
    double values[] = {20, 0, 60, 1000, 40}, reference[] = {10, 1, 20, 0, 40}, scratch[10];

    (void)state;
    assert_true(hb_stats_paired_ratio(values, reference, 5, scratch) == 2);
}

static void a_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians(void **state)
{
    double values[] = {10, 40, 20}, reference[] = {20, 10, 10}, scratch[3], ratios[3];

    (void)state;
    assert_true(hb_stats_paired_ratio(values, reference, 3, scratch) == 2); /* of 0.5, 4 and 2; not 20 / 10 */
    reference[2] = 40;
    assert_true(hb_stats_paired_ratio(values, reference, 3, scratch) == 0.5); /* of 0.5, 4 and 0.5; not 1 */
    assert_int_equal(hb_stats_paired_ratios(values, reference, 3, ratios), 3);
    assert_true(ratios[0] == 0.5 && ratios[1] == 4 && ratios[2] == 0.5);
    assert_int_equal(hb_stats_paired_ratios(values, reference, 3, values), 3); /* in place */
    assert_true(values[0] == 0.5 && values[1] == 4 && values[2] == 0.5);
}

static void a_ratio_without_a_common_round_is_none(void **state)
{
    double values[] = {20, 0}, reference[] = {0, 5}, scratch[4];

    (void)state;
    assert_true(hb_stats_paired_ratio(values, reference, 2, scratch) == 0);
    assert_true(hb_stats_paired_ratio(values, reference, 0, scratch) == 0);
}

static void a_ratio_leaves_the_figures_as_they_were(void **state)
{
    double values[] = {3, 1, 2}, reference[] = {1, 3, 2}, scratch[6];

    (void)state;
    (void)hb_stats_paired_ratio(values, reference, 3, scratch);
    assert_true(values[0] == 3 && values[1] == 1 && values[2] == 2);
    assert_true(reference[0] == 1 && reference[1] == 3 && reference[2] == 2);
}

/* -- intervals -- */

static struct hb_interval interval_of(const double *values, size_t count, uint64_t seed)
{
    const struct hb_stats_sample sample = {values, count};
    struct hb_interval out;

    assert_true(hb_stats_bootstrap(&sample, 1, seed, &out));
    return out;
}

static void rounds_that_are_all_alike_have_an_interval_of_one_point(void **state)
{
    double values[51];

    (void)state;
    for (size_t i = 0; i < 51; i++)
        values[i] = 1.25;
    for (size_t count = 1; count <= 51; count++) {
        struct hb_interval interval = interval_of(values, count, count);

        assert_true(interval.low == 1.25 && interval.estimate == 1.25 && interval.high == 1.25);
    }
}

/* Of two values 1 and 3 the medians are 1, 2 and 3, of which the ends have a quarter each. */
static void of_two_values_the_interval_is_both(void **state)
{
    const double values[] = {3, 1};
    struct hb_interval interval = interval_of(values, 2, 1);

    (void)state;
    assert_true(interval.low == 1 && interval.estimate == 2 && interval.high == 3);
    assert_true(values[0] == 3 && values[1] == 1); /* as they were */
}

/*
 * Of six draws the middle two are the least value with 0.87 %, and no more than the least two with 3.5 %: an
 * end at 2.5 % lies between these two. The greater of the middle two is the least value as often, but no more
 * than the second with 10 %.
 */
static void of_six_values_an_end_lies_between_the_outermost_two(void **state)
{
    const double values[] = {8, 1, 32, 4, 2, 16};

    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct hb_interval interval = interval_of(values, 6, seed);

        assert_true(interval.low == 1.5 && interval.estimate == 6 && interval.high == 24);
    }
}

/* Is it a value, or, where there is an even number, one between two? */
static bool is_possible(const double *values, size_t count, double median)
{
    bool found = false;

    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < (count % 2 == 1 ? i + 1 : count); j++)
            found = found || (values[i] + values[j]) / 2 == median;
    return found;
}

static void the_ends_are_medians_that_can_be_drawn(void **state)
{
    struct hb_random random;
    double values[MAX];

    (void)state;
    hb_random_seed(&random, 2);
    for (int round = 0; round < 30; round++) {
        size_t count = 1 + hb_random_below(&random, 24);
        struct hb_interval interval;

        for (size_t i = 0; i < count; i++)
            values[i] = 1 + (double)hb_random_below(&random, 1000);
        interval = interval_of(values, count, (uint64_t)round);
        assert_true(is_possible(values, count, interval.low) && is_possible(values, count, interval.high));
        assert_true(interval.low <= interval.estimate && interval.estimate <= interval.high);
        assert_true(interval.estimate == plain_median(values, count));
    }
}

/* How probable it is that the median of `count` draws, an odd number, is one of the lowest `low` values. */
static double probability(size_t count, size_t low)
{
    double p = (double)low / (double)count, sum = 0;

    if (low == 0 || low == count)
        return low == 0 ? 0 : 1;
    for (size_t k = count / 2 + 1; k <= count; k++)
        sum += exp(lgamma((double)count + 1) - lgamma((double)k + 1) - lgamma((double)(count - k) + 1) +
                   (double)k * log(p) + (double)(count - k) * log(1 - p));
    return sum;
}

/* Of 10 000 resamples the share below an end is known to 0.16 points, so that 1 point is never reached. */
static void the_interval_leaves_out_two_and_a_half_percent_at_each_end(void **state)
{
    enum { COUNT = 201 };
    double values[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (double)(i * 100 % COUNT) + 1; /* 1 to 201, out of order */
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct hb_interval interval = interval_of(values, COUNT, seed);
        size_t low = (size_t)interval.low, high = (size_t)interval.high;

        assert_true(interval.estimate == 101);
        assert_true(probability(COUNT, low - 1) < 0.035 && probability(COUNT, low) > 0.015);
        assert_true(probability(COUNT, high - 1) < 0.985 && probability(COUNT, high) > 0.965);
    }
}

/* A uniform number over 0 and up to 1. */
static double draw(struct hb_random *random)
{
    return ((double)(hb_random_next(random) >> 11) + 1) / 9007199254740992.0;
}

/* In 400 samples of a lopsided distribution whose median is 1: how many intervals hold it? */
static unsigned count_held(size_t count, uint64_t seed)
{
    struct hb_random random;
    unsigned held = 0;

    hb_random_seed(&random, seed);
    for (uint64_t i = 0; i < 400; i++) {
        struct hb_interval interval;
        double values[MAX];

        for (size_t j = 0; j < count; j++)
            values[j] = log(draw(&random)) / log(0.5);
        interval = interval_of(values, count, i);
        held += interval.low <= 1 && 1 <= interval.high;
    }
    return held;
}

static void nineteen_in_twenty_intervals_hold_the_true_median(void **state)
{
    static const size_t counts[] = {10, 20, 51};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        unsigned held = count_held(counts[i], 7 + i);

        if (held < 360 || held > 396)
            fail_msg("%u of 400 intervals over %zu values hold the median", held, counts[i]);
    }
}

static void a_seed_gives_its_interval_again_and_another_seed_may_not(void **state)
{
    struct hb_random random;
    double values[MAX];
    bool differs = false;

    (void)state;
    hb_random_seed(&random, 3);
    for (size_t i = 0; i < MAX; i++)
        values[i] = draw(&random);
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct hb_interval first = interval_of(values, MAX, seed), again = interval_of(values, MAX, seed);
        struct hb_interval other = interval_of(values, MAX, seed + 1000);

        assert_memory_equal(&first, &again, sizeof first);
        assert_true(first.estimate == other.estimate);
        differs = differs || first.low != other.low || first.high != other.high;
    }
    assert_true(differs);
}

static void of_several_samples_it_is_the_geometric_mean_of_medians(void **state)
{
    const double two[] = {2, 2, 2}, eight[] = {8, 8}, spread[] = {9, 4, 16, 1};
    const struct hb_stats_sample samples[] = {{two, 3}, {eight, 2}, {spread, 4}};
    struct hb_interval interval;

    (void)state;
    assert_true(hb_stats_bootstrap(samples, 2, 5, &interval));
    assert_true(fabs(interval.estimate - 4) < 1e-12);
    assert_true(interval.low == interval.estimate && interval.high == interval.estimate);
    /* Of the third the median is 6.5; drawn anew it is 1 to 16, each with more than 2.5 % at the ends. */
    assert_true(hb_stats_bootstrap(samples, 3, 5, &interval));
    assert_true(fabs(interval.estimate - cbrt(2 * 8 * 6.5)) < 1e-12);
    assert_true(fabs(interval.low - cbrt(2 * 8 * 1)) < 1e-12);
    assert_true(fabs(interval.high - cbrt(2 * 8 * 16)) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_of_few_values_is_known),
        cmocka_unit_test(medians_agree_with_counting),
        cmocka_unit_test(a_spread_holds_the_ends_and_the_middle),
        cmocka_unit_test(a_ratio_pairs_the_rounds_that_both_have),
        cmocka_unit_test(a_ratio_without_a_common_round_is_none),
        cmocka_unit_test(a_ratio_leaves_the_figures_as_they_were),
        cmocka_unit_test(a_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians),
        cmocka_unit_test(rounds_that_are_all_alike_have_an_interval_of_one_point),
        cmocka_unit_test(of_two_values_the_interval_is_both),
        cmocka_unit_test(of_six_values_an_end_lies_between_the_outermost_two),
        cmocka_unit_test(the_ends_are_medians_that_can_be_drawn),
        cmocka_unit_test(the_interval_leaves_out_two_and_a_half_percent_at_each_end),
        cmocka_unit_test(nineteen_in_twenty_intervals_hold_the_true_median),
        cmocka_unit_test(a_seed_gives_its_interval_again_and_another_seed_may_not),
        cmocka_unit_test(of_several_samples_it_is_the_geometric_mean_of_medians),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
