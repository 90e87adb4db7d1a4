/*
 * test_record_threads.c - threads: no order that was real is contradicted, none is missed, and handlers that
 * re-enter are counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/workloads/record/harness.h"
#include "tests/workloads/record/subjects.h"

static void check_race(char *threads, char *steps, const char *tunables)
{
    char *argv[] = {(char[]){SUBJECT("subject_race")}, threads, steps, NULL};
    unsigned long expected = strtoul(threads, NULL, 10) * strtoul(steps, NULL, 10);
    struct run run;
    struct ops ops;

    setenv("GLIBC_TUNABLES", tunables, 1);
    run_begin(&run, argv);
    unsetenv("GLIBC_TUNABLES");
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    assert_int_equal(ops.summary.threads, strtoul(threads, NULL, 10) + 1);
    assert_true(ops.summary.events >= 2 * expected);
    ops_free(&ops);
    run_end(&run);
}

/* Default settings hide what a late stamp does: each thread has an arena and a cache of its own. */
#define ONE_ARENA_NO_CACHE "glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0"

static void no_block_is_seen_with_two_holders(void **state)
{
    (void)state;
    check_race((char[]){"3"}, (char[]){"250000"}, ONE_ARENA_NO_CACHE);
}

static void more_threads_than_processors_race_as_well(void **state)
{
    (void)state;
    check_race((char[]){"24"}, (char[]){"10000"}, ONE_ARENA_NO_CACHE);
    check_race((char[]){"8"}, (char[]){"20000"}, "");
}

static void two_thousand_threads_in_turn_are_all_told_apart(void **state)
{
    enum { THREADS = 2000 };
    char *argv[] = {(char[]){SUBJECT("subject_threads")}, (char[]){"2000"}, NULL};
    struct run run;
    struct ops ops;

    (void)state;
    run_begin(&run, argv);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    assert_int_equal(ops.summary.threads, THREADS + 1);
    assert_int_equal(ops_births(&ops, COUNTED_BYTES), THREADS);
    assert_int_equal(ops_deaths(&ops, COUNTED_BYTES), THREADS);
    /* glibc runs the destructors four times over for a value that is always set again. */
    assert_int_equal(ops_births(&ops, KEY_BYTES), 4 * THREADS);
    assert_int_equal(ops_deaths(&ops, KEY_BYTES), 4 * THREADS);
    /* A thread that has ended leaves its stream to the next: 2000 streams of a page would take 8 MB. */
    assert_true(run.collection.items[0].capture->stream_count < 500);
    ops_free(&ops);
    run_end(&run);
}

static uint64_t times_handled(const struct ops *ops)
{
    for (size_t i = ops->count; i > 0; i--)
        if (ops->items[i - 1].size >= HANDLED_BASE)
            return ops->items[i - 1].size - HANDLED_BASE;
    fail_msg("the subject did not say how often its handler ran");
    return 0;
}

static void a_handler_that_allocates_is_recorded_or_counted(void **state)
{
    enum { COUNT = 300000 };
    char *argv[] = {(char[]){SUBJECT("subject_signals")}, (char[]){"300000"}, NULL};
    struct run run;
    struct ops ops;

    (void)state;
    run_begin(&run, argv);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_int_equal(ops_births(&ops, COUNTED_BYTES), COUNT);
    assert_int_equal(ops_deaths(&ops, COUNTED_BYTES), COUNT);
    assert_int_equal(ops_births(&ops, HANDLER_BYTES) + ops.summary.lost_nested, times_handled(&ops));
    assert_int_equal(hb_capture_dropped(&ops.summary), ops.summary.lost_nested);
    ops_free(&ops);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_block_is_seen_with_two_holders),
        cmocka_unit_test(more_threads_than_processors_race_as_well),
        cmocka_unit_test(two_thousand_threads_in_turn_are_all_told_apart),
        cmocka_unit_test(a_handler_that_allocates_is_recorded_or_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
