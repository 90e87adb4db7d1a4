/*
 * worth_test.c - seconds saved and their share, computed by hand.
 */
#include "tests/check.h"

#include <math.h>
#include <string.h>

#include "bench/results/worth.h"

/* 10 million operations of a program of 4 seconds: 22 ns each, 2 of them the harness's, are 200 ms of calls.
 */
static const struct hb_worth_times example = {.program_cpu_ns = UINT64_C(4000000000),
                                              .ops = 10000000,
                                              .baseline_ns = 22,
                                              .allocator_ns = 12,
                                              .null_ns = 2};

static const char *describe(const struct hb_worth *worth)
{
    static char text[200];

    return hb_worth_describe(worth, "jemalloc", text, sizeof text);
}

static void what_is_saved_is_the_difference_of_all_calls(void **state)
{
    struct hb_worth worth = hb_worth_compute(&example);

    (void)state;
    assert_true(worth.known);
    assert_true(worth.program_s == 4);
    assert_true(fabs(worth.saved_s - 0.1) < 1e-12 && fabs(worth.share - 0.025) < 1e-12);
    assert_string_equal(
        describe(&worth),
        "jemalloc would save 100 ms of the program's 4.00 s of processor time (2.5 %): of the "
        "calls alone, not of the program's own caches");
}

static void an_allocator_that_costs_more_adds_to_the_program(void **state)
{
    struct hb_worth_times times = example;
    struct hb_worth worth;

    (void)state;
    times.allocator_ns = 30;
    worth = hb_worth_compute(&times);
    assert_true(worth.known && fabs(worth.saved_s + 0.08) < 1e-12 && fabs(worth.share + 0.02) < 1e-12);
    assert_string_equal(
        describe(&worth),
        "jemalloc would add 80.0 ms to the program's 4.00 s of processor time (2.0 %): of the "
        "calls alone, not of the program's own caches");
}

/* What is below the harness's own time is noise: nothing saves more than all of the calls. */
static void no_more_is_saved_than_the_calls_take(void **state)
{
    struct hb_worth_times times = example;
    struct hb_worth worth;

    (void)state;
    times.allocator_ns = 1;
    worth = hb_worth_compute(&times);
    assert_true(worth.known && fabs(worth.saved_s - 0.2) < 1e-12);
    times.baseline_ns = 2;
    worth = hb_worth_compute(&times);
    assert_true(worth.known && worth.saved_s == 0 && worth.share == 0);
}

static void what_is_not_known_is_said_to_be_so(void **state)
{
    struct hb_worth_times times[] = {example, example, example, example, example, example};

    (void)state;
    times[0].program_cpu_ns = 0;
    times[1].ops = 0;
    times[2].baseline_ns = 0;
    times[3].allocator_ns = NAN;
    times[4].allocator_ns = INFINITY;
    times[5].null_ns = 0;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_false(hb_worth_compute(&times[i]).known);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("what is saved is the difference of all calls", what_is_saved_is_the_difference_of_all_calls),
        hb_test("an allocator that costs more adds to the program",
                an_allocator_that_costs_more_adds_to_the_program),
        hb_test("no more is saved than the calls take", no_more_is_saved_than_the_calls_take),
        hb_test("what is not known is said to be so", what_is_not_known_is_said_to_be_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
