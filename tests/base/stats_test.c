/*
 * stats_test.c - medians and ratios against plain implementations that count instead of sorting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
    /* Rounds 1 and 3 lack one side; of the rest the medians are 30 and 15. */
    double values[] = {20, 0, 30, 1000, 40}, reference[] = {10, 1, 15, 0, 20}, scratch[10];

    (void)state;
    assert_true(hb_stats_paired_ratio(values, reference, 5, scratch) == 2);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_of_few_values_is_known),
        cmocka_unit_test(medians_agree_with_counting),
        cmocka_unit_test(a_spread_holds_the_ends_and_the_middle),
        cmocka_unit_test(a_ratio_pairs_the_rounds_that_both_have),
        cmocka_unit_test(a_ratio_without_a_common_round_is_none),
        cmocka_unit_test(a_ratio_leaves_the_figures_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
