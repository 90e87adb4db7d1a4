#include "tests/workloads/record/capture_builder.h"

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

unsigned char capture_file[PAGES_AT_MOST * PAGE];
size_t capture_pages;
static unsigned char *at;     /* where the next event goes */
static uint64_t last_address; /* of the stream that is being written */
char capture_path[64];
static int file_fd;

void begin_capture(void)
{
    struct hb_capture_header header = {.page_bytes = PAGE, .pid = 7, .command_bytes = 5, .command = "a\0b c"};

    memset(capture_file, 0, sizeof capture_file);
    memcpy(header.magic, HB_CAPTURE_MAGIC, sizeof header.magic);
    memcpy(capture_file, &header, sizeof header);
    capture_pages = 1;
}

void begin_chunk(uint32_t stream, uint32_t sequence)
{
    struct hb_capture_chunk chunk = {.magic = HB_CAPTURE_CHUNK_MAGIC,
                                     .stream = stream,
                                     .sequence = sequence,
                                     .bytes = PAGE,
                                     .offset = capture_pages * PAGE};

    assert_true(capture_pages < PAGES_AT_MOST);
    at = capture_file + capture_pages * PAGE;
    memcpy(at, &chunk, sizeof chunk);
    at += sizeof chunk;
    capture_pages++;
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

void put_birth(enum hb_capture_kind kind, uint64_t address, uint64_t size)
{
    put_address(kind, address, 2);
    put(size, 4);
}

void put_death(enum hb_capture_kind kind, uint64_t address)
{
    put_address(kind, address, 0);
}

void put_order(uint64_t address, uint64_t epoch)
{
    put(HB_CAPTURE_MARK | 3u << 3 | HB_CAPTURE_MARK_ORDER << 6, 1);
    put(hb_capture_shard(address), 2);
    put(epoch, 4);
}

void put_tick(uint64_t tick)
{
    put(HB_CAPTURE_MARK | 0u << 3 | HB_CAPTURE_MARK_TICK << 6, 1);
    put(tick, 1);
}

void put_mark(enum hb_capture_mark mark)
{
    put(HB_CAPTURE_MARK | (unsigned)mark << 6, 1);
}

struct hb_op capture_ops[OPS_AT_MOST];
size_t capture_op_count;

static enum hb_status append(void *context, const struct hb_op *items, size_t count, struct hb_error *error)
{
    (void)context;
    (void)error;
    for (size_t i = 0; i < count && capture_op_count < OPS_AT_MOST; i++)
        capture_ops[capture_op_count++] = items[i];
    return HB_OK;
}

static void write_file(size_t bytes)
{
    assert_int_equal(ftruncate(file_fd, (off_t)bytes), 0);
    assert_int_equal(pwrite(file_fd, capture_file, bytes, 0), bytes);
}

enum hb_status convert(size_t bytes, struct hb_capture_summary *summary, struct hb_error *error)
{
    struct hb_op_sink sink = {.append = append};
    struct hb_capture *capture;
    enum hb_status status;

    write_file(bytes);
    capture_op_count = 0;
    status = hb_capture_open(capture_path, &capture, error);
    if (status != HB_OK)
        return status;
    status = hb_capture_convert(capture, &sink, summary, error);
    hb_capture_close(capture);
    return status;
}

struct hb_capture_summary convert_sound(void)
{
    struct hb_capture_summary summary;
    struct hb_error error;

    if (convert(capture_pages * PAGE, &summary, &error) != HB_OK)
        fail_msg("%s", error.text);
    return summary;
}

void assert_op(size_t i, unsigned kind, uint32_t object, uint64_t size, unsigned thread)
{
    assert_true(i < capture_op_count);
    assert_int_equal(capture_ops[i].kind, kind);
    assert_int_equal(capture_ops[i].object, object);
    assert_int_equal(capture_ops[i].size, size);
    assert_int_equal(capture_ops[i].thread, thread);
}

/* A file in memory: it is written some thousand times. */
int capture_begin_tests(void **state)
{
    (void)state;
    file_fd = memfd_create("capture", MFD_CLOEXEC);
    snprintf(capture_path, sizeof capture_path, "/proc/self/fd/%d", file_fd);
    return file_fd < 0 ? -1 : 0;
}

int capture_end_tests(void **state)
{
    (void)state;
    return close(file_fd);
}
