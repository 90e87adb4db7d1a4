/*
 * count_test.c - the counting replay against a plain implementation of results/README.md, integer for
 * integer.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "bench/replay/count_lengths.h"
#include "bench/replay/replay.h"
#include "tests/bench/replay/plain_model.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/bench/replay/same_counts.h"

enum { AMPLE = 1 << 30 };

static const struct hb_allocator *simple(void)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error = {0};

    if (hb_allocator_open("simple", &allocator, NULL, &error) != HB_OK)
        fail_msg("%s", error.text);
    return allocator;
}

/* A counting replay of `workload` in a fresh heap. */
static void count(const struct hb_workload *workload, uint64_t heap_bytes,
                  const struct hb_count_options *options, struct hb_counts *counts, uint32_t *points)
{
    const struct hb_allocator *counting = simple()->counting;
    struct hb_prepared *prepared = NULL;
    struct hb_error error = {0};
    void *heap = counting->create(counting, heap_bytes, &error);

    assert_non_null(heap);
    prepared = must_prepare(workload);
    counts->heap_bytes = heap_bytes;
    assert_int_equal(hb_replay_count(prepared, counting, heap, options, counts, points, &error), HB_OK);
    counting->destroy(heap);
    hb_prepared_free(prepared);
}

static void check_against_model(const struct hb_workload *workload, uint64_t heap_bytes)
{
    struct hb_count_options options = {0};
    struct plain_run *want = plain_replay(workload, heap_bytes != 0 ? heap_bytes : AMPLE, heap_bytes == 0);
    struct hb_counts got;

    count(workload, heap_bytes, &options, &got, NULL);
    assert_true(got.walked && got.inspected);
    assert_int_equal(got.heap_bytes, heap_bytes);
    assert_same_counts(&got, &want->counts);
    plain_run_free(want);
}

static void every_integer_agrees_in_an_ample_heap(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct random_ops recipe = {.seed = seed,
                                    .ops = 10 + seed * 20,
                                    .max_size = 20 + seed * 30,
                                    .max_live = 5 + seed,
                                    .percent_zero = 5};
        struct hb_workload *workload = random_ops_create(&recipe);

        check_against_model(workload, 0);
        random_ops_free(workload);
    }
}

static void every_integer_agrees_in_heaps_that_are_too_small(void **state)
{
    bool seen[HB_FAILURE_SCATTERED + 1] = {false};

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random_ops recipe = {.seed = seed,
                                    .ops = 400,
                                    .max_size = 200,
                                    .max_live = 30,
                                    .percent_zero = 3,
                                    .percent_huge = (unsigned)(seed % 3)};
        struct hb_workload *workload = random_ops_create(&recipe);

        for (uint64_t heap_bytes = 8; heap_bytes < 5000; heap_bytes += 1 + heap_bytes / 3 + seed % 13) {
            struct plain_run *run = plain_replay(workload, heap_bytes, false);

            seen[run->counts.failure.reason] = true;
            plain_run_free(run);
            check_against_model(workload, heap_bytes);
        }
        random_ops_free(workload);
    }
    for (int reason = HB_FAILURE_FULL; reason <= HB_FAILURE_SCATTERED; reason++)
        assert_true(seen[reason]); /* else these workloads prove little */
}

/* The first failure of `workload` in a heap of that allocator. */
static enum hb_failure_reason reason_in(const char *name, const struct hb_workload *workload,
                                        uint64_t heap_bytes)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_count_options options = {0};
    struct hb_prepared *prepared = NULL;
    struct hb_counts counts = {.heap_bytes = heap_bytes};
    void *heap;

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), HB_OK);
    heap = allocator->counting->create(allocator->counting, heap_bytes, NULL);
    assert_non_null(heap);
    prepared = must_prepare(workload);
    assert_int_equal(hb_replay_count(prepared, allocator->counting, heap, &options, &counts, NULL, NULL),
                     HB_OK);
    allocator->counting->destroy(heap);
    hb_prepared_free(prepared);
    return counts.failure.reason;
}

/* 17 bytes need 25 of simple and 32 where they are aligned; 28 are free. Aligned to 64 they need 80. */
static void a_reason_goes_by_the_need_as_the_allocator_rounds_it(void **state)
{
    static const struct hb_op plain[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 24},
                                         {.kind = HB_OP_MALLOC, .object = 1, .size = 17}};
    static const struct hb_op aligned[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 24},
                                           {.kind = HB_OP_ALIGNED, .object = 1, .align_log2 = 6, .size = 17}};
    struct hb_workload *one = workload_of("plain", plain, 2), *other = workload_of("aligned", aligned, 2);

    (void)state;
    assert_int_equal(reason_in("simple", one, 60), HB_FAILURE_NONE);
    assert_int_equal(reason_in("simple-align", one, 60), HB_FAILURE_FULL);
    assert_int_equal(reason_in("simple-merge", one, 60), HB_FAILURE_FULL);
    assert_int_equal(reason_in("simple-merge", one, 64), HB_FAILURE_NONE);
    assert_int_equal(reason_in("simple-align", other, 32 + 79), HB_FAILURE_FULL);
    assert_int_equal(reason_in("simple-align", other, 32 + 80), HB_FAILURE_NONE);
    random_ops_free(one);
    random_ops_free(other);
}

static void an_empty_workload_has_counts_of_zero(void **state)
{
    struct hb_workload *workload = workload_of("empty", NULL, 0);
    struct hb_count_options options = {0};
    struct hb_counts counts;

    (void)state;
    count(workload, 64, &options, &counts, NULL);
    assert_int_equal(counts.ops, 0);
    assert_int_equal(counts.walks, 0);
    assert_int_equal(counts.walk_p99, 0);
    assert_int_equal(counts.first_failure, HB_NO_FAILURE);
    assert_int_equal(counts.state.ranges, 1);
    assert_true(counts.fragmentation[0] == 0);
    random_ops_free(workload);
}

/* The walks of operations [from, to) as the model saw them. */
static void check_window_walks(const struct plain_run *run, const struct hb_point *point)
{
    uint64_t walks = 0, total = 0, allocated = 0, max = 0;

    for (uint64_t i = point->op - point->ops; i < point->op; i++)
        if (run->walk_length[i] != UINT64_MAX) {
            walks++;
            total += run->walk_length[i];
            allocated += run->walk_allocated[i];
            max = run->walk_length[i] > max ? run->walk_length[i] : max;
        }
    assert_int_equal(point->walks, walks);
    assert_int_equal(point->walk_total, total);
    assert_int_equal(point->walk_allocated, allocated);
    assert_int_equal(point->walk_max, max);
    assert_true(point->walk_p50 <= point->walk_p99 && point->walk_p99 <= max);
}

static void windows_tile_the_operations_and_agree_with_the_model(void **state)
{
    static const uint32_t windows[] = {1, 2, 7, 100, 499, 500, 777};
    struct random_ops recipe = {.seed = 8, .ops = 500, .max_size = 100, .max_live = 40};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct plain_run *run = plain_replay(workload, AMPLE, true);

    (void)state;
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        struct hb_point *points = calloc(windows[w], sizeof *points);
        struct hb_count_options options = {.points = points, .point_count = windows[w]};
        struct hb_counts counts;
        uint32_t done = 0;
        uint64_t ops = 0;

        count(workload, 0, &options, &counts, &done);
        assert_int_equal(done, windows[w] < 500 ? windows[w] : 500);
        for (uint32_t i = 0; i < done; i++) {
            assert_true(points[i].ops > 0);
            ops += points[i].ops;
            assert_int_equal(points[i].op, ops);
            assert_int_equal(points[i].op, hb_window_end(500, done, i));
            check_window_walks(run, &points[i]);
            assert_int_equal(points[i].live_bytes, run->live_bytes[ops - 1]);
            assert_same_states(&points[i].state, &run->states[ops - 1]);
        }
        assert_int_equal(ops, 500);
        free(points);
    }
    plain_run_free(run);
    random_ops_free(workload);
}

static void a_step_limit_stops_after_the_operation_that_reaches_it(void **state)
{
    struct random_ops recipe = {.seed = 9, .ops = 600, .max_size = 100, .max_live = 60};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct plain_run *run = plain_replay(workload, AMPLE, true);
    uint64_t limit = run->counts.walk_total / 3;
    uint64_t steps = 0, ops = 0;
    struct hb_point points[10];
    struct hb_count_options options = {.step_limit = limit, .points = points, .point_count = 10};
    struct hb_counts counts;
    uint32_t done;

    (void)state;
    while (steps < limit) {
        steps += run->walk_length[ops] == UINT64_MAX ? 0 : run->walk_length[ops];
        ops++;
    }
    count(workload, 0, &options, &counts, &done);
    assert_int_equal(counts.ops, ops);
    assert_int_equal(counts.walk_total, steps);
    assert_true(done < 10);
    assert_int_equal(points[done - 1].op, ops);
    plain_run_free(run);
    random_ops_free(workload);
}

static void an_operation_limit_is_the_whole_of_the_windows(void **state)
{
    struct random_ops recipe = {.seed = 10, .ops = 600, .max_size = 100, .max_live = 60};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct hb_point points[10];
    struct hb_count_options options = {.op_limit = 100, .points = points, .point_count = 10};
    struct hb_counts counts;
    uint32_t done;

    (void)state;
    count(workload, 0, &options, &counts, &done);
    assert_int_equal(counts.ops, 100);
    assert_int_equal(done, 10);
    assert_int_equal(points[9].op, 100);
    random_ops_free(workload);
}

static void bins_are_exact_to_64_and_then_sixteen_to_the_octave(void **state)
{
    (void)state;
    for (unsigned bin = 0; bin + 1 < HB_WALK_BINS && hb_lengths_bin_low(bin + 1) < UINT64_C(1) << 34; bin++) {
        uint64_t low = hb_lengths_bin_low(bin), next = hb_lengths_bin_low(bin + 1);

        assert_true(low < next);
        assert_int_equal(hb_lengths_bin_of(low), bin);
        assert_int_equal(hb_lengths_bin_of(next - 1), bin);
        if (bin < 64)
            assert_int_equal(low, bin);
        else
            assert_true((next - low) * 16 <= low && (next - low) * 32 > low);
    }
    assert_int_equal(hb_lengths_bin_low(64), 64);
    assert_int_equal(hb_lengths_bin_low(80), 128);
    assert_true(hb_lengths_bin_of(UINT64_MAX) < HB_WALK_BINS);
}

static void bins_count_every_walk(void **state)
{
    struct random_ops recipe = {.seed = 11, .ops = 2000, .max_size = 100, .max_live = 300};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct plain_run *run = plain_replay(workload, AMPLE, true);
    struct hb_count_options options = {0};
    uint64_t want[HB_WALK_BINS] = {0};
    struct hb_counts counts;

    (void)state;
    for (uint64_t i = 0; i < run->op_count; i++)
        if (run->walk_length[i] != UINT64_MAX)
            want[hb_lengths_bin_of(run->walk_length[i])]++;
    count(workload, 0, &options, &counts, NULL);
    assert_true(counts.walk_max > 100); /* beyond the exact bins */
    assert_memory_equal(counts.walk_bins, want, sizeof want);
    plain_run_free(run);
    random_ops_free(workload);
}

static void lengths_beyond_the_first_capacity_are_counted(void **state)
{
    struct hb_lengths lengths;

    (void)state;
    assert_true(hb_lengths_init(&lengths));
    assert_int_equal(hb_lengths_percentile(&lengths, 50), 0);
    for (uint64_t length = 1; length <= 1000000; length *= 10)
        assert_true(hb_lengths_add(&lengths, length));
    assert_int_equal(lengths.walks, 7);
    assert_int_equal(lengths.total, 1111111);
    assert_int_equal(hb_lengths_percentile(&lengths, 50), 1000);
    assert_int_equal(hb_lengths_percentile(&lengths, 99), 1000000);
    assert_int_equal(hb_lengths_percentile(&lengths, 1), 1);
    hb_lengths_empty(&lengths);
    assert_int_equal(hb_lengths_percentile(&lengths, 99), 0);
    assert_true(hb_lengths_add(&lengths, 3));
    assert_int_equal(hb_lengths_percentile(&lengths, 1), 3);
    hb_lengths_clear(&lengths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_integer_agrees_in_an_ample_heap),
        cmocka_unit_test(every_integer_agrees_in_heaps_that_are_too_small),
        cmocka_unit_test(a_reason_goes_by_the_need_as_the_allocator_rounds_it),
        cmocka_unit_test(an_empty_workload_has_counts_of_zero),
        cmocka_unit_test(windows_tile_the_operations_and_agree_with_the_model),
        cmocka_unit_test(a_step_limit_stops_after_the_operation_that_reaches_it),
        cmocka_unit_test(an_operation_limit_is_the_whole_of_the_windows),
        cmocka_unit_test(bins_are_exact_to_64_and_then_sixteen_to_the_octave),
        cmocka_unit_test(bins_count_every_walk),
        cmocka_unit_test(lengths_beyond_the_first_capacity_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
