/*
 * check_test.c - whatever is wrong with a library, the check says so, and where.
 */
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/question/session.h"
#include "bench/sample/check_parts.h"
#include "bench/sample/verdict.h"

/*
 * 200 objects of 17 bytes (operations 0 to 199), then a calloc (200), a realloc of it (201) and of the first
 * one (202), and frees of the even ones (203 to 302).
 */
enum { OBJECTS = 200, OPS = OBJECTS + 3 + OBJECTS / 2 };

static struct hb_op ops[OPS];
static struct hb_prepared *prepared;

static int prepare_workload(void **state)
{
    static char name[] = "made";
    struct hb_workload workload = {
        .name = name, .path = name, .ops = ops, .op_count = OPS, .object_count = OBJECTS + 1, .threads = 1};
    struct hb_error error;

    (void)state;
    for (uint32_t i = 0; i < OBJECTS; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .size = 17, .object = i};
    ops[OBJECTS] = (struct hb_op){.kind = HB_OP_CALLOC, .size = 40, .object = OBJECTS};
    ops[OBJECTS + 1] = (struct hb_op){.kind = HB_OP_REALLOC, .size = 17, .object = OBJECTS};
    ops[OBJECTS + 2] = (struct hb_op){.kind = HB_OP_REALLOC, .size = 40, .object = 0};
    for (uint32_t i = 0; i < OBJECTS / 2; i++)
        ops[OBJECTS + 3 + i] = (struct hb_op){.kind = HB_OP_FREE, .object = 2 * i};
    assert_int_equal(hb_prepare(&workload, &prepared, &error), HB_OK);
    return 0;
}

static int free_workload(void **state)
{
    (void)state;
    hb_prepared_free(prepared);
    return 0;
}

/* What a check of `allocator` finds, in `text`: "ok", or what is said of the problem. */
static struct hb_sample_result *check(const char *allocator, uint64_t timeout_ms, char *text, size_t bytes)
{
    static struct hb_sample_result result;
    struct hb_sample_request request = {.prepared = prepared,
                                        .allocator = allocator,
                                        .mode = HB_SAMPLE_CHECK,
                                        .touch = HB_TOUCH_PAGE,
                                        .timeout_ms = timeout_ms};
    struct hb_error error;

    if (hb_sample_run(&request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    hb_verdict_describe(&result, text, bytes);
    return &result;
}

static void the_first_wrong_operation_is_named(void **state)
{
    static const char *const cases[][2] = {
        {"same", "broken: blocks of objects 0 and 1 overlap (operation 1)"},
        {"overlap", "broken: blocks of objects 98 and 99 overlap (operation 99)"},
        {"align", "broken: block of object 99 is aligned to 4, not to 16 (operation 99)"},
        {"weak", "broken: block of object 99 is aligned to 8, not to 16 (operation 99)"},
        {"forget", "broken: byte 0 of object 200 is lost in a realloc (operation 201)"},
        {"dirty", "broken: byte 39 of object 200 is not zero after calloc (operation 200)"},
        {"short", "broken: usable size of object 0 is 16, less than its 17 (operation 0)"},
        {"greedy", "broken: usable sizes of the blocks of objects 0 and 1 overlap (operation 1)"},
        {"scribble", "broken: byte 3 of object 0 has changed (operation 202)"},
        {"print", "broken: prints (operation 99): now?then"},
        {"load", "broken: prints (as it is loaded): 1000"},
#ifndef __SANITIZE_THREAD__ /* whose runtime begins a thread of its own with the first */
        {"thread", "broken: leaves 1 thread running"},
#endif
        {"close", "broken: closes descriptor 0, which is not its own"},
        {"close_output", "broken: closes descriptor 1, which is not its own (operation 99)"},
        {"exit", "crashed (exit status 0, operation 99, a malloc of 17 bytes)"},
    };
    char path[300], text[600];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(path, sizeof path, WRONG_LIBRARIES "/libwrong_%s.so", cases[i][0]);
        check(path, 60000, text, sizeof text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void a_crash_has_its_operation_and_its_last_words(void **state)
{
    char text[600];

    (void)state;
    if (HB_SANITIZED)
        skip(); /* a sanitizer has more to say */
    check(WRONG_LIBRARIES "/libwrong_abort.so", 60000, text, sizeof text);
    assert_string_equal(text, "crashed (signal 6, operation 99, a malloc of 17 bytes): libwrong: I give up");
    check(WRONG_LIBRARIES "/libwrong_junk.so", 60000, text, sizeof text);
    assert_string_equal(text, "crashed (signal 11, operation 99, a malloc of 17 bytes)");
}

static void a_descriptor_that_is_left_is_named_with_its_file(void **state)
{
    char text[600];
    int fd;

    (void)state;
    check(WRONG_LIBRARIES "/libwrong_descriptor.so", 60000, text, sizeof text);
    assert_int_equal(sscanf(text, "broken: leaves descriptor %d open (/dev/zero)", &fd), 1);
    assert_non_null(strstr(text, " open (/dev/zero)"));
}

static void a_hang_in_free_is_ended_and_has_its_operation(void **state)
{
    char text[600];

    (void)state;
    check(WRONG_LIBRARIES "/libwrong_hang.so", 500, text, sizeof text);
    assert_string_equal(text, "timeout after 0.5 s (operation 204, a free of 17 bytes)");
}

static void nulls_are_counted_and_are_not_wrong(void **state)
{
    char text[600];
    const struct hb_sample_result *result =
        check(WRONG_LIBRARIES "/libwrong_null_after.so", 60000, text, sizeof text);

    (void)state;
    assert_string_equal(text, "ok");
    assert_int_equal(result->counts.ops, OPS);
    assert_int_equal(result->counts.first_failure, 99);
    assert_int_equal(result->counts.failure.size, 17);
    assert_int_equal(result->counts.failures, 104); /* 101 mallocs, the calloc and both reallocs */
}

/* Three blocks of 64 bytes, aligned to 64. */
static void an_alignment_that_is_not_given_is_a_warning_now_and_then_and_wrong_mostly(void **state)
{
    static char name[] = "aligned";
    struct hb_op aligned[3];
    struct hb_workload workload = {
        .name = name, .path = name, .ops = aligned, .op_count = 3, .object_count = 3, .threads = 1};
    struct hb_prepared *made = prepared;
    const struct hb_sample_result *result;
    struct hb_error error;
    char text[600];

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        aligned[i] = (struct hb_op){.kind = HB_OP_ALIGNED, .size = 64, .object = i, .align_log2 = 6};
    assert_int_equal(hb_prepare(&workload, &prepared, &error), HB_OK);
    check(WRONG_LIBRARIES "/libwrong_unmet.so", 60000, text, sizeof text);
    assert_string_equal(text, "broken: block of object 0 is aligned to 16, not to 64 (operation 0)");
    result = check(WRONG_LIBRARIES "/libwrong_loose.so", 60000, text, sizeof text);
    assert_string_equal(text, "ok");
    hb_verdict_warn(result, text, sizeof text);
    assert_string_equal(text,
                        "1 of 3 requests for an alignment got less; the first is object 0, aligned to 16 "
                        "and not to 64 (operation 0)");
    hb_prepared_free(prepared);
    prepared = made;
}

static void what_a_library_started_ends_with_the_check(void **state)
{
    static const char *const libraries[] = {WRONG_LIBRARIES "/libwrong_fork.so",
                                            WRONG_LIBRARIES "/libwrong_daemon.so"};
    char text[600];

    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* its orphans become our children */
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        check(libraries[i], 60000, text, sizeof text);
        assert_string_equal(text, "broken: leaves a process behind");
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* In a process of its own: a check that does not end. */
static void run_endless_check(void)
{
    char text[600];

    check(WRONG_LIBRARIES "/libwrong_fork_hang.so", 0, text, sizeof text);
    _exit(0);
}

static void being_interrupted_we_end_all_that_a_library_started(void **state)
{
    char mark[] = "/tmp/heapbench-test-XXXXXX";
    int status, killed = 0;
    pid_t parent;

    (void)state;
    close(mkstemp(mark));
    unlink(mark);
    setenv("WRONG_LIBRARY_MARK", mark, 1);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    parent = fork();
    if (parent == 0)
        run_endless_check();
    while (access(mark, F_OK) != 0)
        usleep(1000);
    kill(parent, SIGINT);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    while (waitpid(-1, &status, 0) > 0)
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    assert_int_equal(killed, 2); /* the check's process, and the one that the library started */
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    unsetenv("WRONG_LIBRARY_MARK");
    unlink(mark);
}

static void what_is_right_is_right(void **state)
{
    static const char *const names[] = {"glibc", "bump",  "simple",    "simple-align",
                                        "bins",  "buddy", "best-merge"};
    char text[600];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct hb_sample_result *result = check(names[i], 60000, text, sizeof text);

        assert_string_equal(text, "ok");
        assert_int_equal(result->counts.ops, OPS);
        assert_int_equal(result->counts.allocs, OBJECTS + 1);
        assert_int_equal(result->check.op, HB_CHECK_NO_OP);
    }
}

static void a_check_whose_time_is_over_is_right_so_far(void **state)
{
    const struct hb_allocator *bump = hb_allocator_find("bump");
    struct hb_check_result result = {0};
    struct hb_counts counts = {0};
    struct hb_error error = {0};
    struct hb_check_plan plan = {.prepared = prepared, .allocator = bump, .ops = OPS, .output = -1};

    (void)state;
    plan.heap = bump->create(bump, 0, &error);
    assert_int_equal(hb_check_run(&plan, &result, &counts, &error), HB_OK);
    assert_int_equal(counts.ops, OPS);
    plan.deadline_ns = 1;
    assert_int_equal(hb_check_run(&plan, &result, &counts, &error), HB_OK);
    assert_int_equal(counts.ops, 0);
    bump->destroy(plan.heap);
}

static void a_pattern_is_found_wrong_at_each_byte_that_it_has(void **state)
{
    static const uint64_t sizes[] = {1, 7, 8, 9, 64, 4095, 4096};
    static char block[4096];

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        hb_pattern_write(block, sizes[i], 5, false);
        assert_int_equal(hb_pattern_find_wrong(block, sizes[i], sizes[i], 5, false), HB_PATTERN_RIGHT);
        for (uint64_t at = 0; at < sizes[i]; at++) {
            block[at] ^= 1;
            assert_int_equal(hb_pattern_find_wrong(block, sizes[i], sizes[i], 5, false), at);
            assert_int_equal(hb_pattern_find_wrong(block, sizes[i], at, 5, false), HB_PATTERN_RIGHT);
            block[at] ^= 1;
        }
    }
}

static void a_large_block_has_its_pattern_at_the_ends_and_in_each_page(void **state)
{
    static const uint64_t wrong[] = {0, 63, 4096, 8192, 10000 - 64, 9999},
                          free_to_change[] = {64, 4095, 4097};
    static char block[10000];

    (void)state;
    hb_pattern_write(block, sizeof block, 5, false);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        block[wrong[i]] ^= 1;
        assert_int_equal(hb_pattern_find_wrong(block, sizeof block, sizeof block, 5, false), wrong[i]);
        block[wrong[i]] ^= 1;
    }
    for (size_t i = 0; i < sizeof free_to_change / sizeof free_to_change[0]; i++)
        block[free_to_change[i]] ^= 1;
    assert_int_equal(hb_pattern_find_wrong(block, sizeof block, sizeof block, 5, false), HB_PATTERN_RIGHT);
    block[4096] ^= 1;
    assert_int_equal(hb_pattern_find_wrong(block, sizeof block, sizeof block, 5, true), HB_PATTERN_RIGHT);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("the first wrong operation is named", the_first_wrong_operation_is_named),
        hb_test("a crash has its operation and its last words", a_crash_has_its_operation_and_its_last_words),
        hb_test("a descriptor that is left is named with its file",
                a_descriptor_that_is_left_is_named_with_its_file),
        hb_test("a hang in free is ended and has its operation",
                a_hang_in_free_is_ended_and_has_its_operation),
        hb_test("NULLs are counted and are not wrong", nulls_are_counted_and_are_not_wrong),
        hb_test("an alignment that is not given is a warning now and then, and wrong mostly",
                an_alignment_that_is_not_given_is_a_warning_now_and_then_and_wrong_mostly),
        hb_test("what a library started ends with the check", what_a_library_started_ends_with_the_check),
        hb_test("being interrupted, we end all that a library started",
                being_interrupted_we_end_all_that_a_library_started),
        hb_test("what is right is right", what_is_right_is_right),
        hb_test("a check whose time is over is right so far", a_check_whose_time_is_over_is_right_so_far),
        hb_test("a pattern is found wrong at each byte that it has",
                a_pattern_is_found_wrong_at_each_byte_that_it_has),
        hb_test("a large block has its pattern at the ends and in each page",
                a_large_block_has_its_pattern_at_the_ends_and_in_each_page),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, prepare_workload, free_workload);
}
