/*
 * test_record_harmless.c - a recorded program does what it does without a recorder: none of its pages,
 * signals, limits or filters is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/record/harness.h"
#include "tests/workloads/record/subjects.h"

enum { COUNT = 20000, FORKS = 100, CANNOT_BE_TRIED = 77 };

static void begin(struct run *run, const char *subject, const char *how)
{
    char *argv[] = {strdup(subject), strdup(how), NULL};

    run_begin(run, argv);
    free(argv[0]);
    free(argv[1]);
    if (run->exit_status == CANNOT_BE_TRIED) {
        run_end(run);
        skip();
    }
    assert_int_equal(run->exit_status, 0);
}

static uint64_t lost(const struct ops *ops)
{
    return ops->summary.lost_nested + ops->summary.lost_space + ops->summary.lost_sealed +
           ops->summary.lost_early;
}

/* The image whose blocks have `bytes`, most of it first. */
static struct ops image_with(const struct run *run, uint64_t bytes)
{
    for (size_t i = 0; i < run->collection.count; i++) {
        struct ops ops = ops_of(run, i);

        if (ops_births(&ops, bytes) > 0)
            return ops;
        ops_free(&ops);
    }
    fail_msg("no process has blocks of %u bytes", (unsigned)bytes);
    return (struct ops){0};
}

static void threads_that_come_and_go_leave_the_program_its_pages(void **state)
{
    struct run run;
    struct ops ops;

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&run, SUBJECT("subject_churn"), "4000");
        ops = ops_of(&run, 0);
        assert_faithful(&ops);
        assert_int_equal(ops.summary.threads, 1 + 32 + 4000);
        ops_free(&ops);
        run_end(&run);
    }
}

/* Parent and children are each captured whole; what a child frees of its parent's is known to be that. */
static void check_forks(const char *how)
{
    struct run run;
    struct ops ops;
    size_t children = 0;

    begin(&run, SUBJECT("subject_harm"), how);
    assert_int_equal(run.collection.count, 1 + FORKS);
    for (size_t i = 0; i < run.collection.count; i++) {
        ops = ops_of(&run, i);
        assert_int_equal(lost(&ops), 0);
        assert_int_equal(ops.summary.held_births, 0);
        if (ops_births(&ops, CHILD_BYTES) > 0) {
            assert_int_equal(ops_births(&ops, CHILD_BYTES), COUNT);
            assert_true(ops.summary.unknown_frees <= 1);
            children++;
        } else {
            assert_faithful(&ops);
        }
        ops_free(&ops);
    }
    assert_int_equal(children, FORKS);
    run_end(&run);
}

static void a_handler_may_fork_and_return_in_the_child(void **state)
{
    (void)state;
    check_forks("fork");
    check_forks("_Fork");
    check_forks("clone");
}

static void a_thread_whose_vfork_child_came_first_keeps_its_stream(void **state)
{
    struct run run;
    struct ops ops;

    (void)state;
    begin(&run, SUBJECT("subject_harm"), "vfork");
    assert_int_equal(run.collection.count, 1);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    assert_int_equal(ops_births(&ops, COUNTED_BYTES), 8 * COUNT + 4);
    assert_int_equal(ops.summary.threads, 9);
    ops_free(&ops);
    run_end(&run);
}

/* All is recorded, whatever the limit. */
static void check_whole(const char *how, size_t births)
{
    struct run run;
    struct ops ops;

    begin(&run, SUBJECT("subject_harm"), how);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    assert_int_equal(ops_births(&ops, COUNTED_BYTES), births);
    ops_free(&ops);
    run_end(&run);
}

static void a_limit_on_files_is_not_met(void **state)
{
    (void)state;
    check_whole("files", COUNT);
}

static void a_program_that_locks_its_memory_is_recorded(void **state)
{
    (void)state;
    check_whole("lock", COUNT);
}

static void a_limit_on_addresses_costs_events_and_nothing_else(void **state)
{
    struct run run;
    struct ops ops;

    (void)state;
    begin(&run, SUBJECT("subject_harm"), "addresses");
    ops = ops_of(&run, 0);
    assert_int_equal(2 * ops_births(&ops, COUNTED_BYTES) + lost(&ops), 2 * 20 * COUNT);
    ops_free(&ops);
    run_end(&run);
}

/* The file is mapped before the program can have taken the last descriptor. */
static void where_no_descriptor_is_free_all_is_recorded(void **state)
{
    (void)state;
    setenv("SUBJECT_TAKES_DESCRIPTORS", "yes", 1);
    check_whole("descriptors", COUNT);
    unsetenv("SUBJECT_TAKES_DESCRIPTORS");
}

static void check_child(const char *how)
{
    struct run run;
    struct ops ops;

    begin(&run, SUBJECT("subject_harm"), how);
    ops = image_with(&run, CHILD_BYTES);
    assert_faithful(&ops);
    assert_int_equal(ops_births(&ops, CHILD_BYTES), COUNT);
    ops_free(&ops);
    run_end(&run);
}

static void a_child_of_another_root_or_user_is_recorded(void **state)
{
    (void)state;
    check_child("root");
    check_child("user");
}

/* What was reserved before the filter holds it all: parent and child. */
static void a_filter_set_later_does_not_end_the_program(void **state)
{
    (void)state;
    check_child("prctl");
    check_child("syscall");
    check_whole("prctl", COUNT);
    check_whole("strict", COUNT + 1);
}

static void a_filter_that_is_refused_changes_nothing(void **state)
{
    (void)state;
    check_whole("refused", 100 * COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_come_and_go_leave_the_program_its_pages),
        cmocka_unit_test(a_handler_may_fork_and_return_in_the_child),
        cmocka_unit_test(a_thread_whose_vfork_child_came_first_keeps_its_stream),
        cmocka_unit_test(a_limit_on_files_is_not_met),
        cmocka_unit_test(a_program_that_locks_its_memory_is_recorded),
        cmocka_unit_test(a_limit_on_addresses_costs_events_and_nothing_else),
        cmocka_unit_test(where_no_descriptor_is_free_all_is_recorded),
        cmocka_unit_test(a_child_of_another_root_or_user_is_recorded),
        cmocka_unit_test(a_filter_set_later_does_not_end_the_program),
        cmocka_unit_test(a_filter_that_is_refused_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
