/*
 * test_record_family.c - every function of the malloc family, and of C++'s new and delete, call for call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/workloads/record/harness.h"
#include "tests/workloads/record/subjects.h"

_Static_assert((int)LISTED_MALLOC == (int)HB_OP_MALLOC && (int)LISTED_FREE == (int)HB_OP_FREE, "");
_Static_assert((int)LISTED_CALLOC == (int)HB_OP_CALLOC && (int)LISTED_REALLOC == (int)HB_OP_REALLOC, "");
_Static_assert((int)LISTED_ALIGNED == (int)HB_OP_ALIGNED, "");

static unsigned page_log2(void)
{
    return (unsigned)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
}

static void assert_same(const struct hb_op *op, const struct listed *listed, uint32_t first_object)
{
    unsigned align_log2 = listed->align_log2 == LISTED_PAGE_LOG2 ? page_log2() : listed->align_log2;

    assert_int_equal(op->kind, listed->kind);
    assert_int_equal(op->object - first_object, listed->object);
    assert_int_equal(op->size, listed->size);
    assert_int_equal(op->align_log2, align_log2);
    assert_int_equal(op->thread, 0);
}

static void check_family(char *seed)
{
    char list_path[] = "/tmp/heapbench-list-XXXXXX";
    int fd = mkstemp(list_path);
    char *argv[] = {(char[]){SUBJECT("subject_family")}, list_path, seed, (char[]){"60000"}, NULL};
    struct run run;
    struct ops ops;
    size_t begin, end, bytes;
    char *listed;

    assert_true(fd >= 0);
    close(fd);
    run_begin(&run, argv);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    ops_between_markers(&ops, &begin, &end);
    assert_int_equal(hb_file_read(list_path, SIZE_MAX / 2, &listed, &bytes, NULL), HB_OK);
    assert_int_equal(end - begin, bytes / sizeof(struct listed));
    for (size_t i = begin; i < end; i++)
        assert_same(&ops.items[i], (const struct listed *)(const void *)listed + (i - begin),
                    ops.items[begin - 1].object + 1);
    free(listed);
    ops_free(&ops);
    run_end(&run);
    unlink(list_path);
}

static void every_call_of_the_family_is_recorded_as_it_was_made(void **state)
{
    (void)state;
    check_family((char[]){"1"});
    check_family((char[]){"2"});
    check_family((char[]){"3"});
}

static const struct {
    unsigned size, align_log2;
} forms[] = {{101, 0}, {102, 0}, {103, 0}, {104, 0}, {128, 6}, {192, 6},
             {256, 6}, {320, 6}, {109, 0}, {110, 0}, {384, 6}, {448, 6}};

enum { FORMS = sizeof forms / sizeof forms[0] };

static void check_cxx(char *program, const char *preload)
{
    /* mimalloc, which is built as C here, ends a program whose new fails. */
    bool may_fail = preload == NULL;
    char *argv[] = {program, may_fail ? (char[]){"fail"} : NULL, NULL};
    size_t begin, end;
    struct run run;
    struct ops ops;

    if (preload == NULL)
        run_begin(&run, argv);
    else
        run_begin_with(&run, argv, preload);
    assert_int_equal(run.exit_status, 0);
    ops = ops_of(&run, 0);
    assert_faithful(&ops);
    ops_between_markers(&ops, &begin, &end);
    assert_int_equal(end - begin, 2 * FORMS);
    for (size_t i = 0; i < FORMS; i++) {
        const struct hb_op *birth = &ops.items[begin + 2 * i], *death = birth + 1;

        assert_int_equal(birth->kind, forms[i].align_log2 > 0 ? HB_OP_ALIGNED : HB_OP_MALLOC);
        assert_int_equal(birth->size, forms[i].size);
        assert_int_equal(birth->align_log2, forms[i].align_log2);
        assert_int_equal(death->kind, HB_OP_FREE);
        assert_int_equal(death->object, birth->object);
    }
    ops_free(&ops);
    run_end(&run);
}

static void every_form_of_new_and_delete_is_recorded_once(void **state)
{
    (void)state;
    check_cxx((char[]){SUBJECT("subject_cxx")}, NULL);
}

static void an_allocator_with_its_own_new_and_delete_is_recorded_once_too(void **state)
{
    static const char *const allocators[] = {HB_JEMALLOC, HB_MIMALLOC, HB_TCMALLOC};
    int checked = 0;

    (void)state;
    for (size_t i = 0; i < sizeof allocators / sizeof allocators[0]; i++) {
        if (access(allocators[i], R_OK) != 0) {
            print_message("skipped: %s is not there\n", allocators[i]);
            continue;
        }
        check_cxx((char[]){SUBJECT("subject_cxx")}, allocators[i]);
        checked++;
    }
    if (checked == 0)
        skip();
}

static void an_allocator_that_the_program_is_linked_with_is_found(void **state)
{
    (void)state;
    if (access(SUBJECT("subject_linked"), X_OK) != 0)
        skip();
    check_cxx((char[]){SUBJECT("subject_linked")}, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_of_the_family_is_recorded_as_it_was_made),
        cmocka_unit_test(every_form_of_new_and_delete_is_recorded_once),
        cmocka_unit_test(an_allocator_that_the_program_is_linked_with_is_found),
        cmocka_unit_test(an_allocator_with_its_own_new_and_delete_is_recorded_once_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
