/* curve_anomalies.c - the sizes that fail although a smaller heap completes; see curve.h. */
#include "bench/exact/curve.h"

#include <stdlib.h>

/*
 * The sizes that may complete, from the largest down: all from the high-water mark to h above it, beyond
 * which every one completes, and below it those that the pass leaves open.
 */
struct candidates {
    const struct hb_curve *curve;
    uint64_t size; /* the last one handed out */
    size_t spans;  /* of curve->undecided, those that begin below it */
};

/* The next size, or 0 when there is no other. */
static uint64_t next_candidate(struct candidates *c)
{
    const struct hb_size_spans *spans = &c->curve->undecided;

    if (c->size > hb_curve_reach(c->curve))
        return --c->size;
    while (c->spans > 0 && spans->at[c->spans - 1].low >= c->size)
        c->spans--;
    if (c->spans == 0)
        return 0;
    if (spans->at[c->spans - 1].high < c->size)
        c->size = spans->at[c->spans - 1].high;
    else
        c->size--;
    return c->size >= c->curve->peak_with_records ? c->size : 0;
}

static void count_undecided(const struct hb_curve *curve, struct hb_anomalies *out)
{
    for (size_t i = 0; i < curve->undecided.count; i++) {
        struct hb_size_span span = curve->undecided.at[i];
        uint64_t end = span.high + 1, hopeless = curve->peak_with_records;

        hopeless = hopeless < span.low ? span.low : hopeless > end ? end : hopeless;
        out->undecided += end - span.low;
        out->hopeless += hopeless - span.low;
    }
}

/* Whether a heap of `size` bytes completes; `*ops` is what it took to find out. */
static enum hb_status try_size(const struct hb_curve *curve, uint64_t size, bool *completes, uint64_t *ops,
                               struct hb_anomalies *out, struct hb_error *error)
{
    struct hb_curve_point point = {.heap_bytes = size};
    enum hb_status status = HB_OK;

    *ops = 0;
    if (!hb_curve_decides(curve, size, &point.first.op)) {
        status = hb_curve_simulate(curve, &point, ops, error);
        out->simulated++;
    }
    *completes = point.first.op == HB_NO_FAILURE;
    return status;
}

enum hb_status hb_curve_anomalies(const struct hb_curve *curve, uint64_t ops_limit, struct hb_anomalies *out,
                                  struct hb_error *error)
{
    struct candidates candidates = {
        .curve = curve, .size = hb_curve_reach(curve) + curve->split_bytes, .spans = curve->undecided.count};
    enum hb_status status = HB_OK;
    uint64_t spent = 0, ops, size;
    bool completes;

    *out = (struct hb_anomalies){.least_bytes = candidates.size};
    count_undecided(curve, out);
    while (status == HB_OK && (ops_limit == 0 || spent < ops_limit) &&
           (size = next_candidate(&candidates)) != 0) {
        status = try_size(curve, size, &completes, &ops, out, error);
        spent += ops;
        if (status != HB_OK || !completes)
            continue;
        if (out->least_bytes - size > 1 && !hb_spans_add(&out->failing, size + 1, out->least_bytes - 1))
            status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the anomalous sizes",
                                  curve->prepared->name);
        out->least_bytes = size;
    }
    hb_spans_sort(&out->failing);
    if (status != HB_OK) {
        free(out->failing.at);
        *out = (struct hb_anomalies){.undecided = 0};
    }
    return status;
}
