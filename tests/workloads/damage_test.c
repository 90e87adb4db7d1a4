/*
 * damage_test.c - a trace that came to harm: cut off, flipped, longer than it was, blocks lost. Each is an
 * error that names the file and the place; none is another trace.
 */
#include "tests/workloads/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void truncated(void **state)
{
    (void)state;
    for (size_t length = 0; length < damage_trace_bytes; length++)
        damage_expect(damage_trace, length);
}

static void flipped(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < damage_trace_bytes * 8; bit++) {
        damage_trace[bit / 8] ^= (uint8_t)(1 << bit % 8);
        damage_expect(damage_trace, damage_trace_bytes);
        damage_trace[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void extended(void **state)
{
    uint8_t *longer = calloc(1, damage_trace_bytes + 1);

    (void)state;
    memcpy(longer, damage_trace, damage_trace_bytes);
    damage_expect(longer, damage_trace_bytes + 1);
    free(longer);
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
    hb_test_write_file("bad.trace", damage_trace, damage_end_at());
    assert_int_equal(hb_trace_reader_open("bad.trace", &reader, NULL), HB_OK);
    assert_int_equal(hb_trace_reader_next(reader, &ops, &count, NULL), HB_OK);
    assert_int_equal(count, 60);
    assert_int_equal(hb_trace_reader_next(reader, &ops, &count, &error), HB_ERR_FORMAT);
    snprintf(
        sentence, sizeof sentence,
        "bad.trace: byte %zu: the trace ends without its trailer: it was cut off, or its writer was killed",
        damage_end_at());
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
        first + 56 + bytes[first + 8] + ((size_t)bytes[first + 9] << 8) + ((size_t)bytes[first + 10] << 16);
    assert_memory_equal(bytes + second, "HBop", 4);
    swapped = malloc(length);
    memcpy(swapped, bytes, first);
    memcpy(swapped + first, bytes + second, length - second);
    damage_expect(swapped, length - (second - first));
    free(swapped);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_damage("a trace cut off at any byte is refused", truncated),
        hb_test_damage("a trace with any one bit flipped is refused", flipped),
        hb_test_damage("something after the end is refused", extended),
        hb_test_damage("a trace without its end gives its blocks and then says so", without_end),
        hb_test_damage("blocks that are missing are missed", blocks_out_of_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
