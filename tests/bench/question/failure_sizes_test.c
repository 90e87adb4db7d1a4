/*
 * failure_sizes_test.c - the grid of heap sizes: its ends, its order, and the sizes that must be in it; and
 * the search for the smallest budget, against libraries of every kind.
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
    }
}

static void a_trace_of_nothing_gets_the_smallest_heap(void **state)
{
    uint64_t sizes[HB_FAILING_SIZES_MAX];

    (void)state;
    assert_int_equal(hb_failing_heaps(0, 0, sizes), 1);
    assert_int_equal(sizes[0], 8);
}

/* -- budgets -- */

enum { TRIES_MAX = 64 };

/* Suffices whatever is at least `need`; each call says so, but those whose bits are set in `moody`. */
struct library {
    uint64_t need;
    uint64_t moody;
};

/* The budgets that were tried, in their order, and the search as it ended. Returns how many. */
static size_t search(struct library library, uint64_t live, uint64_t *tried, struct hb_budget_search *out)
{
    size_t count = 0;

    hb_budget_search_begin(out, live);
    while (out->next != 0) {
        bool suffices = out->next >= library.need && (library.moody >> count & 1) == 0;

        assert_in_range(count, 0, TRIES_MAX - 1);
        assert_int_equal(out->next % MIB, 0);
        assert_in_range(out->next, MIB, HB_BUDGET_MAX_BYTES);
        tried[count++] = out->next;
        hb_budget_search_tell(out, suffices);
    }
    return count;
}

static void assert_tried(struct library library, uint64_t live, const unsigned *mib, size_t count,
                         unsigned sufficing, unsigned failing)
{
    uint64_t tried[TRIES_MAX];
    struct hb_budget_search end;

    assert_int_equal(search(library, live, tried, &end), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(tried[i] / MIB, mib[i]);
    assert_int_equal(end.sufficing / MIB, sufficing);
    assert_int_equal(end.failing / MIB, failing);
}

static void a_budget_is_doubled_then_halved_and_what_is_found_tried_again(void **state)
{
    (void)state;
    assert_tried((struct library){.need = 33 * MIB}, 7 * MIB,
                 (unsigned[]){4, 8, 16, 32, 64, 48, 40, 36, 34, 33, 33}, 11, 33, 32);
    assert_tried((struct library){.need = 1}, 929, (unsigned[]){1, 1}, 2, 1, 0);
    assert_tried((struct library){.need = 2 * MIB - 1}, 0, (unsigned[]){1, 2, 2}, 3, 2, 1);
    /* The first suffices: smaller ones are tried too. */
    assert_tried((struct library){.need = 3 * MIB}, 20 * MIB, (unsigned[]){10, 5, 2, 3, 3}, 5, 3, 2);
}

static void a_budget_that_does_not_suffice_again_is_raised(void **state)
{
    (void)state;
    assert_tried((struct library){.need = 4 * MIB, .moody = 1U << 3}, 4 * MIB, (unsigned[]){2, 4, 3, 4, 5, 5},
                 6, 5, 4);
    assert_tried((struct library){.need = 1, .moody = 1U << 1 | 1U << 3}, 1, (unsigned[]){1, 1, 2, 2, 3, 3},
                 6, 3, 2);
}

static void a_library_that_no_budget_suffices_is_given_the_largest(void **state)
{
    uint64_t tried[TRIES_MAX];
    struct hb_budget_search end;

    (void)state;
    for (uint64_t live = 1; live != 0; live <<= 1) {
        size_t count = search((struct library){.need = UINT64_MAX}, live, tried, &end);

        assert_int_equal(tried[count - 1], HB_BUDGET_MAX_BYTES);
        assert_int_equal(end.sufficing, 0);
        assert_int_equal(end.failing, HB_BUDGET_MAX_BYTES);
    }
    /* Nor is it where the largest sufficed once: when that is tried again it is the eighteenth. */
    search((struct library){.need = HB_BUDGET_MAX_BYTES, .moody = 1U << 17}, 2 * HB_BUDGET_MAX_BYTES, tried,
           &end);
    assert_int_equal(end.sufficing, 0);
    assert_int_equal(end.failing, HB_BUDGET_MAX_BYTES);
}

static void any_need_is_found_to_the_mebibyte(void **state)
{
    uint64_t tried[TRIES_MAX];
    struct hb_budget_search end;
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 11);
    for (int round = 0; round < 20000; round++) {
        uint64_t need = 1 + hb_random_below(&random, UINT64_C(1) << (1 + hb_random_below(&random, 36)));
        uint64_t live = hb_random_below(&random, 2 * need);

        search((struct library){.need = need}, live, tried, &end);
        assert_int_equal(end.sufficing, (need + MIB - 1) / MIB * MIB);
        assert_int_equal(end.failing, end.sufficing == MIB ? 0 : end.sufficing - MIB);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heaps_reach_from_half_of_what_is_live_to_above_the_high_water_mark),
        cmocka_unit_test(any_trace_gets_a_grid_in_order),
        cmocka_unit_test(a_trace_of_nothing_gets_the_smallest_heap),
        cmocka_unit_test(a_budget_is_doubled_then_halved_and_what_is_found_tried_again),
        cmocka_unit_test(a_budget_that_does_not_suffice_again_is_raised),
        cmocka_unit_test(a_library_that_no_budget_suffices_is_given_the_largest),
        cmocka_unit_test(any_need_is_found_to_the_mebibyte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
