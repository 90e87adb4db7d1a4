#include "workloads/text_writer.h"

#include <inttypes.h>

#include "workloads/text_escape.h"

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
    unsigned thread = 0;

    fputs("# a workload of heapbench: a malloc, c calloc, m aligned, r realloc, f free, t thread\n", out);
    write_fact("command", workload->info.command, out);
    write_fact("origin", workload->info.origin, out);
    write_number("heap", workload->suggested_heap_bytes, out);
    write_number("dropped", workload->dropped, out);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        if (op->thread != thread) {
            thread = op->thread;
            fprintf(out, "t %u\n", thread);
        }
        write_op(op, out);
    }
}

void hb_text_write_rep(const struct hb_workload *workload, FILE *out, struct hb_rep_losses *losses)
{
    unsigned thread = 0;

    *losses = (struct hb_rep_losses){0};
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
