/*
 * sample_test.c - whatever a library does, the parent gets a result that says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"

static struct hb_prepared *prepared;

static int prepare_workload(void **state)
{
    struct random_ops recipe = {.seed = 1, .ops = 5000, .max_size = 900, .max_live = 400};
    struct hb_workload *workload = random_ops_create(&recipe);

    (void)state;
    prepared = must_prepare(workload);
    random_ops_free(workload);
    return 0;
}

static int free_workload(void **state)
{
    (void)state;
    hb_prepared_free(prepared);
    return 0;
}

static struct hb_sample_request request_for(const char *allocator)
{
    return (struct hb_sample_request){
        .prepared = prepared, .allocator = allocator, .touch = HB_TOUCH_PAGE, .timeout_ms = 60000};
}

static struct hb_sample_result must_run(const struct hb_sample_request *request)
{
    struct hb_sample_result result;
    struct hb_error error = {0};

    if (hb_sample_run(request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    return result;
}

static void a_sample_of_an_allocator_that_works_is_ok(void **state)
{
    static const char *const names[] = {"null", "bump", "simple", "glibc"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct hb_sample_request request = request_for(names[i]);
        struct hb_sample_result result = must_run(&request);

        assert_int_equal(result.outcome, HB_SAMPLE_OK);
        assert_int_equal(result.counts.ops, 5000);
        assert_int_equal(result.counts.failures, 0);
        assert_int_equal(result.counts.first_failure, HB_NO_FAILURE);
        assert_int_equal(result.counts.peak_live_bytes, prepared->peak_live_bytes);
        assert_true(result.elapsed_ns > 0);
        hb_sample_result_clear(&result);
    }
}

static void the_memory_of_a_heap_is_counted_over_the_harness_s_own(void **state)
{
    struct hb_sample_request request = request_for("null");
    struct hb_sample_result of_null = must_run(&request);
    struct hb_sample_result of_simple;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    (void)state;
    request.allocator = "simple";
    of_simple = must_run(&request);
    if (!HB_SANITIZED) /* whose shadow memory is memory too */
        assert_true(of_null.peak_resident_bytes <= 16 * page);
    assert_int_equal(of_simple.peak_resident_bytes % page, 0);
    assert_true(of_simple.peak_resident_bytes >= of_simple.counts.peak_live_bytes);
    assert_true(of_simple.page_faults >= of_simple.counts.peak_live_bytes / page);
}

static void a_series_is_timed_in_windows_over_all_operations(void **state)
{
    struct hb_sample_request request = request_for("simple");
    struct hb_sample_result result;
    uint64_t ops = 0, elapsed = 0, allocs = 0;

    (void)state;
    request.mode = HB_SAMPLE_SERIES;
    request.points = 37;
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    assert_int_equal(result.point_count, 37);
    for (uint32_t i = 0; i < result.point_count; i++) {
        ops += result.points[i].ops;
        elapsed += result.points[i].elapsed_ns;
        allocs += result.points[i].allocs;
        assert_int_equal(result.points[i].op, ops);
        assert_true(result.points[i].state.ranges > 0);
    }
    assert_int_equal(ops, 5000);
    assert_int_equal(elapsed, result.elapsed_ns);
    assert_int_equal(allocs, result.counts.allocs);
    assert_int_equal(result.points[36].live_bytes, result.counts.live_bytes);
    assert_int_equal(result.points[36].resident_bytes % 4096, 0);
    assert_true(result.points[36].resident_bytes > 0);
    hb_sample_result_clear(&result);
}

/* The same windows, once timed and once counted, show the same heap. */
static void a_counted_sample_has_the_windows_of_a_series_with_walks(void **state)
{
    struct hb_sample_request request = request_for("simple");
    struct hb_sample_result counted, timed;

    (void)state;
    request.points = 20;
    request.heap_bytes = 40000; /* too small: the failures must be the same ones */
    request.mode = HB_SAMPLE_COUNT;
    counted = must_run(&request);
    request.mode = HB_SAMPLE_SERIES;
    timed = must_run(&request);
    assert_int_equal(counted.point_count, 20);
    assert_true(counted.counts.failures > 0);
    assert_int_equal(counted.counts.failures, timed.counts.failures);
    assert_int_equal(counted.counts.first_failure, timed.counts.first_failure);
    assert_int_equal(counted.counts.failure.live_bytes, timed.counts.failure.live_bytes);
    assert_int_equal(counted.counts.served, timed.counts.served);
    assert_int_equal(counted.counts.peak_live_op, timed.counts.peak_live_op);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(counted.points[i].op, timed.points[i].op);
        assert_int_equal(counted.points[i].allocs, timed.points[i].allocs);
        assert_int_equal(counted.points[i].live_bytes, timed.points[i].live_bytes);
        assert_int_equal(counted.points[i].live_objects, timed.points[i].live_objects);
        assert_memory_equal(&counted.points[i].state, &timed.points[i].state, sizeof timed.points[i].state);
        assert_true(counted.points[i].walks > 0);
    }
    hb_sample_result_clear(&counted);
    hb_sample_result_clear(&timed);
}

static void a_step_limit_stops_both_kinds_of_sample_at_the_same_operation(void **state)
{
    struct hb_sample_request request = request_for("simple");
    struct hb_sample_result counted, timed;

    (void)state;
    request.points = 5;
    request.step_limit = 10000;
    request.mode = HB_SAMPLE_COUNT;
    counted = must_run(&request);
    request.mode = HB_SAMPLE_SERIES;
    timed = must_run(&request);
    assert_int_equal(counted.outcome, HB_SAMPLE_STOPPED);
    assert_int_equal(timed.outcome, HB_SAMPLE_STOPPED);
    assert_in_range(counted.counts.ops, 1, 4999);
    assert_int_equal(timed.counts.ops, counted.counts.ops);
    assert_int_equal(timed.points[timed.point_count - 1].op, counted.counts.ops);
    hb_sample_result_clear(&counted);
    hb_sample_result_clear(&timed);
}

static void an_operation_limit_is_not_a_stop(void **state)
{
    struct hb_sample_request request = request_for("glibc");
    struct hb_sample_result result;

    (void)state;
    request.op_limit = 1234;
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    assert_int_equal(result.counts.ops, 1234);
}

static void a_heap_that_cannot_be_made_is_unavailable_with_a_reason(void **state)
{
    struct hb_sample_request request = request_for("simple");
    struct hb_sample_result result;

    (void)state;
    request.heap_bytes = 7;
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_UNAVAILABLE);
    assert_non_null(strstr(result.error.text, "7 bytes"));
}

static void an_allocator_that_is_not_there_is_unavailable(void **state)
{
    static const char *const names[] = {"no-such-allocator", "/no/such/library.so",
                                        ODD_LIBRARIES "/libodd_none.so", "/etc/passwd"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct hb_sample_request request = request_for(names[i]);
        struct hb_sample_result result = must_run(&request);

        assert_int_equal(result.outcome, HB_SAMPLE_UNAVAILABLE);
        assert_true(strlen(result.error.text) > 0);
        assert_int_equal(result.counts.ops, 0);
    }
}

static void a_crash_is_a_result(void **state)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_crash.so");
    struct hb_sample_result result = must_run(&request);

    (void)state;
    assert_int_equal(result.outcome, HB_SAMPLE_CRASHED);
    if (!HB_SANITIZED) { /* a sanitizer turns the signal into an exit status */
        assert_int_equal(result.signal, SIGSEGV);
        assert_non_null(strstr(result.error.text, "signal 11"));
    }
    assert_int_equal(result.elapsed_ns, 0);
}

static void a_library_that_ends_the_process_has_crashed(void **state)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_exit.so");
    struct hb_sample_result result = must_run(&request);

    (void)state;
    assert_int_equal(result.outcome, HB_SAMPLE_CRASHED);
    assert_int_equal(result.signal, 0);
    assert_non_null(strstr(result.error.text, "status 7"));
}

static void a_library_that_never_returns_times_out(void **state)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_loop.so");
    struct hb_sample_result result;

    (void)state;
    request.timeout_ms = 1000;
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_TIMED_OUT);
    assert_non_null(strstr(result.error.text, "1.0 s"));
    assert_int_equal(waitpid(-1, NULL, 0), -1); /* nothing was left behind */
    assert_int_equal(errno, ECHILD);
}

/* A kernel that has no descriptors of processes, or is told so. */
static bool has_no_pidfd;

long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
    long values[6];
    va_list list;

    if (has_no_pidfd && number == SYS_pidfd_open) {
        errno = ENOSYS;
        return -1;
    }
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        values[i] = va_arg(list, long);
    va_end(list);
    return __real_syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

/* Neither a kernel without descriptors of processes nor a parent that ignores SIGCHLD hides how one ended. */
static void how_a_sample_ended_is_known_everywhere(void **state)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_loop.so");
    struct hb_sample_run run;
    struct hb_sample_result result;
    struct hb_error error;

    (void)state;
    has_no_pidfd = true;
    request.timeout_ms = 1000;
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_TIMED_OUT);

    request = request_for("null");
    assert_int_equal(hb_sample_begin(&request, &run, &error), HB_OK);
    while (!hb_sample_has_ended(&run))
        sched_yield();
    assert_int_equal(hb_sample_end(&run, &result, &error), HB_OK);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    has_no_pidfd = false;

    signal(SIGCHLD, SIG_IGN);
    request = request_for(ODD_LIBRARIES "/libodd_exit.so");
    result = must_run(&request);
    assert_int_equal(result.outcome, HB_SAMPLE_CRASHED);
    assert_int_equal(result.exit_status, 7);
    signal(SIGCHLD, SIG_DFL);
}

static void every_null_is_counted(void **state)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_null.so");
    struct hb_sample_result result = must_run(&request);

    (void)state;
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    assert_int_equal(result.counts.served, 0);
    assert_int_equal(result.counts.failures, result.counts.allocs);
    assert_int_equal(result.counts.first_failure, 0);
    assert_int_equal(result.counts.live_bytes, 0);
}

/* Runs a noisy sample with standard output sent into a file, and returns how much came there. */
static long noise_on_standard_output(void)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_noisy.so");
    int saved = dup(STDOUT_FILENO);
    FILE *file = tmpfile();
    struct hb_sample_result result;
    long bytes;

    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    result = must_run(&request);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    fseek(file, 0, SEEK_END);
    bytes = ftell(file);
    fclose(file);
    return bytes;
}

static void a_library_s_noise_does_not_reach_our_standard_output(void **state)
{
    (void)state;
    assert_int_equal(noise_on_standard_output(), 0);
}

/* In a process of its own: a sample that does not end. */
static void run_endless_sample(void)
{
    struct hb_sample_request request = request_for(ODD_LIBRARIES "/libodd_loop.so");
    struct hb_sample_result result;
    struct hb_error error;

    request.timeout_ms = 0;
    hb_sample_run(&request, &result, &error);
    _exit(0);
}

static void a_sample_does_not_outlive_its_parent(void **state)
{
    char mark[] = "/tmp/heapbench-test-XXXXXX";
    int wait_status;
    pid_t parent, sample;

    (void)state;
    close(mkstemp(mark));
    unlink(mark);
    setenv("ODD_LIBRARY_MARK", mark, 1);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* the orphan becomes our child */
    parent = fork();
    if (parent == 0)
        run_endless_sample();
    while (access(mark, F_OK) != 0) {
        assert_int_equal(waitpid(parent, NULL, WNOHANG), 0);
        usleep(1000);
    }
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    sample = waitpid(-1, &wait_status, 0);
    assert_true(sample > 0);
    assert_true(WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    unsetenv("ODD_LIBRARY_MARK");
    unlink(mark);
}

static void a_series_of_no_points_or_too_many_is_refused(void **state)
{
    struct hb_sample_request request = request_for("null");
    struct hb_sample_result result;
    struct hb_error error;

    (void)state;
    request.mode = HB_SAMPLE_SERIES;
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_ERR_USAGE);
    request.points = HB_SAMPLE_MAX_POINTS + 1;
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_ERR_USAGE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_of_an_allocator_that_works_is_ok),
        cmocka_unit_test(the_memory_of_a_heap_is_counted_over_the_harness_s_own),
        cmocka_unit_test(a_series_is_timed_in_windows_over_all_operations),
        cmocka_unit_test(a_counted_sample_has_the_windows_of_a_series_with_walks),
        cmocka_unit_test(a_step_limit_stops_both_kinds_of_sample_at_the_same_operation),
        cmocka_unit_test(an_operation_limit_is_not_a_stop),
        cmocka_unit_test(a_heap_that_cannot_be_made_is_unavailable_with_a_reason),
        cmocka_unit_test(an_allocator_that_is_not_there_is_unavailable),
        cmocka_unit_test(a_crash_is_a_result),
        cmocka_unit_test(a_library_that_ends_the_process_has_crashed),
        cmocka_unit_test(a_library_that_never_returns_times_out),
        cmocka_unit_test(how_a_sample_ended_is_known_everywhere),
        cmocka_unit_test(every_null_is_counted),
        cmocka_unit_test(a_library_s_noise_does_not_reach_our_standard_output),
        cmocka_unit_test(a_sample_does_not_outlive_its_parent),
        cmocka_unit_test(a_series_of_no_points_or_too_many_is_refused),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, prepare_workload, free_workload);
}
