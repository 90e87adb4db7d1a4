/*
 * fuzz_import.c - hostile files of other people's formats. What is accepted keeps the promises of a workload,
 * and is the same however it is read: whole, or some operations at a time.
 *
 * The first byte of an input chooses the format, or that it is recognised by content.
 */
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/import/import.h"

static const enum hb_workload_format formats[] = {HB_FORMAT_ANDROID, HB_FORMAT_MTRACE, HB_FORMAT_HEAPTRACK,
                                                  HB_FORMAT_VALGRIND, HB_FORMAT_ANY};

enum { WAYS = sizeof formats / sizeof formats[0], ADDRESSES = 40 };

/* Reads it again, in pieces. */
static void expect_same_pieces(const char *path, enum hb_workload_format format,
                               const struct hb_workload *workload)
{
    struct hb_import *import = NULL;
    const struct hb_op *ops;
    const struct hb_wait *waits;
    uint64_t time_us = 0;
    size_t count = 0, done = 0, wait_count;

    fuzz_check(hb_import_open(path, format, &import, NULL) == HB_OK);
    do {
        fuzz_check(hb_import_next(import, &ops, &count, NULL) == HB_OK);
        fuzz_check(done + count <= workload->op_count);
        fuzz_check(memcmp(ops, workload->ops + done, count * sizeof *ops) == 0);
        waits = hb_import_waits(import, &wait_count);
        for (size_t i = 0; i < wait_count; i++) {
            fuzz_check(waits[i].before_op >= done && waits[i].before_op <= done + count);
            time_us += waits[i].us;
        }
        done += count;
    } while (count > 0);
    fuzz_check(done == workload->op_count);
    fuzz_check(time_us == workload->time_us);
    fuzz_check(hb_repairs_dropped(hb_import_repairs(import)) == workload->dropped);
    hb_import_close(import);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hb_workload *workload;
    struct hb_error error;
    enum hb_workload_format format;
    const char *path;
    enum hb_status status;

    if (size == 0)
        return 0;
    path = fuzz_file(data + 1, size - 1);
    format = formats[data[0] % WAYS];
    status = hb_workload_load_as(path, format, &workload, &error);
    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT && strncmp(error.text, path, strlen(path)) == 0);
        return 0;
    }
    fuzz_check_workload(workload);
    if (format != HB_FORMAT_ANY)
        expect_same_pieces(path, format, workload);
    hb_workload_free(workload);
    return 0;
}

/* Writes an event in a format: of few addresses, so that they are used again, freed twice and lived on. */
static void write_event(struct hb_random *random, unsigned way, FILE *out)
{
    uint64_t address = 16 * hb_random_below(random, ADDRESSES);
    uint64_t other = 16 * hb_random_below(random, ADDRESSES), size = hb_random_below(random, 1000);
    bool birth = hb_random_below(random, 2) == 0, move = hb_random_below(random, 5) == 0;

    switch (way) {
    case 0:
        fprintf(out, "%u: ", (unsigned)hb_random_below(random, 3));
        if (move)
            fprintf(out, "realloc 0x%" PRIx64 " 0x%" PRIx64 " %" PRIu64 "\n", other, address, size);
        else if (birth)
            fprintf(out, "memalign 0x%" PRIx64 " 16 %" PRIu64 " 10 20\n", address, size);
        else
            fprintf(out, "free 0x%" PRIx64 "\n", address);
        break;
    case 1:
        if (move)
            fprintf(out, "@ p:[0x1] < 0x%" PRIx64 "\n@ p:[0x1] > 0x%" PRIx64 " 0x%" PRIx64 "\n", address,
                    other, size);
        else if (birth)
            fprintf(out, "@ p:[0x1] + 0x%" PRIx64 " 0x%" PRIx64 "\n", address, size);
        else
            fprintf(out, "@ p:[0x1] - 0x%" PRIx64 "\n", address);
        break;
    case 2:
        if (move)
            fprintf(out, "c %" PRIx64 "\n", size);
        else if (birth)
            fprintf(out, "+ %" PRIx64 " 1 %" PRIx64 "\n", size, address);
        else
            fprintf(out, "- %" PRIx64 "\n", address);
        break;
    default:
        if (move)
            fprintf(out, "--7-- realloc(0x%" PRIx64 ",%" PRIu64 ") = 0x%" PRIx64 "\n", address, size, other);
        else if (birth)
            fprintf(out, "--7-- memalign(al 64, size %" PRIu64 ") = 0x%" PRIx64 "\n", size, address);
        else
            fprintf(out, "--7-- _ZdlPvm(0x%" PRIx64 ")\n", address);
    }
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    static const char *const heads[] = {"", "= Start\n", "v 10400 3\nX p\n", "==7== Command: p\n"};
    FILE *stream = fmemopen(out + 1, FUZZ_SEED_BYTES - 1, "w");
    unsigned way = (unsigned)hb_random_below(random, 4);
    long length;

    fuzz_check(stream != NULL);
    fputs(heads[way], stream);
    for (uint64_t i = 1 + hb_random_below(random, 200); i > 0; i--)
        write_event(random, way, stream);
    length = ftell(stream);
    fuzz_check(fclose(stream) == 0 && length >= 0 && length < FUZZ_SEED_BYTES);
    out[0] = (uint8_t)(hb_random_below(random, 2) == 0 ? way : WAYS - 1);
    return 1 + (size_t)length;
}
