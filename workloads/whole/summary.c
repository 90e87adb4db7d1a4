/*
 * summary.c - sizes, lifetimes and threads of a workload, gathered operation by operation.
 */
#include "workloads/whole/summary.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/pages.h"
#include "workloads/whole/tally.h"

enum { THREADS = 1 << 16 };

/* What is known of an object: when it was born, the thread that made it, the one that had it last, and
 * whether it was counted as handed over. */
struct life {
    uint64_t born;
    uint16_t maker, last;
    bool counted;
};

struct hb_summarising {
    struct hb_summary summary;
    struct hb_tally sizes, lifetimes;
    struct life *lives; /* by object: a table */
    uint64_t room;
    uint64_t ops;
    uint64_t *thread_ops;
    bool touch_said;        /* of the next operation */
    uint64_t touched_bytes; /* then */
};

void hb_summarising_close(struct hb_summarising *g)
{
    if (g == NULL)
        return;
    hb_tally_clear(&g->sizes);
    hb_tally_clear(&g->lifetimes);
    hb_table_free(g->lives, g->room * sizeof *g->lives);
    hb_pages_free(g->thread_ops, THREADS * sizeof *g->thread_ops);
    free(g);
}

enum hb_status hb_summarising_open(struct hb_summarising **out, struct hb_error *error)
{
    struct hb_summarising *g = calloc(1, sizeof *g);

    if (g != NULL)
        g->thread_ops = hb_pages_reserve(THREADS * sizeof *g->thread_ops);
    if (g != NULL && g->thread_ops != NULL && hb_tally_init(&g->sizes) && hb_tally_init(&g->lifetimes)) {
        *out = g;
        return HB_OK;
    }
    hb_summarising_close(g);
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for sizes and lifetimes");
}

static unsigned size_bin(uint64_t size)
{
    unsigned bin = size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(size);

    return bin < HB_SIZE_BINS ? bin : HB_SIZE_BINS - 1;
}

static bool take_birth(struct hb_summarising *g, const struct hb_op *op)
{
    if (op->object >= g->room) {
        uint64_t room = 2 * (uint64_t)op->object + 64;
        void *grown = hb_table_grow(g->lives, g->room * sizeof *g->lives, room * sizeof *g->lives);

        if (grown == NULL)
            return false;
        g->lives = grown;
        g->room = room;
    }
    g->lives[op->object] = (struct life){.born = g->ops, .maker = op->thread, .last = op->thread};
    return true;
}

static void hand_over(struct hb_summarising *g, const struct hb_op *op)
{
    struct life *known = &g->lives[op->object];

    g->summary.handovers += op->thread != known->last;
    g->summary.handed_objects += op->thread != known->maker && !known->counted;
    known->counted |= op->thread != known->maker;
    known->last = op->thread;
}

static bool take_size(struct hb_summarising *g, const struct hb_op *op)
{
    g->summary.size_bins[size_bin(op->size)]++;
    return hb_tally_add(&g->sizes, op->size);
}

static bool take_op(struct hb_summarising *g, const struct hb_op *op)
{
    bool room = true;

    g->summary.kinds[op->kind]++;
    g->thread_ops[op->thread]++;
    if (op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC)
        hand_over(g, op);
    else
        room = take_birth(g, op);
    if (op->kind == HB_OP_FREE)
        room = hb_tally_add(&g->lifetimes, g->ops - g->lives[op->object].born);
    else
        room = room && take_size(g, op);
    g->ops++;
    return room;
}

static enum hb_status take_ops(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct hb_summarising *g = context;

    if (g->touch_said && count > 0) {
        g->summary.touched_bytes += g->touched_bytes;
        g->summary.measured_bytes += ops[0].size;
        g->touch_said = false;
    }
    for (size_t i = 0; i < count; i++)
        if (!take_op(g, &ops[i]))
            return hb_error_set(error, HB_ERR_MEMORY, "out of memory for sizes and lifetimes");
    return HB_OK;
}

static enum hb_status take_touched(void *context, uint64_t bytes, struct hb_error *error)
{
    struct hb_summarising *g = context;

    (void)error;
    g->touch_said = true;
    g->touched_bytes = bytes;
    return HB_OK;
}

struct hb_op_sink hb_summarising_sink(struct hb_summarising *g)
{
    return (struct hb_op_sink){.append = take_ops, .touch = take_touched, .context = g};
}

static bool take_threads(struct hb_summarising *g, uint32_t threads)
{
    struct hb_tally tally;
    bool room = hb_tally_init(&tally);

    assert(g != NULL && (threads == 0 || g->thread_ops != NULL));
    for (uint32_t t = 0; t < threads && room; t++) {
        room = hb_tally_add(&tally, g->thread_ops[t]);
        if (t < HB_THREADS_LISTED)
            g->summary.ops_by_thread[t] = g->thread_ops[t];
    }
    g->summary.thread_ops = hb_tally_spread(&tally);
    hb_tally_clear(&tally);
    return room;
}

enum hb_status hb_summarising_report(struct hb_summarising *g, const struct hb_workload *workload,
                                     struct hb_summary *out, struct hb_error *error)
{
    if (!take_threads(g, workload->threads))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    g->summary.sizes = hb_tally_spread(&g->sizes);
    g->summary.lifetimes = hb_tally_spread(&g->lifetimes);
    *out = g->summary;
    return HB_OK;
}

enum hb_status hb_workload_summarise(const struct hb_workload *workload, struct hb_summary *out,
                                     struct hb_error *error)
{
    const struct hb_op_run all = {.ops = workload->ops,
                                  .count = workload->op_count,
                                  .touched = workload->touched,
                                  .touched_count = workload->touched_count};
    struct hb_summarising *g = NULL;
    struct hb_op_sink sink;
    enum hb_status status = hb_summarising_open(&g, error);

    if (status != HB_OK)
        return status;
    sink = hb_summarising_sink(g);
    status = hb_op_sink_put(&sink, &all, error);
    if (status == HB_OK)
        status = hb_summarising_report(g, workload, out, error);
    hb_summarising_close(g);
    return status;
}
