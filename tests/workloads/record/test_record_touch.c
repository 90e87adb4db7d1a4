/*
 * test_record_touch.c - record --touch: of each large block, exactly the pages that the program touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/workloads/record/harness.h"
#include "tests/workloads/record/subjects.h"

/* The part of a page that a block with a mapping of its own begins with. */
#define HEAD (P - TOUCH_OFFSET)

enum { P = 4096 };

struct expected {
    uint64_t size, touched;
};

static void run_touched(struct run *run, char *const *argv)
{
    setenv(HB_TEST_TOUCH, "1", 1);
    run_begin(run, argv);
    unsetenv(HB_TEST_TOUCH);
}

static void check(const struct run *run, size_t item, const struct expected *expected)
{
    struct ops ops = ops_of(run, item);

    for (; expected->size > 0; expected++) {
        uint64_t touched = 0;

        if (!ops_touched(&ops, expected->size, &touched))
            fail_msg("nothing is known of the block of %llu bytes", (unsigned long long)expected->size);
        if (touched != expected->touched)
            fail_msg("%llu bytes of the block of %llu, not %llu", (unsigned long long)touched,
                     (unsigned long long)expected->size, (unsigned long long)expected->touched);
    }
    ops_free(&ops);
}

/* What was found out when the realloc began was not all. */
static void check_refused(const struct run *run)
{
    struct ops ops = ops_of(run, 0);
    uint64_t touched;

    assert_int_equal(ops_births(&ops, TOUCH_REFUSED), 1);
    assert_false(ops_touched(&ops, TOUCH_REFUSED, &touched));
    assert_faithful(&ops);
    ops_free(&ops);
}

/* The parent did most. */
static void each_block_is_known_to_the_page(void **state)
{
    static const struct expected parent[] = {
        {TOUCH_ALL, TOUCH_ALL},
        {TOUCH_NONE, 0},
        {TOUCH_HEAD, HEAD},
        {TOUCH_THREE, HEAD + 3 * P},
        {TOUCH_CALLOC, HEAD + 2 * P},
        {TOUCH_SMALLER, HEAD + 2 * P},
        {TOUCH_GROWN, HEAD + 3 * P},
        {TOUCH_SHRUNK, HEAD + 3 * P},
        {TOUCH_USED_BEFORE, TOUCH_USED_BEFORE},
        {TOUCH_USED, 2 * P},
        {TOUCH_USED_CALLOC, TOUCH_USED_CALLOC}, /* the allocator cleared it */
        {TOUCH_HANDED, HEAD + 2 * P},
        {TOUCH_LOCKED, HEAD + 16 * P},
        {TOUCH_PROTECTED, HEAD + 3 * P},
        {TOUCH_PROTECTED_LIVE, HEAD + 2 * P},
        {TOUCH_INHERITED, HEAD + 3 * P},
        {TOUCH_LIVE, HEAD + P},
        {0, 0},
    };
    static const struct expected child[] = {
        {TOUCH_CHILD, HEAD + 5 * P}, {TOUCH_CHILD_LIVE, HEAD + 6 * P}, {0, 0}};
    char *argv[] = {(char[]){SUBJECT("subject_touch")}, NULL};
    struct run run;

    (void)state;
    run_touched(&run, argv);
    assert_int_equal(run.exit_status, 0);
    assert_int_equal(run.collection.count, 2);
    check(&run, 0, parent);
    check(&run, 1, child);
    check_refused(&run);
    run_end(&run);
}

/* Early, when the program's time has not paid for much yet. */
static void the_largest_is_measured_too(void **state)
{
    static const struct expected huge[] = {{TOUCH_HUGE, HEAD + 3 * P}, {0, 0}};
    char *argv[] = {(char[]){SUBJECT("subject_touch")}, (char[]){"huge"}, NULL};
    struct run run;

    (void)state;
    run_touched(&run, argv);
    assert_int_equal(run.exit_status, 0);
    check(&run, 0, huge);
    run_end(&run);
}

static void nothing_is_known_where_it_was_not_asked_for(void **state)
{
    char *argv[] = {(char[]){SUBJECT("subject_touch")}, NULL};
    struct run run;
    struct ops ops;

    (void)state;
    run_begin(&run, argv);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_int_equal(ops.touched_count, 0);
    ops_free(&ops);
    run_end(&run);
}

static void check_intact(const char *library)
{
    char *argv[] = {(char[]){SUBJECT("subject_intact")}, (char[]){"3"}, (char[]){"3000"}, NULL};
    struct run run;
    struct ops ops;

    setenv(HB_TEST_TOUCH, "1", 1);
    run_begin_with(&run, argv, library);
    unsetenv(HB_TEST_TOUCH);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    assert_true(ops.touched_count > 0);
    for (size_t i = 0; i < ops.touched_count; i++)
        assert_true(ops.touched[i].bytes <= ops.items[ops.touched[i].op].size);
    ops_free(&ops);
    run_end(&run);
}

static void what_threads_write_to_large_blocks_stays_there(void **state)
{
    static const char *const libraries[] = {"libc.so.6", HB_JEMALLOC, HB_MIMALLOC, HB_TCMALLOC};

    (void)state;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
        if (strstr(libraries[i], "NOTFOUND") == NULL)
            check_intact(libraries[i]);
}

/* A quarter is written. Those that are measured would be the first of each burst, and the cheap ones, where
 * each were measured that can be paid for: two in a hundred of their bytes. */
static void of_many_alike_a_fair_sample_is_measured(void **state)
{
    char *argv[] = {(char[]){SUBJECT("subject_touch")}, (char[]){"bursts"}, NULL};
    uint64_t blocks = 0, touched = 0;
    struct run run;
    struct ops ops;

    (void)state;
    run_touched(&run, argv);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    for (size_t i = 0; i < ops.touched_count; i++) {
        if (ops.items[ops.touched[i].op].size != TOUCH_BURST)
            continue;
        blocks++;
        touched += ops.touched[i].bytes;
    }
    assert_int_equal(blocks, 4 * TOUCH_BURSTS);
    print_message("%.3f\n", (double)touched / (double)(blocks * TOUCH_BURST));
    assert_in_range(touched, blocks * TOUCH_BURST / 10, blocks * TOUCH_BURST / 2);
    ops_free(&ops);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_is_known_to_the_page),
        cmocka_unit_test(the_largest_is_measured_too),
        cmocka_unit_test(nothing_is_known_where_it_was_not_asked_for),
        cmocka_unit_test(of_many_alike_a_fair_sample_is_measured),
        cmocka_unit_test(what_threads_write_to_large_blocks_stays_there),
    };

    if (getpagesize() != P)
        return 77;
    unsetenv(HB_TEST_TOUCH);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
