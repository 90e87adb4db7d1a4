/* Captures written by hand, byte by byte: what they mean, and what damage to them does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/record/convert.h"

enum { PAGE = 4096, PAGES_AT_MOST = 8, OPS_AT_MOST = 64 };

static unsigned char file[PAGES_AT_MOST * PAGE];
static size_t file_pages;
static unsigned char *at;     /* where the next event goes */
static uint64_t last_address; /* of the stream that is being written */
static char path[64];
static int file_fd;

static void begin_file(void)
{
    struct hb_capture_header header = {.page_bytes = PAGE, .pid = 7, .command_bytes = 5, .command = "a\0b c"};

    memset(file, 0, sizeof file);
    memcpy(header.magic, HB_CAPTURE_MAGIC, sizeof header.magic);
    memcpy(file, &header, sizeof header);
    file_pages = 1;
}

static void begin_chunk(uint32_t stream, uint32_t sequence)
{
    struct hb_capture_chunk chunk = {.magic = HB_CAPTURE_CHUNK_MAGIC,
                                     .stream = stream,
                                     .sequence = sequence,
                                     .bytes = PAGE,
                                     .offset = file_pages * PAGE};

    assert_true(file_pages < PAGES_AT_MOST);
    at = file + file_pages * PAGE;
    memcpy(at, &chunk, sizeof chunk);
    at += sizeof chunk;
    file_pages++;
    if (sequence == 0)
        last_address = 0;
}

static void put(uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *at++ = (unsigned char)(value >> 8 * i);
}

/* Addresses take the 8-byte form: the shorter ones are what the recorder itself writes. */
static void put_address(enum hb_capture_kind kind, uint64_t address, unsigned size_log2)
{
    uint64_t delta = (address >> 3) - last_address;

    put((unsigned)kind | 7u << 3 | size_log2 << 6, 1);
    put((delta << 1) ^ (uint64_t)((int64_t)delta >> 63), 8);
    last_address = address >> 3;
}

static void put_birth(enum hb_capture_kind kind, uint64_t address, uint64_t size)
{
    put_address(kind, address, 2);
    put(size, 4);
}

static void put_death(enum hb_capture_kind kind, uint64_t address)
{
    put_address(kind, address, 0);
}

static void put_order(uint64_t address, uint64_t epoch)
{
    put(HB_CAPTURE_MARK | 3u << 3 | HB_CAPTURE_MARK_ORDER << 6, 1);
    put(hb_capture_shard(address), 2);
    put(epoch, 4);
}

static void put_tick(uint64_t tick)
{
    put(HB_CAPTURE_MARK | 0u << 3 | HB_CAPTURE_MARK_TICK << 6, 1);
    put(tick, 1);
}

static void put_mark(enum hb_capture_mark mark)
{
    put(HB_CAPTURE_MARK | (unsigned)mark << 6, 1);
}

static struct hb_op ops[OPS_AT_MOST];
static size_t op_count;

static enum hb_status append(void *context, const struct hb_op *items, size_t count, struct hb_error *error)
{
    (void)context;
    (void)error;
    for (size_t i = 0; i < count && op_count < OPS_AT_MOST; i++)
        ops[op_count++] = items[i];
    return HB_OK;
}

static void write_file(size_t bytes)
{
    assert_int_equal(ftruncate(file_fd, (off_t)bytes), 0);
    assert_int_equal(pwrite(file_fd, file, bytes, 0), bytes);
}

static enum hb_status convert(size_t bytes, struct hb_capture_summary *summary, struct hb_error *error)
{
    struct hb_op_sink sink = {.append = append};
    struct hb_capture *capture;
    enum hb_status status;

    write_file(bytes);
    op_count = 0;
    status = hb_capture_open(path, &capture, error);
    if (status != HB_OK)
        return status;
    status = hb_capture_convert(capture, &sink, summary, error);
    hb_capture_close(capture);
    return status;
}

static struct hb_capture_summary convert_sound(void)
{
    struct hb_capture_summary summary;
    struct hb_error error;

    if (convert(file_pages * PAGE, &summary, &error) != HB_OK)
        fail_msg("%s", error.text);
    return summary;
}

static void assert_op(size_t i, unsigned kind, uint32_t object, uint64_t size, unsigned thread)
{
    assert_true(i < op_count);
    assert_int_equal(ops[i].kind, kind);
    assert_int_equal(ops[i].object, object);
    assert_int_equal(ops[i].size, size);
    assert_int_equal(ops[i].thread, thread);
}

enum { A = 0x10000, B = 0x20000 };

static void a_block_goes_from_one_thread_to_the_other_and_back(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_mark(HB_CAPTURE_MARK_THREAD);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_order(A, 3);
    put_death(HB_CAPTURE_FREE, A);
    begin_chunk(2, 0);
    put_mark(HB_CAPTURE_MARK_THREAD);
    put_order(A, 2);
    put_death(HB_CAPTURE_FREE, A);
    put_birth(HB_CAPTURE_CALLOC, A, 20);
    assert_int_equal(hb_capture_dropped(&(struct hb_capture_summary){0}), 0);
    assert_int_equal(convert_sound().threads, 2);
    assert_int_equal(op_count, 4);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
    assert_op(2, HB_OP_CALLOC, 1, 20, 1);
    assert_op(3, HB_OP_FREE, 1, 0, 0);
}

static void an_epoch_that_nobody_lived_to_write_down_is_stepped_over(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    begin_chunk(2, 0);
    put_order(A, 7);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().ops, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
}

static void what_nothing_orders_follows_the_clock(void **state)
{
    (void)state;
    begin_file();
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
    assert_int_equal(ops[0].size, 3);
    assert_int_equal(ops[1].size, 1);
    assert_int_equal(ops[2].size, 4);
    assert_int_equal(ops[3].size, 2);
}

static void between_its_two_halves_a_realloc_leaves_its_address_to_others(void **state)
{
    (void)state;
    begin_file();
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
    assert_int_equal(op_count, 3);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_MALLOC, 1, 20, 1);
    assert_op(2, HB_OP_REALLOC, 0, 30, 0);
}

static void a_realloc_that_failed_leaves_the_block_where_it_was(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    put_mark(HB_CAPTURE_MARK_REALLOC_FAILED);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().unknown_frees, 0);
    assert_int_equal(op_count, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 0);
}

static void a_process_killed_inside_realloc_still_has_the_block(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_death(HB_CAPTURE_REALLOC_OLD, A);
    assert_int_equal(convert_sound().ops, 1);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
}

static void what_cannot_be_placed_is_counted(void **state)
{
    struct hb_capture_summary summary;

    (void)state;
    begin_file();
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
    assert_int_equal(op_count, 3);
    assert_op(0, HB_OP_MALLOC, 0, 5, 0);
    assert_op(1, HB_OP_FREE, 0, 0, 0);
    assert_op(2, HB_OP_MALLOC, 1, 6, 0);
}

static void a_call_that_was_passed_on_counts_once(void **state)
{
    (void)state;
    begin_file();
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
    assert_int_equal(op_count, 4);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
    assert_op(1, HB_OP_MALLOC, 1, 20, 0);
    assert_op(2, HB_OP_FREE, 0, 0, 0);
    assert_op(3, HB_OP_FREE, 1, 0, 0);
}

/* As an echo looks, but the other thread came between. */
static void a_block_that_another_thread_gave_back_is_born_again(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_order(A, 3);
    put_birth(HB_CAPTURE_MALLOC, A, 20);
    begin_chunk(2, 0);
    put_order(A, 2);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().held_births, 0);
    assert_int_equal(op_count, 3);
    assert_op(2, HB_OP_MALLOC, 1, 20, 0);
}

static void the_next_thread_of_a_stream_has_a_number_of_its_own(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_mark(HB_CAPTURE_MARK_THREAD);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_mark(HB_CAPTURE_MARK_THREAD);
    put_death(HB_CAPTURE_FREE, A);
    assert_int_equal(convert_sound().threads, 2);
    assert_op(1, HB_OP_FREE, 0, 0, 1);
}

static void a_chunk_that_was_never_signed_is_skipped(void **state)
{
    (void)state;
    begin_file();
    file_pages += 2;
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    assert_int_equal(convert_sound().ops, 1);
}

static void assert_damaged(const char *what)
{
    struct hb_capture_summary summary;
    struct hb_error error;

    assert_int_equal(convert(file_pages * PAGE, &summary, &error), HB_ERR_FORMAT);
    if (strstr(error.text, what) == NULL || strstr(error.text, path) == NULL)
        fail_msg("unexpected: %s", error.text);
}

static void orders_that_contradict_each_other_are_an_error(void **state)
{
    (void)state;
    begin_file();
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
    begin_file();
    begin_chunk(1, 0);
    put_order(A, 1);
    begin_chunk(2, 0);
    put_order(A, 1);
    assert_damaged("same epoch");
}

static void an_event_without_its_shard_is_an_error(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    assert_damaged("had not taken");
}

static void a_missing_chunk_is_an_error(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    begin_chunk(1, 2);
    assert_damaged("at byte 8192");
}

static void a_chunk_that_ends_early_is_an_error(void **state)
{
    (void)state;
    begin_file();
    begin_chunk(1, 0);
    begin_chunk(1, 1);
    assert_damaged("damaged at byte 4128");
}

static void something_else_is_not_a_capture(void **state)
{
    (void)state;
    begin_file();
    file[0] ^= 1;
    assert_damaged("not a capture");
    begin_file();
    file[8] ^= 1;
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
    a_block_goes_from_one_thread_to_the_other_and_back(state);
    used = file_pages * PAGE;
    for (size_t i = 0; i < used; i++) {
        bool interesting = i < 160 || i % PAGE < 128 || i % PAGE > PAGE - 8;

        for (unsigned flip = 1; interesting && flip < 256; flip <<= 1) {
            file[i] ^= (unsigned char)flip;
            convert(used, &summary, &error);
            file[i] ^= (unsigned char)flip;
        }
    }
    for (size_t bytes = 0; bytes < used; bytes += bytes < PAGE + 200 ? 1 : 61)
        convert(bytes, &summary, &error);
}

/* A file in memory: it is written some thousand times. */
static int make_path(void **state)
{
    (void)state;
    file_fd = memfd_create("capture", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file_fd);
    return file_fd < 0 ? -1 : 0;
}

static int remove_path(void **state)
{
    (void)state;
    return close(file_fd);
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
        cmocka_unit_test(what_cannot_be_placed_is_counted),
        cmocka_unit_test(a_call_that_was_passed_on_counts_once),
        cmocka_unit_test(a_block_that_another_thread_gave_back_is_born_again),
        cmocka_unit_test(the_next_thread_of_a_stream_has_a_number_of_its_own),
        cmocka_unit_test(a_chunk_that_was_never_signed_is_skipped),
        cmocka_unit_test(orders_that_contradict_each_other_are_an_error),
        cmocka_unit_test(an_epoch_of_two_owners_is_an_error),
        cmocka_unit_test(an_event_without_its_shard_is_an_error),
        cmocka_unit_test(a_missing_chunk_is_an_error),
        cmocka_unit_test(a_chunk_that_ends_early_is_an_error),
        cmocka_unit_test(something_else_is_not_a_capture),
        cmocka_unit_test(no_damage_does_harm),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
