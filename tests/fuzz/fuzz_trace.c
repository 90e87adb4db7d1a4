/*
 * fuzz_trace.c - hostile traces: the reader and a second decoder must agree on what is a trace and what it
 * says.
 *
 * The first byte of an input chooses what the rest is: a file; a file whose checksums are made right first,
 * so that what stands behind them is reached; or the operations of one block, in a file forged around them,
 * of version 1, 2 or 3.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tests/workloads/plain_decoder.h"
#include "workloads/trace/trace_format.h"

enum { AS_IT_IS, SEALED, OPERATIONS, OPERATIONS_1, OPERATIONS_3, WAYS };

static void expect_same(const struct hb_op *a, const struct hb_op *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fuzz_check(a[i].size == b[i].size && a[i].object == b[i].object && a[i].thread == b[i].thread &&
                   a[i].kind == b[i].kind && a[i].align_log2 == b[i].align_log2);
}

/* The waits of a piece of the trace that ends before operation `end`; returns how many. */
static size_t check_waits(const struct hb_trace_reader *reader, const struct plain_trace *plain, size_t done,
                          uint64_t end)
{
    size_t count;
    const struct hb_wait *waits = hb_trace_reader_waits(reader, &count);

    for (size_t i = 0; i < count; i++) {
        fuzz_check(waits[i].us > 0 && waits[i].before_op < end);
        fuzz_check(i == 0 || waits[i - 1].before_op < waits[i].before_op);
        if (plain != NULL)
            fuzz_check(done + i < plain->wait_count && waits[i].us == plain->waits[done + i].us &&
                       waits[i].before_op == plain->waits[done + i].before_op);
    }
    return count;
}

/* What is touched of the blocks of operations [done, done + count). */
static size_t check_touched(const struct hb_trace_reader *reader, const struct plain_trace *plain,
                            size_t rows_done, const struct hb_op *ops, size_t done)
{
    size_t count;
    const struct hb_touched *touched = hb_trace_reader_touched(reader, &count);

    for (size_t i = 0; i < count; i++) {
        const struct hb_op *op = &ops[touched[i].op - done];

        fuzz_check(op->kind != HB_OP_FREE && touched[i].bytes <= op->size);
        if (plain != NULL)
            fuzz_check(rows_done + i < plain->touched_count &&
                       touched[i].op == plain->touched[rows_done + i].op &&
                       touched[i].bytes == plain->touched[rows_done + i].bytes);
    }
    return count;
}

static void expect_same_end(const struct hb_trace_totals *totals, const struct plain_trace *plain)
{
    if (plain == NULL)
        return;
    fuzz_check(totals->dropped == plain->dropped && totals->time_us == plain->time_us);
    fuzz_check(totals->wall_ns == plain->wall_ns && totals->cpu_ns == plain->cpu_ns);
}

/* Reads to the end, comparing with `plain` where that is not NULL. Returns whether the reader accepts. */
static bool read_all(const char *path, const struct plain_trace *plain)
{
    struct hb_trace_reader *reader;
    const struct hb_op *ops;
    struct hb_error error;
    size_t count = 0, done = 0, waits_done = 0, touched_done = 0;
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
        waits_done += check_waits(reader, plain, waits_done, done + count);
        touched_done += check_touched(reader, plain, touched_done, ops, done);
        done += count;
    }
    fuzz_check(status == HB_OK || status == HB_ERR_FORMAT);
    if (status == HB_OK) {
        waits_done += check_waits(reader, plain, waits_done, done + 1);
        fuzz_check(plain == NULL || (done == plain->count && waits_done == plain->wait_count &&
                                     touched_done == plain->touched_count));
        expect_same_end(hb_trace_reader_totals(reader), plain);
    }
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
        plain_free(&plain);
}

static uint64_t field(const uint8_t *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

/* Puts the right checksum after each section, for as long as they can be followed. */
static void seal_all(uint8_t *bytes, size_t size)
{
    uint64_t at = 0, length = 0;
    uint32_t version = 0;

    if (size >= HB_TRACE_HEADER_BYTES) {
        version = (uint32_t)field(bytes + 8);
        length = HB_TRACE_HEADER_BYTES + field(bytes + 12) + field(bytes + 16);
    }
    while (length > 0 && at + length + HB_TRACE_CHECKSUM_BYTES <= size) {
        hb_trace_seal(bytes + at, (size_t)length);
        at += length + HB_TRACE_CHECKSUM_BYTES;
        length = 0;
        if (at + HB_TRACE_SECTION_BYTES > size)
            break;
        if (hb_trace_section_kind(bytes + at) == HB_SECTION_BLOCK)
            length = hb_trace_block_bytes(version) + field(bytes + at + 8);
        if (hb_trace_section_kind(bytes + at) == HB_SECTION_END)
            length = hb_trace_end_bytes(version);
    }
}

static size_t put_section(uint8_t *out, size_t length)
{
    hb_trace_seal(out, length);
    return length + HB_TRACE_CHECKSUM_BYTES;
}

static size_t put_header(uint8_t *out, uint32_t version, const char *command)
{
    struct hb_trace_header header = {.version = version, .command_bytes = (uint32_t)strlen(command)};

    hb_trace_pack_header(&header, out);
    memcpy(out + HB_TRACE_HEADER_BYTES, command, header.command_bytes);
    return put_section(out, HB_TRACE_HEADER_BYTES + (size_t)header.command_bytes);
}

/* A block of `ops` operations, coded in `raw`, that begins in `state`. Version 1 lacks the last field of its
 * head. */
static size_t put_block(uint8_t *out, uint32_t version, const struct hb_trace_state *state,
                        const uint8_t *raw, size_t raw_bytes, size_t ops)
{
    uint8_t head[HB_TRACE_BLOCK_BYTES];
    size_t head_bytes = hb_trace_block_bytes(version);
    struct hb_trace_block block = {.raw_bytes = (uint32_t)raw_bytes, .ops = (uint32_t)ops, .state = *state};

    block.packed_bytes =
        (uint32_t)ZSTD_compress(out + head_bytes, ZSTD_compressBound(raw_bytes), raw, raw_bytes, 1);
    hb_trace_pack_block(&block, head);
    memcpy(out, head, head_bytes);
    return put_section(out, head_bytes + block.packed_bytes);
}

static size_t put_end(uint8_t *out, uint32_t version, const struct hb_trace_totals *totals)
{
    uint8_t end[HB_TRACE_END_BYTES];

    hb_trace_pack_end(totals, end);
    memcpy(out, end, hb_trace_end_bytes(version));
    return put_section(out, hb_trace_end_bytes(version));
}

/* A file around the operations; its counts are those that the second decoder finds, right or not. */
static void try_operations(const uint8_t *data, size_t size, uint32_t version)
{
    static const struct hb_trace_state first;
    struct plain_trace plain = {.version = version};
    struct hb_trace_totals totals;
    unsigned thread = 0;
    uint8_t *file, *at;

    if (size > HB_TRACE_MAX_RAW_BYTES)
        return;
    file = at = malloc(ZSTD_compressBound(size) + 300);
    fuzz_check(file != NULL);
    plain_decode_ops(data, size, &thread, &plain);
    totals = (struct hb_trace_totals){
        .ops = plain.count, .objects = plain.objects, .threads = plain.threads, .time_us = plain.time_us};
    at += put_header(at, version, "");
    at += put_block(at, version, &first, data, size, plain.count);
    at += put_end(at, version, &totals);
    plain_free(&plain);
    try_file(file, (size_t)(at - file));
    free(file);
}

static uint32_t version_of(unsigned way)
{
    return way == OPERATIONS_1 ? 1 : way == OPERATIONS_3 ? 3 : 2;
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
        try_operations(data + 1, size - 1, version_of(data[0] % WAYS));
    }
    return 0;
}

/* With a wait before some of them, and what is touched of some, where the version has it. */
static size_t seed_operations(struct hb_random *random, uint32_t version, struct hb_trace_state *state,
                              const struct hb_op *ops, size_t count, uint8_t *out)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        if (version > 1 && hb_random_below(random, 8) == 0)
            length +=
                hb_trace_encode_wait(state, 1 + (hb_random_next(random) >> (20 + i % 40)), out + length);
        if (version > 2 && ops[i].kind != HB_OP_FREE && hb_random_below(random, 8) == 0)
            length += hb_trace_encode_touched(hb_random_below(random, ops[i].size + 1), out + length);
        length += hb_trace_encode(state, &ops[i], out + length);
    }
    return length;
}

/* The operations in one to three blocks. */
static size_t seed_file(struct hb_random *random, const struct hb_op *ops, size_t count, uint8_t *out)
{
    static uint8_t raw[3 * 400 * HB_TRACE_MAX_OP_BYTES + 8];
    struct hb_trace_state state = {0};
    struct hb_trace_totals totals = {.wall_ns = 7, .cpu_ns = 5};
    uint32_t version = 1 + (uint32_t)hb_random_below(random, 3);
    uint8_t *at = out + put_header(out, version, "a command");

    for (size_t blocks = 1 + hb_random_below(random, 3); count > 0; blocks--) {
        struct hb_trace_state before = state;
        size_t some = blocks <= 1 ? count : 1 + hb_random_below(random, count);
        size_t length = seed_operations(random, version, &state, ops, some, raw);

        at += put_block(at, version, &before, raw, length, some);
        ops += some;
        count -= some;
    }
    totals.ops = state.next_op;
    totals.objects = state.next_object;
    totals.threads = state.threads;
    totals.time_us = state.time_us;
    at += put_end(at, version, &totals);
    return (size_t)(at - out);
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    struct hb_op ops[400];
    struct hb_trace_state state = {0};
    size_t count = fuzz_ops(random, ops, 1 + hb_random_below(random, 400));

    out[0] = (uint8_t)hb_random_below(random, WAYS);
    if (out[0] == AS_IT_IS || out[0] == SEALED)
        return 1 + seed_file(random, ops, count, out + 1);
    return 1 + seed_operations(random, version_of(out[0]), &state, ops, count, out + 1);
}
