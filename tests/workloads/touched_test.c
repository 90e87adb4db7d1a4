/*
 * touched_test.c - what is touched of blocks: through traces and text and back, and what is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/workloads/fixtures.h"
#include "tests/workloads/plain_decoder.h"
#include "tests/workloads/plain_encoder.h"
#include "workloads/text/text_writer.h"
#include "workloads/trace/op_sink.h"

enum { OPS = 60000 };

static const struct hb_op large = {.kind = HB_OP_MALLOC, .size = 100000};

/* Of every second block on average, anything from nothing to all: from malloc. */
static struct hb_touched *random_rows(struct hb_random *random, const struct hb_op *ops, size_t *count)
{
    struct hb_touched *rows = calloc(OPS, sizeof *rows);

    assert_non_null(rows);
    *count = 0;
    for (uint64_t i = 0; i < OPS; i++)
        if (ops[i].kind != HB_OP_FREE && hb_random_below(random, 2) == 0)
            rows[(*count)++] =
                (struct hb_touched){.op = i, .bytes = hb_random_below(random, ops[i].size + 1)};
    return rows;
}

static void assert_rows(const struct hb_touched *actual, size_t actual_count,
                        const struct hb_touched *expected, size_t count)
{
    assert_int_equal(actual_count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(actual[i].op == expected[i].op && actual[i].bytes == expected[i].bytes);
}

static void write_rows(const char *path, const struct hb_op_run *run)
{
    static const struct hb_trace_info info = {.touched = true};
    struct hb_trace_writer *writer;
    struct hb_op_sink sink;

    assert_int_equal(hb_trace_writer_open(path, &info, 1, &writer, NULL), HB_OK);
    sink = hb_op_sink_to_writer(writer);
    assert_int_equal(hb_op_sink_put(&sink, run, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

static void assert_same_file(const char *a, const char *b)
{
    size_t a_length, b_length;
    uint8_t *a_bytes = hb_test_read_file(a, &a_length), *b_bytes = hb_test_read_file(b, &b_length);

    assert_int_equal(a_length, b_length);
    assert_memory_equal(a_bytes, b_bytes, a_length);
    free(a_bytes);
    free(b_bytes);
}

static void second_reader_agrees(const struct hb_touched *rows, size_t count)
{
    struct plain_trace plain = {0};
    size_t length;
    uint8_t *bytes = hb_test_read_file("a.trace", &length);

    assert_true(plain_decode(bytes, length, &plain));
    assert_int_equal(plain.version, 3);
    assert_rows(plain.touched, plain.touched_count, rows, count);
    plain_free(&plain);
    free(bytes);
}

/* A trace, loaded and saved; and written as text, and saved of that. */
static void comes_back(const struct hb_op_run *run)
{
    struct hb_workload *workload;
    FILE *text;

    write_rows("a.trace", run);
    second_reader_agrees(run->touched, run->touched_count);
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    assert_int_equal(workload->version, 3);
    hb_test_assert_ops(workload->ops, run->ops, run->count);
    assert_rows(workload->touched, workload->touched_count, run->touched, run->touched_count);
    assert_int_equal(hb_workload_save(workload, "b.trace", 1, NULL), HB_OK);
    assert_same_file("a.trace", "b.trace");
    text = fopen("a.txt", "w");
    assert_non_null(text);
    hb_text_write(workload, text);
    assert_int_equal(fclose(text), 0);
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("a.txt", &workload, NULL), HB_OK);
    assert_int_equal(hb_workload_save(workload, "c.trace", 1, NULL), HB_OK);
    assert_same_file("a.trace", "c.trace");
    hb_workload_free(workload);
}

static void round_trip(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 51);
    for (unsigned round = 0; round < 4; round++) {
        struct hb_op *ops = hb_test_random_ops(&random, OPS, 3);
        struct hb_op_run run = {.ops = ops, .count = OPS};
        struct hb_wait *waits = hb_test_random_waits(&random, OPS, &run.wait_count);
        struct hb_touched *rows = random_rows(&random, ops, &run.touched_count);

        run.waits = waits;
        run.touched = rows;
        comes_back(&run);
        free(ops);
        free(waits);
        free(rows);
    }
}

/* A recording in which nothing was large: of version 3, and it stays so. */
static void of_nothing(void **state)
{
    struct hb_op small = {.kind = HB_OP_MALLOC, .size = 8};
    struct hb_op_run run = {.ops = &small, .count = 1};

    (void)state;
    comes_back(&run);
}

static void by_hand(void **state)
{
    static const uint8_t said[] = {0x7f, 0x01, 0x02, 0x10}; /* a wait of 0; 4096 bytes: 2 x 512 */
    struct plain_writer writer;
    struct hb_workload *workload;

    (void)state;
    plain_open(&writer, 3, "");
    plain_wait(&writer, 7);
    plain_raw(&writer, said, sizeof said);
    plain_op(&writer, &large);
    plain_close(&writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    assert_rows(workload->touched, workload->touched_count, &(struct hb_touched){.op = 0, .bytes = 4096}, 1);
    assert_int_equal(workload->time_us, 7);
    hb_workload_free(workload);
}

static void refuse(struct plain_writer *writer, unsigned version, const char *sentence)
{
    static const struct hb_trace_totals none;
    struct hb_workload *workload;
    struct hb_error error;

    plain_flush(writer);
    plain_end(writer, version, &none);
    plain_save(writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void begin(struct plain_writer *writer, unsigned version)
{
    static const uint8_t said[] = {0x7f, 0x01, 0x02, 0x10};

    plain_open(writer, version, "");
    plain_op(writer, &large);
    plain_raw(writer, said, sizeof said);
}

static void hostile(void **state)
{
    static const struct hb_op small = {.kind = HB_OP_MALLOC, .object = 1, .size = 4088},
                              end = {.kind = HB_OP_FREE};
    static const uint8_t again[] = {0x7f, 0x01, 0x01},
                         beyond[] = {0x7f, 0x01, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct plain_writer writer;

    (void)state;
    begin(&writer, 2);
    refuse(&writer, 2, "a.trace: byte 40: in this block, operation 1 comes after a wait of no time");
    begin(&writer, 3);
    plain_op(&writer, &small);
    refuse(
        &writer, 3,
        "a.trace: byte 40: in this block, operation 1 is said to have more bytes touched than its block has");
    begin(&writer, 3);
    plain_op(&writer, &end);
    refuse(&writer, 3,
           "a.trace: byte 40: in this block, operation 1 is a free, of whose block something is said to be "
           "touched");
    begin(&writer, 3);
    plain_raw(&writer, again, sizeof again);
    refuse(
        &writer, 3,
        "a.trace: byte 40: in this block, operation 1 does not follow at once what is said to be touched of "
        "its block");
    begin(&writer, 3);
    plain_wait(&writer, 5);
    refuse(
        &writer, 3,
        "a.trace: byte 40: in this block, operation 1 does not follow at once what is said to be touched of "
        "its block");
    begin(&writer, 3);
    refuse(&writer, 3,
           "a.trace: byte 40: in this block, operation 1 is missing, of whose block something is said to be "
           "touched");
    plain_open(&writer, 3, "");
    plain_raw(&writer, beyond, sizeof beyond);
    plain_op(&writer, &large);
    refuse(
        &writer, 3,
        "a.trace: byte 40: in this block, operation 0 is said to have more bytes touched than its block has");
}

static void expect_bad_text(const char *text, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error;

    hb_test_write_text("a.txt", text);
    assert_int_equal(hb_workload_load("a.txt", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void bad_text(void **state)
{
    (void)state;
    expect_bad_text("a 0 1M\ntouched 4K\nf 0\n",
                    "a.txt:3: the operation is a free, of whose block something is said to be touched");
    expect_bad_text("touched 2K\na 0 1K\n",
                    "a.txt:2: the operation is said to have more bytes touched than its block has");
    expect_bad_text("touched 1\ntouched 1\na 0 1K\n",
                    "a.txt:2: it was said already what is touched of the next block");
    expect_bad_text("touched some\na 0 1K\n", "a.txt:1: 'some' is not a number of bytes");
    expect_bad_text("a 0 1K\ntouched 1\n",
                    "a.txt:3: no operation follows of which it is said what is touched");
}

/* Who writes is held to the same. */
static void writer_refuses(void **state)
{
    static const struct hb_trace_info info = {.touched = true};
    struct hb_trace_writer *writer;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_trace_writer_open("a.trace", NULL, 1, &writer, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_touch(writer, 1, &error), HB_ERR_FORMAT);
    hb_trace_writer_abandon(writer);
    assert_int_equal(hb_trace_writer_open("a.trace", &info, 1, &writer, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_touch(writer, large.size + 1, &error), HB_OK);
    assert_int_equal(hb_trace_writer_touch(writer, 1, &error), HB_ERR_FORMAT);
    assert_int_equal(hb_trace_writer_append(writer, &large, 1, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text,
                        "a.trace: operation 0 is said to have more bytes touched than its block has");
    hb_trace_writer_abandon(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("what is touched comes back through traces and text, byte for byte", round_trip),
        hb_test_in_folder("a trace that could know and knows nothing comes back too", of_nothing),
        hb_test_in_folder("what is touched, by hand, byte by byte", by_hand),
        hb_test_in_folder("what cannot be touched is refused with the byte", hostile),
        hb_test_in_folder("what cannot be touched is refused with the line", bad_text),
        hb_test_in_folder("the writer refuses what no reader would take", writer_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
