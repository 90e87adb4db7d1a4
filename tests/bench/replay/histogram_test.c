/*
 * histogram_test.c - percentiles of a histogram against those of the sorted values themselves.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bench/replay/latency/histogram.h"

/* What stands for a value: the largest with the same leading bits, of which 11 are kept. */
static uint64_t plain_stand_in(uint64_t value)
{
    uint64_t width = 1;

    while (value / width >= 2048)
        width *= 2;
    return value / width * width + width - 1;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The smallest value that at least share/10000 of them do not exceed, as it is shown. */
static uint64_t plain_percentile(const uint64_t *sorted, uint64_t count, unsigned share)
{
    uint64_t most = sorted[count - 1], i = 0;

    while ((i + 1) * HB_HISTOGRAM_WHOLE < count * share)
        i++;
    return share == HB_HISTOGRAM_WHOLE || plain_stand_in(sorted[i]) > most ? most : plain_stand_in(sorted[i]);
}

static struct hb_histogram *make(const uint64_t *values, uint64_t count)
{
    struct hb_histogram *histogram = calloc(1, sizeof *histogram);

    assert_non_null(histogram);
    for (uint64_t i = 0; i < count; i++)
        hb_histogram_add(histogram, values[i]);
    return histogram;
}

/* As many in each octave up to 2^40: most calls are short, some are very long. */
static void fill(uint64_t *values, uint64_t count, struct hb_random *random)
{
    for (uint64_t i = 0; i < count; i++)
        values[i] = hb_random_below(random, UINT64_C(1) << (1 + hb_random_below(random, 40)));
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
    enum { MOST = 30000 };
    static const unsigned shares[] = {1, 5000, 9000, 9900, 9990, 9999, 10000};
    static const uint64_t counts[] = {1, 2, 3, 10, 99, 100, 101, 9999, 10000, 10001, MOST};
    uint64_t *values = malloc(MOST * sizeof *values);
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 1);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct hb_histogram *histogram;

        fill(values, counts[c], &random);
        histogram = make(values, counts[c]);
        qsort(values, counts[c], sizeof *values, ascending);
        for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
            assert_int_equal(hb_histogram_percentile(histogram, shares[s]),
                             plain_percentile(values, counts[c], shares[s]));
        free(histogram);
    }
    free(values);
}

/* The bins follow one another without gap, and what stands for a value is less than a thousandth more. */
static void every_value_has_a_bin_within_three_digits(void **state)
{
    uint64_t low = 0;

    (void)state;
    for (unsigned bin = 0; bin < HB_HISTOGRAM_BINS; bin++) {
        uint64_t high = hb_histogram_bin_high(bin);

        assert_int_equal(hb_histogram_bin_of(low), bin);
        assert_int_equal(hb_histogram_bin_of(high), bin);
        assert_true((high - low) * 1000 < (low == 0 ? 1 : low));
        low = high + 1;
    }
    assert_int_equal(low, UINT64_C(1) << HB_HISTOGRAM_VALUE_BITS);
}

static void what_is_too_large_for_a_bin_is_the_most_all_the_same(void **state)
{
    const uint64_t values[] = {5, UINT64_C(1) << HB_HISTOGRAM_VALUE_BITS, UINT64_MAX};
    struct hb_histogram *histogram = make(values, 3);

    (void)state;
    assert_int_equal(histogram->bins[HB_HISTOGRAM_BINS - 1], 2);
    assert_int_equal(hb_histogram_percentile(histogram, 3000), 5);
    assert_int_equal(hb_histogram_percentile(histogram, 9999), UINT64_MAX);
    assert_int_equal(hb_histogram_percentile(histogram, HB_HISTOGRAM_WHOLE), UINT64_MAX);
    free(histogram);
}

static void merged_histograms_are_the_histogram_of_all(void **state)
{
    enum { COUNT = 4000 };
    uint64_t values[COUNT];
    struct hb_histogram *whole, *first, *second;
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 2);
    fill(values, COUNT, &random);
    whole = make(values, COUNT);
    first = make(values, COUNT / 3);
    second = make(values + COUNT / 3, COUNT - COUNT / 3);
    hb_histogram_merge(first, second);
    assert_memory_equal(first, whole, sizeof *whole);
    free(whole);
    free(first);
    free(second);
}

static void an_empty_one_has_nothing_but_zeroes(void **state)
{
    struct hb_histogram *histogram = make(NULL, 0);

    (void)state;
    assert_int_equal(hb_histogram_percentile(histogram, 5000), 0);
    assert_int_equal(hb_histogram_percentile(histogram, HB_HISTOGRAM_WHOLE), 0);
    free(histogram);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("percentiles are those of the sorted values", percentiles_are_those_of_the_sorted_values),
        hb_test("every value has a bin, which is narrower than a thousandth of it",
                every_value_has_a_bin_within_three_digits),
        hb_test("what is too large for a bin is the most all the same",
                what_is_too_large_for_a_bin_is_the_most_all_the_same),
        hb_test("histograms merged are the histogram of all values",
                merged_histograms_are_the_histogram_of_all),
        hb_test("an empty one has nothing but zeroes", an_empty_one_has_nothing_but_zeroes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
