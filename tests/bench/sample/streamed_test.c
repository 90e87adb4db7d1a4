/*
 * streamed_test.c - a streamed trace gives the figures of one that is held whole, every one of them, and what
 * cannot be had of it is refused with a sentence.
 *
 * Windows are of 960 operations here, so that a trace has many; failures, waits and rows of what is touched
 * fall anywhere in them.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "bench/exact/curve.h"
#include "bench/exact/packing.h"
#include "bench/sample/child.h"
#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/bench/replay/same_counts.h"
#include "workloads/workload.h"

enum { OPS = 25000, WINDOW = 960 };

static char path[] = "/tmp/hb_streamed_test.XXXXXX";
static struct hb_prepared *whole, *streamed;

/* A trace with a wait before each 37th operation, and something touched of large blocks. */
static void write_trace(const struct hb_workload *workload)
{
    const struct hb_trace_info info = {.touched = true};
    struct hb_trace_writer *writer;

    assert_int_equal(hb_trace_writer_open(path, &info, 1, &writer, NULL), HB_OK);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        if (i % 37 == 0)
            assert_int_equal(hb_trace_writer_pass_time(writer, 1 + i % 5, NULL), HB_OK);
        if (op->kind != HB_OP_FREE && op->size > 9000 && i % 3 != 0)
            assert_int_equal(hb_trace_writer_touch(writer, i % 2 == 0 ? op->size : 4096, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_append(writer, op, 1, NULL), HB_OK);
    }
    assert_int_equal(hb_trace_writer_pass_time(writer, 7, NULL), HB_OK);
    hb_trace_writer_set_times(writer, 5000, 4000);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

static int make_both(void **state)
{
    struct random_ops recipe = {.seed = 7, .ops = OPS, .max_size = 20000, .max_live = 300, .percent_zero = 2};
    struct hb_workload *workload = random_ops_create(&recipe);

    (void)state;
    close(mkstemp(path));
    write_trace(workload);
    random_ops_free(workload);
    assert_int_equal(hb_prepare_file(path, &whole, NULL, NULL), HB_OK);
    assert_int_equal(hb_prepare_streamed(path, WINDOW, &streamed, NULL, NULL), HB_OK);
    return 0;
}

static int free_both(void **state)
{
    (void)state;
    hb_prepared_free(whole);
    hb_prepared_free(streamed);
    unlink(path);
    return 0;
}

static void what_is_known_beforehand_is_the_same(void **state)
{
    (void)state;
    assert_null(whole->path);
    assert_null(streamed->ops);
    assert_string_equal(streamed->path, path);
    assert_string_equal(streamed->name, whole->name);
    assert_int_equal(streamed->op_count, whole->op_count);
    assert_int_equal(streamed->object_count, whole->object_count);
    assert_int_equal(streamed->slots, whole->slots);
    assert_int_equal(streamed->threads, whole->threads);
    assert_int_equal(streamed->peak_live_bytes, whole->peak_live_bytes);
    assert_int_equal(streamed->program_wall_ns, 5000);
    assert_int_equal(streamed->program_cpu_ns, 4000);
    assert_int_equal(streamed->wait_count, whole->wait_count);
    assert_memory_equal(streamed->waits, whole->waits, whole->wait_count * sizeof *whole->waits);
    assert_true(whole->touched_count > 100);
    assert_int_equal(streamed->touched_count, whole->touched_count);
    assert_memory_equal(streamed->touched, whole->touched, whole->touched_count * sizeof *whole->touched);
}

static void the_windows_are_the_whole_trace(void **state)
{
    struct hb_windows windows;
    struct hb_error error = {0};

    (void)state;
    hb_windows_open(&windows, streamed);
    for (uint64_t pass = 0; pass < 2; pass++)
        for (uint64_t i = pass * 5000; i < whole->op_count; i++) {
            assert_int_equal(hb_windows_reach(&windows, i, &error), HB_OK);
            assert_memory_equal(hb_windows_op(&windows, i), &whole->ops[i], sizeof(struct hb_op));
        }
    hb_windows_close(&windows);
}

static void run(const struct hb_sample_request *asked, const struct hb_prepared *prepared,
                struct hb_sample_result *result)
{
    struct hb_sample_request request = *asked;
    struct hb_error error = {0};

    request.prepared = prepared;
    request.timeout_ms = 120000;
    if (hb_sample_run(&request, result, &error) != HB_OK)
        fail_msg("%s", error.text);
}

static void assert_same_points(const struct hb_sample_result *got, const struct hb_sample_result *want)
{
    assert_int_equal(got->point_count, want->point_count);
    for (uint32_t i = 0; i < want->point_count; i++) {
        struct hb_point one = got->points[i], other = want->points[i];

        one.elapsed_ns = other.elapsed_ns = 0;
        if (HB_SANITIZED) /* which has memory of its own */
            one.resident_bytes = other.resident_bytes = 0;
        assert_memory_equal(&one, &other, sizeof one);
    }
}

/* The same sample of both; the figures of memory too. */
static void assert_same(struct hb_sample_request request)
{
    struct hb_sample_result got, want;

    run(&request, streamed, &got);
    run(&request, whole, &want);
    if (got.outcome != want.outcome)
        fail_msg("%s: %s; %s", request.allocator, got.error.text, want.error.text);
    assert_same_counts(&got.counts, &want.counts);
    assert_same_points(&got, &want);
    if (!HB_SANITIZED) {
        /* as memory.h says of peaks */
        assert_in_range(got.peak_resident_bytes + 64 * hb_page_bytes() - want.peak_resident_bytes, 0,
                        128 * hb_page_bytes());
        assert_int_equal(got.end_resident_bytes, want.end_resident_bytes);
        /* which pages of the program's text are there, is another matter */
        assert_in_range(got.page_faults + 1 - want.page_faults, 0, 2);
    }
    hb_sample_result_clear(&got);
    hb_sample_result_clear(&want);
}

static void a_timed_replay_counts_alike(void **state)
{
    static const char *const names[] = {"null", "bump", "simple", "glibc"};
    static const enum hb_touch touches[] = {HB_TOUCH_NONE, HB_TOUCH_PAGE, HB_TOUCH_EVERY};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t j = 0; j < sizeof touches / sizeof touches[0]; j++)
            assert_same((struct hb_sample_request){.allocator = names[i], .touch = touches[j]});
}

static void failures_are_the_same_in_a_heap_that_is_too_small(void **state)
{
    (void)state;
    for (uint64_t part = 1; part <= 8; part++) {
        uint64_t bytes = whole->peak_live_bytes * part / 6;

        assert_same((struct hb_sample_request){.allocator = "simple", .heap_bytes = bytes});
        assert_same(
            (struct hb_sample_request){.allocator = "simple", .mode = HB_SAMPLE_COUNT, .heap_bytes = bytes});
    }
}

static void counts_series_and_limits_are_the_same(void **state)
{
    (void)state;
    assert_same((struct hb_sample_request){.allocator = "simple", .mode = HB_SAMPLE_COUNT, .points = 13});
    assert_same((struct hb_sample_request){.allocator = "simple", .mode = HB_SAMPLE_SERIES, .points = 7});
    assert_same((struct hb_sample_request){.allocator = "simple", .op_limit = 961});
    assert_same((struct hb_sample_request){
        .allocator = "simple", .mode = HB_SAMPLE_SERIES, .points = 3, .step_limit = 100000});
    assert_same((struct hb_sample_request){.allocator = "glibc", .mode = HB_SAMPLE_CHECK});
}

static void what_is_left_is_freed_and_time_passes_alike(void **state)
{
    (void)state;
    assert_same((struct hb_sample_request){.allocator = "simple", .rests = true, .idle_ms = 1});
    assert_same((struct hb_sample_request){.allocator = "null", .pace = 0.01});
}

static void the_failure_curve_is_the_same(void **state)
{
    const struct hb_model_options options = {.header_bytes = 8, .align = 1};
    struct hb_curve_study got, want;

    (void)state;
    assert_int_equal(hb_curve_study_begin(&got, streamed, &options, 20 * OPS, NULL), HB_OK);
    assert_int_equal(hb_curve_study_begin(&want, whole, &options, 20 * OPS, NULL), HB_OK);
    assert_int_equal(hb_curve_study_list(&got, 24, NULL), HB_OK);
    assert_int_equal(hb_curve_study_list(&want, 24, NULL), HB_OK);
    assert_int_equal(got.curve->count, want.curve->count);
    assert_memory_equal(got.curve->steps, want.curve->steps, want.curve->count * sizeof *want.curve->steps);
    assert_int_equal(got.curve->peak_with_records, want.curve->peak_with_records);
    assert_int_equal(got.anomalies.least_bytes, want.anomalies.least_bytes);
    assert_int_equal(got.anomalies.undecided, want.anomalies.undecided);
    assert_int_equal(got.anomalies.simulated, want.anomalies.simulated);
    assert_int_equal(got.count, want.count);
    for (size_t i = 0; i < want.count; i++)
        assert_memory_equal(&got.points[i].first, &want.points[i].first, sizeof want.points[i].first);
    hb_curve_study_clear(&got);
    hb_curve_study_clear(&want);
}

static void assert_refused(struct hb_sample_request request, const char *sentence)
{
    struct hb_sample_result result;

    run(&request, streamed, &result);
    assert_int_equal(result.outcome, HB_SAMPLE_UNAVAILABLE);
    if (strstr(result.error.text, sentence) == NULL)
        fail_msg("%s", result.error.text);
}

static void what_needs_all_operations_at_hand_is_refused(void **state)
{
    struct hb_packing *packing;
    struct hb_error error;

    (void)state;
    assert_refused(
        (struct hb_sample_request){.allocator = "null", .mode = HB_SAMPLE_LATENCY},
        " is streamed, and the time of each call is of traces that are held in memory: without --stream");
    assert_refused((struct hb_sample_request){.allocator = "null", .is_followed = true},
                   "what is live at each silence is of traces");
    streamed->threads = 2;
    assert_refused(
        (struct hb_sample_request){.allocator = "null", .threads = {.threading = HB_THREADING_FREE}},
        "a replay by its threads is of traces");
    streamed->threads = 1;
    assert_int_equal(hb_packing_create(streamed, 0, 1, &packing, &error), HB_ERR_LIMIT);
}

static void a_trace_without_operations_is_one_too(void **state)
{
    static const enum hb_sample_mode modes[] = {HB_SAMPLE_TIME, HB_SAMPLE_COUNT};
    char name[] = "/tmp/hb_streamed_test.XXXXXX.rep";
    FILE *file = fdopen(mkstemps(name, 4), "w");
    struct hb_prepared *none;

    (void)state;
    assert_non_null(file);
    fputs("4096 0 0 1\n", file);
    fclose(file);
    assert_int_equal(hb_prepare_streamed(name, WINDOW, &none, NULL, NULL), HB_OK);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct hb_sample_request request = {.allocator = "simple", .mode = modes[i]};
        struct hb_sample_result result;

        run(&request, none, &result);
        assert_int_equal(result.outcome, HB_SAMPLE_OK);
        assert_true(result.counts.ops == 0);
    }
    hb_prepared_free(none);
    unlink(name);
}

static void a_trace_that_changes_under_way_is_an_error(void **state)
{
    struct hb_sample_request request = {.allocator = "null"};
    struct random_ops recipe = {.seed = 8, .ops = OPS / 2, .max_size = 200, .max_live = 300};
    struct hb_workload *other = random_ops_create(&recipe);
    struct hb_sample_result result;

    (void)state;
    write_trace(other);
    random_ops_free(other);
    run(&request, streamed, &result);
    assert_int_equal(result.outcome, HB_SAMPLE_UNAVAILABLE);
    assert_non_null(strstr(result.error.text, ": this trace was changed while it was in use"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_beforehand_is_the_same),
        cmocka_unit_test(the_windows_are_the_whole_trace),
        cmocka_unit_test(a_timed_replay_counts_alike),
        cmocka_unit_test(failures_are_the_same_in_a_heap_that_is_too_small),
        cmocka_unit_test(counts_series_and_limits_are_the_same),
        cmocka_unit_test(what_is_left_is_freed_and_time_passes_alike),
        cmocka_unit_test(the_failure_curve_is_the_same),
        cmocka_unit_test(what_needs_all_operations_at_hand_is_refused),
        cmocka_unit_test(a_trace_without_operations_is_one_too),
        cmocka_unit_test(a_trace_that_changes_under_way_is_an_error),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, make_both, free_both);
}
