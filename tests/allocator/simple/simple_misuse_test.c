/*
 * simple_misuse_test.c - a checked build names the offset of every misuse; here the checks are on in every
 * preset.
 */
#define HB_SIMPLE_CHECKS 1
#define HB_COUNTING      0
#include "allocator/simple/heap.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned char bytes[256];
static struct hb_simple heap;
static unsigned char *volatile base =
    bytes; /* so that no compiler sees what is wrong with the pointers below */
static jmp_buf caught;
static struct hb_simple_report report;
static char report_text[512];

static void catch_misuse(const struct hb_simple_report *misuse)
{
    report = *misuse;
    snprintf(report_text, sizeof report_text, "%s", misuse->text);
    longjmp(caught, 1);
}

static int set_up(void **unused)
{
    (void)unused;
    report_text[0] = '\0';
    hb_simple_on_misuse(catch_misuse);
    return hb_simple_init(&heap, bytes, sizeof bytes) ? 0 : -1;
}

static int tear_down(void **unused)
{
    (void)unused;
    return hb_simple_on_misuse(NULL) == catch_misuse ? 0 : -1;
}

static void *at(int64_t offset)
{
    return (void *)((uintptr_t)base + (uintptr_t)offset);
}

static void assert_names_offset(int64_t offset)
{
    char words[64];

    snprintf(words, sizeof words, "offset %lld", (long long)offset);
    if (strstr(report_text, words) == NULL)
        fail_msg("'%s' does not say '%s'", report_text, words);
}

typedef void action(void *block, size_t size);

static void act_free(void *block, size_t size)
{
    (void)size;
    heap_free(&heap, block);
}

static void act_resize(void *block, size_t size)
{
    heap_resize(&heap, block, size);
}

static void act_alloc(void *block, size_t size)
{
    (void)block;
    heap_alloc(&heap, size);
}

/* Whether the handler was called. Nothing but this lies between setjmp and the place that jumps. */
__attribute__((noinline)) static bool is_caught(action *act, void *block, size_t size)
{
    if (setjmp(caught) != 0)
        return true;
    act(block, size);
    return false;
}

static void expect(action *act, void *block, size_t size, enum hb_simple_misuse kind, int64_t offset)
{
    assert_true(is_caught(act, block, size));
    assert_int_equal(report.kind, kind);
    assert_int_equal(report.offset, offset);
    assert_names_offset(offset);
}

static void a_double_free_is_caught(void **unused)
{
    void *first = heap_alloc(&heap, 10), *second = heap_alloc(&heap, 20);

    (void)unused;
    heap_free(&heap, second);
    expect(act_free, second, 0, HB_SIMPLE_DOUBLE_FREE, 26);
    expect(act_resize, second, 5, HB_SIMPLE_DOUBLE_FREE, 26);
    expect(act_resize, second, 0, HB_SIMPLE_DOUBLE_FREE, 26);
    heap_free(&heap, first);
    expect(act_free, first, 0, HB_SIMPLE_DOUBLE_FREE, 8);
}

static void a_pointer_that_was_never_handed_out_is_caught_as_free(void **unused)
{
    (void)unused;
    expect(act_free, at(8), 0, HB_SIMPLE_DOUBLE_FREE, 8);
}

static void a_pointer_outside_the_heap_is_caught(void **unused)
{
    (void)unused;
    expect(act_free, at(-1), 0, HB_SIMPLE_FOREIGN, -1);
    expect(act_free, at(0), 0, HB_SIMPLE_FOREIGN, 0);
    expect(act_free, at(257), 0, HB_SIMPLE_FOREIGN, 257);
    expect(act_free, at(1 - (int64_t)(uintptr_t)bytes), 0, HB_SIMPLE_FOREIGN, 1 - (int64_t)(uintptr_t)bytes);
    expect(act_resize, at(1000), 8, HB_SIMPLE_FOREIGN, 1000);
}

static void every_pointer_that_is_no_payloads_start_is_caught(void **unused)
{
    (void)unused;
    assert_non_null(heap_alloc(&heap, 10));
    assert_non_null(heap_alloc(&heap, 20));
    for (int64_t offset = 1; offset <= (int64_t)sizeof bytes; offset++) {
        if (offset == 8 || offset == 26)
            continue; /* the two blocks */
        if (offset == 54)
            expect(act_free, at(offset), 0, HB_SIMPLE_DOUBLE_FREE, offset); /* the tail */
        else
            expect(act_free, at(offset), 0, HB_SIMPLE_NO_START, offset);
    }
}

static void a_smashed_record_is_caught_by_the_walk_that_meets_it(void **unused)
{
    static const uint64_t smashed[] = {0, 7, 239, 1000, UINT64_MAX >> 1, UINT64_MAX, RECORD_ALLOCATED};

    (void)unused;
    for (size_t i = 0; i < sizeof smashed / sizeof smashed[0]; i++) {
        void *first;

        assert_true(hb_simple_init(&heap, bytes, sizeof bytes));
        first = heap_alloc(&heap, 10);
        assert_non_null(heap_alloc(&heap, 20));
        memcpy((unsigned char *)first + 10, &smashed[i],
               sizeof smashed[i]); /* as writing 18 bytes into 10 does */
        expect(act_alloc, NULL, 30, HB_SIMPLE_SMASHED, 18);
        expect(act_free, at(26), 0, HB_SIMPLE_SMASHED, 18);
    }
}

static void a_record_that_leaves_no_room_for_the_next_is_caught(void **unused)
{
    uint64_t length = sizeof bytes - 4;

    (void)unused;
    memcpy(bytes, &length, sizeof length);
    expect(act_alloc, NULL, 300, HB_SIMPLE_SMASHED, (int64_t)length);
}

static void use_rightly(void *block, size_t size)
{
    void *blocks[6];

    (void)block;
    for (size_t i = 0; i < 6; i++)
        blocks[i] = heap_alloc(&heap, size + i);
    for (size_t i = 0; i < 6; i++)
        heap_free(&heap, blocks[i]);
    heap_free(&heap, heap_resize(&heap, heap_alloc(&heap, size - 2), size));
    heap_free(&heap, NULL);
    heap_alloc(&heap, sizeof bytes);
}

static void right_use_is_never_reported(void **unused)
{
    (void)unused;
    assert_false(is_caught(use_rightly, NULL, 20));
    assert_string_equal(report_text, "");
}

/* In a child, since it ends there: what does the default handler do? */
static void without_a_handler_the_process_aborts_with_a_sentence(void **unused)
{
    char text[256];
    ssize_t bytes_read;
    int ends[2], status;
    pid_t child;

    (void)unused;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        hb_simple_on_misuse(NULL);
        heap_free(&heap, at(8));
        _exit(0);
    }
    close(ends[1]);
    bytes_read = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_true(bytes_read > 0);
    text[bytes_read] = '\0';
    assert_string_equal(text, "simple: pointer at offset 8 was freed before: its range is free\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_double_free_is_caught, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pointer_that_was_never_handed_out_is_caught_as_free, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_pointer_outside_the_heap_is_caught, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_pointer_that_is_no_payloads_start_is_caught, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_smashed_record_is_caught_by_the_walk_that_meets_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_leaves_no_room_for_the_next_is_caught, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(right_use_is_never_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_handler_the_process_aborts_with_a_sentence, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
