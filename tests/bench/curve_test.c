/*
 * curve_test - the failure of every heap size, against a direct run of the walking allocator at every size.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "bench/curve.h"
#include "tests/bench/random_ops.h"

static struct hb_prepared *must_prepare(const struct hb_workload *workload)
{
    struct hb_prepared *prepared = NULL;

    assert_int_equal(hb_prepare(workload, &prepared, NULL), HB_OK);
    return prepared;
}

static struct hb_curve *must_build(const struct hb_prepared *prepared, uint32_t header)
{
    struct hb_model_options options = {.policy = HB_POLICY_FIRST, .header_bytes = header, .align = 1};
    struct hb_curve *curve = NULL;

    assert_int_equal(hb_curve_build(prepared, &options, &curve, NULL), HB_OK);
    return curve;
}

/* The walking allocator itself, in a heap of that size. */
static void run_directly(const struct hb_prepared *prepared, uint64_t heap_bytes, struct hb_counts *counts)
{
    const struct hb_allocator *simple = NULL;
    struct hb_count_options options = {.points = NULL};
    void *heap;

    assert_int_equal(hb_allocator_open("simple", &simple, NULL, NULL), HB_OK);
    heap = simple->counting->create(simple->counting, heap_bytes, NULL);
    assert_non_null(heap);
    *counts = (struct hb_counts){.heap_bytes = heap_bytes};
    assert_int_equal(hb_replay_count(prepared, simple->counting, heap, &options, counts, NULL, NULL), HB_OK);
    simple->counting->destroy(heap);
}

static void compare_point(const struct hb_prepared *prepared, const struct hb_curve_point *point,
                          bool *completes)
{
    struct hb_counts direct;

    run_directly(prepared, point->heap_bytes, &direct);
    assert_true(point->first.op == direct.first_failure);
    *completes = direct.first_failure == HB_NO_FAILURE;
    if (*completes)
        return;
    assert_true(point->first.size == direct.failure.size);
    assert_true(point->first.live_bytes == direct.failure.live_bytes);
    assert_true(point->first.free_bytes == direct.failure.free_bytes);
    assert_true(point->first.largest_free_bytes == direct.failure.largest_free_bytes);
    assert_true(point->first.largest_run_bytes == direct.failure.largest_run_bytes);
    assert_int_equal(point->first.reason, direct.failure.reason);
}

/* The sizes that fail above one that completes, found by trying every size. */
static void compare_anomalies(const struct hb_curve *curve, const bool *completes, uint64_t sizes)
{
    struct hb_anomalies anomalies;
    size_t span = 0;
    uint64_t least = 0;

    assert_int_equal(hb_curve_anomalies(curve, 0, &anomalies, NULL), HB_OK);
    assert_true(anomalies.simulated == anomalies.undecided);
    while (!completes[least])
        least++;
    assert_true(anomalies.least_bytes == least);
    for (uint64_t size = least; size < sizes; size++) {
        bool listed;

        while (span < anomalies.count && anomalies.failing[span].high < size)
            span++;
        listed = span < anomalies.count && anomalies.failing[span].low <= size;
        assert_int_equal(listed, !completes[size]);
    }
    free(anomalies.failing);
}

static void every_size(uint64_t seed)
{
    struct random_ops recipe = {.seed = seed, .ops = 120, .max_size = 60, .max_live = 25, .percent_zero = 2};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, 8);
    uint64_t sizes = hb_curve_high_water(curve) + 32;
    struct hb_curve_point *points = calloc(sizes, sizeof points[0]);
    bool *completes = calloc(sizes, sizeof completes[0]);

    for (uint64_t size = 8; size < sizes; size++)
        points[size].heap_bytes = size;
    assert_int_equal(hb_curve_fill(curve, points + 8, sizes - 8, NULL), HB_OK);
    for (uint64_t size = 8; size < sizes; size++)
        compare_point(prepared, &points[size], &completes[size]);
    compare_anomalies(curve, completes, sizes);
    free(completes);
    free(points);
    hb_curve_free(curve);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void every_size_of_random_workloads(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 25; seed++)
        every_size(seed);
}

/* THEORY.md 5, worked out there on paper: records of 16 bytes. */
static void expect_spans(const struct hb_op *ops, uint64_t count, uint64_t least, uint64_t low, uint64_t high)
{
    struct hb_workload *workload = workload_of("paper", ops, count);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, 16);
    struct hb_anomalies anomalies;

    assert_int_equal(hb_curve_anomalies(curve, 0, &anomalies, NULL), HB_OK);
    assert_true(anomalies.least_bytes == least);
    assert_int_equal(anomalies.count, 1);
    assert_true(anomalies.failing[0].low == low && anomalies.failing[0].high == high);
    free(anomalies.failing);
    hb_curve_free(curve);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void one_more_byte_loses(void **state)
{
    static const struct hb_op first[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 20}, {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 5},  {.kind = HB_OP_FREE, .object = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 6},
    };
    static const struct hb_op second[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 20},
        {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 4},
    };

    (void)state;
    expect_spans(first, 5, 36, 37, 42);
    expect_spans(second, 4, 37, 52, 55);
}

static void other_policies_are_refused(void **state)
{
    static const struct hb_op ops[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 20}};
    struct hb_workload *workload = workload_of("one", ops, 1);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_model_options options = {.policy = HB_POLICY_BEST, .header_bytes = 8, .align = 1};
    struct hb_curve *curve = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_curve_build(prepared, &options, &curve, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "only first fit"));
    assert_null(curve);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("every heap size fails where, how and why a direct run of it does",
                every_size_of_random_workloads),
        hb_test("the paper's two heaps that one more byte breaks", one_more_byte_loses),
        hb_test("a policy without the property is refused", other_policies_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
