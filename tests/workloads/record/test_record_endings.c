/*
 * test_record_endings.c - however a program begins and ends, and whatever it does with processes and
 * descriptors, nothing is lost.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/workloads/record/harness.h"
#include "tests/workloads/record/subjects.h"

enum { COUNT = 50000 };

static void begin(struct run *run, const char *how, const char *file)
{
    char *argv[] = {(char[]){SUBJECT("subject_endings")}, strdup(how), (char[]){"50000"},
                    file != NULL ? strdup(file) : NULL, NULL};

    run_begin(run, argv);
    free(argv[1]);
    free(argv[3]);
}

/* One process: its counted blocks are all there, and so are those that come before main and after it. */
static void check_process(const struct run *run, size_t item, size_t atexits, size_t destructors)
{
    struct ops ops = ops_of(run, item);

    assert_faithful(&ops);
    assert_int_equal(ops_births(&ops, COUNTED_BYTES), COUNT);
    assert_int_equal(ops_deaths(&ops, COUNTED_BYTES), COUNT / 10);
    assert_int_equal(ops_births(&ops, CONSTRUCTOR_BYTES), 1);
    assert_int_equal(ops_births(&ops, ATEXIT_BYTES), atexits);
    assert_int_equal(ops_births(&ops, DESTRUCTOR_BYTES), destructors);
    ops_free(&ops);
}

static void check_ending(const char *how, int exit_status, size_t atexits, size_t destructors)
{
    struct run run;

    begin(&run, how, NULL);
    assert_int_equal(run.exit_status, exit_status);
    assert_int_equal(run.collection.count, 1);
    check_process(&run, 0, atexits, destructors);
    run_end(&run);
}

static void a_return_from_main_is_followed_by_handlers_and_destructors(void **state)
{
    (void)state;
    check_ending("return", 0, 1, 1);
}

static void an_end_without_handlers_loses_nothing(void **state)
{
    (void)state;
    check_ending("_exit", 0, 0, 0);
    check_ending("quick_exit", 0, 0, 0);
    check_ending("abort", 128 + SIGABRT, 0, 0);
    check_ending("segv", 128 + SIGSEGV, 0, 0);
}

static void sigkill_loses_nothing(void **state)
{
    (void)state;
    check_ending("sigkill", 128 + SIGKILL, 0, 0);
}

static void an_exec_gives_each_image_a_capture(void **state)
{
    struct run run;

    (void)state;
    begin(&run, "exec", NULL);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 2);
    assert_int_equal(run.collection.items[0].capture->header->pid,
                     run.collection.items[1].capture->header->pid);
    for (size_t i = 0; i < 2; i++) {
        bool second = run.collection.items[i].image == 1;

        check_process(&run, i, second ? 1 : 0, second ? 1 : 0);
    }
    run_end(&run);
}

/* The parent's capture is as if there were no child; the child's has the child's blocks and nothing else. */
static void check_fork(const char *how)
{
    bool parent_is_first;
    struct run run;
    struct ops child;

    begin(&run, how, NULL);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 2);
    parent_is_first =
        run.collection.items[1].capture->header->parent_pid == run.collection.items[0].capture->header->pid;
    check_process(&run, parent_is_first ? 0 : 1, 1, 1);
    child = ops_of(&run, parent_is_first ? 1 : 0);
    assert_faithful(&child);
    assert_int_equal(child.count, 2 * COUNT);
    assert_int_equal(ops_births(&child, CHILD_BYTES), COUNT);
    assert_int_equal(ops_deaths(&child, CHILD_BYTES), COUNT);
    ops_free(&child);
    run_end(&run);
}

static void a_child_of_fork_has_a_capture_of_its_own(void **state)
{
    (void)state;
    check_fork("fork");
}

static void a_child_that_no_fork_handler_saw_has_one_too(void **state)
{
    (void)state;
    check_fork("clone");
}

static void a_grandchild_has_one_though_its_parent_allocated_nothing(void **state)
{
    struct run run;
    struct ops ops;

    (void)state;
    begin(&run, "grandchildren", NULL);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 2);
    ops = ops_of(&run, 0);
    assert_int_equal(ops.count, 2 * COUNT);
    assert_faithful(&ops);
    ops_free(&ops);
    run_end(&run);
}

static void what_a_child_of_vfork_allocates_is_its_parents(void **state)
{
    struct run run;
    struct ops ops;

    (void)state;
    begin(&run, "vfork", NULL);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 1);
    check_process(&run, 0, 1, 1);
    ops = ops_of(&run, 0);
    assert_int_equal(ops_births(&ops, CHILD_BYTES), COUNT);
    assert_int_equal(ops_deaths(&ops, CHILD_BYTES), COUNT);
    ops_free(&ops);
    run_end(&run);
}

static void a_program_that_closes_every_descriptor_keeps_its_files_and_its_trace(void **state)
{
    char path[] = "/tmp/heapbench-own-XXXXXX";
    int fd = mkstemp(path);
    struct run run;

    (void)state;
    close(fd);
    begin(&run, "closeall", path);
    assert_int_equal(run.exit_status, 0);
    check_process(&run, 0, 1, 1);
    run_end(&run);
    unlink(path);
}

static void the_recorder_holds_no_descriptor(void **state)
{
    struct run run;

    (void)state;
    begin(&run, "descriptors", NULL);
    assert_int_equal(run.exit_status, 0);
    run_end(&run);
}

static void a_chain_of_programs_is_followed_to_its_end(void **state)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"},
                    (char[]){"true; exec env A=b '" SUBJECT("subject_endings") "' return 50000"}, NULL};
    struct run run;

    (void)state;
    run_begin(&run, argv);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 3);
    check_process(&run, 0, 1, 1);
    assert_int_equal(run.collection.items[0].image, 2);
    run_end(&run);
}

static void the_command_line_is_kept_quoted(void **state)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"echo 'a b' >/dev/null"}, NULL};
    struct run run;
    char *command;

    (void)state;
    run_begin(&run, argv);
    command = hb_capture_command(run.collection.items[0].capture);
    assert_string_equal(command, "sh -c 'echo '\\''a b'\\'' >/dev/null'");
    free(command);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_return_from_main_is_followed_by_handlers_and_destructors),
        cmocka_unit_test(an_end_without_handlers_loses_nothing),
        cmocka_unit_test(sigkill_loses_nothing),
        cmocka_unit_test(an_exec_gives_each_image_a_capture),
        cmocka_unit_test(a_child_of_fork_has_a_capture_of_its_own),
        cmocka_unit_test(a_child_that_no_fork_handler_saw_has_one_too),
        cmocka_unit_test(a_grandchild_has_one_though_its_parent_allocated_nothing),
        cmocka_unit_test(what_a_child_of_vfork_allocates_is_its_parents),
        cmocka_unit_test(a_program_that_closes_every_descriptor_keeps_its_files_and_its_trace),
        cmocka_unit_test(the_recorder_holds_no_descriptor),
        cmocka_unit_test(a_chain_of_programs_is_followed_to_its_end),
        cmocka_unit_test(the_command_line_is_kept_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
