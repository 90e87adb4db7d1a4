/*
 * capture_builder.c - captures written event by event, and what the converter makes of them.
 */
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

_Alignas(struct hb_capture_shared) unsigned char capture_file[PAGES_AT_MOST * PAGE];
size_t capture_pages;
static unsigned char *at;     /* where the next event goes */
static uint64_t last_address; /* of the stream that is being written */
char capture_path[64];
static int file_fd;

static void sign(unsigned char *chunk, uint32_t image, uint32_t stream, uint32_t sequence, uint32_t pages)
{
    struct hb_capture_chunk head = {.magic = HB_CAPTURE_CHUNK_MAGIC,
                                    .image = image,
                                    .stream = stream,
                                    .sequence = sequence,
                                    .bytes = pages * PAGE,
                                    .offset = (uint64_t)(chunk - capture_file)};

    memcpy(chunk, &head, sizeof head);
}

static void set_end(void)
{
    uint64_t end = capture_pages * PAGE;

    memcpy(capture_file + offsetof(struct hb_capture_shared, end), &end, sizeof end);
}

void begin_capture(void)
{
    struct hb_capture_header header = {.pid = 7,
                                       .command_bytes = 5,
                                       .command = "a\0b c",
                                       .begin_ns = 1000,
                                       .last_ns = 5000,
                                       .cpu_ns = 300,
                                       .begin_cpu_ns = 100};
    struct hb_capture_shared shared = {.page_bytes = PAGE};

    memset(capture_file, 0, sizeof capture_file);
    memcpy(shared.magic, HB_CAPTURE_MAGIC, sizeof shared.magic);
    memcpy(capture_file, &shared, sizeof shared);
    memcpy(capture_file + HEADER_AT, &header, sizeof header);
    sign(capture_file + HEADER_AT, 1, 0, 0, 1);
    capture_pages = SHARED_PAGES + 1;
    set_end();
}

void begin_pages(uint32_t stream, uint32_t sequence, uint32_t pages)
{
    assert_true(capture_pages + pages <= PAGES_AT_MOST);
    at = capture_file + capture_pages * PAGE;
    sign(at, 1, stream, sequence, pages);
    at += sizeof(struct hb_capture_chunk);
    capture_pages += pages;
    set_end();
    if (sequence == 0)
        last_address = 0;
}

void begin_chunk(uint32_t stream, uint32_t sequence)
{
    begin_pages(stream, sequence, 1);
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
    put_address(kind, address, size > UINT32_MAX ? 3 : 2);
    put(size, size > UINT32_MAX ? 8 : 4);
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

void put_time(uint64_t ms)
{
    put(HB_CAPTURE_MARK | 3u << 3 | HB_CAPTURE_MARK_TIME << 6, 1);
    put(ms, 4);
}

void put_bare(enum hb_capture_bare bare)
{
    put(HB_CAPTURE_MARK | (unsigned)bare << 3 | HB_CAPTURE_MARK_BARE << 6, 1);
}

void put_touched(uint64_t address, uint64_t bytes)
{
    ((struct hb_capture_shared *)(void *)capture_file)->touch = 1;
    put_bare(HB_CAPTURE_BARE_TOUCHED);
    put(address, 8);
    put(bytes, 8);
}

uint64_t capture_touched[OPS_AT_MOST + 1];
struct hb_op capture_ops[OPS_AT_MOST];
size_t capture_op_count;
uint64_t capture_waits_us[OPS_AT_MOST + 1];

static enum hb_status append(void *context, const struct hb_op *items, size_t count, struct hb_error *error)
{
    (void)context;
    (void)error;
    for (size_t i = 0; i < count && capture_op_count < OPS_AT_MOST; i++)
        capture_ops[capture_op_count++] = items[i];
    return HB_OK;
}

static enum hb_status pass_time(void *context, uint64_t us, struct hb_error *error)
{
    (void)context;
    (void)error;
    capture_waits_us[capture_op_count] += us;
    return HB_OK;
}

static enum hb_status touch(void *context, uint64_t bytes, struct hb_error *error)
{
    (void)context;
    (void)error;
    assert_int_equal(capture_touched[capture_op_count], UINT64_MAX);
    capture_touched[capture_op_count] = bytes;
    return HB_OK;
}

static void write_file(size_t bytes)
{
    assert_int_equal(ftruncate(file_fd, (off_t)bytes), 0);
    assert_int_equal(pwrite(file_fd, capture_file, bytes, 0), bytes);
}

static enum hb_status convert_first(const struct hb_capture_file *file, struct hb_capture_summary *summary,
                                    struct hb_error *error)
{
    struct hb_op_sink sink = {.append = append, .pass_time = pass_time, .touch = touch};

    capture_op_count = 0;
    memset(capture_waits_us, 0, sizeof capture_waits_us);
    memset(capture_touched, 0xff, sizeof capture_touched);
    if (file->count == 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: no image", file->path);
    return hb_capture_convert(&file->captures[0], &sink, summary, error);
}

enum hb_status convert(size_t bytes, struct hb_capture_summary *summary, struct hb_error *error)
{
    struct hb_capture_file *file;
    enum hb_status status;

    write_file(bytes);
    status = hb_capture_file_open(capture_path, false, &file, error);
    if (status != HB_OK)
        return status;
    status = convert_first(file, summary, error);
    hb_capture_file_close(file);
    return status;
}

struct hb_capture_summary convert_grown(const uint64_t *items, size_t streams)
{
    struct hb_capture_summary summary;
    struct hb_capture_file *file;
    struct hb_error error;

    write_file(capture_pages * PAGE);
    if (hb_capture_file_open(capture_path, true, &file, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(file->count, 1);
    assert_int_equal(file->captures[0].stream_count, streams);
    memcpy(file->captures[0].stream_items, items, streams * sizeof *items);
    if (convert_first(file, &summary, &error) != HB_OK)
        fail_msg("%s", error.text);
    hb_capture_file_close(file);
    return summary;
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
