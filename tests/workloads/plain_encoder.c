/*
 * plain_encoder.c - the trace format written in the plainest way, as FORMAT.md says.
 */
#include "tests/workloads/plain_encoder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "tests/workloads/fixtures.h"

static void add(uint8_t **bytes, size_t *length, const void *more, size_t count)
{
    *bytes = realloc(*bytes, *length + count + 1);
    assert_non_null(*bytes);
    if (count > 0)
        memcpy(*bytes + *length, more, count);
    *length += count;
}

/* A little-endian integer of `count` bytes, in the file. */
static void integer(struct plain_writer *writer, uint64_t value, unsigned count)
{
    for (; count > 0; count--, value >>= 8)
        add(&writer->bytes, &writer->length, &(uint8_t){(uint8_t)value}, 1);
}

static void checksum(struct plain_writer *writer, size_t section)
{
    integer(writer, XXH64(writer->bytes + section, writer->length - section, 0), 8);
}

void plain_raw(struct plain_writer *writer, const void *bytes, size_t length)
{
    add(&writer->raw, &writer->raw_length, bytes, length);
}

/* FORMAT.md's table of first bytes: the fewest bytes that hold the number. */
static void number(struct plain_writer *writer, uint64_t value)
{
    unsigned bytes = 1;
    uint8_t out[9] = {0};

    while (bytes < 9 && value >> (7 * bytes) != 0)
        bytes++;
    for (unsigned i = 0; bytes == 9 && i < 8; i++)
        out[1 + i] = (uint8_t)(value >> (8 * i));
    if (bytes < 9)
        value = value << bytes | UINT64_C(1) << (bytes - 1);
    for (unsigned i = 0; bytes < 9 && i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
    plain_raw(writer, out, bytes);
}

static void size(struct plain_writer *writer, uint64_t bytes)
{
    number(writer, bytes % 8 == 0 ? 2 * (bytes / 8) : 2 * bytes + 1);
}

static void plain_malloc(struct plain_writer *writer, uint64_t bytes)
{
    if (bytes % 8 == 0) {
        number(writer, bytes / 8 * 4 + 1);
    } else if (bytes < UINT64_C(1) << 61) {
        number(writer, bytes * 8 + 3);
    } else {
        number(writer, 2 * 16 + 15);
        size(writer, bytes);
    }
}

static void one_op(struct plain_writer *writer, const struct hb_op *op, uint64_t births_ago)
{
    if (op->kind == HB_OP_FREE) {
        number(writer, births_ago * 2);
    } else if (op->kind == HB_OP_REALLOC) {
        number(writer, births_ago * 16 + 7);
        size(writer, op->size);
    } else if (op->kind == HB_OP_CALLOC) {
        number(writer, 15);
        size(writer, op->size);
    } else if (op->kind == HB_OP_ALIGNED) {
        number(writer, 16 + 15);
        number(writer, op->align_log2);
        size(writer, op->size);
    } else {
        plain_malloc(writer, op->size);
    }
}

void plain_op(struct plain_writer *writer, const struct hb_op *op)
{
    struct plain_before *now = &writer->now;

    if (op->thread != now->thread)
        number(writer, (op->thread + UINT64_C(4)) * 16 + 15);
    now->thread = op->thread;
    if (now->thread == now->threads)
        now->threads++;
    one_op(writer, op, now->objects - 1 - op->object);
    now->objects += op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;
    now->ops++;
}

void plain_wait(struct plain_writer *writer, uint64_t us)
{
    number(writer, 3 * 16 + 15);
    number(writer, us);
    writer->now.time_us += us;
}

void plain_open(struct plain_writer *writer, unsigned version, const char *command)
{
    *writer = (struct plain_writer){.version = version};
    add(&writer->bytes, &writer->length, "\x89HBT\r\n\x1a\n", 8);
    integer(writer, version, 4);
    integer(writer, strlen(command), 4);
    integer(writer, 0, 4);
    integer(writer, 0, 4);
    integer(writer, 0, 8);
    add(&writer->bytes, &writer->length, command, strlen(command));
    checksum(writer, 0);
}

void plain_flush(struct plain_writer *writer)
{
    size_t section = writer->length, room = ZSTD_compressBound(writer->raw_length);
    uint8_t *packed = malloc(room);
    size_t length = ZSTD_compress(packed, room, writer->raw, writer->raw_length, 3);

    assert_false(ZSTD_isError(length));
    add(&writer->bytes, &writer->length, "HBop", 4);
    integer(writer, writer->raw_length, 4);
    integer(writer, length, 4);
    integer(writer, writer->now.ops - writer->block.ops, 4);
    integer(writer, writer->block.ops, 8);
    integer(writer, writer->block.objects, 8);
    integer(writer, writer->block.thread, 4);
    integer(writer, writer->block.threads, 4);
    if (writer->version > 1)
        integer(writer, writer->block.time_us, 8);
    add(&writer->bytes, &writer->length, packed, length);
    checksum(writer, section);
    free(packed);
    writer->raw_length = 0;
    writer->block = writer->now;
}

void plain_end(struct plain_writer *writer, unsigned version, const struct hb_trace_totals *totals)
{
    size_t section = writer->length;

    add(&writer->bytes, &writer->length, "HBnd\0\0\0\0", 8);
    integer(writer, writer->now.ops, 8);
    integer(writer, writer->now.objects, 8);
    integer(writer, writer->now.threads, 8);
    integer(writer, totals->dropped, 8);
    if (version > 1) {
        integer(writer, writer->now.time_us, 8);
        integer(writer, totals->wall_ns, 8);
        integer(writer, totals->cpu_ns, 8);
    }
    checksum(writer, section);
}

void plain_save(struct plain_writer *writer, const char *path)
{
    hb_test_write_file(path, writer->bytes, writer->length);
    free(writer->bytes);
    free(writer->raw);
    *writer = (struct plain_writer){.version = writer->version};
}

void plain_close(struct plain_writer *writer, const char *path)
{
    static const struct hb_trace_totals none;

    if (writer->raw_length > 0)
        plain_flush(writer);
    plain_end(writer, writer->version, &none);
    plain_save(writer, path);
}
