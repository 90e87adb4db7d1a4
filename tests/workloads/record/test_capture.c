/*
 * test_capture.c - captures written by hand, byte by byte: what they mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/record/capture_builder.h"

/* Thread 1 has got a block of 10 bytes at A, in A's first epoch. */
static void begin_with_a_block(void)
{
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
}

/* Thread 2 gives back the block at A, in that epoch of A's. */
static void free_in_another_thread(uint64_t epoch)
{
    begin_chunk(2, 0);
    put_order(A, epoch);
    put_death(HB_CAPTURE_FREE, A);
}

static void a_block_goes_from_one_thread_to_the_other_and_back(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_bare(HB_CAPTURE_BARE_THREAD);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_order(A, 3);
    put_death(HB_CAPTURE_FREE, A);
    begin_chunk(2, 0);
    put_bare(HB_CAPTURE_BARE_THREAD);
    put_order(A, 2);
    put_death(HB_CAPTURE_FREE, A);
    put_birth(HB_CAPTURE_CALLOC, A, 20);
    assert_int_equal(hb_capture_dropped(&(struct hb_capture_summary){0}), 0);
    assert_int_equal(convert_sound().threads, 2);
    assert_int_equal(capture_op_count, 4);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
    assert_op(2, HB_OP_CALLOC, 1, 20, 1);
    assert_op(3, HB_OP_FREE, 1, 0, 0);
}

static void an_epoch_that_nobody_lived_to_write_down_is_stepped_over(void **state)
{
    (void)state;
    begin_with_a_block();
    free_in_another_thread(7);
    assert_int_equal(convert_sound().ops, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
}

static void what_nothing_orders_follows_the_clock(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_tick(5);
    put_birth(HB_CAPTURE_MALLOC, A, 1);
    put_tick(9);
    put_birth(HB_CAPTURE_MALLOC, A + 16, 2);
    begin_chunk(2, 0);
    put_order(B, 1);
    put_tick(3);
    put_birth(HB_CAPTURE_MALLOC, B, 3);
    put_tick(7);
    put_birth(HB_CAPTURE_MALLOC, B + 16, 4);
    assert_int_equal(convert_sound().ops, 4);
    assert_int_equal(capture_ops[0].size, 3);
    assert_int_equal(capture_ops[1].size, 1);
    assert_int_equal(capture_ops[2].size, 4);
    assert_int_equal(capture_ops[3].size, 2);
}

static void between_its_two_halves_a_realloc_leaves_its_address_to_others(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_order(B, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_order(B, 3);
    put_birth(HB_CAPTURE_REALLOC_NEW, B, 30);
    begin_chunk(2, 0);
    put_order(A, 2);
    put_birth(HB_CAPTURE_MALLOC, A, 20);
    put_order(B, 2);
    assert_int_equal(hb_capture_dropped(&(struct hb_capture_summary){0}), 0);
    assert_int_equal(convert_sound().held_births, 0);
    assert_int_equal(capture_op_count, 3);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_MALLOC, 1, 20, 1);
    assert_op(2, HB_OP_REALLOC, 0, 30, 0);
}

static void a_realloc_that_failed_leaves_the_block_where_it_was(void **state)
{
    (void)state;
    begin_with_a_block();
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_bare(HB_CAPTURE_BARE_REALLOC_FAILED);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().unknown_frees, 0);
    assert_int_equal(capture_op_count, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 0);
}

/* Large blocks at A and B; of each it is found out later, in another thread, what is touched. */
static void what_is_touched_is_told_with_the_birth(void **state)
{
    struct hb_capture_summary summary;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 100000);
    put_order(B, 1);
    put_birth(HB_CAPTURE_CALLOC, B, 200000);
    begin_chunk(2, 0);
    put_order(A, 2);
    put_touched(A, 4096);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_birth(HB_CAPTURE_REALLOC_NEW, A, 300000);
    put_touched(A, 300000);
    put_order(B, 2);
    put_touched(B, 0);
    put_death(HB_CAPTURE_FREE, B);
    summary = convert_sound();
    assert_int_equal(capture_op_count, 4);
    assert_int_equal(capture_touched[0], 4096);
    assert_int_equal(capture_touched[1], 0);
    assert_int_equal(capture_touched[2], 300000);
    assert_int_equal(capture_touched[3], UINT64_MAX);
    assert_int_equal(summary.measured_blocks, 3);
    assert_int_equal(summary.measured_bytes, 600000);
    assert_int_equal(summary.touched_bytes, 304096);
    assert_int_equal(summary.ops, 4);
}

/* A block of A's place in time: born, measured where `touched` is known, and dead. */
static void put_large(enum hb_capture_kind kind, uint64_t size, uint64_t touched)
{
    put_birth(kind, A, size);
    if (touched != UINT64_MAX)
        put_touched(A, touched);
    put_death(HB_CAPTURE_FREE, A);
}

/* Each birth is followed by its free. */
static void what_was_not_measured_is_touched_as_its_like(void **state)
{
    static const uint64_t expected[] = {4096, 4096, 8192, 8192, 4096, UINT64_MAX, 20480, UINT64_MAX};
    struct hb_capture_summary summary;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_large(HB_CAPTURE_MALLOC, 100000, UINT64_MAX); /* as the first that was measured */
    put_large(HB_CAPTURE_MALLOC, 100000, 4096);
    put_large(HB_CAPTURE_MALLOC, 100000, UINT64_MAX); /* as the second */
    put_large(HB_CAPTURE_MALLOC, 100000, 8192);
    put_large(HB_CAPTURE_MALLOC, 100000, UINT64_MAX); /* as the first: each in its turn */
    put_large(HB_CAPTURE_CALLOC, 100000, UINT64_MAX); /* of another function */
    put_large(HB_CAPTURE_CALLOC, 100001, 20480);
    put_large(HB_CAPTURE_MALLOC, 99999, UINT64_MAX); /* of another size */
    summary = convert_sound();
    assert_int_equal(capture_op_count, 16);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(capture_touched[2 * i], expected[i]);
    assert_int_equal(summary.measured_blocks, 6);
    assert_int_equal(summary.likened_blocks, 3);
    assert_int_equal(summary.unknown_blocks, 2);
    assert_int_equal(summary.unknown_bytes, 199999);
}

/* Buffers of one size are taken, and then freed, each time round a loop: of the first and the second some
 * were measured, and the one after another large block, and none of the third. Small ones between them do not
 * matter. */
static void what_was_not_measured_is_touched_as_what_was_in_its_place(void **state)
{
    static const uint64_t places[] = {A, A + 32, A + 64, A + 96, A + 128};
    static const uint64_t all[] = {65536, 4096, 8192};
    struct hb_capture_summary summary;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    for (uint64_t i = 0; i < 20; i++) {
        put_birth(HB_CAPTURE_MALLOC, places[0], 65536);
        put_birth(HB_CAPTURE_MALLOC, A + 160, 40 + i);
        put_death(HB_CAPTURE_FREE, A + 160);
        put_birth(HB_CAPTURE_MALLOC, places[1], 65536);
        put_birth(HB_CAPTURE_MALLOC, places[2], 65536);
        put_birth(HB_CAPTURE_MALLOC, places[3], 70000);
        put_birth(HB_CAPTURE_MALLOC, places[4], 65536);
        if (i % 5 < 2)
            put_touched(places[i % 5], all[i % 5]);
        if (i % 5 == 2)
            put_touched(places[4], all[2]);
        for (size_t k = 0; k < 5; k++)
            put_death(HB_CAPTURE_FREE, places[k]);
    }
    summary = convert_sound();
    assert_int_equal(capture_op_count, 20 * 12);
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(capture_touched[12 * i], all[0]);
        assert_int_equal(capture_touched[12 * i + 3], all[1]);
        assert_int_equal(capture_touched[12 * i + 4], all[i % 3]); /* in turns */
        assert_int_equal(capture_touched[12 * i + 5], UINT64_MAX);
        assert_int_equal(capture_touched[12 * i + 6], all[2]);
    }
    assert_int_equal(summary.likened_blocks, 80 - 12);
}

/* Of 40 that were measured, with one that was not after each, the nearest 16 take turns. */
static void of_many_like_it_the_nearest_tell(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    for (uint64_t i = 0; i < 40; i++) {
        put_large(HB_CAPTURE_MALLOC, 1 << 20, 4096 * i);
        put_large(HB_CAPTURE_MALLOC, 1 << 20, UINT64_MAX);
    }
    convert_sound();
    assert_int_equal(capture_op_count, 160);
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t first = i + 1 < 8 ? 0 : i + 1 > 32 ? 24 : i + 1 - 8;

        assert_int_equal(capture_touched[4 * i], 4096 * i);
        assert_int_equal(capture_touched[4 * i + 2], 4096 * (first + i % 16));
    }
}

/* A capture is believed in nothing: more than the block has, small blocks, no blocks. */
static void what_cannot_be_touched_is_not_told(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 100000);
    put_touched(A, 100001);
    put_touched(A + 16, 1);
    put_touched(UINT64_MAX, UINT64_MAX);
    put_birth(HB_CAPTURE_MALLOC, A + 8, HB_CAPTURE_LARGE_BYTES - 1);
    put_touched(A + 8, 4096);
    assert_int_equal(convert_sound().measured_blocks, 0);
    assert_int_equal(capture_op_count, 2);
}

static void what_was_touched_before_a_realloc_failed_is_taken_back(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 100000);
    put_touched(A, 4096);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_bare(HB_CAPTURE_BARE_REALLOC_FAILED);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().measured_blocks, 0);
    assert_int_equal(capture_op_count, 2);
}

static void a_process_killed_inside_realloc_still_has_the_block(void **state)
{
    (void)state;
    begin_with_a_block();
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    assert_int_equal(convert_sound().ops, 1);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
}

static void what_cannot_be_placed_is_counted(void **state)
{
    struct hb_capture_summary summary;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_death(HB_CAPTURE_FREE, A);            /* nobody got it: left out */
    put_death(HB_CAPTURE_REALLOC_OLD, A + 8); /* nor this: becomes a malloc */
    put_birth(HB_CAPTURE_REALLOC_NEW, A + 16, 5);
    put_birth(HB_CAPTURE_MALLOC, A + 16, 6); /* still held: a free is made up */
    summary = convert_sound();
    assert_int_equal(summary.unknown_frees, 2);
    assert_int_equal(summary.held_births, 1);
    assert_int_equal(hb_capture_dropped(&summary), 3);
    assert_int_equal(capture_op_count, 3);
    assert_op(0, HB_OP_MALLOC, 0, 5, 0);
    assert_op(1, HB_OP_FREE, 0, 0, 0);
    assert_op(2, HB_OP_MALLOC, 1, 6, 0);
}

static void a_call_that_was_passed_on_counts_once(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_order(B, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10); /* calloc by malloc */
    put_birth(HB_CAPTURE_CALLOC, A, 10);
    put_death(HB_CAPTURE_REALLOC_OLD, A); /* realloc by malloc and free */
    put_birth(HB_CAPTURE_MALLOC, B, 20);
    put_death(HB_CAPTURE_FREE, A);
    put_birth(HB_CAPTURE_REALLOC_NEW, B, 20);
    put_death(HB_CAPTURE_FREE, B); /* delete by free */
    put_death(HB_CAPTURE_FREE, B);
    assert_int_equal(convert_sound().unknown_frees, 0);
    assert_int_equal(convert_sound().held_births, 0);
    assert_int_equal(capture_op_count, 4);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_MALLOC, 1, 20, 0);
    assert_op(2, HB_OP_FREE, 0, 0, 0);
    assert_op(3, HB_OP_FREE, 1, 0, 0);
}

/* As an echo looks, but the other thread came between. */
static void a_block_that_another_thread_gave_back_is_born_again(void **state)
{
    (void)state;
    begin_with_a_block();
    put_order(A, 3);
    put_birth(HB_CAPTURE_MALLOC, A, 20);
    free_in_another_thread(2);
    assert_int_equal(convert_sound().held_births, 0);
    assert_int_equal(capture_op_count, 3);
    assert_op(2, HB_OP_MALLOC, 1, 20, 0);
}

static void the_next_thread_of_a_stream_has_a_number_of_its_own(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_bare(HB_CAPTURE_BARE_THREAD);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_bare(HB_CAPTURE_BARE_THREAD);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().threads, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
}

static void a_chunk_that_was_never_signed_is_skipped(void **state)
{
    (void)state;
    begin_capture();
    capture_pages += 2;
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    assert_int_equal(convert_sound().ops, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_goes_from_one_thread_to_the_other_and_back),
        cmocka_unit_test(an_epoch_that_nobody_lived_to_write_down_is_stepped_over),
        cmocka_unit_test(what_nothing_orders_follows_the_clock),
        cmocka_unit_test(between_its_two_halves_a_realloc_leaves_its_address_to_others),
        cmocka_unit_test(a_realloc_that_failed_leaves_the_block_where_it_was),
        cmocka_unit_test(a_process_killed_inside_realloc_still_has_the_block),
        cmocka_unit_test(what_is_touched_is_told_with_the_birth),
        cmocka_unit_test(what_was_not_measured_is_touched_as_its_like),
        cmocka_unit_test(what_was_not_measured_is_touched_as_what_was_in_its_place),
        cmocka_unit_test(of_many_like_it_the_nearest_tell),
        cmocka_unit_test(what_cannot_be_touched_is_not_told),
        cmocka_unit_test(what_was_touched_before_a_realloc_failed_is_taken_back),
        cmocka_unit_test(what_cannot_be_placed_is_counted),
        cmocka_unit_test(a_call_that_was_passed_on_counts_once),
        cmocka_unit_test(a_block_that_another_thread_gave_back_is_born_again),
        cmocka_unit_test(the_next_thread_of_a_stream_has_a_number_of_its_own),
        cmocka_unit_test(a_chunk_that_was_never_signed_is_skipped),
    };

    return cmocka_run_group_tests(tests, capture_begin_tests, capture_end_tests);
}
