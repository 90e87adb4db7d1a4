/*
 * curve.c - the one pass in an infinite heap, and what it decides.
 *
 * It follows the last range of that heap, to know for which slack a heap would have gone another way.
 *
 * Let E be the end of the last allocated range and N a heap of E + s bytes, 0 < s < h. In that heap the range
 * was handed out s bytes longer than in the infinite one, and nothing lies behind it. Two heaps run alike
 * until that slack matters to an operation:
 *
 * - a realloc of its block that asks for up to s bytes more than the range has without the slack stays in
 *   place, and moves in the infinite heap;
 * - where ranges are not merged, the range keeps its slack when it is freed. A block that needs up to s bytes
 *   more than the range has fits, and is taken from the tail in the infinite heap; and one that leaves a rest
 *   of less than h bytes without the slack, and h or more with it, splits it. (A merging heap gives the slack
 *   back to the tail when the range is freed.)
 *
 * Each of these is true from some s on, and what happens before the range is the same in both.
 */
#include "bench/exact/curve.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/progress.h"
#include "bench/exact/exact_run.h"

/* -- the slack of the last range -- */

struct slack {
    struct hb_size_spans *undecided; /* where the sizes go */
    uint64_t split_bytes;            /* h */
    uint64_t header_bytes;
    bool merge;
    /* The last range; only where ranges are not merged. */
    uint64_t start, length; /* length 0: there is none yet */
    bool allocated;
    uint32_t slot;    /* whose block it is */
    uint64_t differs; /* the smallest slack for which an operation so far went another way; h: none */
};

static void note_difference(struct slack *slack, uint64_t from)
{
    if (from < slack->differs)
        slack->differs = from;
}

static bool holds_last(const struct slack *slack, const struct hb_op *op)
{
    return slack->length > 0 && slack->allocated && slack->slot == op->object;
}

/* The sizes above `high_water` in which the last range's slack has made a difference. */
static bool add_undecided(struct slack *slack, uint64_t high_water)
{
    if (slack->length == 0 || slack->differs >= slack->split_bytes)
        return true;
    return hb_spans_add(slack->undecided, high_water + slack->differs, high_water + slack->split_bytes - 1);
}

/* The operation took `need` bytes from the tail: its range is the last one now. */
static bool note_taken(struct slack *slack, const struct hb_op *op, uint64_t need, uint64_t high_water)
{
    if (!slack->allocated || holds_last(slack, op))
        note_difference(slack, need - slack->length);
    if (!add_undecided(slack, high_water))
        return false;
    slack->start = high_water;
    slack->length = need;
    slack->allocated = true;
    slack->slot = op->object;
    slack->differs = slack->split_bytes;
    return true;
}

/* A block was placed in the last range, which was free. */
static void note_reuse(struct slack *slack, const struct hb_op *op, uint64_t need)
{
    uint64_t rest = slack->length - need;

    assert(need <= slack->length);
    if (rest >= slack->split_bytes) {
        slack->start += need;
        slack->length = rest;
        return;
    }
    if (rest > 0)
        note_difference(slack, slack->split_bytes - rest);
    slack->allocated = true;
    slack->slot = op->object;
}

/* The operation left the high-water mark where it was. `placed`: it found a range for op->size. */
static void note_inside(struct slack *slack, const struct hb_exact_run *run, const struct hb_op *op,
                        uint64_t need, bool placed)
{
    if (holds_last(slack, op)) {
        if (placed)
            note_difference(slack, need - slack->length);
        slack->allocated = !placed && op->kind != HB_OP_FREE;
    } else if (placed && !slack->allocated && need <= slack->length &&
               run->table.offset(run->model, hb_exact_run_block(run, op)) ==
                   slack->start + slack->header_bytes) {
        note_reuse(slack, op, need);
    }
}

static bool step_unmerged(struct slack *slack, struct hb_exact_run *run, const struct hb_op *op, bool *served)
{
    uint64_t before = hb_model_high_water(run->model);
    const void *block = hb_exact_run_block(run, op);
    uint64_t need = hb_model_need(run->model, 1, op->size);
    bool placed;

    *served = hb_exact_run_step(run);
    placed = *served && hb_exact_run_block(run, op) != block && op->kind != HB_OP_FREE;
    if (hb_model_high_water(run->model) > before)
        return note_taken(slack, op, need, before);
    note_inside(slack, run, op, need, placed);
    return true;
}

/*
 * A block is about to grow. Where its range ends within h of the high-water mark it is the last one, since
 * whatever lay behind would have h bytes or more; heaps that gave it so much slack keep it in place.
 */
static bool note_growth(struct slack *slack, const struct hb_exact_run *run, void *block, uint64_t size)
{
    uint64_t high_water = hb_model_high_water(run->model), usable = run->table.usable_size(run->model, block);
    uint64_t end = run->table.offset(run->model, block) + usable, more, low;

    if (size <= usable)
        return true;
    more = hb_model_need(run->model, 1, size) - slack->header_bytes - usable;
    if (more >= slack->split_bytes || end + slack->split_bytes <= high_water)
        return true;
    low = end + more > high_water ? end + more : high_water;
    return hb_spans_add(slack->undecided, low, end + slack->split_bytes - 1);
}

static bool step_merging(struct slack *slack, struct hb_exact_run *run, const struct hb_op *op, bool *served)
{
    void *block = hb_exact_run_block(run, op);
    bool room = true;

    if (op->kind == HB_OP_REALLOC && block != NULL)
        room = note_growth(slack, run, block, op->size);
    *served = hb_exact_run_step(run);
    return room;
}

static bool slack_step(struct slack *slack, struct hb_exact_run *run, const struct hb_op *op, bool *served)
{
    return slack->merge ? step_merging(slack, run, op, served) : step_unmerged(slack, run, op, served);
}

static bool slack_end(struct slack *slack, uint64_t high_water)
{
    return slack->merge || add_undecided(slack, high_water);
}

/* -- the pass -- */

/* Appends a step, doubling the table at each power of two. False when out of memory. */
static bool add_step(struct hb_curve *curve, uint64_t op, uint64_t high_water)
{
    size_t n = curve->count;

    assert(n == 0 || (op > curve->steps[n - 1].op && high_water > curve->steps[n - 1].high_water_bytes));
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

static enum hb_status refuse_size(const struct hb_prepared *prepared, uint64_t op, const struct hb_op *asked,
                                  bool beyond_numbers, struct hb_error *error)
{
    char alignment[64] = "";

    if (beyond_numbers)
        return hb_error_set(error, HB_ERR_LIMIT, "%s: operation %llu: %s", prepared->name,
                            (unsigned long long)op, HB_MODEL_BROKEN_END);
    if (asked->kind == HB_OP_ALIGNED)
        snprintf(alignment, sizeof alignment, " at a multiple of %llu", 1ULL << asked->align_log2);
    return hb_error_set(
        error, HB_ERR_LIMIT,
        "%s: operation %llu asks for %llu byte%s%s, more than any heap has, so every heap fails",
        prepared->name, (unsigned long long)op, (unsigned long long)asked->size, asked->size == 1 ? "" : "s",
        alignment);
}

static void note_peak(struct hb_curve *curve, const struct hb_ledger *ledger)
{
    uint64_t bytes = ledger->live_bytes + ledger->live_objects * curve->options.header_bytes;

    if (bytes > curve->peak_with_records)
        curve->peak_with_records = bytes;
}

static enum hb_status run_infinite(struct hb_curve *curve, struct hb_exact_run *run, struct hb_error *error)
{
    const struct hb_prepared *prepared = curve->prepared;
    const struct hb_model *model = run->model;
    struct slack slack = {.undecided = &curve->undecided,
                          .split_bytes = curve->split_bytes,
                          .header_bytes = curve->options.header_bytes,
                          .merge = curve->options.merge};
    uint64_t high_water = 0;
    bool room = true;

    for (uint64_t op = 0; op < prepared->op_count && room; op++) {
        const struct hb_op *next = hb_exact_run_next(run);
        bool served;

        if (next == NULL)
            return hb_exact_run_check(run, error);
        room = slack_step(&slack, run, next, &served) && hb_model_broken(model) != HB_ERR_MEMORY;
        if (room && !served)
            return refuse_size(prepared, op, next, hb_model_broken(model) == HB_ERR_LIMIT, error);
        note_peak(curve, &run->ledger);
        if (room && hb_model_reach(model) > high_water) {
            high_water = hb_model_reach(model);
            room = add_step(curve, op, high_water);
        }
    }
    if (!room || !slack_end(&slack, high_water))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the failure curve", prepared->name);
    hb_spans_sort(&curve->undecided);
    curve->high_water_bytes = hb_model_high_water(model);
    return HB_OK;
}

static enum hb_status pass(struct hb_curve *curve, struct hb_error *error)
{
    struct hb_exact_run run;
    enum hb_status status = hb_exact_run_open(&run, curve->prepared, &curve->options, error);

    if (status != HB_OK)
        return status;
    hb_progress_total(curve->prepared->op_count);
    status = run_infinite(curve, &run, error);
    hb_progress_total(0); /* nobody knows how much there is to do for what it leaves open */
    hb_exact_run_close(&run);
    return status;
}

enum hb_status hb_curve_build(const struct hb_prepared *prepared, const struct hb_model_options *options,
                              struct hb_curve **out, struct hb_error *error)
{
    struct hb_curve *curve;
    enum hb_status status;

    if (options->policy != HB_POLICY_FIRST || options->merges_late || options->told)
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

    if (hb_spans_hold(&curve->undecided, heap_bytes))
        return false;
    step = hb_curve_step_past(curve, heap_bytes);
    *first_failure = step < curve->count ? curve->steps[step].op : HB_NO_FAILURE;
    return true;
}
