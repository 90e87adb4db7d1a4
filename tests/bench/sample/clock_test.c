/*
 * clock_test.c - what time a library sees in a replay, and that nobody else sees it.
 */
#include "tests/check.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/bench/sample/clock_library.h"

enum { OPS = 20 };

#define SECOND_US UINT64_C(1000000)
#define SECOND_NS INT64_C(1000000000)

/* What came of one, and the time that the library wrote down at each operation. */
struct replay {
    struct hb_sample_result result;
    struct clock_reading readings[OPS];
};

/* `threads` do them in turn. */
static struct hb_prepared *prepare(const struct hb_wait *waits, size_t count, uint32_t threads)
{
    static struct hb_op ops[OPS];
    struct hb_workload *workload;
    struct hb_prepared *prepared;

    for (uint32_t i = 0; i < OPS; i++)
        ops[i] =
            (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 16, .thread = (uint16_t)(i % threads)};
    workload = workload_of("timed", ops, OPS);
    workload->threads = threads;
    workload->waits = (struct hb_wait *)(uintptr_t)waits;
    workload->wait_count = count;
    prepared = must_prepare(workload);
    workload->waits = NULL;
    workload->wait_count = 0;
    random_ops_free(workload);
    return prepared;
}

static void run(struct replay *replay, const struct hb_wait *waits, size_t count,
                const struct hb_sample_request *as)
{
    char path[] = "clock_test.XXXXXX", log[PATH_MAX + 32];
    char *settings[] = {log, NULL};
    struct hb_sample_request request = *as;
    struct hb_error error = {0};
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    snprintf(log, sizeof log, "CLOCK_LIBRARY_LOG=%s", path);
    request.prepared = prepare(waits, count, as->threads.threading != HB_THREADING_NONE ? 2 : 1);
    request.allocator = CLOCK_LIBRARY;
    request.settings = settings;
    request.timeout_ms = 100000;
    if (hb_sample_run(&request, &replay->result, &error) != HB_OK)
        fail_msg("%s", error.text);
    if (replay->result.outcome != HB_SAMPLE_OK)
        fail_msg("%s", replay->result.error.text);
    assert_int_equal(read(fd, replay->readings, sizeof replay->readings), sizeof replay->readings);
    close(fd);
    unlink(path);
    hb_prepared_free((struct hb_prepared *)(uintptr_t)request.prepared);
}

/* Before each operation, the i-th after a thousand seconds and i. */
static void fill_waits(struct hb_wait waits[OPS])
{
    for (uint64_t i = 0; i < OPS; i++)
        waits[i] = (struct hb_wait){.before_op = i, .us = 1000 * SECOND_US + i};
}

static void the_time_that_a_library_sees_is_the_recordings(void **state)
{
    const struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_wait waits[OPS];
    struct replay replay;

    (void)state;
    fill_waits(waits);
    run(&replay, waits, OPS, &request);
    assert_true(replay.result.reads_trace_clock);
    for (int64_t i = 1; i < OPS; i++) {
        const struct clock_reading *last = &replay.readings[i - 1], *now = &replay.readings[i];

        assert_int_equal(now->monotonic_ns - last->monotonic_ns, 1000 * SECOND_NS + 1000 * i);
        assert_true(now->coarse_ns > last->coarse_ns);
        assert_true(now->day_ns > last->day_ns + 999 * SECOND_NS);
        assert_true(now->day_us >= now->day_ns / 1000 && now->day_us > last->day_us);
        assert_true(now->day_s >= now->day_us / 1000000 && now->day_s > last->day_s);
        /* What is no time of the day is nobody's but the machine's. */
        assert_true(now->processor_ns >= last->processor_ns && now->processor_ns < 1000 * SECOND_NS);
    }
}

static void threads_in_the_recorded_order_see_it_too(void **state)
{
    const struct hb_sample_request request = {.mode = HB_SAMPLE_TIME,
                                              .threads = {.threading = HB_THREADING_STRICT}};
    struct hb_wait waits[OPS];
    struct replay replay;

    (void)state;
    fill_waits(waits);
    run(&replay, waits, OPS, &request);
    assert_int_equal(replay.result.threads.threads, 2);
    assert_true(replay.result.reads_trace_clock);
    for (int64_t i = 1; i < OPS; i++)
        assert_int_equal(replay.readings[i].monotonic_ns - replay.readings[i - 1].monotonic_ns,
                         1000 * SECOND_NS + 1000 * i);
}

static void nobody_else_sees_it_and_nobody_waits_for_it(void **state)
{
    const struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_wait waits[OPS];
    struct replay replay;

    (void)state;
    fill_waits(waits);
    run(&replay, waits, OPS, &request);
    assert_true(replay.result.elapsed_ns < 1000 * (uint64_t)SECOND_NS);
    assert_int_equal(replay.result.paced_ns, 0);
    assert_int_equal(replay.readings[9].sleeps, 5); /* all of them came to their end */
}

static void expect_machine_clock(const struct replay *replay)
{
    assert_false(replay->result.reads_trace_clock);
    for (size_t i = 0; i < OPS; i++) {
        assert_true(replay->readings[i].machine_before_ns <= replay->readings[i].monotonic_ns);
        assert_true(replay->readings[i].monotonic_ns <= replay->readings[i].machine_after_ns);
    }
}

static void it_is_the_machines_where_that_was_asked_for_or_the_trace_has_no_times(void **state)
{
    const struct hb_sample_request machine = {.mode = HB_SAMPLE_TIME, .clock = HB_CLOCK_MACHINE},
                                   trace = {.mode = HB_SAMPLE_TIME};
    struct hb_wait waits[OPS];
    struct replay replay;

    (void)state;
    fill_waits(waits);
    run(&replay, waits, OPS, &machine);
    expect_machine_clock(&replay);
    run(&replay, NULL, 0, &trace);
    expect_machine_clock(&replay);
}

static void a_library_that_reads_it_in_libstdcxx_is_told_and_one_that_does_not_is_not(void **state)
{
    struct hb_wait waits[OPS];
    struct hb_sample_request request = {.allocator = CHRONO_LIBRARY};
    struct hb_sample_result result;
    struct hb_error error = {0};

    (void)state;
    fill_waits(waits);
    request.prepared = prepare(waits, OPS, 1);
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    assert_true(result.reads_trace_clock);
    assert_int_equal(result.counts.failures, 0);
    request.clock = HB_CLOCK_MACHINE;
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_false(result.reads_trace_clock);
    assert_int_equal(result.counts.failures,
                     OPS - 1); /* the machine's had its 999 seconds before the first */
    request = (struct hb_sample_request){.prepared = request.prepared, .allocator = "glibc"};
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_false(result.reads_trace_clock);
    hb_prepared_free((struct hb_prepared *)(uintptr_t)request.prepared);
}

static void a_recording_of_ages_is_no_time_that_a_clock_shows(void **state)
{
    static const struct hb_wait waits[] = {{3, UINT64_MAX - 1}}, most[] = {{3, 3155760000 * SECOND_US}};
    const struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct replay replay;

    (void)state;
    run(&replay, waits, 1, &request);
    expect_machine_clock(&replay);
    run(&replay, most, 1, &request); /* a hundred years */
    assert_true(replay.result.reads_trace_clock);
    assert_true(replay.readings[3].monotonic_ns - replay.readings[2].monotonic_ns > 3155759000 * SECOND_NS);
    assert_true(replay.readings[OPS - 1].day_s > replay.readings[2].day_s);
}

static void every_mode_that_is_timed_tells_it_and_windows_lose_none(void **state)
{
    const struct hb_sample_request requests[] = {{.mode = HB_SAMPLE_SERIES, .points = 7},
                                                 {.mode = HB_SAMPLE_LATENCY},
                                                 {.mode = HB_SAMPLE_TIME, .pace = 1e-6}};
    struct hb_wait waits[OPS];
    struct replay replay;

    (void)state;
    fill_waits(waits);
    for (size_t r = 0; r < sizeof requests / sizeof requests[0]; r++) {
        run(&replay, waits, OPS, &requests[r]);
        for (int64_t i = 1; i < OPS; i++)
            assert_true(replay.readings[i].monotonic_ns > replay.readings[i - 1].monotonic_ns);
        /* The last came 19 of them after the first; paced, a millisecond early at most, which is 1000 s. */
        assert_true(replay.readings[OPS - 1].monotonic_ns - replay.readings[0].monotonic_ns >
                    18 * 1000 * SECOND_NS);
        hb_sample_result_clear(&replay.result);
    }
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("the time that a library sees is the recording's",
                the_time_that_a_library_sees_is_the_recordings),
        hb_test("threads in the recorded order see it too", threads_in_the_recorded_order_see_it_too),
        hb_test("nobody else sees it and nobody waits for it", nobody_else_sees_it_and_nobody_waits_for_it),
        hb_test("it is the machine's where that was asked for or the trace has no times",
                it_is_the_machines_where_that_was_asked_for_or_the_trace_has_no_times),
        hb_test("a library that reads it in libstdc++ is told and one that does not is not",
                a_library_that_reads_it_in_libstdcxx_is_told_and_one_that_does_not_is_not),
        hb_test("a recording of ages is no time that a clock shows",
                a_recording_of_ages_is_no_time_that_a_clock_shows),
        hb_test("every mode that is timed tells it and windows lose none",
                every_mode_that_is_timed_tells_it_and_windows_lose_none),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
