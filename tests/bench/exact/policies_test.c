/*
 * policies_test.c - the plan of the classic policies: what is in it, and its figures against the plain
 * model's.
 */
#include "tests/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/adversary/adversary.h"
#include "bench/exact/policies.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/plain_model.h"
#include "tests/bench/replay/random_ops.h"

enum { RUNS = 64 };

static const char *text_of(const char *merge)
{
    return merge != NULL ? merge : "";
}

static bool is(const struct hb_policy_run *run, const char *policy, const char *merge, uint32_t header_bytes,
               uint32_t align)
{
    return strcmp(run->policy, policy) == 0 && strcmp(text_of(run->merge), merge) == 0 &&
           run->header_bytes == header_bytes && run->align == align;
}

/* Where in the plan that is; fails unless it is there once. */
static size_t find_run(const char *policy, const char *merge, uint32_t header_bytes, uint32_t align)
{
    struct hb_policy_run run;
    size_t found = RUNS;

    for (size_t i = 0; hb_policies_run_at(i, &run); i++)
        if (is(&run, policy, merge, header_bytes, align)) {
            assert_int_equal(found, RUNS);
            found = i;
        }
    assert_int_not_equal(found, RUNS);
    return found;
}

static void everything_is_in_the_plan_once(void **state)
{
    static const char *const policies[] = {"first", "next", "best"}, *const merges[] = {"yes", "no"};
    static const uint32_t settings[][2] = {{0, 1}, {8, 1}, {8, 16}};
    struct hb_policy_run run;

    (void)state;
    for (unsigned i = 0; i < 3 * 2 * 3; i++)
        find_run(policies[i % 3], merges[i / 3 % 2], settings[i / 6][0], settings[i / 6][1]);
    for (unsigned i = 0; i < 3; i++)
        find_run("packing", "", settings[i][0], settings[i][1]);
    find_run("buddy", "yes", 0, 16);
    find_run("bins", "yes", 8, 16);
    assert_int_equal(hb_policies_count(), 3 * 2 * 3 + 3 + 2);
    assert_false(hb_policies_run_at(hb_policies_count(), &run));
}

static void what_is_published(void **state)
{
    static const struct {
        const char *policy;
        double measure4;
        bool ours;
    } known[] = {{"best", 0.023, true}, {"first", 0.023, true},      {"next", 0.08, true},
                 {"buddy", 0.53, true}, {"lifo-first", 0.36, false}, {"segregated", 0.74, false}};
    struct hb_policy_run run;
    double measure4;

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(hb_policies_published(i, &run, &measure4));
        assert_true(is(&run, known[i].policy, "yes", 0, 1));
        assert_true(measure4 == known[i].measure4);
        assert_int_equal(hb_policies_has(&run), known[i].ours);
    }
    assert_false(hb_policies_published(sizeof known / sizeof known[0], &run, &measure4));
}

static struct hb_policy_figures measure(const struct hb_prepared *prepared, size_t index)
{
    struct hb_policy_figures figures;
    struct hb_error error = {0};

    if (hb_policies_measure(prepared, index, &figures, &error) != HB_OK)
        fail_msg("%s", error.text);
    return figures;
}

/* simple is first fit, never merging, with an 8-byte header. */
static void compare_with_plain(const struct hb_workload *workload, const struct hb_prepared *prepared)
{
    struct plain_run *plain = plain_replay(workload, 1 << 30, true);
    struct hb_policy_figures figures = measure(prepared, find_run("first", "no", 8, 1));

    assert_int_equal(figures.ops, workload->op_count);
    assert_int_equal(figures.peak_live_bytes, plain->counts.peak_live_bytes);
    assert_int_equal(figures.peak_extent_bytes, plain->counts.state.high_water_bytes);
    for (unsigned i = 0; i < 4; i++)
        assert_true(figures.measures[i] == plain->counts.fragmentation[i]);
    plain_run_free(plain);
}

/* Nothing is smaller than what lives at once, and a real heap is no smaller than a packing's bound. */
static void compare_with_bounds(const struct hb_prepared *prepared)
{
    struct hb_policy_run run;

    for (size_t i = 0; hb_policies_run_at(i, &run); i++) {
        struct hb_policy_figures figures = measure(prepared, i), packing;

        assert_int_equal(figures.peak_live_bytes, prepared->peak_live_bytes);
        assert_true(figures.peak_extent_bytes >= figures.peak_live_bytes);
        assert_true(figures.measures[3] ==
                    (double)figures.peak_extent_bytes / (double)figures.peak_live_bytes - 1);
        if (strcmp(run.policy, "buddy") == 0)
            continue;
        packing = measure(prepared, find_run("packing", "", run.header_bytes, run.align));
        assert_true(figures.peak_extent_bytes >= packing.bound_bytes);
        assert_int_equal(
            packing.robson_bytes,
            hb_adversary_robson_bytes(packing.bound_bytes, packing.smallest_bytes, packing.largest_bytes));
    }
}

/* 16 blocks of 24 bytes and, when they are gone, one of 100. */
static void bounds_are_of_the_most_live_and_of_the_smallest_and_largest_block(void **state)
{
    static const struct {
        uint32_t header_bytes, align;
        uint64_t live, smallest, largest, robson;
    } known[] = {{0, 1, 384, 24, 100, 28 * 24 + 1}, /* 16 units, n = 4: 29 */
                 {8, 1, 512, 32, 108, 22 * 32 + 1}, /* n = 2: 23 */
                 {8, 16, 512, 32, 112, 22 * 32 + 1}};
    struct hb_op ops[33];
    struct hb_workload *workload;
    struct hb_prepared *prepared;

    (void)state;
    for (uint32_t i = 0; i < 16; i++) {
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 24};
        ops[16 + i] = (struct hb_op){.kind = HB_OP_FREE, .object = i};
    }
    ops[32] = (struct hb_op){.kind = HB_OP_MALLOC, .object = 16, .size = 100};
    workload = workload_of("known", ops, 33);
    prepared = must_prepare(workload);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct hb_policy_figures packing =
            measure(prepared, find_run("packing", "", known[i].header_bytes, known[i].align));

        assert_int_equal(packing.bound_bytes, known[i].live);
        assert_int_equal(packing.peak_extent_bytes, known[i].live);
        assert_int_equal(packing.smallest_bytes, known[i].smallest);
        assert_int_equal(packing.largest_bytes, known[i].largest);
        assert_int_equal(packing.robson_bytes, known[i].robson);
    }
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void figures_are_those_of_a_plain_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HB_TEST_SCALE(4, 1); seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = 1500, .max_size = UINT64_C(40) << seed, .max_live = 100, .percent_zero = 3};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared = NULL;

        prepared = must_prepare(workload);
        compare_with_plain(workload, prepared);
        compare_with_bounds(prepared);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
}

static void a_size_that_no_heap_has_is_a_failure(void **state)
{
    static const struct hb_op ops[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 100},
                                       {.kind = HB_OP_MALLOC, .object = 1, .size = UINT64_C(1) << 63}};
    struct hb_workload *workload = workload_of("huge", ops, 2);
    struct hb_prepared *prepared = NULL;
    struct hb_policy_figures figures;
    struct hb_error error;

    (void)state;
    prepared = must_prepare(workload);
    figures = measure(prepared, find_run("best", "yes", 0, 1));
    assert_int_equal(figures.failures, 1);
    assert_int_equal(figures.peak_extent_bytes, 100);
    assert_int_equal(hb_policies_measure(prepared, find_run("packing", "", 0, 1), &figures, &error),
                     HB_ERR_LIMIT);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("every policy is in the plan once, merging and not, in every setting",
                everything_is_in_the_plan_once),
        hb_test("the published averages are the paper's", what_is_published),
        hb_test("figures are those of a plain model, and none is below its bound",
                figures_are_those_of_a_plain_model),
        hb_test("bounds are of the most live, and of the smallest and the largest block",
                bounds_are_of_the_most_live_and_of_the_smallest_and_largest_block),
        hb_test("a size that no heap has is a failure, and cannot be packed",
                a_size_that_no_heap_has_is_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
