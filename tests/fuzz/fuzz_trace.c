/*
 * fuzz_trace - hostile traces: the reader and a second decoder must agree on what is a trace and what it
 * says.
 *
 * The first byte of an input chooses what the rest is: a file; a file whose checksums are made right first,
 * so that what stands behind them is reached; or the operations of one block, in a file forged around them.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tests/workloads/plain_decoder.h"
#include "workloads/trace_format.h"

enum { AS_IT_IS, SEALED, OPERATIONS, WAYS };

static void expect_same(const struct hb_op *a, const struct hb_op *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fuzz_check(a[i].size == b[i].size && a[i].object == b[i].object && a[i].thread == b[i].thread &&
                   a[i].kind == b[i].kind && a[i].align_log2 == b[i].align_log2);
}

/* Reads to the end, comparing with `plain` where that is not NULL. Returns whether the reader accepts. */
static bool read_all(const char *path, const struct plain_trace *plain)
{
    struct hb_trace_reader *reader;
    const struct hb_op *ops;
    struct hb_error error;
    size_t count = 0, done = 0;
    enum hb_status status = hb_trace_reader_open(path, &reader, &error);

    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT && strncmp(error.text, path, strlen(path)) == 0);
        return false;
    }
    while ((status = hb_trace_reader_next(reader, &ops, &count, &error)) == HB_OK && count > 0) {
        if (plain != NULL) {
            fuzz_check(done + count <= plain->count);
            expect_same(ops, plain->ops + done, count);
        }
        done += count;
    }
    fuzz_check(status == HB_OK || status == HB_ERR_FORMAT);
    fuzz_check(status != HB_OK || plain == NULL || done == plain->count);
    hb_trace_reader_close(reader);
    return status == HB_OK;
}

static void try_file(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    struct plain_trace plain;
    struct hb_workload *workload;
    struct hb_error error;
    bool accepted = plain_decode(data, size, &plain);

    fuzz_check(read_all(path, accepted ? &plain : NULL) == accepted);
    if (hb_workload_load_as(path, HB_FORMAT_TRACE, &workload, &error) == HB_OK) {
        fuzz_check(accepted);
        fuzz_check_workload(workload);
        hb_workload_free(workload);
    }
    if (accepted)
        free(plain.ops);
}

static uint64_t field(const uint8_t *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

/* Puts the right checksum after each section, for as long as they can be followed. */
static void seal_all(uint8_t *bytes, size_t size)
{
    uint64_t at = 0, length = 0;

    if (size >= HB_TRACE_HEADER_BYTES)
        length = HB_TRACE_HEADER_BYTES + field(bytes + 12) + field(bytes + 16);
    while (length > 0 && at + length + HB_TRACE_CHECKSUM_BYTES <= size) {
        hb_trace_seal(bytes + at, (size_t)length);
        at += length + HB_TRACE_CHECKSUM_BYTES;
        length = 0;
        if (at + HB_TRACE_BLOCK_BYTES > size)
            break;
        if (hb_trace_section_kind(bytes + at) == HB_SECTION_BLOCK)
            length = HB_TRACE_BLOCK_BYTES + field(bytes + at + 8);
        if (hb_trace_section_kind(bytes + at) == HB_SECTION_END)
            length = HB_TRACE_END_BYTES;
    }
}

static size_t put_section(uint8_t *out, size_t length)
{
    hb_trace_seal(out, length);
    return length + HB_TRACE_CHECKSUM_BYTES;
}

static size_t put_header(uint8_t *out, const char *command)
{
    struct hb_trace_header header = {.version = HB_TRACE_VERSION, .command_bytes = (uint32_t)strlen(command)};

    hb_trace_pack_header(&header, out);
    memcpy(out + HB_TRACE_HEADER_BYTES, command, header.command_bytes);
    return put_section(out, HB_TRACE_HEADER_BYTES + (size_t)header.command_bytes);
}

/* A block of `ops` operations, coded in `raw`, that begins in `state`. */
static size_t put_block(uint8_t *out, const struct hb_trace_state *state, const uint8_t *raw,
                        size_t raw_bytes, size_t ops)
{
    struct hb_trace_block block = {.raw_bytes = (uint32_t)raw_bytes, .ops = (uint32_t)ops, .state = *state};

    block.packed_bytes =
        (uint32_t)ZSTD_compress(out + HB_TRACE_BLOCK_BYTES, ZSTD_compressBound(raw_bytes), raw, raw_bytes, 1);
    hb_trace_pack_block(&block, out);
    return put_section(out, HB_TRACE_BLOCK_BYTES + (size_t)block.packed_bytes);
}

static size_t put_end(uint8_t *out, uint64_t ops, uint64_t objects, uint64_t threads)
{
    struct hb_trace_totals totals = {.ops = ops, .objects = objects, .threads = threads};

    hb_trace_pack_end(&totals, out);
    return put_section(out, HB_TRACE_END_BYTES);
}

/* A file around the operations; its counts are those that the second decoder finds, right or not. */
static void try_operations(const uint8_t *data, size_t size)
{
    static const struct hb_trace_state first;
    struct plain_trace plain = {0};
    unsigned thread = 0;
    uint8_t *file, *at;

    if (size > HB_TRACE_MAX_RAW_BYTES)
        return;
    file = at = malloc(ZSTD_compressBound(size) + 300);
    fuzz_check(file != NULL);
    plain_decode_ops(data, size, &thread, &plain);
    at += put_header(at, "");
    at += put_block(at, &first, data, size, plain.count);
    at += put_end(at, plain.count, plain.objects, plain.threads);
    free(plain.ops);
    try_file(file, (size_t)(at - file));
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;

    if (size == 0)
        return 0;
    switch (data[0] % WAYS) {
    case AS_IT_IS:
        try_file(data + 1, size - 1);
        break;
    case SEALED:
        copy = malloc(size);
        fuzz_check(copy != NULL);
        memcpy(copy, data + 1, size - 1);
        seal_all(copy, size - 1);
        try_file(copy, size - 1);
        free(copy);
        break;
    default:
        try_operations(data + 1, size - 1);
    }
    return 0;
}

static size_t seed_operations(struct hb_trace_state *state, const struct hb_op *ops, size_t count,
                              uint8_t *out)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += hb_trace_encode(state, &ops[i], out + length);
    return length;
}

/* The operations in one to three blocks. */
static size_t seed_file(struct hb_random *random, const struct hb_op *ops, size_t count, uint8_t *out)
{
    static uint8_t raw[400 * HB_TRACE_MAX_OP_BYTES + 8];
    struct hb_trace_state state = {0};
    uint8_t *at = out + put_header(out, "a command");

    for (size_t blocks = 1 + hb_random_below(random, 3); count > 0; blocks--) {
        struct hb_trace_state before = state;
        size_t some = blocks <= 1 ? count : 1 + hb_random_below(random, count);
        size_t length = seed_operations(&state, ops, some, raw);

        at += put_block(at, &before, raw, length, some);
        ops += some;
        count -= some;
    }
    at += put_end(at, state.next_op, state.next_object, state.threads);
    return (size_t)(at - out);
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    struct hb_op ops[400];
    struct hb_trace_state state = {0};
    size_t count = fuzz_ops(random, ops, 1 + hb_random_below(random, 400));

    out[0] = (uint8_t)hb_random_below(random, WAYS);
    return 1 + (out[0] == OPERATIONS ? seed_operations(&state, ops, count, out + 1)
                                     : seed_file(random, ops, count, out + 1));
}
