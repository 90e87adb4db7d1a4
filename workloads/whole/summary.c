/*
 * summary.c - sizes, lifetimes and threads of a workload: percentiles are exact, by selection digit by digit.
 */
#include "workloads/whole/summary.h"

#include <stdbool.h>

#include "base/pages.h"

/*
 * The value of which exactly `rank` are smaller or stand before it, in sorted order (0: the least). Digit by
 * digit, from the top: no input makes it slow, and `values` stays as it is.
 */
static uint64_t select_rank(const uint64_t *values, uint64_t count, uint64_t rank)
{
    uint64_t prefix = 0, mask = 0;

    for (int shift = 56; shift >= 0; shift -= 8) {
        uint64_t bins[256] = {0};
        unsigned digit = 0;

        for (uint64_t i = 0; i < count; i++)
            if ((values[i] & mask) == prefix)
                bins[values[i] >> shift & 255]++;
        for (; rank >= bins[digit]; digit++)
            rank -= bins[digit];
        prefix |= (uint64_t)digit << shift;
        mask |= UINT64_C(255) << shift;
    }
    return prefix;
}

/* The nearest rank of a percentile, counted from 0: ceil(count * percent / 100) - 1, without overflow. */
static uint64_t rank_of(uint64_t count, unsigned percent)
{
    return count / 100 * percent + (count % 100 * percent + 99) / 100 - 1;
}

static struct hb_spread spread_of(const uint64_t *values, uint64_t count)
{
    struct hb_spread spread = {.count = count};
    double sum = 0;

    if (count == 0)
        return spread;
    for (uint64_t i = 0; i < count; i++) {
        sum += (double)values[i];
        if (values[i] > spread.max)
            spread.max = values[i];
    }
    spread.mean = sum / (double)count;
    spread.p50 = select_rank(values, count, rank_of(count, 50));
    spread.p90 = select_rank(values, count, rank_of(count, 90));
    spread.p99 = select_rank(values, count, rank_of(count, 99));
    return spread;
}

static unsigned size_bin(uint64_t size)
{
    unsigned bin = size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(size);

    return bin < HB_SIZE_BINS ? bin : HB_SIZE_BINS - 1;
}

static void take_sizes(const struct hb_workload *workload, struct hb_summary *summary, uint64_t *values)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        summary->kinds[op->kind]++;
        if (op->kind == HB_OP_FREE)
            continue;
        summary->size_bins[size_bin(op->size)]++;
        values[count++] = op->size;
    }
    summary->sizes = spread_of(values, count);
}

/*
 * `values` serves twice: an object's cell holds when it was born. A lifetime is put where it disturbs no
 * birth: the cells from the end down, one a free; births and frees together are at most all operations.
 */
static void take_lifetimes(const struct hb_workload *workload, struct hb_summary *summary, uint64_t *values)
{
    uint64_t born = 0, first = workload->op_count;

    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        if (op->kind == HB_OP_FREE)
            values[--first] = i - values[op->object];
        else if (op->kind != HB_OP_REALLOC)
            values[born++] = i;
    }
    summary->lifetimes = spread_of(values + first, workload->op_count - first);
}

/* Threads are at most as many as operations. `values` is 0 throughout when it comes. */
static void take_threads(const struct hb_workload *workload, struct hb_summary *summary, uint64_t *values)
{
    for (uint64_t i = 0; i < workload->op_count; i++)
        values[workload->ops[i].thread]++;
    summary->thread_ops = spread_of(values, workload->threads);
    for (uint32_t t = 0; t < workload->threads && t < HB_THREADS_LISTED; t++)
        summary->ops_by_thread[t] = values[t];
}

/* What is known of an object: the thread that made it, the one that had it last, and whether it was counted.
 */
static uint64_t pack_hands(uint16_t maker, uint16_t last, bool counted)
{
    return maker | (uint64_t)last << 16 | (uint64_t)counted << 32;
}

static uint64_t hand_over(uint64_t hands, uint16_t thread, struct hb_summary *summary)
{
    uint16_t maker = (uint16_t)hands, last = (uint16_t)(hands >> 16);
    bool counted = hands >> 32 != 0;

    summary->handovers += thread != last;
    summary->handed_objects += thread != maker && !counted;
    return pack_hands(maker, thread, counted || thread != maker);
}

static void take_hands(const struct hb_workload *workload, struct hb_summary *summary, uint64_t *values)
{
    uint64_t born = 0;

    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        if (op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC)
            values[op->object] = hand_over(values[op->object], op->thread, summary);
        else
            values[born++] = pack_hands(op->thread, op->thread, false);
    }
}

static void take_touched(const struct hb_workload *workload, struct hb_summary *summary)
{
    for (uint64_t i = 0; i < workload->touched_count; i++) {
        summary->touched_bytes += workload->touched[i].bytes;
        summary->measured_bytes += workload->ops[workload->touched[i].op].size;
    }
}

enum hb_status hb_workload_summarise(const struct hb_workload *workload, struct hb_summary *out,
                                     struct hb_error *error)
{
    struct hb_summary summary = {0};
    size_t bytes = (size_t)(workload->op_count + 1) * sizeof(uint64_t);
    uint64_t *values = hb_pages_reserve(bytes);

    if (values == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    take_threads(workload, &summary, values);
    take_hands(workload, &summary, values);
    take_sizes(workload, &summary, values);
    take_lifetimes(workload, &summary, values);
    take_touched(workload, &summary);
    hb_pages_free(values, bytes);
    *out = summary;
    return HB_OK;
}
