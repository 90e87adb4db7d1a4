/*
 * wait_test.c - time in traces: what is told to the writer is what the reader hands out, a workload holds and
 * the figures are made of; and no trace can make it more than memory or 64 bits hold.
 */
#include "tests/workloads/fixtures.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/workloads/plain_encoder.h"
#include "workloads/whole/builder.h"
#include "workloads/whole/summary.h"

static const struct hb_op one = {.kind = HB_OP_MALLOC, .size = 8};

/* Reads to the end, and gathers the waits piece by piece: each must be of the piece that it comes with. */
static void expect_streamed(const char *path, size_t op_count, const struct hb_wait *waits, size_t wait_count)
{
    struct hb_trace_reader *reader;
    size_t ops_done = 0, waits_done = 0, count;

    assert_int_equal(hb_trace_reader_open(path, &reader, NULL), HB_OK);
    do {
        const struct hb_op *ops;
        const struct hb_wait *some;
        size_t some_count;

        assert_int_equal(hb_trace_reader_next(reader, &ops, &count, NULL), HB_OK);
        some = hb_trace_reader_waits(reader, &some_count);
        assert_true(waits_done + some_count <= wait_count);
        hb_test_assert_waits(some, waits + waits_done, some_count);
        for (size_t i = 0; i < some_count; i++)
            assert_true(some[i].before_op >= ops_done &&
                        (count == 0 ? some[i].before_op == op_count : some[i].before_op < ops_done + count));
        ops_done += count;
        waits_done += some_count;
    } while (count > 0);
    assert_int_equal(ops_done, op_count);
    assert_int_equal(waits_done, wait_count);
    hb_trace_reader_close(reader);
}

/* From none to one before every operation: more than a piece holds, over many blocks. */
static void round_trip(void **state)
{
    static const struct hb_trace_totals totals = {.dropped = 3, .wall_ns = 12345678901, .cpu_ns = UINT64_MAX};
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 31);
    for (unsigned round = 0; round < 8; round++) {
        size_t op_count = hb_random_below(&random, 400000), count;
        struct hb_op *ops = hb_test_random_ops(&random, op_count, 3);
        struct hb_wait *waits = hb_test_random_waits(&random, op_count, &count);
        struct hb_workload *workload;
        uint64_t sum = 0;

        for (size_t i = 0; i < count; i++)
            sum += waits[i].us;
        hb_test_write_times("a.trace", NULL, ops, op_count, waits, count, &totals);
        expect_streamed("a.trace", op_count, waits, count);
        assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
        assert_int_equal(workload->wait_count, count);
        hb_test_assert_waits(workload->waits, waits, count);
        hb_test_assert_ops(workload->ops, ops, op_count);
        assert_true(workload->time_us == sum);
        assert_true(workload->wall_ns == totals.wall_ns && workload->cpu_ns == totals.cpu_ns);
        assert_int_equal(workload->dropped, 3);
        hb_workload_free(workload);
        free(waits);
        free(ops);
    }
}

static void every_place(void **state)
{
    static const struct hb_trace_totals totals;
    struct hb_op ops[5000];
    struct hb_wait waits[5001];

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = (uint32_t)i, .size = i};
    for (size_t i = 0; i <= 5000; i++)
        waits[i] = (struct hb_wait){.before_op = i, .us = i + 1};
    hb_test_write_times("a.trace", NULL, ops, 5000, waits, 5001, &totals);
    expect_streamed("a.trace", 5000, waits, 5001);
    hb_test_write_times("a.trace", NULL, ops, 0, waits, 1, &totals);
    expect_streamed("a.trace", 0, waits, 1);
    hb_test_write_times("a.trace", NULL, ops, 1, waits + 1, 1, &totals);
    expect_streamed("a.trace", 1, waits + 1, 1);
}

/* However it is told, one time at one place is one wait: so a trace has one form. */
static void adds_up(void **state)
{
    struct hb_trace_writer *writer;
    uint8_t *bytes[2];
    size_t length[2];

    (void)state;
    for (unsigned pieces = 0; pieces < 2; pieces++) {
        assert_int_equal(hb_trace_writer_open("a.trace", NULL, 1, &writer, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_append(writer, &one, 1, NULL), HB_OK);
        for (unsigned i = 0; i < (pieces == 0 ? 1000 : 1); i++) {
            assert_int_equal(hb_trace_writer_pass_time(writer, pieces == 0 ? 7 : 7000, NULL), HB_OK);
            assert_int_equal(hb_trace_writer_pass_time(writer, 0, NULL), HB_OK);
            assert_int_equal(hb_trace_writer_append(writer, NULL, 0, NULL), HB_OK);
        }
        assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
        bytes[pieces] = hb_test_read_file("a.trace", &length[pieces]);
    }
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(bytes[0], bytes[1], length[0]);
    free(bytes[0]);
    free(bytes[1]);
    expect_streamed("a.trace", 1, &(struct hb_wait){.before_op = 1, .us = 7000}, 1);
}

static void writer_overflow(void **state)
{
    struct hb_trace_writer *writer;
    struct hb_error error;

    (void)state;
    for (unsigned between = 0; between < 2; between++) {
        assert_int_equal(hb_trace_writer_open("a.trace", NULL, 1, &writer, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_pass_time(writer, UINT64_MAX, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_append(writer, &one, between, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_pass_time(writer, 0, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_pass_time(writer, 1, &error), HB_ERR_FORMAT);
        assert_string_equal(error.text,
                            between == 0
                                ? "a.trace: operation 0 comes more than 2^64 microseconds after the first"
                                : "a.trace: operation 1 comes more than 2^64 microseconds after the first");
        assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
    }
    expect_streamed("a.trace", 1, &(struct hb_wait){.before_op = 0, .us = UINT64_MAX}, 1);
}

/* What the file says, whole: a wait of `first`, one operation, a wait of `second`. */
static void expect_refusal(uint64_t first, uint64_t second, const char *sentence)
{
    struct plain_writer writer;
    struct hb_workload *workload;
    struct hb_error error;

    plain_open(&writer, 2, "");
    plain_wait(&writer, first);
    plain_op(&writer, &one);
    plain_wait(&writer, second);
    plain_close(&writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void hostile_waits(void **state)
{
    struct plain_writer writer;
    struct hb_workload *workload;

    (void)state;
    expect_refusal(0, 1, "a.trace: byte 40: in this block, operation 0 comes after a wait of no time");
    expect_refusal(1, 0, "a.trace: byte 40: in this block, operation 1 comes after a wait of no time");
    expect_refusal(
        UINT64_MAX, 1,
        "a.trace: byte 40: in this block, operation 1 comes more than 2^64 microseconds after the first");
    expect_refusal(
        UINT64_C(1) << 63, UINT64_C(1) << 63,
        "a.trace: byte 40: in this block, operation 1 comes more than 2^64 microseconds after the first");
    plain_open(&writer, 2, "");
    plain_wait(&writer, UINT64_MAX);
    plain_op(&writer, &one);
    plain_close(&writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    assert_true(workload->time_us == UINT64_MAX && workload->waits[0].us == UINT64_MAX);
    hb_workload_free(workload);
}

/* The sum is carried from block to block, and a block that does not continue it is refused. */
static void blocks_carry_time(void **state)
{
    static const uint64_t lies[] = {0, 6, 8, UINT64_MAX};
    struct plain_writer writer;
    struct hb_workload *workload;
    struct hb_error error;

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        plain_open(&writer, 2, "");
        plain_wait(&writer, 7);
        plain_op(&writer, &one);
        plain_flush(&writer);
        writer.block.time_us = lies[i];
        plain_wait(&writer, 1);
        plain_close(&writer, "a.trace");
        assert_int_equal(hb_workload_load("a.trace", &workload, &error), HB_ERR_FORMAT);
        assert_non_null(strstr(error.text, "does not continue the one before it"));
    }
}

static void lying_end(void **state)
{
    static const struct hb_trace_totals none;
    struct plain_writer writer;
    struct hb_workload *workload;
    struct hb_error error;

    (void)state;
    plain_open(&writer, 2, "");
    plain_wait(&writer, 7);
    plain_flush(&writer);
    writer.now.time_us = 8;
    plain_end(&writer, 2, &none);
    plain_save(&writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, &error), HB_ERR_FORMAT);
    assert_non_null(strstr(error.text, "the totals at the end are not those"));
}

static long peak_resident_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* 40 blocks of half a million waits each, in a few kilobytes: one row of the table. */
static void millions_of_waits(void **state)
{
    enum { BLOCKS = 40, WAITS = 1 << 19 };
    uint8_t *raw = malloc(2 * WAITS);
    struct plain_writer writer;
    struct hb_workload *workload;
    long before;

    (void)state;
    for (size_t i = 0; i < WAITS; i++)
        memcpy(raw + 2 * i, "\x7f\x03", 2);
    plain_open(&writer, 2, "");
    for (unsigned block = 0; block < BLOCKS; block++) {
        plain_raw(&writer, raw, 2 * WAITS);
        writer.now.time_us += WAITS;
        plain_flush(&writer);
    }
    plain_op(&writer, &one);
    free(raw);
    assert_true(writer.length < 20000);
    plain_close(&writer, "a.trace");
    before = peak_resident_kib();
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    assert_true(peak_resident_kib() - before < 8192);
    assert_int_equal(workload->op_count, 1);
    assert_int_equal(workload->wait_count, 1);
    assert_int_equal(workload->waits[0].us, (uint64_t)BLOCKS * WAITS);
    hb_workload_free(workload);
}

/* The table of waits counts where memory is limited. */
static void limited(void **state)
{
    struct hb_builder builder;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_builder_begin(&builder, "x", NULL), HB_OK);
    builder.max_bytes = 15;
    assert_int_equal(hb_builder_pass_time(&builder, 1, &error), HB_ERR_LIMIT);
    assert_string_equal(error.text, "x: more operations than fit half of this machine's memory (0 MiB)");
    builder.max_bytes = 16;
    assert_int_equal(hb_builder_pass_time(&builder, 1, NULL), HB_OK);
    assert_int_equal(hb_builder_pass_time(&builder, 2, NULL), HB_OK);
    assert_int_equal(hb_builder_append(&builder, &one, 1, NULL), HB_ERR_LIMIT);
    assert_int_equal(hb_builder_pass_time(&builder, UINT64_MAX - 2, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, "x: operation 0 comes more than 2^64 microseconds after the first");
    assert_int_equal(builder.workload->time_us, 3);
    assert_int_equal(builder.workload->waits[0].us, 3);
    hb_builder_abandon(&builder);
}

/* The same figures from one row an operation. */
static void expect_times(const struct hb_workload *workload)
{
    struct hb_times times = hb_workload_times(workload);
    uint64_t parts[HB_TIME_PARTS] = {0}, at = 0, wait = 0, burst = 0;

    for (uint64_t i = 0; i <= workload->op_count; i++) {
        unsigned part;

        if (wait < workload->wait_count && workload->waits[wait].before_op == i) {
            burst += workload->waits[wait].us <= 10000 ? workload->waits[wait].us : 0;
            at += workload->waits[wait++].us;
        }
        part = workload->time_us == 0 ? 0 : (unsigned)(at * 10 / workload->time_us); /* all below 2^60 */
        if (i < workload->op_count)
            parts[part < 10 ? part : 9]++;
    }
    assert_int_equal(wait, workload->wait_count);
    for (unsigned i = 0; i < HB_TIME_PARTS; i++)
        assert_int_equal(times.ops_in_part[i], parts[i]);
    assert_int_equal(times.burst_us, burst);
}

/* None of those left out is longer than the last one listed, and each listed is where it is said to be. */
static void expect_silences(const struct hb_workload *workload)
{
    struct hb_times times = hb_workload_times(workload);
    uint64_t at = 0, longer = 0;
    const struct hb_silence *last = &times.silences[times.silence_count - 1];

    assert_int_equal(times.silence_count, workload->wait_count < 10 ? workload->wait_count : 10);
    for (unsigned i = 1; i < times.silence_count; i++)
        assert_true(times.silences[i - 1].wait.us > times.silences[i].wait.us ||
                    (times.silences[i - 1].wait.us == times.silences[i].wait.us &&
                     times.silences[i - 1].start_us < times.silences[i].start_us));
    for (uint64_t i = 0; i < workload->wait_count; i++) {
        const struct hb_wait *wait = &workload->waits[i];

        longer += wait->us > last->wait.us || (wait->us == last->wait.us && at < last->start_us);
        for (unsigned k = 0; k < times.silence_count; k++)
            if (times.silences[k].wait.before_op == wait->before_op)
                assert_true(times.silences[k].start_us == at && times.silences[k].wait.us == wait->us);
        at += wait->us;
    }
    assert_int_equal(longer, times.silence_count - 1);
}

static void figures(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 32);
    for (unsigned round = 0; round < 200; round++) {
        struct hb_workload workload = {.op_count = hb_random_below(&random, 2000)};
        uint64_t longest = UINT64_C(1) << hb_random_below(&random, 40);
        size_t count;

        workload.waits = hb_test_random_waits(&random, workload.op_count, &count);
        workload.wait_count = count;
        for (size_t i = 0; i < count; i++) {
            workload.waits[i].us = 1 + hb_random_below(&random, longest);
            workload.time_us += workload.waits[i].us;
        }
        expect_times(&workload);
        if (count > 0)
            expect_silences(&workload);
        free(workload.waits);
    }
}

static void parts(void **state)
{
    (void)state;
    assert_int_equal(hb_times_part_us(100, 3), 30);
    assert_int_equal(hb_times_part_us(101, 3), 31);
    assert_int_equal(hb_times_part_us(1, 1), 1);
    assert_int_equal(hb_times_part_us(1, 0), 0);
    assert_true(hb_times_part_us(UINT64_MAX, 10) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("random waits and times come back as they were", round_trip),
        hb_test_in_folder("before every operation, after the last, and where there is none", every_place),
        hb_test_in_folder("time that is told in pieces is one wait", adds_up),
        hb_test_in_folder("the writer refuses more than 2^64 microseconds, and stays good", writer_overflow),
        hb_test_in_folder("waits of nothing and sums beyond 2^64 are refused", hostile_waits),
        hb_test_in_folder("a block that does not continue the time before it is refused", blocks_carry_time),
        hb_test_in_folder("an end with another sum is refused", lying_end),
        hb_test_in_folder("twenty million waits at one place are one row, in bounded memory",
                          millions_of_waits),
        hb_test("the table of waits counts where memory is limited", limited),
        hb_test("rates, bursts and silences are those of a plain recount", figures),
        hb_test("tenths of any duration, without overflow", parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
