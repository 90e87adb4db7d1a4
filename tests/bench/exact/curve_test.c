/*
 * curve_test.c - the failure of every heap size, against a direct run of the walking allocator at every size.
 *
 * The direct runs are of the real allocators, on real memory, through the contract; where no allocator has
 * such records, of the model in a heap of that size.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "bench/exact/curve.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/random_ops.h"

/* A first fit, and the allocator that walks it; NULL: there is none with such records. */
struct subject {
    const char *walking;
    struct hb_model_options model;
};

static const struct subject subjects[] = {
    {"simple", {.header_bytes = 8, .align = 1}},
    {"first-merge", {.merge = true, .header_bytes = 8, .align = 1}},
    {"simple-align", {.header_bytes = 8, .align = 16}},
    {"simple-merge", {.merge = true, .header_bytes = 8, .align = 16}},
    {NULL, {.header_bytes = 16, .align = 1}},
    {NULL, {.merge = true, .header_bytes = 16, .align = 1}},
    {NULL, {.header_bytes = 24, .align = 4}},
    {NULL, {.merge = true, .header_bytes = 24, .align = 16}},
    {NULL, {.header_bytes = 1, .align = 1}},
    {NULL, {.merge = true, .header_bytes = 40, .align = 8}},
};

static unsigned seen_beyond; /* curves whose aligned requests asked for more than W */

static struct hb_curve *must_build(const struct hb_prepared *prepared, const struct hb_model_options *options)
{
    struct hb_curve *curve = NULL;

    assert_int_equal(hb_curve_build(prepared, options, &curve, NULL), HB_OK);
    return curve;
}

/* The allocator itself, in a heap of that size. */
static void run_directly(const struct subject *subject, const struct hb_prepared *prepared,
                         uint64_t heap_bytes, struct hb_counts *counts)
{
    const struct hb_allocator *allocator;
    struct hb_allocator model;
    struct hb_count_options options = {.points = NULL};
    void *heap;

    hb_model_allocator(&subject->model, &model);
    if (subject->walking != NULL) {
        assert_int_equal(hb_allocator_open(subject->walking, &allocator, NULL, NULL), HB_OK);
        allocator = allocator->counting;
    } else {
        allocator = &model;
    }
    heap = allocator->create(allocator, heap_bytes, NULL);
    assert_non_null(heap);
    *counts = (struct hb_counts){.heap_bytes = heap_bytes};
    assert_int_equal(hb_replay_count(prepared, allocator, heap, &options, counts, NULL, NULL), HB_OK);
    allocator->destroy(heap);
}

static void compare_point(const struct subject *subject, const struct hb_prepared *prepared,
                          const struct hb_curve_point *point, bool *completes)
{
    struct hb_counts direct;

    run_directly(subject, prepared, point->heap_bytes, &direct);
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

/* What the random workloads had of what they are to show. */
static struct {
    uint64_t sizes, undecided, mispredicted, anomalous;
} seen;

/* The sizes that fail above one that completes, found by trying every size. */
static void compare_anomalies(const struct hb_curve *curve, const bool *completes, uint64_t sizes)
{
    struct hb_anomalies anomalies;
    size_t span = 0;
    uint64_t least = 0;

    assert_int_equal(hb_curve_anomalies(curve, 0, &anomalies, NULL), HB_OK);
    assert_true(anomalies.simulated + anomalies.hopeless == anomalies.undecided);
    seen.sizes += sizes;
    seen.undecided += anomalies.undecided;
    while (!completes[least])
        least++;
    assert_true(anomalies.least_bytes == least);
    for (uint64_t size = least; size < sizes; size++) {
        bool listed;

        while (span < anomalies.failing.count && anomalies.failing.at[span].high < size)
            span++;
        listed = span < anomalies.failing.count && anomalies.failing.at[span].low <= size;
        assert_int_equal(listed, !completes[size]);
        seen.anomalous += listed;
    }
    free(anomalies.failing.at);
}

/* The first operation in the infinite heap that takes W past `heap_bytes`: what the pass says
 * of every size. */
static uint64_t predicted(const struct hb_curve *curve, uint64_t heap_bytes)
{
    for (size_t i = 0; i < curve->count; i++)
        if (curve->steps[i].high_water_bytes > heap_bytes)
            return curve->steps[i].op;
    return HB_NO_FAILURE;
}

static void every_size(const struct subject *subject, const struct hb_workload *workload)
{
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, &subject->model);
    uint64_t least = subject->model.header_bytes, sizes = hb_curve_reach(curve) + 64;
    struct hb_curve_point *points = calloc(sizes, sizeof points[0]);
    bool *completes = calloc(sizes, sizeof completes[0]);

    for (uint64_t size = least; size < sizes; size++)
        points[size].heap_bytes = size;
    assert_int_equal(hb_curve_fill(curve, points + least, sizes - least, NULL), HB_OK);
    for (uint64_t size = least; size < sizes; size++) {
        compare_point(subject, prepared, &points[size], &completes[size]);
        seen.mispredicted += points[size].first.op != predicted(curve, size);
    }
    compare_anomalies(curve, completes, sizes);
    free(completes);
    free(points);
    hb_curve_free(curve);
    hb_prepared_free(prepared);
}

/* Sizes of a few bytes more or less than each other: slack matters often. */
static void every_size_of_random_workloads(void **state)
{
    enum { SEEDS = HB_TEST_SCALE(12, 3) };

    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct random_ops recipe = {.seed = seed,
                                        .ops = 30 + seed % 4 * 30,
                                        .max_size = 10 + seed % 3 * 25,
                                        .max_live = 2 + seed % 5 * 5,
                                        .percent_zero = 2};
            struct hb_workload *workload = random_ops_create(&recipe);

            every_size(&subjects[i], workload);
            random_ops_free(workload);
        }
    print_message("%llu sizes compared; %llu undecided, %llu of W alone mispredicted, %llu anomalous\n",
                  (unsigned long long)seen.sizes, (unsigned long long)seen.undecided,
                  (unsigned long long)seen.mispredicted, (unsigned long long)seen.anomalous);
    assert_true(seen.undecided > 0 && seen.mispredicted > 0);
    assert_true(seen.anomalous > 0 || SEEDS < 12); /* a few workloads may have none */
}

/* workloads/THEORY.md, "Every heap size from one pass", worked out there on paper: records of 16 bytes. */
static const struct hb_model_options paper = {.policy = HB_POLICY_FIRST, .header_bytes = 16, .align = 1};

static void expect_spans(const struct hb_op *ops, uint64_t count, uint64_t least, uint64_t low, uint64_t high)
{
    struct hb_workload *workload = workload_of("paper", ops, count);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, &paper);
    struct hb_anomalies anomalies;

    assert_int_equal(hb_curve_anomalies(curve, 0, &anomalies, NULL), HB_OK);
    assert_true(anomalies.least_bytes == least);
    assert_int_equal(anomalies.failing.count, 1);
    assert_true(anomalies.failing.at[0].low == low && anomalies.failing.at[0].high == high);
    free(anomalies.failing.at);
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

/*
 * With merging and realloc not even W is sure: records of 8 bytes, W = 109. The last block ends at 105 and is
 * to grow by 2 bytes. In the infinite heap it moves, to the hole of 49 bytes, and leaves 50 at the end to the
 * last malloc. In heaps of 109 to 112 bytes it has had 4 to 7 bytes more all along, stays, and 49 are left.
 */
static void the_high_water_mark_itself_may_fail_with_merging_and_realloc(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 41},  {.kind = HB_OP_MALLOC, .object = 1, .size = 2},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 42},  {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_MALLOC, .object = 3, .size = 41},  {.kind = HB_OP_FREE, .object = 2},
        {.kind = HB_OP_MALLOC, .object = 4, .size = 38},  {.kind = HB_OP_FREE, .object = 3},
        {.kind = HB_OP_REALLOC, .object = 4, .size = 40}, {.kind = HB_OP_MALLOC, .object = 5, .size = 42},
    };
    struct hb_workload *workload = workload_of("high water", ops, sizeof ops / sizeof ops[0]);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, &subjects[1].model);
    struct hb_curve_point point = {.heap_bytes = 109};
    struct hb_anomalies anomalies;
    uint64_t first;

    (void)state;
    assert_true(hb_curve_reach(curve) == 109);
    assert_false(hb_curve_decides(curve, 109, &first));
    assert_int_equal(hb_curve_fill(curve, &point, 1, NULL), HB_OK);
    assert_true(point.first.op == 9);
    assert_int_equal(hb_curve_anomalies(curve, 0, &anomalies, NULL), HB_OK);
    assert_true(anomalies.least_bytes == 113);
    free(anomalies.failing.at);
    hb_curve_free(curve);
    hb_prepared_free(prepared);
    every_size(&subjects[1], workload);
    random_ops_free(workload);
}

static void a_size_that_no_heap_has_is_an_error_that_names_it(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 20},
        {.kind = HB_OP_MALLOC, .object = 1, .size = UINT64_MAX - 3},
    };
    struct hb_workload *workload = workload_of("huge", ops, 2);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_curve_build(prepared, &subjects[0].model, &curve, &error), HB_ERR_LIMIT);
    assert_non_null(strstr(error.text, "operation 1 asks for 18446744073709551612 bytes"));
    assert_null(curve);
    hb_prepared_free(prepared);
    random_ops_free(workload);
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

/* W is that of a replay, whatever is aligned to what; an aligned request may reach beyond it for its choice
 * of place, and a heap that has all that and h bytes more completes. */
static void the_high_water_mark_is_the_models(const struct hb_prepared *prepared,
                                              const struct hb_model_options *options)
{
    const struct subject model = {NULL, *options};
    struct hb_curve *curve = must_build(prepared, options);
    uint64_t reach = hb_curve_reach(curve);
    struct hb_counts direct;

    run_directly(&model, prepared, 0, &direct);
    assert_int_equal(direct.failures, 0);
    assert_true(curve->high_water_bytes == direct.state.high_water_bytes);
    assert_true(reach >= curve->high_water_bytes);
    seen_beyond += reach > curve->high_water_bytes;
    run_directly(&model, prepared, reach + curve->split_bytes, &direct);
    assert_int_equal(direct.failures, 0);
    assert_true(curve->high_water_bytes <= direct.state.high_water_bytes || options->merge);
    hb_curve_free(curve);
}

static void alignments(void **state)
{
    static const uint32_t headers[] = {0, 8, 16, 40};

    (void)state;
    for (unsigned i = 0; i < 13 * 4 * 2; i++) {
        struct hb_model_options options = {
            .align = 1u << i % 13, .header_bytes = headers[i / 13 % 4], .merge = i / 52 != 0};
        struct random_ops recipe = {
            .seed = 1000 + i, .ops = 300, .max_size = 3000, .max_live = 40, .percent_far = 20};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared = must_prepare(workload);

        the_high_water_mark_is_the_models(prepared, &options);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
    assert_true(seen_beyond > 0);
}

/* The case that was wrong: W is 80, and the second request looked for 128 bytes to find its place in. */
static void an_aligned_request_raises_the_mark_by_what_it_got(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 40},
        {.kind = HB_OP_ALIGNED, .object = 1, .size = 10, .align_log2 = 6},
    };
    static const struct hb_model_options options = {.header_bytes = 8, .align = 16};
    struct hb_workload *workload = workload_of("aligned", ops, 2);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_curve *curve = must_build(prepared, &options);

    (void)state;
    assert_int_equal(curve->high_water_bytes, 80);
    assert_int_equal(hb_curve_reach(curve), 128);
    hb_curve_free(curve);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("the high-water mark is the model's, for every alignment of the heap and of requests",
                alignments),
        hb_test("an aligned request raises the mark by what it got, not by what it looked for",
                an_aligned_request_raises_the_mark_by_what_it_got),
        hb_test("every heap size fails where, how and why a direct run of it does, merging and aligned too",
                every_size_of_random_workloads),
        hb_test("the two heaps that one more byte breaks", one_more_byte_loses),
        hb_test("W itself may fail with merging and realloc",
                the_high_water_mark_itself_may_fail_with_merging_and_realloc),
        hb_test("a size that no heap has is an error that names it",
                a_size_that_no_heap_has_is_an_error_that_names_it),
        hb_test("a policy without the property is refused", other_policies_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
