/*
 * sample_budget_test.c - a budget bounds the heap of an allocator that takes no size, and nothing beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"

/* `count` blocks of `size` bytes, none of them freed. To be freed with hb_prepared_free. */
static struct hb_prepared *prepare_mallocs(uint32_t count, uint64_t size)
{
    struct hb_op *ops = calloc(count, sizeof *ops);
    struct hb_prepared *prepared = NULL;
    struct hb_workload *workload;

    assert_non_null(ops);
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = size};
    workload = workload_of("mallocs", ops, count);
    prepared = must_prepare(workload);
    random_ops_free(workload);
    free(ops);
    return prepared;
}

static struct hb_counts sample_glibc(const struct hb_prepared *prepared, enum hb_sample_mode mode,
                                     uint64_t budget_bytes)
{
    const struct hb_sample_request request = {.prepared = prepared,
                                              .allocator = "glibc",
                                              .mode = mode,
                                              .touch = HB_TOUCH_PAGE,
                                              .budget_bytes = budget_bytes,
                                              .timeout_ms = 60000};
    struct hb_sample_result result;
    struct hb_counts counts;
    struct hb_error error = {0};

    if (hb_sample_run(&request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    counts = result.counts;
    hb_sample_result_clear(&result);
    return counts;
}

static void a_budget_makes_glibc_fail_where_none_does_not(void **state)
{
    enum { BUDGET = 16 << 20 };
    struct hb_prepared *big;
    struct hb_counts counts;

    (void)state;
    if (HB_SANITIZED)
        skip(); /* malloc is the sanitizer's, and its shadow dwarfs any budget */
    big = prepare_mallocs(64, 1 << 20);
    counts = sample_glibc(big, HB_SAMPLE_TIME, BUDGET);
    assert_in_range(counts.first_failure, 8, 16);
    assert_true(counts.live_bytes <= BUDGET);
    counts = sample_glibc(big, HB_SAMPLE_TIME, 0);
    assert_int_equal(counts.failures, 0);
    hb_prepared_free(big);
}

/* Nobody is to look for a broken installation. */
static void a_budget_that_is_too_small_to_load_a_library_is_what_is_said(void **state)
{
    static const char path[] = BUDGET_LIBRARIES "/libwrong_nothing.so";
    struct hb_prepared *one = prepare_mallocs(1, 1);
    struct hb_sample_request request = {.prepared = one,
                                        .allocator = path,
                                        .mode = HB_SAMPLE_TIME,
                                        .touch = HB_TOUCH_PAGE,
                                        .budget_bytes = 4096,
                                        .timeout_ms = 60000};
    struct hb_sample_result result;
    struct hb_error error = {0};

    (void)state;
    if (HB_SANITIZED)
        skip();
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_int_equal(result.outcome, HB_SAMPLE_UNAVAILABLE);
    assert_string_equal(
        result.error.text, BUDGET_LIBRARIES
        "/libwrong_nothing.so: cannot be loaded in 4096 bytes: the budget (--heap) holds what "
        "the library itself needs, too");
    request.allocator = BUDGET_LIBRARIES "/no_such.so";
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_string_equal(result.error.text,
                        BUDGET_LIBRARIES "/no_such.so: cannot be read: No such file or directory");
    hb_prepared_free(one);
}

/* The tables of a count are larger than the budget here, and must not be taken from it: 32 bytes a block of
 * glibc's. */
static void a_budget_is_the_heap_s_alone(void **state)
{
    enum { OBJECTS = 300000, BUDGET = 4 << 20 };
    struct hb_prepared *many;

    (void)state;
    if (HB_SANITIZED)
        skip();
    many = prepare_mallocs(OBJECTS, 24);
    for (enum hb_sample_mode mode = HB_SAMPLE_TIME; mode <= HB_SAMPLE_COUNT; mode++) {
        struct hb_counts counts = sample_glibc(many, mode, BUDGET);

        assert_in_range(counts.first_failure, BUDGET / 32 * 9 / 10, BUDGET / 32);
    }
    hb_prepared_free(many);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_makes_glibc_fail_where_none_does_not),
        cmocka_unit_test(a_budget_is_the_heap_s_alone),
        cmocka_unit_test(a_budget_that_is_too_small_to_load_a_library_is_what_is_said),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
