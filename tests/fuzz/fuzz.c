/*
 * fuzz.c - what the fuzz targets share: an input as a file, random operations, the promises of a workload.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/whole/summary.h"

void fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

uint8_t fuzz_take(struct fuzz_rest *rest)
{
    if (rest->left == 0)
        return 0;
    rest->left--;
    return *rest->at++;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        fuzz_check(fd >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    fuzz_check(pwrite(fd, data, size, 0) == (ssize_t)size);
    fuzz_check(ftruncate(fd, (off_t)size) == 0); /* afterwards, so that its pages are kept */
    return path;
}

static void check_waits(const struct hb_workload *workload)
{
    uint64_t sum = 0, all = 0;
    struct hb_times times = hb_workload_times(workload);

    for (uint64_t i = 0; i < workload->wait_count; i++) {
        const struct hb_wait *wait = &workload->waits[i];

        fuzz_check(wait->us > 0 && wait->before_op <= workload->op_count);
        fuzz_check(i == 0 || wait[-1].before_op < wait->before_op);
        fuzz_check(!__builtin_add_overflow(sum, wait->us, &sum));
    }
    fuzz_check(sum == workload->time_us && times.burst_us <= sum);
    for (unsigned i = 0; i < HB_TIME_PARTS; i++)
        all += times.ops_in_part[i];
    fuzz_check(all == workload->op_count);
}

void fuzz_check_workload(const struct hb_workload *workload)
{
    uint64_t *size = calloc(workload->object_count + 1, sizeof *size);
    bool *live = calloc(workload->object_count + 1, sizeof *live);
    uint64_t objects = 0, bytes = 0, peak = 0;

    fuzz_check(size != NULL && live != NULL);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        fuzz_check(op->kind < HB_OP_KINDS);
        fuzz_check(op->size <= UINT64_C(1) << 63);
        fuzz_check(op->thread < workload->threads);
        fuzz_check(op->kind == HB_OP_ALIGNED ? op->align_log2 < 64 : op->align_log2 == 0);
        if (op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC)
            fuzz_check(op->object < objects && live[op->object]);
        else
            fuzz_check(op->object == objects++);
        fuzz_check(op->kind != HB_OP_REALLOC || op->size > 0);
        fuzz_check(op->kind != HB_OP_FREE || op->size == 0);
        bytes += op->size - size[op->object];
        size[op->object] = op->size;
        live[op->object] = op->kind != HB_OP_FREE;
        peak = bytes > peak ? bytes : peak;
    }
    for (uint64_t i = 0; i < workload->touched_count; i++) {
        const struct hb_touched *row = &workload->touched[i];

        fuzz_check(i == 0 || workload->touched[i - 1].op < row->op);
        fuzz_check(row->op < workload->op_count && workload->ops[row->op].kind != HB_OP_FREE &&
                   row->bytes <= workload->ops[row->op].size);
    }
    fuzz_check(objects == workload->object_count);
    fuzz_check(peak == workload->peak_live_bytes);
    fuzz_check(bytes == workload->live_bytes_at_end);
    free(live);
    free(size);
    check_waits(workload);
}

static struct hb_op birth(struct hb_random *random, uint32_t object)
{
    static const uint8_t kinds[] = {HB_OP_MALLOC, HB_OP_CALLOC, HB_OP_ALIGNED};
    struct hb_op op = {.kind = kinds[hb_random_below(random, 3)], .object = object};

    op.size = hb_random_next(random) >> (4 + hb_random_below(random, 60));
    if (op.kind == HB_OP_ALIGNED)
        op.align_log2 = (uint8_t)hb_random_below(random, 64);
    return op;
}

size_t fuzz_ops(struct hb_random *random, struct hb_op *out, size_t room)
{
    size_t count = hb_random_below(random, room + 1), live_count = 0;
    uint32_t objects = 0, threads = 0, live[64];

    for (size_t i = 0; i < count; i++) {
        size_t pick = live_count > 0 ? hb_random_below(random, live_count) : 0;

        if (live_count == 0 || (live_count < 64 && hb_random_below(random, 2) == 0)) {
            live[live_count++] = objects;
            out[i] = birth(random, objects++);
        } else if (hb_random_below(random, 3) == 0) {
            out[i] = (struct hb_op){.kind = HB_OP_REALLOC, .object = live[pick]};
            out[i].size = 1 + hb_random_below(random, 10000);
        } else {
            out[i] = (struct hb_op){.kind = HB_OP_FREE, .object = live[pick]};
            live[pick] = live[--live_count];
        }
        out[i].thread = (uint16_t)hb_random_below(random, (uint64_t)threads + (threads < 5));
        threads += out[i].thread == threads;
    }
    return count;
}
