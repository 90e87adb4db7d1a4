/*
 * lies_test.c - a trace that lies under right checksums: about its length, its operations, what it unpacks
 * to. Each is an error that names the file and the place, in bounded memory; none is another trace.
 */
#include "tests/workloads/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zstd.h>

#include "workloads/trace/trace_format.h"

static void put32(size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        damage_trace[at + i] = (uint8_t)(value >> (8 * i));
}

/* Changes one field of the block's head, seals the lie, and expects that it is found. */
static void lie_in_block(size_t offset, uint32_t value, const char *what)
{
    uint8_t *honest = malloc(damage_trace_bytes);
    char sentence[200];

    memcpy(honest, damage_trace, damage_trace_bytes);
    put32(damage_block_at() + offset, value);
    hb_trace_seal(damage_trace + damage_block_at(),
                  damage_end_at() - damage_block_at() - HB_TRACE_CHECKSUM_BYTES);
    snprintf(sentence, sizeof sentence, "bad.trace: byte %zu: %s", damage_block_at(), what);
    damage_expect_sentence(damage_trace, damage_trace_bytes, sentence);
    damage_expect(damage_trace, damage_trace_bytes);
    memcpy(damage_trace, honest, damage_trace_bytes);
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
    lie_in_block(4, 0, too_much);
    lie_in_block(12, 0, not_ops);
    lie_in_block(12, 59, not_ops);
    lie_in_block(12, 61, not_ops);
    lie_in_block(12, UINT32_MAX, too_much);
    lie_in_block(16, 1, not_next);
    lie_in_block(24, 1, not_next);
    lie_in_block(32, 1, not_next);
    lie_in_block(36, 1, not_next);
    lie_in_block(40, 1, not_next);
    lie_in_block(44, 1, not_next);
}

static void lying_end(void **state)
{
    static const size_t fields[] = {8, 16, 24, 40}; /* the others may be anything */

    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        damage_trace[damage_end_at() + fields[i]] ^= 1;
        hb_trace_seal(damage_trace + damage_end_at(), HB_TRACE_END_BYTES);
        damage_expect(damage_trace, damage_trace_bytes);
        damage_trace[damage_end_at() + fields[i]] ^= 1;
    }
    damage_trace[damage_end_at() + 4] = 1;
    hb_trace_seal(damage_trace + damage_end_at(), HB_TRACE_END_BYTES);
    damage_expect(damage_trace, damage_trace_bytes);
}

static void lying_header(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        const char *sentence;
    } lies[] = {
        {8, 4, "bad.trace: byte 8: a trace of version 4; this heapbench reads versions 1 to 3"},
        {8, 0, "bad.trace: byte 8: a trace of version 0; this heapbench reads versions 1 to 3"},
        {12, UINT32_MAX, "bad.trace: byte 0: the header is damaged"},
        {12, HB_TRACE_MAX_TEXT_BYTES, "bad.trace: byte 0: the section that begins here is cut off"},
        {16, HB_TRACE_MAX_TEXT_BYTES + 1, "bad.trace: byte 0: the header is damaged"},
        {20, 1, "bad.trace: byte 0: the header is damaged"},
        {32, 0x20202000, "bad.trace: byte 32: a text in the header has a NUL in it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t *honest = malloc(damage_trace_bytes);

        memcpy(honest, damage_trace, damage_trace_bytes);
        put32(lies[i].offset, lies[i].value);
        hb_trace_seal(damage_trace, damage_block_at() - HB_TRACE_CHECKSUM_BYTES);
        damage_expect_sentence(damage_trace, damage_trace_bytes, lies[i].sentence);
        damage_expect(damage_trace, damage_trace_bytes);
        memcpy(damage_trace, honest, damage_trace_bytes);
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
    damage_expect_sentence(out, length,
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
    damage_expect_sentence(out, length + empty, "bad.trace: byte 40: this block is not one zstd frame");
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

        damage_expect_sentence(out, length, cases[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_damage("a block that lies about itself under a right checksum is found out", lying_blocks),
        hb_test_damage("totals that are not those of the operations are refused", lying_end),
        hb_test_damage("a header that claims too much, or another version, is refused", lying_header),
        hb_test_damage("a frame that would unpack to 256 MiB is not unpacked", bomb),
        hb_test_damage("a payload of two frames is refused", two_frames),
        hb_test_damage("operations that cannot be are refused with their index", unsound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
