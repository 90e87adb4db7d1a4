/*
 * curve_point.c - how single heap sizes fare: from a second pass, or each simulated.
 */
#include "bench/exact/curve.h"
#include "bench/exact/exact_run.h"

/*
 * What is free in a heap of `heap_bytes` whose ranges are those of the model's heap as far as they lie in it.
 * The model's may be infinite: its tail then ends with the heap, and where it is too short for a range it is
 * the slack of the range before.
 */
struct free_in_heap {
    uint64_t heap_bytes;
    uint64_t split_bytes;
    struct hb_range last; /* before this one; length 0 where this is the first */
    uint64_t run;
    struct hb_failure *failure;
};

static void count_free(struct free_in_heap *sum, uint64_t bytes, uint64_t length)
{
    struct hb_failure *failure = sum->failure;

    sum->run += bytes;
    failure->free_bytes += bytes;
    if (length > failure->largest_free_bytes)
        failure->largest_free_bytes = length;
    if (sum->run > failure->largest_run_bytes)
        failure->largest_run_bytes = sum->run;
}

static bool add_range(void *context, const struct hb_range *range)
{
    struct free_in_heap *sum = context;
    uint64_t left = sum->heap_bytes - range->offset;
    bool is_slack = range->length > left && left < sum->split_bytes && sum->last.length > 0;

    if (range->allocated)
        sum->run = 0;
    else if (!is_slack)
        count_free(sum, range->length < left ? range->length : left,
                   range->length < left ? range->length : left);
    else if (!sum->last.allocated)
        count_free(sum, left, sum->last.length + left);
    sum->last = *range;
    return true;
}

/* The record of a failure at operation `op`, from the run as it was before it. */
static void write_failure(const struct hb_curve *curve, const struct hb_exact_run *run, uint64_t op,
                          struct hb_curve_point *point)
{
    const struct hb_model *model = run->model;
    const struct hb_op *asked = hb_windows_op(&run->windows, op);
    uint64_t need = hb_model_need(model, UINT64_C(1) << asked->align_log2, asked->size);
    struct hb_failure *failure = &point->first;
    struct free_in_heap sum = {
        .heap_bytes = point->heap_bytes, .split_bytes = curve->split_bytes, .failure = failure};

    *failure = (struct hb_failure){.op = op, .size = asked->size, .live_bytes = run->ledger.live_bytes};
    hb_model_ranges(model, add_range, &sum);
    failure->reason = hb_failure_reason(need, failure->free_bytes, failure->largest_run_bytes);
}

static bool is_known_to_complete(const struct hb_curve_point *point)
{
    return point->first.op == HB_NO_FAILURE;
}

/* Writes the failures of all points that the one pass decided, which it meets in ascending order. */
static enum hb_status fill_decided(const struct hb_curve *curve, struct hb_curve_point *points, size_t count,
                                   struct hb_error *error)
{
    struct hb_exact_run run;
    enum hb_status status = hb_exact_run_open(&run, curve->prepared, &curve->options, error);
    size_t next = 0;

    if (status != HB_OK)
        return status;
    for (uint64_t op = 0; op < curve->prepared->op_count && hb_exact_run_next(&run) != NULL; op++) {
        for (; next < count && (points[next].simulated || points[next].first.op == op); next++)
            if (!points[next].simulated)
                write_failure(curve, &run, op, &points[next]);
        if (next == count || is_known_to_complete(&points[next]))
            break;
        hb_exact_run_step(&run);
    }
    status = hb_exact_run_check(&run, error);
    hb_exact_run_close(&run);
    return status;
}

enum hb_status hb_curve_simulate(const struct hb_curve *curve, struct hb_curve_point *point,
                                 uint64_t *ops_done, struct hb_error *error)
{
    const struct hb_prepared *prepared = curve->prepared;
    struct hb_exact_run run;
    struct hb_model_options options = curve->options;
    enum hb_status status;
    uint64_t op = 0;

    options.heap_bytes = point->heap_bytes;
    status = hb_exact_run_open(&run, prepared, &options, error);
    if (status != HB_OK)
        return status;
    point->first.op = HB_NO_FAILURE;
    while (op < prepared->op_count && hb_exact_run_step(&run))
        op++;
    status = hb_exact_run_check(&run, error);
    if (status == HB_OK && op < prepared->op_count)
        write_failure(curve, &run, op, point); /* a failed step changes nothing */
    if (ops_done != NULL)
        *ops_done = op;
    hb_exact_run_close(&run);
    return status;
}

enum hb_status hb_curve_fill(const struct hb_curve *curve, struct hb_curve_point *points, size_t count,
                             struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count; i++) {
        if (points[i].heap_bytes < curve->options.header_bytes)
            return hb_error_set(error, HB_ERR_USAGE,
                                "a heap of %llu bytes is out of range: %u, one record, or more",
                                (unsigned long long)points[i].heap_bytes, curve->options.header_bytes);
        points[i].first = (struct hb_failure){.op = HB_NO_FAILURE};
        points[i].simulated = !hb_curve_decides(curve, points[i].heap_bytes, &points[i].first.op);
    }
    for (size_t i = 0; i < count && status == HB_OK; i++)
        if (points[i].simulated)
            status = hb_curve_simulate(curve, &points[i], NULL, error);
    return status == HB_OK ? fill_decided(curve, points, count, error) : status;
}
