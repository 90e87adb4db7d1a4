/* curve.c - the one pass, and what it decides; see curve.h. */
#include "bench/exact/curve.h"

#include <stdlib.h>

#include "bench/exact/curve_slack.h"
#include "bench/exact/model_run.h"

/* Appends a step, doubling the table at each power of two. False when out of memory. */
static bool add_step(struct hb_curve *curve, uint64_t op, uint64_t high_water)
{
    size_t n = curve->count;

    if ((n & (n - 1)) == 0) {
        size_t capacity = n == 0 ? 1 : n * 2;
        struct hb_curve_step *grown = realloc(curve->steps, capacity * sizeof grown[0]);

        if (grown == NULL)
            return false;
        curve->steps = grown;
    }
    curve->steps[curve->count++] = (struct hb_curve_step){op, high_water};
    return true;
}

static enum hb_status refuse_size(const struct hb_prepared *prepared, uint64_t op, bool beyond_numbers,
                                  struct hb_error *error)
{
    if (beyond_numbers)
        return hb_error_set(error, HB_ERR_LIMIT, "%s: operation %llu: %s", prepared->name,
                            (unsigned long long)op, HB_MODEL_BROKEN_END);
    return hb_error_set(error, HB_ERR_LIMIT,
                        "%s: operation %llu asks for %llu bytes, more than any heap has, so every heap fails",
                        prepared->name, (unsigned long long)op, (unsigned long long)prepared->ops[op].size);
}

static void note_peak(struct hb_curve *curve, const struct hb_ledger *ledger)
{
    uint64_t bytes = ledger->live_bytes + ledger->live_objects * curve->options.header_bytes;

    if (bytes > curve->peak_with_records)
        curve->peak_with_records = bytes;
}

static enum hb_status run_infinite(struct hb_curve *curve, struct hb_model_run *run, struct hb_error *error)
{
    const struct hb_prepared *prepared = curve->prepared;
    const struct hb_model *model = run->drive.model;
    struct hb_slack slack;
    uint64_t high_water = 0;
    bool room = true;

    hb_slack_init(&slack, &curve->options, curve->split_bytes, &curve->undecided);
    for (uint64_t op = 0; op < prepared->op_count && room; op++) {
        bool served;

        room = hb_slack_step(&slack, &run->drive, &prepared->ops[op], &served) &&
               hb_model_broken(model) != HB_ERR_MEMORY;
        if (room && !served)
            return refuse_size(prepared, op, hb_model_broken(model) == HB_ERR_LIMIT, error);
        hb_ledger_enter(&run->ledger, &prepared->ops[op], false);
        note_peak(curve, &run->ledger);
        if (room && hb_model_reach(model) > high_water) {
            high_water = hb_model_reach(model);
            room = add_step(curve, op, high_water);
        }
    }
    if (!room || !hb_slack_end(&slack, high_water))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the failure curve", prepared->name);
    hb_size_spans_sort(&curve->undecided);
    curve->high_water_bytes = hb_model_high_water(model);
    return HB_OK;
}

static enum hb_status pass(struct hb_curve *curve, struct hb_error *error)
{
    struct hb_model_run run;
    enum hb_status status = hb_model_run_open(&run, curve->prepared, &curve->options, error);

    if (status != HB_OK)
        return status;
    status = run_infinite(curve, &run, error);
    hb_model_run_close(&run);
    return status;
}

enum hb_status hb_curve_build(const struct hb_prepared *prepared, const struct hb_model_options *options,
                              struct hb_curve **out, struct hb_error *error)
{
    struct hb_curve *curve;
    enum hb_status status;

    if (options->policy != HB_POLICY_FIRST)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "only first fit has a failure curve from one pass; simulate each heap size for others");
    curve = calloc(1, sizeof *curve);
    if (curve == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", prepared->name);
    curve->prepared = prepared;
    curve->options = *options;
    curve->options.heap_bytes = 0;
    curve->split_bytes = options->header_bytes > options->align ? options->header_bytes : options->align;
    status = pass(curve, error);
    if (status == HB_OK)
        *out = curve;
    else
        hb_curve_free(curve);
    return status;
}

void hb_curve_free(struct hb_curve *curve)
{
    if (curve == NULL)
        return;
    free(curve->undecided.at);
    free(curve->steps);
    free(curve);
}

uint64_t hb_curve_reach(const struct hb_curve *curve)
{
    return curve->count == 0 ? 0 : curve->steps[curve->count - 1].high_water_bytes;
}

size_t hb_curve_step_past(const struct hb_curve *curve, uint64_t heap_bytes)
{
    size_t low = 0, high = curve->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (curve->steps[middle].high_water_bytes > heap_bytes)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool hb_curve_decides(const struct hb_curve *curve, uint64_t heap_bytes, uint64_t *first_failure)
{
    size_t step;

    if (hb_size_spans_hold(&curve->undecided, heap_bytes))
        return false;
    step = hb_curve_step_past(curve, heap_bytes);
    *first_failure = step < curve->count ? curve->steps[step].op : HB_NO_FAILURE;
    return true;
}
