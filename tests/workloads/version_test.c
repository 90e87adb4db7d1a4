/*
 * version_test.c - files of both versions, written by a second writer: version 1 reads as ever, and neither
 * is taken for the other.
 */
#include "tests/workloads/fixtures.h"

#include <stdlib.h>
#include <string.h>

#include "tests/workloads/plain_decoder.h"
#include "tests/workloads/plain_encoder.h"

enum { OPS = 30000 };

static struct hb_workload *load(void)
{
    struct hb_workload *workload = NULL;
    struct hb_error error;

    if (hb_workload_load("a.trace", &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    return workload;
}

/* The second reader's word on a.trace. */
static bool is_plain_trace(void)
{
    struct plain_trace plain;
    size_t length;
    uint8_t *bytes = hb_test_read_file("a.trace", &length);
    bool good = plain_decode(bytes, length, &plain);

    if (good)
        plain_free(&plain);
    free(bytes);
    return good;
}

static void expect_refusal(struct plain_writer *writer, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error;

    plain_save(writer, "a.trace");
    assert_int_equal(hb_workload_load("a.trace", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
    assert_false(is_plain_trace());
}

/* In blocks of 7000 operations; waits where there are any. */
static void write_plainly(unsigned version, const struct hb_op *ops, const struct hb_wait *waits,
                          size_t wait_count)
{
    struct plain_writer writer;
    size_t done = 0;

    plain_open(&writer, version, "as it was");
    for (size_t i = 0; i <= OPS; i++) {
        for (; done < wait_count && waits[done].before_op == i; done++)
            plain_wait(&writer, waits[done].us);
        if (i % 7000 == 6999)
            plain_flush(&writer);
        if (i < OPS)
            plain_op(&writer, &ops[i]);
    }
    plain_close(&writer, "a.trace");
}

static void version_1(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 21);
    for (unsigned threads = 1; threads <= 65536; threads *= 256) {
        struct hb_op *ops = hb_test_random_ops(&random, OPS, threads);
        struct hb_workload *old, *new;

        write_plainly(1, ops, NULL, 0);
        assert_true(is_plain_trace());
        old = load();
        assert_int_equal(old->version, 1);
        assert_int_equal(old->op_count, OPS);
        hb_test_assert_ops(old->ops, ops, OPS);
        assert_int_equal(old->wait_count + old->time_us + old->wall_ns + old->cpu_ns, 0);
        assert_string_equal(old->info.command, "as it was");
        assert_int_equal(hb_workload_save(old, "a.trace", 1, NULL), HB_OK);
        new = load();
        assert_int_equal(new->version, 2);
        assert_int_equal(new->op_count, OPS);
        hb_test_assert_ops(new->ops, ops, OPS);
        assert_int_equal(new->peak_live_bytes, old->peak_live_bytes);
        assert_int_equal(new->raw_bytes, old->raw_bytes);
        hb_workload_free(new);
        hb_workload_free(old);
        free(ops);
    }
}

static void version_2(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 22);
    for (unsigned round = 0; round < 6; round++) {
        struct hb_op *ops = hb_test_random_ops(&random, OPS, 3);
        size_t count;
        struct hb_wait *waits = hb_test_random_waits(&random, OPS, &count);
        struct hb_workload *workload;

        write_plainly(2, ops, waits, count);
        assert_true(is_plain_trace());
        workload = load();
        assert_int_equal(workload->version, 2);
        hb_test_assert_ops(workload->ops, ops, OPS);
        assert_int_equal(workload->wait_count, count);
        hb_test_assert_waits(workload->waits, waits, count);
        hb_workload_free(workload);
        free(waits);
        free(ops);
    }
}

/* As FORMAT.md has it, from the page: nothing of it is ours to change. */
static void version_1_by_hand(void **state)
{
    static const struct hb_op expected[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 100},
                                            {.kind = HB_OP_MALLOC, .object = 1, .size = 240},
                                            {.kind = HB_OP_FREE, .object = 0, .thread = 1}};
    struct plain_writer writer;
    struct hb_workload *workload;

    (void)state;
    plain_open(&writer, 1, "");
    plain_raw(&writer, "\x8e\x0c\xf3\xbf\x05", 5);
    writer.now = (struct plain_before){.ops = 3, .objects = 2, .thread = 1, .threads = 2};
    plain_close(&writer, "a.trace");
    workload = load();
    assert_int_equal(workload->op_count, 3);
    hb_test_assert_ops(workload->ops, expected, 3);
    hb_workload_free(workload);
}

static const struct hb_op one = {.kind = HB_OP_MALLOC, .size = 8};

static void no_waits_in_version_1(void **state)
{
    static const struct hb_trace_totals none;
    struct plain_writer writer;

    (void)state;
    plain_open(&writer, 1, "");
    plain_op(&writer, &one);
    plain_wait(&writer, 5);
    plain_flush(&writer);
    plain_end(&writer, 1, &none);
    expect_refusal(&writer, "a.trace: byte 40: in this block, operation 1 is of no known kind");
}

/* A block of no operation is for time after the last; version 1 has no such. */
static void empty_blocks(void **state)
{
    static const struct hb_trace_totals none;
    struct plain_writer writer;
    struct hb_workload *workload;

    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        plain_open(&writer, version, "");
        plain_flush(&writer);
        plain_end(&writer, version, &none);
        expect_refusal(&writer, "a.trace: byte 40: this block claims more than a block may hold");
    }
    plain_open(&writer, 2, "");
    plain_wait(&writer, 7);
    plain_flush(&writer);
    plain_wait(&writer, 8);
    plain_close(&writer, "a.trace");
    workload = load();
    assert_int_equal(workload->op_count, 0);
    assert_int_equal(workload->time_us, 15);
    assert_int_equal(workload->wait_count, 1);
    hb_test_assert_waits(workload->waits, &(struct hb_wait){.before_op = 0, .us = 15}, 1);
    hb_workload_free(workload);
}

static void mixed(void **state)
{
    static const struct hb_trace_totals none;
    struct plain_writer writer;

    (void)state;
    plain_open(&writer, 1, "");
    plain_end(&writer, 2, &none);
    expect_refusal(&writer, "a.trace: byte 40: the end of the trace is damaged");
    plain_open(&writer, 2, "");
    plain_end(&writer, 1, &none);
    expect_refusal(&writer, "a.trace: byte 40: the section that begins here is cut off");
    plain_open(&writer, 2, "");
    plain_op(&writer, &one);
    writer.version = 1;
    plain_flush(&writer);
    plain_end(&writer, 2, &none);
    expect_refusal(&writer, "a.trace: byte 40: this block is damaged: its checksum does not match");
    plain_open(&writer, 4, "");
    plain_end(&writer, 2, &none);
    expect_refusal(&writer, "a.trace: byte 8: a trace of version 4; this heapbench reads versions 1 to 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("a trace of version 1 reads as it did, and is saved as version 2", version_1),
        hb_test_in_folder("version 1 by hand, byte by byte", version_1_by_hand),
        hb_test_in_folder("a trace of version 2 by a second writer", version_2),
        hb_test_in_folder("a wait in version 1 is refused", no_waits_in_version_1),
        hb_test_in_folder("a block may hold time alone in version 2, and never nothing", empty_blocks),
        hb_test_in_folder("a header of one version and sections of another are refused", mixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
