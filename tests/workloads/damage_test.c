/*
 * damage_test - a trace from a stranger: cut off, flipped, lying, foreign. Each is an error that names the
 * file and the place, in bounded memory; none is another trace.
 */
#include "tests/workloads/fixtures.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "tests/workloads/plain_decoder.h"
#include "workloads/trace_format.h"

static uint8_t *trace; /* a small one of several blocks */
static size_t trace_bytes;

/* Writes the blocks of a trace as they come, so that a small file has several. */
static void write_small_trace(void)
{
    struct hb_trace_info info = {.command = (char *)"a command"};
    struct hb_random random;
    struct hb_op *ops;

    hb_random_seed(&random, 4);
    ops = hb_test_random_ops(&random, 60, 3);
    hb_test_write_trace("good.trace", &info, ops, 60);
    free(ops);
    trace = hb_test_read_file("good.trace", &trace_bytes);
}

static int enter(void **state)
{
    if (hb_test_enter_folder(state) != 0)
        return -1;
    write_small_trace();
    return 0;
}

static int leave(void **state)
{
    free(trace);
    return hb_test_leave_folder(state);
}

/* Loads `bytes` as a file and asserts that it is refused with a sentence that begins with the file's name. */
static void expect_damaged(const uint8_t *bytes, size_t length)
{
    struct hb_workload *workload = NULL;
    struct plain_trace plain;
    struct hb_error error;
    enum hb_status status;

    hb_test_write_file("bad.trace", bytes, length);
    status = hb_workload_load("bad.trace", &workload, &error);
    if (status != HB_ERR_FORMAT)
        fail_msg("status %d after damage to a trace of %zu bytes", (int)status, length);
    assert_null(workload);
    assert_int_equal(error.status, HB_ERR_FORMAT);
    assert_memory_equal(error.text, "bad.trace: ", strlen("bad.trace: "));
    assert_false(plain_decode(bytes, length, &plain));
}

static void expect_sentence(const uint8_t *bytes, size_t length, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error;

    hb_test_write_file("bad.trace", bytes, length);
    assert_int_equal(hb_workload_load("bad.trace", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void truncated(void **state)
{
    (void)state;
    for (size_t length = 0; length < trace_bytes; length++)
        expect_damaged(trace, length);
}

static void flipped(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < trace_bytes * 8; bit++) {
        trace[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_damaged(trace, trace_bytes);
        trace[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void extended(void **state)
{
    uint8_t *longer = calloc(1, trace_bytes + 1);

    (void)state;
    memcpy(longer, trace, trace_bytes);
    expect_damaged(longer, trace_bytes + 1);
    free(longer);
}

/* Where the sections of the small trace begin. */
static size_t block_at(void)
{
    return HB_TRACE_HEADER_BYTES + strlen("a command") + HB_TRACE_CHECKSUM_BYTES;
}

static size_t end_at(void)
{
    return trace_bytes - HB_TRACE_END_BYTES - HB_TRACE_CHECKSUM_BYTES;
}

static void put32(size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        trace[at + i] = (uint8_t)(value >> (8 * i));
}

/* Changes one field of the block's head, seals the lie, and expects that it is found. */
static void lie_in_block(size_t offset, uint32_t value, const char *what)
{
    uint8_t *honest = malloc(trace_bytes);
    char sentence[200];

    memcpy(honest, trace, trace_bytes);
    put32(block_at() + offset, value);
    hb_trace_seal(trace + block_at(), end_at() - block_at() - HB_TRACE_CHECKSUM_BYTES);
    snprintf(sentence, sizeof sentence, "bad.trace: byte %zu: %s", block_at(), what);
    expect_sentence(trace, trace_bytes, sentence);
    expect_damaged(trace, trace_bytes);
    memcpy(trace, honest, trace_bytes);
    free(honest);
}

static void lying_blocks(void **state)
{
    static const char not_next[] =
        "this block does not continue the one before it: blocks are missing or out of order";
    static const char too_much[] = "this block claims more than a block may hold";
    static const char not_ops[] = "this block does not hold as many operations as it claims";
    static const char not_raw[] = "this block does not unpack to the length that it claims";

    (void)state;
    lie_in_block(0, 0x20202020, "neither a block nor the end of the trace begins here");
    lie_in_block(4, UINT32_MAX, too_much);
    lie_in_block(4, HB_TRACE_MAX_RAW_BYTES + 1, too_much);
    lie_in_block(4, HB_TRACE_MAX_RAW_BYTES, not_raw);
    lie_in_block(4, 60, not_raw);
    lie_in_block(8, UINT32_MAX, too_much);
    lie_in_block(8, HB_TRACE_MAX_PACKED_BYTES, "the section that begins here is cut off");
    lie_in_block(12, 0, too_much);
    lie_in_block(12, 59, not_ops);
    lie_in_block(12, 61, not_ops);
    lie_in_block(12, UINT32_MAX, too_much);
    lie_in_block(16, 1, not_next);
    lie_in_block(24, 1, not_next);
    lie_in_block(32, 1, not_next);
    lie_in_block(36, 1, not_next);
}

static void lying_end(void **state)
{
    (void)state;
    for (size_t field = 8; field < 32; field += 8) {
        trace[end_at() + field] ^= 1;
        hb_trace_seal(trace + end_at(), HB_TRACE_END_BYTES);
        expect_damaged(trace, trace_bytes);
        trace[end_at() + field] ^= 1;
    }
    trace[end_at() + 4] = 1;
    hb_trace_seal(trace + end_at(), HB_TRACE_END_BYTES);
    expect_damaged(trace, trace_bytes);
}

static void lying_header(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        const char *sentence;
    } lies[] = {
        {8, 2, "bad.trace: byte 8: a trace of version 2; this heapbench reads version 1"},
        {12, UINT32_MAX, "bad.trace: byte 0: the header is damaged"},
        {12, HB_TRACE_MAX_TEXT_BYTES, "bad.trace: byte 0: the section that begins here is cut off"},
        {16, HB_TRACE_MAX_TEXT_BYTES + 1, "bad.trace: byte 0: the header is damaged"},
        {20, 1, "bad.trace: byte 0: the header is damaged"},
        {32, 0x20202000, "bad.trace: byte 32: a text in the header has a NUL in it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t *honest = malloc(trace_bytes);

        memcpy(honest, trace, trace_bytes);
        put32(lies[i].offset, lies[i].value);
        hb_trace_seal(trace, block_at() - HB_TRACE_CHECKSUM_BYTES);
        expect_sentence(trace, trace_bytes, lies[i].sentence);
        expect_damaged(trace, trace_bytes);
        memcpy(trace, honest, trace_bytes);
        free(honest);
    }
}

/* A trace of one block whose payload is `raw`, packed, with `claimed` as its length; seals are right. */
static size_t forge(uint8_t *out, size_t room, const uint8_t *raw, size_t raw_bytes, uint32_t claimed,
                    uint32_t ops)
{
    struct hb_trace_header header = {.version = HB_TRACE_VERSION};
    struct hb_trace_block block = {.raw_bytes = claimed, .ops = ops};
    struct hb_trace_totals totals = {.ops = ops, .objects = ops, .threads = 1};
    uint8_t *at = out;
    size_t packed;

    hb_trace_pack_header(&header, at);
    hb_trace_seal(at, HB_TRACE_HEADER_BYTES);
    at += HB_TRACE_HEADER_BYTES + HB_TRACE_CHECKSUM_BYTES;
    packed = ZSTD_compress(at + HB_TRACE_BLOCK_BYTES, room - 200, raw, raw_bytes, 19);
    assert_false(ZSTD_isError(packed));
    block.packed_bytes = (uint32_t)packed;
    hb_trace_pack_block(&block, at);
    hb_trace_seal(at, HB_TRACE_BLOCK_BYTES + packed);
    at += HB_TRACE_BLOCK_BYTES + packed + HB_TRACE_CHECKSUM_BYTES;
    hb_trace_pack_end(&totals, at);
    hb_trace_seal(at, HB_TRACE_END_BYTES);
    return (size_t)(at - out) + HB_TRACE_END_BYTES + HB_TRACE_CHECKSUM_BYTES;
}

static long peak_resident_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* 256 MiB in a frame of 8 KiB or so: neither unpacked nor allocated. */
static void bomb(void **state)
{
    size_t raw_bytes = (size_t)256 << 20, room = 1 << 20, length;
    uint8_t *raw = calloc(1, raw_bytes), *out = malloc(room); /* never touched: it costs no memory */
    long before;

    (void)state;
    length = forge(out, room, raw, raw_bytes, HB_TRACE_MAX_RAW_BYTES, 1);
    free(raw);
    assert_true(length < 100000);
    before = peak_resident_kib();
    expect_sentence(out, length,
                    "bad.trace: byte 40: this block does not unpack to the length that it claims");
    assert_true(peak_resident_kib() - before < 8192);
    free(out);
}

/* A second, empty frame behind the first: it unpacks to the right length, and is no trace. */
static void two_frames(void **state)
{
    static const uint8_t raw[] = {0x03};
    uint8_t out[1000], frame[100], tail[HB_TRACE_END_BYTES + HB_TRACE_CHECKSUM_BYTES];
    size_t length = forge(out, sizeof out, raw, 1, 1, 1),
           empty = ZSTD_compress(frame, sizeof frame, raw, 0, 1);
    uint8_t *block = out + HB_TRACE_HEADER_BYTES + HB_TRACE_CHECKSUM_BYTES;
    size_t packed = block[8], sealed = HB_TRACE_BLOCK_BYTES + packed + empty;

    (void)state;
    assert_false(ZSTD_isError(empty));
    memcpy(tail, out + length - sizeof tail, sizeof tail);
    memcpy(block + HB_TRACE_BLOCK_BYTES + packed, frame, empty);
    block[8] = (uint8_t)(packed + empty);
    hb_trace_seal(block, sealed);
    memcpy(block + sealed + HB_TRACE_CHECKSUM_BYTES, tail, sizeof tail);
    expect_sentence(out, length + empty, "bad.trace: byte 40: this block is not one zstd frame");
}

/* What is well sealed and well packed, and unsound inside. */
static void unsound(void **state)
{
    static const struct {
        uint8_t raw[4];
        uint32_t bytes, ops;
        const char *sentence;
    } cases[] = {
        {{0x03, 0x01, 0x01}, 3, 3, "bad.trace: operation 2 names an object that was freed before"},
        {{0x01}, 1, 1, "bad.trace: byte 40: in this block, operation 0 names an object that was never born"},
        {{0x03, 0x8e},
         2,
         2,
         "bad.trace: byte 40: in this block, operation 1 is cut off by the end of its block"},
        {{0x03, 0x01, 0x0f, 0x05}, 4, 3, "bad.trace: operation 2 names an object that was freed before"},
        {{0x9f}, 1, 1, "bad.trace: byte 40: this block does not hold as many operations as it claims"},
    };
    uint8_t out[1000];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = forge(out, sizeof out, cases[i].raw, cases[i].bytes, cases[i].bytes, cases[i].ops);

        expect_sentence(out, length, cases[i].sentence);
    }
}

/* A file that ends with its last block hands out that block, and then says what is missing. */
static void without_end(void **state)
{
    struct hb_trace_reader *reader;
    const struct hb_op *ops;
    size_t count;
    struct hb_error error;
    char sentence[200];

    (void)state;
    hb_test_write_file("bad.trace", trace, end_at());
    assert_int_equal(hb_trace_reader_open("bad.trace", &reader, NULL), HB_OK);
    assert_int_equal(hb_trace_reader_next(reader, &ops, &count, NULL), HB_OK);
    assert_int_equal(count, 60);
    assert_int_equal(hb_trace_reader_next(reader, &ops, &count, &error), HB_ERR_FORMAT);
    snprintf(
        sentence, sizeof sentence,
        "bad.trace: byte %zu: the trace ends without its trailer: it was cut off, or its writer was killed",
        end_at());
    assert_string_equal(error.text, sentence);
    hb_trace_reader_close(reader);
}

static void blocks_out_of_order(void **state)
{
    struct hb_random random;
    size_t count = 2000000, length, first = 40, second;
    struct hb_op *ops;
    uint8_t *bytes, *swapped;

    (void)state;
    hb_random_seed(&random, 5);
    ops = hb_test_random_ops(&random, count, 1);
    hb_test_write_trace("long.trace", NULL, ops, count);
    free(ops);
    bytes = hb_test_read_file("long.trace", &length);
    second =
        first + 48 + bytes[first + 8] + ((size_t)bytes[first + 9] << 8) + ((size_t)bytes[first + 10] << 16);
    assert_memory_equal(bytes + second, "HBop", 4);
    swapped = malloc(length);
    memcpy(swapped, bytes, first);
    memcpy(swapped + first, bytes + second, length - second);
    expect_damaged(swapped, length - (second - first));
    free(swapped);
    free(bytes);
}

static void expect_foreign(const char *path, const char *sentence, enum hb_status expected)
{
    struct hb_workload *workload;
    struct hb_trace_reader *reader;
    struct hb_error error;

    assert_int_equal(hb_workload_load(path, &workload, &error), expected);
    assert_string_equal(error.text, sentence);
    assert_int_not_equal(hb_trace_reader_open(path, &reader, NULL), HB_OK);
}

static void foreign(void **state)
{
    static const char neither[] =
        ": byte 0: not a workload: neither a heapbench trace nor a .rep or text file";
    char sentence[200];

    (void)state;
    hb_test_write_file("elf", "\177ELF\2\1\1\0", 8);
    hb_test_write_file("png", "\211PNG\r\n\032\n\0\0\0\rIHDR", 16);
    hb_test_write_file("empty", "", 0);
    hb_test_write_file("blank", " \n\n", 3);
    snprintf(sentence, sizeof sentence, "./elf%s", neither);
    expect_foreign("./elf", sentence, HB_ERR_FORMAT);
    snprintf(sentence, sizeof sentence, "./png%s", neither);
    expect_foreign("./png", sentence, HB_ERR_FORMAT);
    snprintf(sentence, sizeof sentence, "./blank%s", neither);
    expect_foreign("./blank", sentence, HB_ERR_FORMAT);
    expect_foreign("./empty", "./empty: the file is empty", HB_ERR_FORMAT);
    expect_foreign("/dev/null", "/dev/null: cannot be read: it is a device", HB_ERR_IO);
    expect_foreign("./missing", "./missing: cannot be read: No such file or directory", HB_ERR_IO);
    expect_foreign("./", "./: cannot be read: it is a folder", HB_ERR_IO);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    expect_foreign("./pipe", "./pipe: cannot be read: it is a pipe; save what it gives as a file first",
                   HB_ERR_IO);
}

#define damage(sentence, function)             \
    {                                          \
        sentence, function, enter, leave, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        damage("a trace cut off at any byte is refused", truncated),
        damage("a trace with any one bit flipped is refused", flipped),
        damage("something after the end is refused", extended),
        damage("a block that lies about itself under a right checksum is found out", lying_blocks),
        damage("totals that are not those of the operations are refused", lying_end),
        damage("a header that claims too much, or another version, is refused", lying_header),
        damage("a frame that would unpack to 256 MiB is not unpacked", bomb),
        damage("a payload of two frames is refused", two_frames),
        damage("operations that cannot be are refused with their index", unsound),
        damage("a trace without its end gives its blocks and then says so", without_end),
        damage("blocks that are missing are missed", blocks_out_of_order),
        damage("files of other kinds, folders, devices and pipes are refused at once", foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
