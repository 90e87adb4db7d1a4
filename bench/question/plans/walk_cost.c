/*
 * walk_cost.c - the question how many ranges a first-fit walk examines, and what that costs in time.
 *
 * For each trace: the subject's walks are counted once, over the whole trace in windows; then it and every
 * other allocator are timed in the same windows, `rounds` times in shuffled order: the subject up to the
 * window in which the step limit ends it, and the reference once more that far, to be compared with. A
 * window's time is the median of its rounds.
 */
#include <assert.h>
#include <string.h>

#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/sample/verdict.h"

enum { WINDOWS = 200 };

static const struct hb_schema window_schema = {
    "walk_cost/1", "walk_cost.csv",
    "trace:text,allocator:text,status:text,op:count,ops:count,allocs:count,elapsed_ns:count,ranges:count,"
    "walks:count,walk_total:count,walk_allocated:count,walk_p50:count,walk_p99:count,walk_max:count"};
static const struct hb_schema length_schema = {
    "walk_lengths/1", "walk_lengths.csv",
    "trace:text,allocator:text,length_low:count,length_high:count,walks:count"};
static const struct hb_schema summary_schema = {
    "walk_summary/1", "walk_summary.csv",
    "trace:text,allocator:text,status:text,heap_bytes:count,ops:count,trace_ops:count,walks:count,"
    "walk_total:count,walk_mean:real,walk_p50:count,walk_p90:count,walk_p99:count,walk_max:count,"
    "walk_allocated:count,ranges:count,free_ranges:count,high_water_bytes:count,peak_live_bytes:count,"
    "ns_per_op:real,ratio_to_glibc:real,walk_ops:count"};

enum { FILE_WINDOWS, FILE_LENGTHS, FILE_SUMMARY };

static bool is_subject(const struct hb_candidate *candidate)
{
    return strcmp(candidate->name, HB_SUBJECT) == 0;
}

/* The subject's windows; NULL for the others. */
static const struct hb_point *counted_window(const struct hb_plan *plan, uint32_t window)
{
    return plan->count != NULL && window < plan->count->point_count ? &plan->count->points[window] : NULL;
}

/* One window: of the time, where the allocator was timed that far, and of the subject's walks. */
static void write_window(struct hb_results *out, const struct hb_plan *plan,
                         const struct hb_rounds_cell *cell, uint32_t window)
{
    bool timed = window < cell->result.point_count;
    const struct hb_point *counted = counted_window(plan, window);
    const struct hb_point *point = timed ? &cell->result.points[window] : counted;

    assert(point != NULL);
    hb_results_set_subject(out, plan->name, cell->candidate->name,
                           counted != NULL && is_subject(cell->candidate)
                               ? hb_verdict_status(plan->count, false)
                               : hb_rounds_status(cell));
    hb_results_set_count(out, "op", point->op);
    hb_results_set_count(out, "ops", point->ops);
    hb_results_set_count(out, "allocs", point->allocs);
    if (timed)
        hb_results_set_count(out, "elapsed_ns",
                             (uint64_t)(hb_rounds_window_ns(&plan->rounds, cell, window) + 0.5));
    if (counted != NULL)
        hb_results_set_count(out, "ranges", counted->state.ranges);
    if (counted != NULL && is_subject(cell->candidate))
        hb_results_set_window_walks(out, counted);
    hb_results_end_row(out);
}

static void write_windows(struct hb_results *out, const struct hb_plan *plan,
                          const struct hb_rounds_cell *cell)
{
    uint32_t windows = cell->result.point_count;

    if (is_subject(cell->candidate) && plan->count != NULL && plan->count->point_count > windows)
        windows = plan->count->point_count;
    for (uint32_t i = 0; i < windows; i++)
        write_window(out, plan, cell, i);
}

static void write_lengths(struct hb_results *out, const struct hb_plan *plan,
                          const struct hb_candidate *candidate)
{
    const struct hb_counts *counts = &plan->count->counts;

    for (unsigned i = 0; i < HB_WALK_BINS; i++) {
        if (counts->walk_bins[i] == 0)
            continue;
        hb_results_set_text(out, "trace", plan->name);
        hb_results_set_text(out, "allocator", candidate->name);
        hb_results_set_count(out, "length_low", hb_lengths_bin_low(i));
        hb_results_set_count(out, "length_high", hb_lengths_bin_low(i + 1));
        hb_results_set_count(out, "walks", counts->walk_bins[i]);
        hb_results_end_row(out);
    }
}

/* What was counted of the subject, over the whole trace. Its heap is ample: the high-water mark says how much
 * of it was used, and heap_bytes is not known. */
static void set_counts(struct hb_results *out, const struct hb_counts *counts)
{
    hb_results_set_walks(out, counts);
    if (counts->walks == 0)
        hb_results_set_real(out, "walk_mean", 0);
    hb_results_set_count(out, "ranges", counts->state.ranges);
    hb_results_set_count(out, "free_ranges", counts->state.free_ranges);
    hb_results_set_count(out, "high_water_bytes", counts->state.high_water_bytes);
    hb_results_set_count(out, "peak_live_bytes", counts->peak_live_bytes);
    hb_results_set_count(out, "walk_ops", counts->ops);
}

static void write_summary(struct hb_results *out, const struct hb_plan *plan,
                          const struct hb_rounds_cell *cell)
{
    double ns = hb_rounds_ns_per_op(&plan->rounds, cell);
    bool counted = plan->count != NULL && is_subject(cell->candidate);

    hb_results_set_subject(out, plan->name, cell->candidate->name, hb_rounds_status(cell));
    hb_results_set_count(out, "trace_ops", plan->trace_ops);
    if (counted)
        set_counts(out, &plan->count->counts);
    else if (ns > 0)
        hb_results_set_count(out, "peak_live_bytes", cell->result.counts.peak_live_bytes);
    if (ns > 0) {
        hb_results_set_count(out, "ops", cell->ops);
        hb_results_set_real(out, "ns_per_op", ns);
    }
    hb_results_set_known_real(out, "ratio_to_glibc", hb_rounds_ratio(&plan->rounds, cell));
    hb_results_end_row(out);
}

static void put_allocator(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell)
{
    (void)index;
    write_windows(plan->files[FILE_WINDOWS], plan, cell);
    write_summary(plan->files[FILE_SUMMARY], plan, cell);
    if (plan->count != NULL && is_subject(cell->candidate))
        write_lengths(plan->files[FILE_LENGTHS], plan, cell->candidate);
    plan->failed_cells += hb_rounds_is_problem(cell);
}

/* `ops`, or the end of the window that they end in: no window is timed in part. */
static uint64_t whole_windows(uint64_t ops, uint64_t trace_ops)
{
    uint32_t window = 0;

    if (trace_ops <= WINDOWS)
        return ops;
    while (hb_window_end(trace_ops, WINDOWS, window) < ops)
        window++;
    return hb_window_end(trace_ops, WINDOWS, window);
}

/* The subject's count; and on how many operations it is timed. */
static enum hb_status count_subject(struct hb_plan *plan, struct hb_error *error)
{
    enum hb_status status = hb_plan_count_subject(plan, WINDOWS, error);

    if (status == HB_OK)
        status = hb_cuts_common_ops(plan->session, plan->trace, &plan->ops, error);
    if (status == HB_OK)
        plan->ops = whole_windows(plan->ops, plan->trace_ops);
    return status;
}

static enum hb_status timed_ops(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t *ops,
                                struct hb_error *error)
{
    (void)error;
    *ops = candidate->walks ? plan->ops : plan->trace_ops;
    return HB_OK;
}

static enum hb_status measure_walk_cost(struct hb_session *session, const struct hb_candidate *candidate,
                                        size_t trace, unsigned variant, struct hb_measurement *measurement,
                                        struct hb_error *error)
{
    const struct hb_sample_result *count;
    const struct hb_counts *counts;
    uint64_t ops;
    enum hb_status status;

    (void)variant;
    if (!candidate->walks) {
        status = hb_cuts_common_ops(session, trace, &ops, error);
        return status == HB_OK ? hb_measure_time(session, candidate, trace, ops, measurement, error) : status;
    }
    status = hb_cuts_count(session, trace, candidate, 0, &count, error);
    if (status != HB_OK)
        return status;
    counts = &count->counts;
    status = hb_cuts_ops(session, trace, candidate, &ops, error);
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, measurement, error);
    if (status != HB_OK || measurement->problem[0] != '\0' || counts->walks == 0)
        return status;
    hb_measurement_count(measurement, "walk_mean", (double)counts->walk_total / (double)counts->walks);
    hb_measurement_count(measurement, "walk_p50", (double)counts->walk_p50);
    hb_measurement_count(measurement, "walk_p99", (double)counts->walk_p99);
    hb_measurement_count(measurement, "walk_max", (double)counts->walk_max);
    hb_measurement_count(measurement, "ranges", (double)counts->state.ranges);
    return HB_OK;
}

const struct hb_question hb_question_walk_cost = {
    .name = "walk_cost",
    .schemas =
        {[FILE_WINDOWS] = &window_schema, [FILE_LENGTHS] = &length_schema, [FILE_SUMMARY] = &summary_schema},
    .step_limit = 400000000,
    .rounds = 3,
    .takes_untouchable = true,
    .measure = measure_walk_cost,
    .windows = WINDOWS,
    .begin = count_subject,
    .timed_ops = timed_ops,
    .put = put_allocator,
};
