/*
 * question_walk_cost - how many ranges a first-fit walk examines, and what that costs in time.
 *
 * For each trace: the subject's walks are counted once, over the whole trace in windows; then it and every
 * other allocator are timed in the same windows, `rounds` times in shuffled order: the subject up to the
 * window in which the step limit ends it, and the reference once more that far, to be compared with. A
 * window's time is the median of its rounds.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "bench/question/question.h"
#include "bench/question/rounds.h"
#include "bench/results/results.h"

enum { WINDOWS = 200 };

struct answer {
    struct hb_session *session;
    struct hb_results *windows, *lengths, *summary;
    unsigned failed_cells;
};

/* What is known of the trace at hand. */
struct on_trace {
    size_t trace;
    const char *name;
    uint64_t ops, trace_ops;
    const struct hb_sample_result *count; /* the subject's; NULL where it is not there or has no figures */
    const struct hb_rounds *rounds;
};

static bool is_subject(const struct hb_candidate *candidate)
{
    return strcmp(candidate->name, HB_SUBJECT) == 0;
}

/* The subject's windows; NULL for the others. */
static const struct hb_point *counted_window(const struct on_trace *t, uint32_t window)
{
    return t->count != NULL && window < t->count->point_count ? &t->count->points[window] : NULL;
}

static void write_window_walks(struct hb_results *out, const struct hb_point *counted)
{
    hb_results_count(out, counted->walks);
    hb_results_count(out, counted->walk_total);
    hb_results_count(out, counted->walk_allocated);
    hb_results_count(out, counted->walk_p50);
    hb_results_count(out, counted->walk_p99);
    hb_results_count(out, counted->walk_max);
}

/* One window: of the time, where the allocator was timed that far, and of the subject's walks. */
static void write_window(struct hb_results *out, const struct on_trace *t, const struct hb_rounds_cell *cell,
                         uint32_t window)
{
    bool timed = window < cell->result.point_count;
    const struct hb_point *counted = counted_window(t, window);
    const struct hb_point *point = timed ? &cell->result.points[window] : counted;

    assert(point != NULL);
    hb_results_text(out, t->name);
    hb_results_text(out, cell->candidate->name);
    hb_results_text(out, counted != NULL && is_subject(cell->candidate) ? hb_session_status(t->count, false)
                                                                        : hb_rounds_status(cell));
    hb_results_count(out, point->op);
    hb_results_count(out, point->ops);
    hb_results_count(out, point->allocs);
    if (timed)
        hb_results_count(out, (uint64_t)(hb_rounds_window_ns(t->rounds, cell, window) + 0.5));
    else
        hb_results_blank(out, 1);
    if (counted != NULL)
        hb_results_count(out, counted->state.ranges);
    else
        hb_results_blank(out, 1);
    if (counted != NULL && is_subject(cell->candidate))
        write_window_walks(out, counted);
    else
        hb_results_blank(out, 6);
    hb_results_end_row(out);
}

static void write_windows(struct hb_results *out, const struct on_trace *t, const struct hb_rounds_cell *cell)
{
    uint32_t windows = cell->result.point_count;

    if (is_subject(cell->candidate) && t->count != NULL && t->count->point_count > windows)
        windows = t->count->point_count;
    for (uint32_t i = 0; i < windows; i++)
        write_window(out, t, cell, i);
}

static void write_lengths(struct hb_results *out, const struct on_trace *t,
                          const struct hb_candidate *candidate)
{
    const struct hb_counts *counts = &t->count->counts;

    for (unsigned i = 0; i < HB_WALK_BINS; i++) {
        if (counts->walk_bins[i] == 0)
            continue;
        hb_results_text(out, t->name);
        hb_results_text(out, candidate->name);
        hb_results_count(out, hb_lengths_bin_low(i));
        hb_results_count(out, hb_lengths_bin_low(i + 1));
        hb_results_count(out, counts->walk_bins[i]);
        hb_results_end_row(out);
    }
}

/* heap_bytes is that of a bounded heap; the subject's is ample, and its high-water mark says how much was
 * used. */
static void write_walks(struct hb_results *out, const struct hb_counts *counts)
{
    hb_results_count(out, counts->walks);
    hb_results_count(out, counts->walk_total);
    hb_results_real(out, counts->walks > 0 ? (double)counts->walk_total / (double)counts->walks : 0);
    hb_results_count(out, counts->walk_p50);
    hb_results_count(out, counts->walk_p90);
    hb_results_count(out, counts->walk_p99);
    hb_results_count(out, counts->walk_max);
    hb_results_count(out, counts->walk_allocated);
    hb_results_count(out, counts->state.ranges);
    hb_results_count(out, counts->state.free_ranges);
    hb_results_count(out, counts->state.high_water_bytes);
}

static void write_summary(struct hb_results *out, const struct on_trace *t, const struct hb_rounds_cell *cell)
{
    double ns = hb_rounds_ns_per_op(t->rounds, cell);
    double ratio = hb_rounds_ratio(t->rounds, cell);
    bool figures = ns > 0;

    hb_results_text(out, t->name);
    hb_results_text(out, cell->candidate->name);
    hb_results_text(out, hb_rounds_status(cell));
    hb_results_blank(out, 1);
    if (figures)
        hb_results_count(out, cell->ops);
    else
        hb_results_blank(out, 1);
    hb_results_count(out, t->trace_ops);
    if (t->count != NULL && is_subject(cell->candidate))
        write_walks(out, &t->count->counts);
    else
        hb_results_blank(out, 11);
    if (t->count != NULL && is_subject(cell->candidate))
        hb_results_count(out, t->count->counts.peak_live_bytes);
    else if (figures)
        hb_results_count(out, cell->result.counts.peak_live_bytes);
    else
        hb_results_blank(out, 1);
    if (figures)
        hb_results_real(out, ns);
    else
        hb_results_blank(out, 1);
    if (ratio > 0)
        hb_results_real(out, ratio);
    else
        hb_results_blank(out, 1);
    if (t->count != NULL && is_subject(cell->candidate))
        hb_results_count(out, t->count->counts.ops);
    else
        hb_results_blank(out, 1);
    hb_results_end_row(out);
}

static void write_trace(struct answer *answer, const struct on_trace *t)
{
    for (size_t i = 0; i < t->rounds->cell_count; i++) {
        const struct hb_rounds_cell *cell = &t->rounds->cells[i];

        if (cell->reference)
            continue;
        write_windows(answer->windows, t, cell);
        write_summary(answer->summary, t, cell);
        if (t->count != NULL && is_subject(cell->candidate))
            write_lengths(answer->lengths, t, cell->candidate);
        answer->failed_cells += hb_rounds_is_problem(cell);
    }
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

/* The subject's count, or NULL; and on how many operations it is timed. */
static enum hb_status count_subject(struct hb_session *session, struct on_trace *t, struct hb_error *error)
{
    const struct hb_candidate *subject = hb_discovery_find(&session->found, HB_SUBJECT);
    enum hb_status status = HB_OK;

    if (subject != NULL) {
        hb_progress_step(&session->progress, "%s: counting the walks of %s", t->name, subject->name);
        status = hb_session_count(session, t->trace, subject, WINDOWS, &t->count, error);
        if (status == HB_OK && !hb_session_has_figures(t->count))
            t->count = NULL;
    }
    if (status == HB_OK)
        status = hb_session_trace_ops(session, t->trace, &t->trace_ops, error);
    if (status == HB_OK)
        status = hb_session_common_ops(session, t->trace, &t->ops, error);
    t->ops = whole_windows(t->ops, t->trace_ops);
    return status;
}

static enum hb_status answer_on_trace(struct answer *answer, size_t trace, struct hb_error *error)
{
    struct hb_session *session = answer->session;
    struct on_trace t = {.trace = trace, .name = session->found.traces[trace].name};
    const struct hb_candidate *candidate;
    struct hb_rounds rounds;
    size_t next = 0;
    enum hb_status status = count_subject(session, &t, error);

    if (status == HB_OK)
        status = hb_session_measure_floor(session, trace, error);
    if (status != HB_OK)
        return status;
    status = hb_rounds_open(&rounds, session, trace, error);
    while (status == HB_OK && (candidate = hb_session_next_candidate(session, &next)) != NULL)
        status = hb_rounds_add(&rounds, candidate, candidate->walks ? t.ops : t.trace_ops,
                               t.ops < t.trace_ops, error);
    if (status == HB_OK)
        status = hb_rounds_add_reference(&rounds, t.ops, error);
    if (status == HB_OK)
        status = hb_rounds_run(&rounds, HB_SAMPLE_SERIES, WINDOWS, error);
    t.rounds = &rounds;
    if (status == HB_OK)
        write_trace(answer, &t);
    hb_rounds_close(&rounds);
    return status;
}

static enum hb_status write_files(struct answer *answer, const char *folder, struct hb_error *error)
{
    const struct hb_provenance *provenance = &answer->session->provenance;
    enum hb_status status = hb_results_write(answer->windows, folder, "walk_cost.csv", provenance, error);

    if (status == HB_OK)
        status = hb_results_write(answer->lengths, folder, "walk_lengths.csv", provenance, error);
    if (status == HB_OK)
        status = hb_results_write(answer->summary, folder, "walk_summary.csv", provenance, error);
    return status;
}

static enum hb_status answer_walk_cost(struct hb_session *session, const char *folder, unsigned *failed_cells,
                                       struct hb_error *error)
{
    struct answer answer = {
        .session = session,
        .windows =
            hb_results_begin("walk_cost/1", "trace,allocator,status,op,ops,allocs,elapsed_ns,ranges,walks,"
                                            "walk_total,walk_allocated,walk_p50,walk_p99,walk_max"),
        .lengths = hb_results_begin("walk_lengths/1", "trace,allocator,length_low,length_high,walks"),
        .summary = hb_results_begin(
            "walk_summary/1",
            "trace,allocator,status,heap_bytes,ops,trace_ops,walks,walk_total,walk_mean,walk_p50,"
            "walk_p90,walk_p99,walk_max,walk_allocated,ranges,free_ranges,high_water_bytes,"
            "peak_live_bytes,ns_per_op,ratio_to_glibc,walk_ops"),
    };
    enum hb_status status = HB_OK;
    bool usable;

    if (answer.windows == NULL || answer.lengths == NULL || answer.summary == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    session->progress.total =
        session->found.trace_count * (1 + session->options.rounds * session->found.candidate_count);
    for (size_t i = 0; i < session->found.trace_count && status == HB_OK; i++) {
        status = hb_session_open_trace(session, i, &usable, error);
        if (status == HB_OK && usable)
            status = answer_on_trace(&answer, i, error);
    }
    hb_session_note_floor(session);
    if (status == HB_OK)
        status = write_files(&answer, folder, error);
    hb_results_free(answer.windows);
    hb_results_free(answer.lengths);
    hb_results_free(answer.summary);
    *failed_cells = answer.failed_cells + (unsigned)session->unusable_traces;
    return status;
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
        status = hb_session_common_ops(session, trace, &ops, error);
        return status == HB_OK ? hb_measure_time(session, candidate, trace, ops, 0, measurement, error)
                               : status;
    }
    status = hb_session_count(session, trace, candidate, 0, &count, error);
    if (status != HB_OK)
        return status;
    counts = &count->counts;
    status = hb_session_cut(session, trace, candidate, &ops, error);
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, 0, measurement, error);
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
    .files = "walk_cost.csv, walk_lengths.csv and walk_summary.csv",
    .step_limit = 400000000,
    .rounds = 3,
    .takes_untouchable = true,
    .measure = measure_walk_cost,
    .answer = answer_walk_cost,
};
