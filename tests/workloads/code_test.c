/*
 * code_test.c - operations as bytes: the examples of FORMAT.md, the corners, and a second decoder's opinion.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/workloads/plain_decoder.h"
#include "workloads/trace/trace_format.h"

/* A fresh buffer of exactly `length` + padding bytes, so that a sanitizer sees any read beyond. */
static uint8_t *padded(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = calloc(1, length + HB_TRACE_PADDING_BYTES);

    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

static size_t encode_all(struct hb_trace_state state, const struct hb_op *ops, size_t count, uint8_t *out)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        size_t one;

        assert_null(hb_trace_op_fault(&state, &ops[i]));
        one = hb_trace_encode(&state, &ops[i], out + length);
        assert_in_range(one, 1, HB_TRACE_MAX_OP_BYTES);
        length += one;
    }
    return length;
}

static void expect_bytes(struct hb_trace_state state, struct hb_op op, const char *hex)
{
    uint8_t out[HB_TRACE_MAX_OP_BYTES + 8];
    char text[3 * sizeof out + 1] = "";
    size_t length = encode_all(state, &op, 1, out);

    for (size_t i = 0; i < length; i++)
        sprintf(text + strlen(text), i > 0 ? " %02x" : "%02x", out[i]);
    assert_string_equal(text, hex);
}

static void examples(void **state)
{
    struct hb_trace_state at = {.threads = 1};

    (void)state;
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 0, .size = 100}, "8e 0c");
    at.next_object = 4;
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 4, .size = 240}, "f3");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 4, .size = 256}, "06 02");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 4, .size = 333}, "ae 29");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_FREE, .object = 1}, "09");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_FREE, .object = 2}, "05");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 4, .size = 300}, "8e 25");
    at.next_object = 64;
    expect_bytes(at, (struct hb_op){.kind = HB_OP_FREE, .object = 0}, "fd");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 64, .size = 248}, "fb");
    expect_bytes(at, (struct hb_op){.kind = HB_OP_MALLOC, .object = 64, .size = 15}, "f7");
    at.threads = 4;
    expect_bytes(at, (struct hb_op){.kind = HB_OP_FREE, .object = 63, .thread = 3}, "ff 01");
}

static void expect_wait_bytes(uint64_t us, const char *hex)
{
    struct hb_trace_state at = {.time_us = 5};
    uint8_t out[HB_TRACE_MAX_OP_BYTES + 8];
    char text[3 * sizeof out + 1] = "";
    size_t length;

    assert_null(hb_trace_wait_fault(&at, us));
    length = hb_trace_encode_wait(&at, us, out);
    assert_in_range(length, 2, HB_TRACE_MAX_OP_BYTES);
    for (size_t i = 0; i < length; i++)
        sprintf(text + strlen(text), i > 0 ? " %02x" : "%02x", out[i]);
    assert_string_equal(text, hex);
    assert_true(at.time_us == 5 + us);
}

static void waits(void **state)
{
    struct hb_trace_state at = {.time_us = 5};

    (void)state;
    expect_wait_bytes(1, "7f 03");
    expect_wait_bytes(1000, "7f a2 0f");
    expect_wait_bytes(250000, "7f 84 84 1e");
    expect_wait_bytes(UINT64_MAX - 5, "7f 00 fa ff ff ff ff ff ff ff");
    assert_non_null(hb_trace_wait_fault(&at, 0));
    assert_non_null(hb_trace_wait_fault(&at, UINT64_MAX - 4));
}

/* Encodes, decodes with both decoders from the same state, and compares. */
static void expect_round_trip(struct hb_trace_state from, const struct hb_op *ops, size_t count)
{
    uint8_t *out = malloc(count * HB_TRACE_MAX_OP_BYTES + 8);
    size_t length = encode_all(from, ops, count, out);
    uint8_t *raw = padded(out, length);
    struct hb_op *back = malloc((count + 1) * sizeof *back);
    struct hb_trace_decoder decoder = {.state = from, .next = raw, .end = raw + length};
    struct plain_trace plain = {.objects = from.next_object, .threads = from.threads};
    unsigned thread = from.thread;

    assert_int_equal(hb_trace_decode(&decoder, back, count + 1), count);
    assert_null(decoder.fault);
    assert_ptr_equal(decoder.next, decoder.end);
    hb_test_assert_ops(back, ops, count);
    assert_true(plain_decode_ops(out, length, &thread, &plain));
    assert_int_equal(plain.count, count);
    hb_test_assert_ops(plain.ops, ops, count);
    assert_int_equal(plain.objects, decoder.state.next_object);
    assert_int_equal(plain.threads, decoder.state.threads);
    assert_int_equal(thread, decoder.state.thread);
    plain_free(&plain);
    free(back);
    free(raw);
    free(out);
}

static void random_streams(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 2);
    for (unsigned round = 0; round < 60; round++) {
        size_t count = hb_random_below(&random, 20000);
        struct hb_op *ops = hb_test_random_ops(&random, count, 1u << hb_random_below(&random, 17));

        expect_round_trip((struct hb_trace_state){0}, ops, count);
        free(ops);
    }
}

/* Every power of two and its neighbours, as sizes of every kind. */
static void every_size(void **state)
{
    static const uint8_t kinds[] = {HB_OP_MALLOC, HB_OP_CALLOC, HB_OP_ALIGNED, HB_OP_REALLOC};
    struct hb_trace_state from = {.next_object = 5, .threads = 1};

    (void)state;
    for (unsigned bit = 0; bit < 64; bit++)
        for (int off = -9; off <= 9; off++)
            for (size_t k = 0; k < sizeof kinds; k++) {
                uint64_t size = (UINT64_C(1) << bit) + (uint64_t)(int64_t)off;
                struct hb_op op = {.kind = kinds[k], .object = 5, .size = size};

                if (op.kind == HB_OP_REALLOC)
                    op.object = 0;
                if (op.kind == HB_OP_ALIGNED)
                    op.align_log2 = (uint8_t)bit;
                if (size > HB_TRACE_MAX_SIZE || (size == 0 && op.kind == HB_OP_REALLOC))
                    assert_true(hb_trace_op_fault(&from, &op) != NULL);
                else
                    expect_round_trip(from, &op, 1);
            }
}

/* Objects up to the last of 2^32, named from their birth to 2^32 births later. */
static void every_age(void **state)
{
    struct hb_trace_state from = {.next_object = HB_TRACE_MAX_OBJECTS, .threads = 1};

    (void)state;
    for (unsigned bit = 0; bit <= 32; bit++)
        for (int off = -2; off <= 2; off++) {
            uint64_t age = (UINT64_C(1) << bit) + (uint64_t)(int64_t)off;
            struct hb_op ops[2] = {{.kind = HB_OP_FREE}, {.kind = HB_OP_REALLOC, .size = 48}};

            if (age < 1 || age > HB_TRACE_MAX_OBJECTS)
                continue;
            ops[0].object = ops[1].object = (uint32_t)(HB_TRACE_MAX_OBJECTS - age);
            expect_round_trip(from, ops, 2);
        }
    from.next_object = HB_TRACE_MAX_OBJECTS - 1;
    expect_round_trip(from, &(struct hb_op){.kind = HB_OP_CALLOC, .object = UINT32_MAX, .size = 1}, 1);
}

static void every_thread(void **state)
{
    struct hb_trace_state from = {.next_object = 1, .threads = 65536};

    (void)state;
    for (unsigned thread = 0; thread < 65536; thread++)
        expect_round_trip(from, &(struct hb_op){.kind = HB_OP_FREE, .thread = (uint16_t)thread}, 1);
}

static void in_pieces(void **state)
{
    struct hb_random random;
    struct hb_op *ops, *back;
    uint8_t *out;
    size_t length, count = 5000, done = 0;

    (void)state;
    hb_random_seed(&random, 3);
    ops = hb_test_random_ops(&random, count, 3);
    back = malloc(count * sizeof *back);
    out = calloc(count, HB_TRACE_MAX_OP_BYTES + 1);
    length = encode_all((struct hb_trace_state){0}, ops, count, out);
    struct hb_trace_decoder decoder = {.next = out, .end = out + length};
    while (done < count) {
        size_t wanted = hb_random_below(&random, 50) + 1;

        done += hb_trace_decode(&decoder, back + done, wanted < count - done ? wanted : count - done);
    }
    assert_int_equal(decoder.state.next_op, count);
    hb_test_assert_ops(back, ops, count);
    free(out);
    free(back);
    free(ops);
}

static void expect_fault(const uint8_t *bytes, size_t length, const char *fault)
{
    struct hb_op ops[8];
    uint8_t *raw = padded(bytes, length);
    struct hb_trace_decoder decoder = {
        .state = {.next_object = 2, .threads = 1}, .next = raw, .end = raw + length};
    struct plain_trace plain = {.objects = 2, .threads = 1};
    unsigned thread = 0;

    hb_trace_decode(&decoder, ops, 8);
    assert_non_null(decoder.fault);
    assert_string_equal(decoder.fault, fault);
    assert_false(plain_decode_ops(bytes, length, &thread, &plain));
    plain_free(&plain);
    free(raw);
}

#define faulty(fault, ...) \
    expect_fault((const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), fault)

static void faults(void **state)
{
    (void)state;
    faulty("names an object that was never born", 0x09);
    faulty("names an object that was never born", 2 << 5 | 7 << 1 | 1, 0x03);
    faulty("names an object that was never born", 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    faulty("is a realloc to size 0, which should be a free", 0x0f, 0x01);
    faulty("comes after a wait of no time", 0x7f, 0x01);
    faulty("comes more than 2^64 microseconds after the first", 0x7f, 0x03, 0x7f, 0, 0xff, 0xff, 0xff, 0xff,
           0xff, 0xff, 0xff, 0xff);
    faulty("is cut off by the end of its block", 0x7f);
    faulty("is of a thread whose number is not the next", 0xbe | 0x40, 0x01);
    faulty("has an alignment beyond 2^63", 0x3f | 0x00, 0x81, 0x01);
    faulty("has a size beyond 2^63", 0, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    faulty("has a size beyond 2^63", 0, 0x05, 0, 0, 0, 0, 0, 0, 0x40);
    faulty("has a size beyond 2^63", 0x1f, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    faulty("has a size beyond 2^63", 0x1f, 0, 0x02, 0, 0, 0, 0, 0, 0, 0x20);
    faulty("is cut off by the end of its block", 0x8e);
    faulty("is cut off by the end of its block", 0x1f);
    faulty("is cut off by the end of its block", 0);
}

static void too_many_objects(void **state)
{
    static const struct hb_op birth = {.kind = HB_OP_MALLOC, .size = 8};
    struct hb_trace_state from = {.next_object = HB_TRACE_MAX_OBJECTS, .threads = 1};
    uint8_t *raw = padded((const uint8_t[]){0x0b}, 1); /* malloc of 8 bytes */
    struct hb_trace_decoder decoder = {.state = from, .next = raw, .end = raw + 1};
    struct hb_op op;

    (void)state;
    assert_int_equal(hb_trace_decode(&decoder, &op, 1), 0);
    assert_string_equal(decoder.fault, "is one object more than 2^32");
    assert_non_null(hb_trace_op_fault(&from, &birth));
    free(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("the examples of FORMAT.md are coded as it says", examples),
        hb_test("time that passed is coded as FORMAT.md says", waits),
        hb_test("random streams come back from two decoders as they were", random_streams),
        hb_test("sizes around every power of two, of every kind, up to 2^63", every_size),
        hb_test("ages around every power of two, up to 2^32", every_age),
        hb_test("every thread from 0 to 65535", every_thread),
        hb_test("a block can be decoded in pieces", in_pieces),
        hb_test("an object after the last of 2^32 is refused", too_many_objects),
        hb_test("each fault is named, and both decoders refuse it", faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
