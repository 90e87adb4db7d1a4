/*
 * sizes_test.c - the distributions, by counting: with a fixed seed, so that nothing here is a matter of luck.
 */
#include <math.h>

#include "tests/check.h"
#include "workloads/generate/sizes.h"

enum { DRAWS = 400000 };

static struct hb_sizes sizes_of(enum hb_generate_sizes kind, uint64_t low, uint64_t high)
{
    struct hb_generate_settings settings = {.sizes = kind, .smallest = low, .largest = high};
    struct hb_sizes sizes;

    hb_sizes_init(&sizes, &settings);
    return sizes;
}

/* Pearson's statistic of `counts` against `weights`, both of [low, high]. */
static double chi_square(const uint64_t *counts, const double *weights, uint64_t low, uint64_t high)
{
    double total = 0, sum = 0;

    for (uint64_t x = low; x <= high; x++)
        total += weights[x];
    for (uint64_t x = low; x <= high; x++) {
        double expected = DRAWS * weights[x] / total;
        double excess = (double)counts[x] - expected;

        sum += excess * excess / expected;
    }
    return sum;
}

/* 5 standard deviations over the mean of the statistic. */
static void fits(enum hb_generate_sizes kind, uint64_t low, uint64_t high)
{
    struct hb_sizes sizes = sizes_of(kind, low, high);
    uint64_t counts[256] = {0};
    double weights[256] = {0};
    double freedom = (double)(high - low);
    struct hb_random random;

    hb_random_seed(&random, 11);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t x = hb_sizes_draw(&sizes, &random);

        assert_in_range(x, low, high);
        counts[x]++;
    }
    for (uint64_t x = low; x <= high; x++)
        weights[x] = kind == HB_SIZES_UNIFORM ? 1 : 1 / (double)x;
    assert_true(chi_square(counts, weights, low, high) < freedom + 5 * sqrt(2 * freedom) + 1);
}

static void uniform_is_uniform(void **state)
{
    (void)state;
    fits(HB_SIZES_UNIFORM, 1, 200);
    fits(HB_SIZES_UNIFORM, 37, 38);
    fits(HB_SIZES_UNIFORM, 9, 9);
}

static void log_uniform_is_one_over_x(void **state)
{
    (void)state;
    fits(HB_SIZES_LOG_UNIFORM, 1, 255);
    fits(HB_SIZES_LOG_UNIFORM, 3, 5);
    fits(HB_SIZES_LOG_UNIFORM, 5, 173);
    fits(HB_SIZES_LOG_UNIFORM, 16, 16);
}

static void the_largest_range(void **state)
{
    struct hb_sizes sizes = sizes_of(HB_SIZES_LOG_UNIFORM, 1, UINT64_C(1) << 40);
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 3);
    for (int i = 0; i < 10000; i++)
        assert_in_range(hb_sizes_draw(&sizes, &random), 1, UINT64_C(1) << 40);
}

static void empirical_takes_what_there_is(void **state)
{
    static const uint64_t given[] = {5, 5, 5, 900};
    struct hb_generate_settings settings = {
        .sizes = HB_SIZES_EMPIRICAL, .empirical = given, .empirical_count = 4};
    struct hb_sizes sizes;
    struct hb_random random;
    int large = 0;

    (void)state;
    hb_sizes_init(&sizes, &settings);
    hb_random_seed(&random, 1);
    for (int i = 0; i < 10000; i++) {
        uint64_t x = hb_sizes_draw(&sizes, &random);

        assert_true(x == 5 || x == 900);
        large += x == 900;
    }
    assert_in_range(large, 2400, 2600);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("uniform sizes are equally likely", uniform_is_uniform),
        hb_test("log-uniform sizes have a probability of one over the size", log_uniform_is_one_over_x),
        hb_test("a distribution may span forty octaves", the_largest_range),
        hb_test("empirical sizes are those that were given, as often", empirical_takes_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
