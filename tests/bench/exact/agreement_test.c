/*
 * agreement_test.c - the exact model against the allocators that walk, operation by operation, on random
 * workloads and on the shipped traces, in heaps with and without an end.
 *
 * Both are driven through the contract. After every operation the block's offset, the walk, the number of
 * ranges (and so every split and merge) and the high-water mark are compared, at the end the heaps' state.
 * The counting replay is then run on both, and all that it reports is compared: percentiles, failures and
 * their reason, measures. A walking allocator is O(ranges), so each run of a trace stops after a number of
 * examined ranges.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/region.h"
#include "bench/question/found/discover.h"
#include "bench/replay/foretell.h"
#include "bench/replay/operation.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/bench/replay/same_counts.h"

/* Builds with sanitizers have assertions too, and verify the heap on every free: they are given
 * less to do. */
static const uint64_t op_limit = HB_TEST_SCALE(UINT64_MAX, 800);
static const uint64_t step_limit = 4000000, counted_step_limit = 1000000;

/* The allocators that walk and have a model: all of the ladder, its branches and the grid but bins, pool and
 * buddy. */
enum { PAIRS = 13 };

struct pair {
    const struct hb_allocator *walking, *model; /* the counting build, and what computes it */
};

/* What was compared so far. */
static struct {
    uint64_t ops;         /* one by one */
    uint64_t counted_ops; /* of replays whose every figure was compared */
    uint64_t failures;    /* among the first */
    uint64_t reasons[HB_FAILURE_SCATTERED + 1];
} compared;

/* One of a pair: its heap and its blocks. */
struct side {
    const struct hb_allocator *allocator;
    void *heap;
    void **blocks;
    struct hb_walk walk;
    struct hb_foretold foretold;
};

static void open_side(struct side *side, const struct hb_allocator *allocator,
                      const struct hb_prepared *prepared, uint64_t heap_bytes)
{
    *side = (struct side){.allocator = allocator};
    side->heap = allocator->create(allocator, heap_bytes, NULL);
    assert_non_null(side->heap);
    assert_int_equal(hb_foretell(prepared, allocator, side->heap, &side->foretold, NULL), HB_OK);
    side->blocks = calloc(prepared->slots + 1, sizeof side->blocks[0]);
    assert_non_null(side->blocks);
}

static void close_side(struct side *side)
{
    side->allocator->destroy(side->heap);
    hb_foretold_clear(&side->foretold);
    free(side->blocks);
}

static void do_op(struct side *side, const struct hb_op *op)
{
    compared.failures += !hb_operation_do(side->allocator, side->heap, op, &side->blocks[op->object]);
    side->allocator->last_walk(side->heap, &side->walk);
}

static void compare(const struct side *walking, const struct side *model, const struct hb_op *op)
{
    const void *one = walking->blocks[op->object], *other = model->blocks[op->object];

    assert_int_equal(one == NULL, other == NULL);
    if (one != NULL)
        assert_true(walking->allocator->offset(walking->heap, one) ==
                    model->allocator->offset(model->heap, other));
    assert_true(walking->walk.walks == model->walk.walks);
    assert_true(walking->walk.length == model->walk.length);
    assert_true(walking->walk.allocated == model->walk.allocated);
    assert_true(walking->walk.ranges == model->walk.ranges);
    assert_true(walking->walk.high_water_bytes == model->walk.high_water_bytes);
}

static void compare_states(const struct side *walking, const struct side *model, bool ample)
{
    struct hb_heap_state one, other;

    hb_replay_inspect(walking->allocator, walking->heap, ample, &one);
    hb_replay_inspect(model->allocator, model->heap, ample, &other);
    assert_same_states(&one, &other);
}

/* One operation after another, up to `steps` ranges examined. heap_bytes 0: a heap without end. */
static void compare_ops(const struct pair *pair, const struct hb_prepared *prepared, uint64_t heap_bytes,
                        uint64_t steps)
{
    struct side walking, model;
    uint64_t done = 0, examined = 0;

    open_side(&walking, pair->walking, prepared, heap_bytes);
    open_side(&model, pair->model, prepared, heap_bytes);
    for (; done < prepared->op_count && done < op_limit && examined < steps; done++) {
        uint64_t walks = walking.walk.walks;

        do_op(&walking, &prepared->ops[done]);
        do_op(&model, &prepared->ops[done]);
        compare(&walking, &model, &prepared->ops[done]);
        examined += walking.walk.walks != walks ? walking.walk.length : 0;
    }
    compare_states(&walking, &model, heap_bytes == 0);
    compared.ops += done;
    close_side(&walking);
    close_side(&model);
}

static void count_on(const struct hb_allocator *allocator, const struct hb_prepared *prepared,
                     uint64_t heap_bytes, const struct hb_count_options *options, struct hb_counts *counts)
{
    void *heap = allocator->create(allocator, heap_bytes, NULL);
    struct hb_foretold foretold;

    assert_non_null(heap);
    assert_int_equal(hb_foretell(prepared, allocator, heap, &foretold, NULL), HB_OK);
    *counts = (struct hb_counts){.heap_bytes = heap_bytes};
    assert_int_equal(hb_replay_count(prepared, allocator, heap, options, counts, NULL, NULL), HB_OK);
    allocator->destroy(heap);
    hb_foretold_clear(&foretold);
}

/* All that a replay reports; the model does as many operations as the walking allocator did in its steps. */
static void compare_replays(const struct pair *pair, const struct hb_prepared *prepared, uint64_t heap_bytes,
                            uint64_t steps)
{
    struct hb_count_options limits = {.op_limit = op_limit, .step_limit = steps};
    struct hb_counts walking, model;

    count_on(pair->walking, prepared, heap_bytes, &limits, &walking);
    limits.op_limit = walking.ops;
    count_on(pair->model, prepared, heap_bytes, &limits, &model);
    assert_same_counts(&model, &walking);
    compared.counted_ops += walking.ops;
    compared.reasons[walking.failure.reason]++;
}

static void compare_all(const struct hb_prepared *prepared, const uint64_t *heaps, size_t heap_count)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);
    unsigned pairs = 0;

    for (size_t i = 0; i < count; i++) {
        const char *model = builtin[i]->model;
        struct pair pair = {.walking = builtin[i]->counting};

        if (model == NULL)
            continue;
        pair.model = hb_allocator_find(model);
        for (size_t h = 0; h < heap_count; h++) {
            compare_ops(&pair, prepared, heaps[h], step_limit);
            compare_replays(&pair, prepared, heaps[h], counted_step_limit);
        }
        pairs++;
    }
    assert_int_equal(pairs, PAIRS);
}

static void report(void)
{
    print_message("%llu operations compared one by one (%llu allocations failed, on both), %llu more through "
                  "the figures of their replays; 0 mismatches\n",
                  (unsigned long long)compared.ops, (unsigned long long)compared.failures / 2,
                  (unsigned long long)compared.counted_ops);
    memset(&compared, 0, sizeof compared);
}

static void shipped_traces(void **state)
{
    char **paths;
    size_t count;

    (void)state;
    assert_int_equal(hb_traces_find(&paths, &count, NULL), HB_OK);
    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++) {
        struct hb_workload *workload;
        struct hb_prepared *prepared;

        assert_int_equal(hb_workload_load(paths[i], &workload, NULL), HB_OK);
        prepared = must_prepare(workload);
        compare_all(prepared, (const uint64_t[]){0, workload->peak_live_bytes + 1}, 2);
        hb_prepared_free(prepared);
        hb_workload_free(workload);
    }
    report();
    hb_traces_free(paths);
}

static void random_workloads(void **state)
{
    enum { SEEDS = HB_TEST_SCALE(8, 6) };

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_ops recipe = {.seed = seed,
                                    .ops = HB_TEST_SCALE(20000, 600),
                                    .max_size = UINT64_C(64) << seed % 6,
                                    .max_live = 20 + 20 * (seed % 8),
                                    .percent_zero = 2,
                                    .percent_huge = seed % 2 ? 1 : 0};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared;
        uint64_t peak = recipe.max_live * recipe.max_size / 4;

        prepared = must_prepare(workload);
        compare_all(prepared, (const uint64_t[]){0, 17 + seed, 1 + peak / 3, peak + seed, 2 * peak}, 5);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
    for (int reason = HB_FAILURE_NONE; reason <= HB_FAILURE_SCATTERED; reason++)
        assert_true(compared.reasons[reason] > 0); /* else these workloads prove little */
    report();
}

/*
 * Blocks aligned to more than a page, in heaps that have the room: up to 1 GiB, which is what a real heap's
 * base is a multiple of, so that no placement depends on where the system put it.
 */
static void far_alignments(void **state)
{
    enum { SEEDS = HB_TEST_SCALE(6, 2) };
    static const uint64_t heaps[] = {0, UINT64_C(1) << 32, 3000000000, 70000001, 5000000};

    (void)state;
    if (HB_REGION_ALIGN_BYTES < (size_t)1 << 30)
        skip(); /* heaps begin anywhere where address space is dear */
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_ops recipe = {.seed = 100 + seed,
                                    .ops = HB_TEST_SCALE(3000, 300),
                                    .max_size = UINT64_C(64) << 2 * seed,
                                    .max_live = 6 * seed,
                                    .percent_far = 60};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared = must_prepare(workload);

        compare_all(prepared, heaps, sizeof heaps / sizeof heaps[0]);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
    report();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("the model places and walks as the walking allocators do, on random workloads",
                random_workloads),
        hb_test("blocks aligned up to 1 GiB lie where the model says", far_alignments),
        hb_test("the model places and walks as the walking allocators do, on every shipped trace",
                shipped_traces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
