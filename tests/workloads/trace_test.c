/* trace_test.c - what is written is what is read: the whole way, through the public headers. */
#include "tests/workloads/fixtures.h"

#include <stdlib.h>
#include <string.h>

static void read_back(const char *path, const struct hb_op *expected, size_t count)
{
    struct hb_trace_reader *reader;
    const struct hb_op *ops;
    size_t got, done = 0;

    assert_int_equal(hb_trace_reader_open(path, &reader, NULL), HB_OK);
    do {
        assert_int_equal(hb_trace_reader_next(reader, &ops, &got, NULL), HB_OK);
        assert_true(done + got <= count);
        hb_test_assert_ops(ops, expected + done, got);
        done += got;
    } while (got > 0);
    assert_int_equal(done, count);
    assert_int_equal(hb_trace_reader_totals(reader)->ops, count);
    hb_trace_reader_close(reader);
}

static void round_trip(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 1);
    for (unsigned threads = 1; threads <= 65536; threads *= 16) {
        size_t count = 200000;
        struct hb_op *ops = hb_test_random_ops(&random, count, threads);

        hb_test_write_trace("a.trace", NULL, ops, count);
        read_back("a.trace", ops, count);
        free(ops);
    }
}

static void nothing(void **state)
{
    struct hb_workload *workload;

    (void)state;
    hb_test_write_trace("a.trace", NULL, NULL, 0);
    read_back("a.trace", NULL, 0);
    assert_int_equal(hb_workload_load("./a.trace", &workload, NULL), HB_OK);
    assert_int_equal(workload->op_count, 0);
    assert_int_equal(workload->threads, 0);
    assert_null(workload->info.command);
    hb_workload_free(workload);
}

static void facts(void **state)
{
    struct hb_trace_info info = {.command = (char *)"cc1 -O2 'a b.c'", .suggested_heap_bytes = 4096};
    struct hb_trace_writer *writer;
    struct hb_trace_reader *reader;
    const struct hb_op *ops;
    size_t count;

    (void)state;
    info.origin = (char *)"a test";
    assert_int_equal(hb_trace_writer_open("a.trace", &info, 0, &writer, NULL), HB_OK);
    hb_trace_writer_set_dropped(writer, 7);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
    assert_int_equal(hb_trace_reader_open("a.trace", &reader, NULL), HB_OK);
    assert_string_equal(hb_trace_reader_info(reader)->command, info.command);
    assert_string_equal(hb_trace_reader_info(reader)->origin, info.origin);
    assert_int_equal(hb_trace_reader_info(reader)->suggested_heap_bytes, 4096);
    assert_int_equal(hb_trace_reader_next(reader, &ops, &count, NULL), HB_OK);
    assert_int_equal(count, 0);
    assert_int_equal(hb_trace_reader_totals(reader)->dropped, 7);
    hb_trace_reader_close(reader);
}

static void expect_refusal(struct hb_op op, const char *sentence)
{
    static const struct hb_op first = {.kind = HB_OP_MALLOC, .size = 1};
    struct hb_trace_writer *writer;
    struct hb_error error;

    assert_int_equal(hb_trace_writer_open("a.trace", NULL, 1, &writer, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_append(writer, &first, 1, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_append(writer, &op, 1, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
    hb_trace_writer_abandon(writer);
    assert_int_equal(hb_test_files_here(), 0);
}

static void refusals(void **state)
{
    (void)state;
    expect_refusal((struct hb_op){.kind = HB_OP_MALLOC, .object = 0},
                   "a.trace: operation 1 gives birth to an object whose number is not the next");
    expect_refusal((struct hb_op){.kind = HB_OP_MALLOC, .object = 2},
                   "a.trace: operation 1 gives birth to an object whose number is not the next");
    expect_refusal((struct hb_op){.kind = HB_OP_FREE, .object = 1},
                   "a.trace: operation 1 names an object that was never born");
    expect_refusal((struct hb_op){.kind = HB_OP_FREE, .object = 0, .size = 1},
                   "a.trace: operation 1 is a free with a size");
    expect_refusal((struct hb_op){.kind = HB_OP_REALLOC, .object = 0},
                   "a.trace: operation 1 is a realloc to size 0, which should be a free");
    expect_refusal((struct hb_op){.kind = HB_OP_MALLOC, .object = 1, .size = (UINT64_C(1) << 63) + 1},
                   "a.trace: operation 1 has a size beyond 2^63");
    expect_refusal((struct hb_op){.kind = HB_OP_MALLOC, .object = 1, .align_log2 = 4},
                   "a.trace: operation 1 has an alignment that its kind does not take");
    expect_refusal((struct hb_op){.kind = HB_OP_ALIGNED, .object = 1, .align_log2 = 64},
                   "a.trace: operation 1 has an alignment that its kind does not take");
    expect_refusal((struct hb_op){.kind = HB_OP_KINDS, .object = 1},
                   "a.trace: operation 1 is of no known kind");
    expect_refusal((struct hb_op){.kind = HB_OP_MALLOC, .object = 1, .thread = 2},
                   "a.trace: operation 1 is of a thread whose number is not the next");
}

static void levels(void **state)
{
    struct hb_trace_writer *writer;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_trace_writer_open("a.trace", NULL, 20, &writer, &error), HB_ERR_USAGE);
    assert_string_equal(error.text, "compression level 20 is not 1 to 19");
    assert_int_equal(hb_test_files_here(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("random operations of 1 to 65536 threads come back as they were", round_trip),
        hb_test_in_folder("a trace of nothing is a trace", nothing),
        hb_test_in_folder("command, origin, heap and dropped events are kept", facts),
        hb_test_in_folder("the writer refuses what could not be read, and leaves no file", refusals),
        hb_test_in_folder("a compression level that zstd lacks is refused", levels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
