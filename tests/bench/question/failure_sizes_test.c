/*
 * failure_sizes_test.c - the grid of heap sizes: its ends, its order, and the sizes that must be in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "base/random.h"
#include "bench/question/plans/failure_sizes.h"

enum { MIB = 1 << 20 };

static bool contains(const uint64_t *sizes, size_t count, uint64_t size)
{
    for (size_t i = 0; i < count; i++)
        if (sizes[i] == size)
            return true;
    return false;
}

static void assert_ascending(const uint64_t *sizes, size_t count)
{
    assert_in_range(count, 1, HB_FAILING_SIZES_MAX);
    for (size_t i = 1; i < count; i++)
        assert_true(sizes[i - 1] < sizes[i]);
}

static void heaps_reach_from_half_of_what_is_live_to_above_the_high_water_mark(void **state)
{
    uint64_t sizes[HB_FAILING_SIZES_MAX];
    size_t count = hb_failing_heaps(1000000, 3000000, sizes);

    (void)state;
    assert_ascending(sizes, count);
    assert_int_equal(sizes[0], 500000);
    assert_in_range(sizes[count - 1], 3299999, 3300001);
    assert_true(contains(sizes, count, 3000000));
}

static void any_trace_gets_a_grid_in_order(void **state)
{
    uint64_t sizes[HB_FAILING_SIZES_MAX];
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 5);
    for (int round = 0; round < 10000; round++) {
        uint64_t live = hb_random_below(&random, UINT64_C(1) << (1 + hb_random_below(&random, 45)));
        uint64_t high = live + hb_random_below(&random, 2 * live + 2);
        size_t count = hb_failing_heaps(live, high, sizes);

        assert_ascending(sizes, count);
        assert_true(sizes[0] >= 8);
        assert_true(contains(sizes, count, high < 8 ? 8 : high));
        count = hb_failing_budgets(live, high, sizes);
        assert_ascending(sizes, count);
        assert_true(sizes[0] >= MIB && sizes[0] >= live / 2);
        assert_true(sizes[count - 1] > high);
    }
}

static void a_trace_of_nothing_gets_the_smallest_heap(void **state)
{
    uint64_t sizes[HB_FAILING_SIZES_MAX];

    (void)state;
    assert_int_equal(hb_failing_heaps(0, 0, sizes), 1);
    assert_int_equal(sizes[0], 8);
}

static void budgets_are_whole_mebibytes(void **state)
{
    uint64_t sizes[HB_FAILING_SIZES_MAX];
    size_t count = hb_failing_budgets(7654321, 9876543, sizes);

    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sizes[i] % MIB, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heaps_reach_from_half_of_what_is_live_to_above_the_high_water_mark),
        cmocka_unit_test(any_trace_gets_a_grid_in_order),
        cmocka_unit_test(a_trace_of_nothing_gets_the_smallest_heap),
        cmocka_unit_test(budgets_are_whole_mebibytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
