/*
 * plain_decoder.c - the trace format read in the plainest way, as FORMAT.md says.
 */
#include "tests/workloads/plain_decoder.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

/* A little-endian integer of `bytes` bytes. */
static uint64_t integer(const uint8_t *in, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

struct cursor {
    const uint8_t *in;
    size_t left;
    bool failed;
};

/* FORMAT.md's table of first bytes, a row at a time. */
static uint64_t number(struct cursor *cursor)
{
    unsigned bytes = 1;
    uint64_t value;

    if (cursor->left == 0) {
        cursor->failed = true;
        return 0;
    }
    while (bytes < 9 && (cursor->in[0] >> (bytes - 1) & 1) == 0)
        bytes++;
    if (cursor->left < bytes) {
        cursor->failed = true;
        return 0;
    }
    value = bytes == 9 ? integer(cursor->in + 1, 8) : integer(cursor->in, bytes) >> bytes;
    cursor->in += bytes;
    cursor->left -= bytes;
    return value;
}

/* A size of 2^63 or less; else failed. */
static uint64_t bounded(struct cursor *cursor, uint64_t size, uint64_t times)
{
    const uint64_t limit = UINT64_C(1) << 63;

    if (size > limit / times)
        cursor->failed = true;
    return size * times;
}

static uint64_t size(struct cursor *cursor)
{
    uint64_t code = number(cursor);

    return code % 2 == 0 ? bounded(cursor, code / 2, 8) : bounded(cursor, code / 2, 1);
}

static void push(struct plain_trace *out, struct hb_op op)
{
    if ((out->count & (out->count + 1)) == 0)
        out->ops = realloc(out->ops, (out->count + 1) * 2 * sizeof op);
    out->ops[out->count++] = op;
}

/* So many microseconds before the next operation; failed when there are none, or too many in all. */
static void wait(struct cursor *cursor, struct plain_trace *out, uint64_t us)
{
    size_t count = out->wait_count;

    if (out->version == 1 || us == 0 || us > UINT64_MAX - out->time_us) {
        cursor->failed = true;
        return;
    }
    out->time_us += us;
    if (count > 0 && out->waits[count - 1].before_op == out->count) {
        out->waits[count - 1].us += us;
        return;
    }
    if ((count & (count + 1)) == 0)
        out->waits = realloc(out->waits, (count + 1) * 2 * sizeof *out->waits);
    out->waits[out->wait_count++] = (struct hb_wait){.before_op = out->count, .us = us};
}

/* Whether it was said what is touched of the next operation's block. */
static bool is_said(const struct plain_trace *out)
{
    return out->touched_count > 0 && out->touched[out->touched_count - 1].op == out->count;
}

static void touched(struct cursor *cursor, struct plain_trace *out)
{
    size_t count = out->touched_count;
    struct hb_touched row = {.op = out->count, .bytes = size(cursor)};

    if ((count & (count + 1)) == 0)
        out->touched = realloc(out->touched, (count + 1) * 2 * sizeof *out->touched);
    out->touched[out->touched_count++] = row;
}

static void wait_or_touched(struct cursor *cursor, struct plain_trace *out)
{
    uint64_t us = number(cursor);

    if (is_said(out))
        cursor->failed = true;
    if (cursor->failed)
        return;
    if (out->version == 3 && us == 0)
        touched(cursor, out);
    else
        wait(cursor, out, us);
}

static void bear(struct plain_trace *out, struct hb_op *op, enum hb_op_kind kind)
{
    op->kind = (uint8_t)kind;
    op->object = (uint32_t)out->objects++;
}

static void name(struct cursor *cursor, struct plain_trace *out, struct hb_op *op, uint64_t births_ago)
{
    if (births_ago >= out->objects)
        cursor->failed = true;
    op->object = (uint32_t)(out->objects - 1 - births_ago);
}

/* One token and what follows it; false when it was a wait or a switch. */
static bool operation(struct cursor *cursor, unsigned *thread, struct plain_trace *out, struct hb_op *op)
{
    uint64_t token = number(cursor), alignment;

    if (token % 2 == 0) {
        op->kind = HB_OP_FREE;
        name(cursor, out, op, token / 2);
    } else if (token % 4 == 1) {
        bear(out, op, HB_OP_MALLOC);
        op->size = bounded(cursor, token / 4, 8);
    } else if (token % 8 == 3) {
        bear(out, op, HB_OP_MALLOC);
        op->size = token / 8;
    } else if (token % 16 == 7) {
        op->kind = HB_OP_REALLOC;
        name(cursor, out, op, token / 16);
        op->size = size(cursor);
        if (op->size == 0)
            cursor->failed = true;
    } else if (token / 16 == 0) {
        bear(out, op, HB_OP_CALLOC);
        op->size = size(cursor);
    } else if (token / 16 == 1) {
        bear(out, op, HB_OP_ALIGNED);
        alignment = number(cursor);
        if (alignment > 63)
            cursor->failed = true;
        op->align_log2 = (uint8_t)alignment;
        op->size = size(cursor);
    } else if (token / 16 == 2) {
        bear(out, op, HB_OP_MALLOC);
        op->size = size(cursor);
    } else if (token / 16 == 3) {
        wait_or_touched(cursor, out);
        return false;
    } else {
        if (token / 16 - 4 > out->threads || token / 16 - 4 > 65535)
            cursor->failed = true;
        *thread = (unsigned)(token / 16 - 4);
        return false;
    }
    return true;
}

bool plain_decode_ops(const uint8_t *bytes, size_t length, unsigned *thread, struct plain_trace *out)
{
    struct cursor cursor = {.in = bytes, .left = length};

    while (cursor.left > 0 && !cursor.failed) {
        struct hb_op op = {0};

        if (!operation(&cursor, thread, out, &op) || cursor.failed)
            continue;
        op.thread = (uint16_t)*thread;
        if (*thread == out->threads)
            out->threads++;
        if (out->objects > UINT64_C(1) << 32 ||
            (is_said(out) && (op.kind == HB_OP_FREE || op.size < out->touched[out->touched_count - 1].bytes)))
            return false;
        push(out, op);
    }
    return !cursor.failed && !is_said(out);
}

/* Whether a section of `length` bytes and its checksum are there and agree. */
static bool sound(const struct cursor *cursor, uint64_t length)
{
    return cursor->left >= length + 8 &&
           (HB_FUZZING || integer(cursor->in + length, 8) == XXH64(cursor->in, (size_t)length, 0));
}

static void skip(struct cursor *cursor, uint64_t length)
{
    cursor->in += length;
    cursor->left -= (size_t)length;
}

static bool header(struct cursor *cursor, unsigned *version)
{
    static const uint8_t magic[] = {0x89, 0x48, 0x42, 0x54, 0x0d, 0x0a, 0x1a, 0x0a};
    uint64_t command, origin;

    if (cursor->left < 40 || memcmp(cursor->in, magic, 8) != 0 || integer(cursor->in + 20, 4) != 0)
        return false;
    *version = (unsigned)integer(cursor->in + 8, 4);
    if (*version < 1 || *version > 3)
        return false;
    command = integer(cursor->in + 12, 4);
    origin = integer(cursor->in + 16, 4);
    if (command > 65536 || origin > 65536 || !sound(cursor, 32 + command + origin) ||
        memchr(cursor->in + 32, 0, (size_t)(command + origin)) != NULL)
        return false;
    skip(cursor, 32 + command + origin + 8);
    return true;
}

static bool block(struct cursor *cursor, unsigned *thread, struct plain_trace *out)
{
    uint64_t raw = integer(cursor->in + 4, 4), packed = integer(cursor->in + 8, 4);
    uint64_t ops = integer(cursor->in + 12, 4), before = out->count, head = out->version == 1 ? 40 : 48;
    uint8_t *bytes;
    bool good;

    if (raw > 1 << 20 || packed > (1 << 20) + 8192 || !sound(cursor, head + packed))
        return false;
    if (out->version == 1 ? ops < 1 : raw < 1 || integer(cursor->in + 40, 8) != out->time_us)
        return false;
    if (integer(cursor->in + 16, 8) != out->count || integer(cursor->in + 24, 8) != out->objects ||
        integer(cursor->in + 32, 4) != *thread || integer(cursor->in + 36, 4) != out->threads)
        return false;
    if (ZSTD_findFrameCompressedSize(cursor->in + head, (size_t)packed) != packed)
        return false;
    bytes = malloc((size_t)raw + 1);
    good = ZSTD_decompress(bytes, (size_t)raw, cursor->in + head, (size_t)packed) == raw &&
           plain_decode_ops(bytes, (size_t)raw, thread, out) && out->count - before == ops;
    free(bytes);
    skip(cursor, head + packed + 8);
    return good;
}

static bool end(struct cursor *cursor, struct plain_trace *out)
{
    unsigned length = out->version == 1 ? 40 : 64;

    if (!sound(cursor, length) || cursor->left != length + 8 || integer(cursor->in + 4, 4) != 0)
        return false;
    if (out->version >= 2 && integer(cursor->in + 40, 8) != out->time_us)
        return false;
    if (out->version >= 2) {
        out->wall_ns = integer(cursor->in + 48, 8);
        out->cpu_ns = integer(cursor->in + 56, 8);
    }
    out->dropped = integer(cursor->in + 32, 8);
    return integer(cursor->in + 8, 8) == out->count && integer(cursor->in + 16, 8) == out->objects &&
           integer(cursor->in + 24, 8) == out->threads;
}

bool plain_decode(const uint8_t *bytes, size_t length, struct plain_trace *out)
{
    struct cursor cursor = {.in = bytes, .left = length};
    unsigned thread = 0;
    bool good;

    *out = (struct plain_trace){0};
    good = header(&cursor, &out->version);
    while (good && cursor.left >= 48 && memcmp(cursor.in, "HBop", 4) == 0)
        good = block(&cursor, &thread, out);
    good = good && cursor.left >= 48 && memcmp(cursor.in, "HBnd", 4) == 0 && end(&cursor, out);
    if (!good)
        plain_free(out);
    return good;
}

void plain_free(struct plain_trace *trace)
{
    free(trace->ops);
    free(trace->waits);
    free(trace->touched);
}
