/*
 * test_capture_damage.c - what damage to a capture does: it is refused with its place, or taken; it does no
 * harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/record/capture_builder.h"

static void assert_damaged(const char *what)
{
    struct hb_capture_summary summary;
    struct hb_error error;

    assert_int_equal(convert(capture_pages * PAGE, &summary, &error), HB_ERR_FORMAT);
    if (strstr(error.text, what) == NULL || strstr(error.text, capture_path) == NULL)
        fail_msg("unexpected: %s", error.text);
}

static void orders_that_contradict_each_other_are_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 2);
    put_order(B, 1);
    begin_chunk(2, 0);
    put_order(B, 2);
    put_order(A, 1);
    assert_damaged("wait for each other");
}

static void an_epoch_of_two_owners_is_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    begin_chunk(2, 0);
    put_order(A, 1);
    assert_damaged("same epoch");
}

static void an_event_without_its_shard_is_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    assert_damaged("had not taken");
}

static void a_missing_chunk_is_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    begin_chunk(1, 2);
    assert_damaged("at byte 73728");
}

static void a_chunk_that_ends_early_is_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    begin_chunk(1, 1);
    assert_damaged("damaged at byte 69664");
}

static void a_block_of_more_than_2_63_bytes_is_an_error(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, UINT64_C(1) << 63);
    convert_sound();
    assert_op(0, HB_OP_MALLOC, 0, UINT64_C(1) << 63, 0);
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, (UINT64_C(1) << 63) + 1);
    assert_damaged("more than 2^63 bytes");
}

static void something_else_is_not_a_capture(void **state)
{
    (void)state;
    begin_capture();
    capture_file[0] ^= 1;
    assert_damaged("not a capture");
    begin_capture();
    capture_file[8] ^= 1;
    assert_damaged("damaged at byte 8");
}

/* Every single-byte change of a small capture, and every length of it, is taken or refused: no crash, no
 * hang, and, under the sanitizers, no access out of bounds. */
static void no_damage_does_harm(void **state)
{
    struct hb_capture_summary summary;
    struct hb_error error;
    size_t used;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_bare(HB_CAPTURE_BARE_THREAD);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_birth(HB_CAPTURE_REALLOC_NEW, A, 20);
    put_order(A, 3);
    put_death(HB_CAPTURE_FREE, A);
    begin_chunk(2, 0);
    put_order(A, 2);
    put_tick(3);
    put_death(HB_CAPTURE_FREE, A);
    put_birth(HB_CAPTURE_CALLOC, A, 20);
    used = capture_pages * PAGE;
    for (size_t i = 0; i < used; i++) {
        bool interesting = i < 160 || (i >= HEADER_AT && (i % PAGE < 128 || i % PAGE > PAGE - 8));

        for (unsigned flip = 1; interesting && flip < 256; flip <<= 1) {
            capture_file[i] ^= (unsigned char)flip;
            convert(used, &summary, &error);
            capture_file[i] ^= (unsigned char)flip;
        }
    }
    for (size_t bytes = HEADER_AT - 1; bytes < used; bytes += bytes < FIRST_CHUNK_AT + 200 ? 1 : 61)
        convert(bytes, &summary, &error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_that_contradict_each_other_are_an_error),
        cmocka_unit_test(an_epoch_of_two_owners_is_an_error),
        cmocka_unit_test(an_event_without_its_shard_is_an_error),
        cmocka_unit_test(a_missing_chunk_is_an_error),
        cmocka_unit_test(a_chunk_that_ends_early_is_an_error),
        cmocka_unit_test(a_block_of_more_than_2_63_bytes_is_an_error),
        cmocka_unit_test(something_else_is_not_a_capture),
        cmocka_unit_test(no_damage_does_harm),
    };

    return cmocka_run_group_tests(tests, capture_begin_tests, capture_end_tests);
}
