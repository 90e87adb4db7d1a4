/*
 * text_writer.c - a workload as text and as .rep.
 */
#include "workloads/text/text_writer.h"

#include <inttypes.h>

#include "workloads/text/text_escape.h"

static void write_fact(const char *keyword, const char *text, FILE *out)
{
    if (text == NULL)
        return;
    fprintf(out, "%s ", keyword);
    hb_text_write_escaped(text, out);
    putc('\n', out);
}

static void write_number(const char *keyword, uint64_t number, FILE *out)
{
    if (number != 0)
        fprintf(out, "%s %" PRIu64 "\n", keyword, number);
}

/* In the largest unit of which it is a whole number. */
static void write_time(const char *keyword, uint64_t time, const char *const *unit, FILE *out)
{
    if (time == 0)
        return;
    for (; time % 1000 == 0 && unit[1] != NULL; unit++)
        time /= 1000;
    fprintf(out, "%s %" PRIu64 "%s\n", keyword, time, *unit);
}

static void write_op(const struct hb_op *op, FILE *out)
{
    switch ((enum hb_op_kind)op->kind) {
    case HB_OP_MALLOC:
        fprintf(out, "a %" PRIu32 " %" PRIu64 "\n", op->object, op->size);
        break;
    case HB_OP_FREE:
        fprintf(out, "f %" PRIu32 "\n", op->object);
        break;
    case HB_OP_CALLOC:
        fprintf(out, "c %" PRIu32 " %" PRIu64 "\n", op->object, op->size);
        break;
    case HB_OP_REALLOC:
        fprintf(out, "r %" PRIu32 " %" PRIu64 "\n", op->object, op->size);
        break;
    case HB_OP_ALIGNED:
        fprintf(out, "m %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", op->object, UINT64_C(1) << op->align_log2,
                op->size);
        break;
    case HB_OP_KINDS:
        break;
    }
}

void hb_text_write(const struct hb_workload *workload, FILE *out)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    uint64_t waits = 0, touched = 0; /* written so far */
    unsigned thread = 0;

    fprintf(out, "# a workload of heapbench: a malloc, c calloc, m aligned, r realloc, f free, t thread%s\n",
            workload->wait_count > 0 ? ", w wait" : "");
    write_fact("command", workload->info.command, out);
    write_fact("origin", workload->info.origin, out);
    write_number("heap", workload->suggested_heap_bytes, out);
    write_number("dropped", workload->dropped, out);
    write_time("wall", workload->wall_ns, units, out);
    write_time("cpu", workload->cpu_ns, units, out);
    if (workload->info.touched)
        fputs("touch\n", out);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        if (waits < workload->wait_count && workload->waits[waits].before_op == i)
            write_time("w", workload->waits[waits++].us, units + 1, out);
        if (op->thread != thread) {
            thread = op->thread;
            fprintf(out, "t %u\n", thread);
        }
        if (touched < workload->touched_count && workload->touched[touched].op == i)
            fprintf(out, "touched %" PRIu64 "\n", workload->touched[touched++].bytes);
        write_op(op, out);
    }
    if (waits < workload->wait_count)
        write_time("w", workload->waits[waits].us, units + 1, out);
}

void hb_text_write_rep(const struct hb_workload *workload, FILE *out, struct hb_rep_losses *losses)
{
    unsigned thread = 0;

    *losses = (struct hb_rep_losses){.waits = workload->wait_count,
                                     .touched = workload->touched_count,
                                     .run_times = workload->wall_ns > 0 || workload->cpu_ns > 0};
    fprintf(out, "%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n1\n", workload->suggested_heap_bytes,
            workload->object_count, workload->op_count);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        struct hb_op op = workload->ops[i];

        losses->callocs += op.kind == HB_OP_CALLOC;
        losses->aligned += op.kind == HB_OP_ALIGNED;
        losses->switches += op.thread != thread;
        thread = op.thread;
        if (op.kind == HB_OP_CALLOC || op.kind == HB_OP_ALIGNED)
            op.kind = HB_OP_MALLOC;
        write_op(&op, out);
    }
}
