/*
 * question_failure_points - which operation is the first to get NULL, in heaps of many sizes, and why.
 *
 * An allocator that walks is given heaps from half the peak of live bytes to a tenth above the high-water
 * mark of the run in ample room, and that mark itself, which always suffices. An allocator that takes no heap
 * is given budgets on private writable memory in whole MiB, no finer than what libraries reserve at a time.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "bench/question/failure_sizes.h"
#include "bench/question/question.h"
#include "bench/results/row_groups.h"

enum { MIB = 1 << 20 };

/* A heap that fails early makes each failing walk examine all of it: this many times the
 * ample run's steps. */
enum { STEP_FACTOR = 2 };

/* A failing malloc of a library's takes several system calls, and within a tight budget nearly all fail. */
enum { BUDGET_FAILURES = 2000 };

struct answer {
    struct hb_session *session;
    struct hb_results *out;
    unsigned failed_cells;
};

struct on_trace {
    size_t trace;
    const char *name;
    uint64_t ops, trace_ops;
};

/* One heap size of one allocator. */
struct heap {
    const struct hb_candidate *candidate;
    uint64_t bytes;
    uint64_t peak_live_bytes; /* of the operations, had none failed */
};

static bool takes_heap(const struct hb_candidate *candidate)
{
    return candidate->walks;
}

static void write_row(struct answer *answer, const struct on_trace *t, const struct heap *heap,
                      const struct hb_sample_result *result)
{
    struct hb_results *out = answer->out;
    const struct hb_counts *counts = &result->counts;

    hb_results_set_subject(out, t->name, heap->candidate->name, hb_session_status(result, false));
    hb_results_set_count(out, "heap_bytes", heap->bytes);
    if (hb_session_has_figures(result)) {
        hb_results_set_count(out, "ops", counts->ops);
        hb_results_set_count(out, "allocs", counts->allocs);
        hb_results_set_count(out, "served", counts->served);
        hb_results_set_count(out, "failures", counts->failures);
        hb_results_set_failure(out, counts->first_failure, &counts->failure, takes_heap(heap->candidate));
        hb_results_set_count(out, "peak_live_bytes", heap->peak_live_bytes);
        hb_results_set_count(out, "asked_ops", t->ops);
    }
    hb_results_end_row(out);
    if (result->outcome == HB_SAMPLE_STOPPED && !takes_heap(heap->candidate))
        hb_provenance_leave_out(&answer->session->provenance,
                                "within a budget, operations after %d failures (ask with --full)",
                                BUDGET_FAILURES);
}

/* Runs one heap size. An allocator that cannot even begin within a budget has failed at operation 0. */
static enum hb_status run_heap(struct hb_session *session, size_t trace, const struct heap *heap,
                               uint64_t ops, struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_COUNT, .op_limit = ops};

    if (takes_heap(heap->candidate)) {
        request.heap_bytes = heap->bytes;
        request.step_limit = heap->candidate->model != NULL ? 0 : STEP_FACTOR * session->options.step_limit;
    } else {
        request.budget_bytes = heap->bytes;
        request.failure_limit = session->options.step_limit != 0 ? BUDGET_FAILURES : 0;
    }
    return hb_session_sample(session, trace, heap->candidate, &request, result, error);
}

static enum hb_status answer_heaps(struct answer *answer, const struct on_trace *t, struct heap *heap,
                                   const uint64_t *sizes, size_t count, struct hb_error *error)
{
    struct hb_session *session = answer->session;
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status = HB_OK;

    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    for (size_t i = 0; i < count && status == HB_OK; i++) {
        heap->bytes = sizes[i];
        hb_progress_step(&session->progress, "%s: %s in %llu bytes", t->name, heap->candidate->name,
                         (unsigned long long)heap->bytes);
        status = run_heap(session, t->trace, heap, t->ops, result, error);
        if (status == HB_OK)
            write_row(answer, t, heap, result);
        hb_sample_result_clear(result);
    }
    free(result);
    return status;
}

/* An allocator without figures in ample room has one row that says so. */
static void write_unusable(struct answer *answer, const struct on_trace *t,
                           const struct hb_candidate *candidate, const struct hb_sample_result *result)
{
    hb_results_set_subject(answer->out, t->name, candidate->name, hb_session_status(result, false));
    hb_results_end_row(answer->out);
    answer->failed_cells++;
}

static enum hb_status answer_bounded(struct answer *answer, struct on_trace t,
                                     const struct hb_candidate *candidate, struct hb_error *error)
{
    const struct hb_sample_result *count;
    struct heap heap = {.candidate = candidate};
    uint64_t sizes[HB_FAILURE_SIZES_MAX];
    size_t size_count;
    enum hb_status status = hb_session_count(answer->session, t.trace, candidate, 0, &count, error);

    if (status != HB_OK)
        return status;
    if (!hb_session_has_figures(count)) {
        write_unusable(answer, &t, candidate, count);
        return HB_OK;
    }
    t.ops = count->counts.ops;
    heap.peak_live_bytes = count->counts.peak_live_bytes;
    size_count = hb_failure_heap_sizes(heap.peak_live_bytes, count->counts.state.high_water_bytes, sizes);
    return answer_heaps(answer, &t, &heap, sizes, size_count, error);
}

static enum hb_status answer_budgeted(struct answer *answer, struct on_trace t,
                                      const struct hb_candidate *candidate, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result *ample = calloc(1, sizeof *ample);
    struct heap heap = {.candidate = candidate};
    uint64_t sizes[HB_FAILURE_SIZES_MAX];
    size_t size_count;
    enum hb_status status;

    if (ample == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    t.ops = t.trace_ops;
    status = hb_session_sample(answer->session, t.trace, candidate, &request, ample, error);
    if (status == HB_OK && hb_session_is_problem(ample)) {
        write_unusable(answer, &t, candidate, ample);
    } else if (status == HB_OK) {
        heap.peak_live_bytes = ample->counts.peak_live_bytes;
        size_count = hb_failure_budgets(heap.peak_live_bytes, ample->peak_resident_bytes, sizes);
        status = answer_heaps(answer, &t, &heap, sizes, size_count, error);
    }
    hb_sample_result_clear(ample);
    free(ample);
    return status;
}

static enum hb_status answer_on_trace(struct answer *answer, size_t trace, struct hb_error *error)
{
    struct hb_session *session = answer->session;
    struct on_trace t = {.trace = trace, .name = session->found.traces[trace].name};
    const struct hb_candidate *candidate;
    size_t next = 0;
    enum hb_status status = hb_session_trace_ops(session, trace, &t.trace_ops, error);

    if (status == HB_OK)
        status = hb_session_measure_floor(session, trace, error);
    while (status == HB_OK && (candidate = hb_session_next_candidate(session, &next)) != NULL) {
        if (takes_heap(candidate))
            status = answer_bounded(answer, t, candidate, error);
        else if (candidate->process)
            status = answer_budgeted(answer, t, candidate, error);
    }
    return status;
}

static const struct hb_schema schema = {
    "failure_points/1", "failure_points.csv",
    "trace:text,allocator:text,status:text,heap_bytes:count,ops:count,allocs:count,served:count,failures:"
    "count,"
    "first_failure:count,requested_bytes:count,reason:text,live_bytes:count,free_bytes:count,"
    "largest_free_bytes:count,peak_live_bytes:count,asked_ops:count"};

static enum hb_status answer_failure_points(struct hb_session *session, const char *folder,
                                            unsigned *failed_cells, struct hb_error *error)
{
    struct answer answer = {
        .session = session,
        .out = hb_results_begin(&schema),
    };
    enum hb_status status = HB_OK;
    bool usable;

    if (answer.out == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    for (size_t i = 0; i < session->found.trace_count && status == HB_OK; i++) {
        status = hb_session_open_trace(session, i, &usable, error);
        if (status == HB_OK && usable)
            status = answer_on_trace(&answer, i, error);
    }
    hb_session_note_floor(session);
    if (status == HB_OK)
        status = hb_results_write(answer.out, folder, &session->provenance, error);
    hb_results_free(answer.out);
    *failed_cells = answer.failed_cells + (unsigned)session->unusable_traces;
    return status;
}

/* The heap is `percent` of the peak of live bytes, or a budget of so much, no less than a library needs. */
static enum hb_status measure_failure_points(struct hb_session *session, const struct hb_candidate *candidate,
                                             size_t trace, unsigned percent,
                                             struct hb_measurement *measurement, struct hb_error *error)
{
    struct heap heap = {.candidate = candidate};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    const struct hb_prepared *prepared;
    const struct hb_counts *counts;
    uint64_t ops, begun_ns = hb_clock_ns();
    enum hb_status status;

    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    counts = &result->counts;
    status = candidate->model != NULL ? hb_session_trace_ops(session, trace, &ops, error)
                                      : hb_session_cut(session, trace, candidate, &ops, error);
    if (status == HB_OK)
        status = hb_discovery_trace(&session->found, trace, &prepared, error);
    if (status == HB_OK) {
        heap.bytes =
            prepared->peak_live_bytes / 100 * percent + prepared->peak_live_bytes % 100 * percent / 100;
        if (heap.bytes < (takes_heap(candidate) ? 8 : MIB))
            heap.bytes = takes_heap(candidate) ? 8 : MIB;
        begun_ns = hb_clock_ns();
        status = run_heap(session, trace, &heap, ops, result, error);
    }
    measurement->seconds = (double)(hb_clock_ns() - begun_ns) / 1e9;
    if (status == HB_OK && !hb_session_has_figures(result)) {
        hb_session_describe(result, measurement->problem, sizeof measurement->problem);
    } else if (status == HB_OK) {
        measurement->ops = counts->ops;
        hb_measurement_count(measurement, "heap_bytes", (double)heap.bytes);
        hb_measurement_count(measurement, "failures", (double)counts->failures);
        hb_measurement_count(measurement, "served", (double)counts->served);
        hb_measurement_count(measurement, "allocs", (double)counts->allocs);
        if (counts->first_failure != HB_NO_FAILURE)
            hb_measurement_count(measurement, "first_failure", (double)counts->first_failure);
        if (counts->failure.reason != HB_FAILURE_NONE)
            hb_measurement_count(measurement, "reason", (double)counts->failure.reason);
    }
    hb_sample_result_clear(result);
    free(result);
    return status;
}

static const unsigned percents[] = {75, 100, 125, 150, 200, 300, 0};

const struct hb_question hb_question_failure_points = {
    .name = "failure_points",
    .files = "failure_points.csv",
    .variant_name = "heap_percent_of_peak_live",
    .variants = percents,
    .step_limit = 20000000,
    .rounds = 1,
    .bounds_memory = true,
    .measure = measure_failure_points,
    .answer = answer_failure_points,
};
