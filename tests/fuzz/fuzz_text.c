/*
 * fuzz_text.c - hostile .rep and text files. What is accepted keeps the promises of a workload, and comes
 * back the same when it is written as text and read again.
 *
 * The first byte of an input chooses the format: .rep, text, or what the content is taken for.
 */
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/text/text_writer.h"

static const enum hb_workload_format formats[] = {HB_FORMAT_REP, HB_FORMAT_TEXT, HB_FORMAT_BUFFERS,
                                                  HB_FORMAT_ANY};

enum { WAYS = 4 };

static void expect_same_text(const char *a, const char *b)
{
    fuzz_check((a == NULL) == (b == NULL));
    fuzz_check(a == NULL || strcmp(a, b) == 0);
}

static void try_round_trip(const struct hb_workload *workload)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct hb_workload *back;

    fuzz_check(out != NULL);
    hb_text_write(workload, out);
    fuzz_check(fclose(out) == 0);
    fuzz_check(hb_workload_load_as(fuzz_file((const uint8_t *)text, length), HB_FORMAT_TEXT, &back, NULL) ==
               HB_OK);
    fuzz_check(back->op_count == workload->op_count);
    fuzz_check(memcmp(back->ops, workload->ops, workload->op_count * sizeof *back->ops) == 0);
    fuzz_check(back->wait_count == workload->wait_count);
    fuzz_check(back->wait_count == 0 ||
               memcmp(back->waits, workload->waits, back->wait_count * sizeof *back->waits) == 0);
    fuzz_check(back->info.touched == workload->info.touched &&
               back->touched_count == workload->touched_count);
    fuzz_check(back->touched_count == 0 ||
               memcmp(back->touched, workload->touched, back->touched_count * sizeof *back->touched) == 0);
    fuzz_check(back->wall_ns == workload->wall_ns && back->cpu_ns == workload->cpu_ns);
    fuzz_check(back->suggested_heap_bytes == workload->suggested_heap_bytes);
    fuzz_check(back->dropped == workload->dropped);
    expect_same_text(back->info.command, workload->info.command);
    expect_same_text(back->info.origin, workload->info.origin);
    hb_workload_free(back);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hb_workload *workload;
    struct hb_error error;
    const char *path;
    enum hb_status status;

    if (size == 0)
        return 0;
    path = fuzz_file(data + 1, size - 1);
    status = hb_workload_load_as(path, formats[data[0] % WAYS], &workload, &error);
    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT && strncmp(error.text, path, strlen(path)) == 0);
        return 0;
    }
    fuzz_check_workload(workload);
    try_round_trip(workload);
    hb_workload_free(workload);
    return 0;
}

static void write_seed(const struct hb_workload *workload, unsigned way, FILE *out)
{
    struct hb_rep_losses losses;

    if (way == 0)
        hb_text_write_rep(workload, out, &losses);
    else
        hb_text_write(workload, out);
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    struct hb_op ops[200];
    struct hb_wait waits[] = {{.us = 7}, {.us = 250000}, {.us = UINT64_C(1) << hb_random_below(random, 63)}};
    struct hb_touched touched = {0};
    struct hb_workload workload = {
        .ops = ops, .suggested_heap_bytes = 4096, .dropped = 1, .wall_ns = 1500000000, .cpu_ns = 5};
    FILE *stream = fmemopen(out + 1, FUZZ_SEED_BYTES - 1, "w");
    long length;

    workload.op_count = fuzz_ops(random, ops, 1 + hb_random_below(random, 200));
    for (uint64_t i = 0; i < workload.op_count; i++)
        workload.object_count += ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC;
    waits[1].before_op = workload.op_count / 2;
    waits[2].before_op = workload.op_count;
    workload.waits = waits;
    workload.wait_count = workload.op_count > 1 ? 3 : 0;
    touched.bytes = ops[0].size / 2; /* the first operation gives a block */
    workload.touched = &touched;
    workload.touched_count = workload.op_count > 0;
    workload.info.touched = true;
    workload.info.command = (char *)"a\\b \x01 c";
    out[0] = (uint8_t)hb_random_below(random, WAYS);
    fuzz_check(stream != NULL);
    write_seed(&workload, out[0], stream);
    length = ftell(stream);
    fuzz_check(fclose(stream) == 0 && length >= 0 && length < FUZZ_SEED_BYTES);
    return 1 + (size_t)length;
}
