/*
 * damage.c - a small trace to be damaged, and how damage must be taken.
 */
#include "tests/workloads/damage.h"

#include <stdlib.h>
#include <string.h>

#include "tests/workloads/plain_decoder.h"
#include "workloads/trace/trace_format.h"

uint8_t *damage_trace;
size_t damage_trace_bytes;

static void write_small_trace(void)
{
    struct hb_trace_info info = {.command = (char *)"a command"};
    static const struct hb_wait waits[] = {
        {.before_op = 0, .us = 1000}, {.before_op = 7, .us = 1 << 30}, {.before_op = 60, .us = 1}};
    struct hb_trace_totals totals = {.wall_ns = 3, .cpu_ns = 2};
    struct hb_random random;
    struct hb_op *ops;

    hb_random_seed(&random, 4);
    ops = hb_test_random_ops(&random, 60, 3);
    hb_test_write_times("good.trace", &info, ops, 60, waits, 3, &totals);
    free(ops);
    damage_trace = hb_test_read_file("good.trace", &damage_trace_bytes);
}

int damage_enter(void **state)
{
    if (hb_test_enter_folder(state) != 0)
        return -1;
    write_small_trace();
    return 0;
}

int damage_leave(void **state)
{
    free(damage_trace);
    return hb_test_leave_folder(state);
}

void damage_expect(const uint8_t *bytes, size_t length)
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

void damage_expect_sentence(const uint8_t *bytes, size_t length, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error;

    hb_test_write_file("bad.trace", bytes, length);
    assert_int_equal(hb_workload_load("bad.trace", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

size_t damage_block_at(void)
{
    return HB_TRACE_HEADER_BYTES + strlen("a command") + HB_TRACE_CHECKSUM_BYTES;
}

size_t damage_end_at(void)
{
    return damage_trace_bytes - HB_TRACE_END_BYTES - HB_TRACE_CHECKSUM_BYTES;
}
