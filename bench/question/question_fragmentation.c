/*
 * question_fragmentation - how much memory is lost, and where it goes.
 *
 * An allocator that can be inspected is counted, operation by operation, and its heap is split exactly. Of
 * the others the resident memory is read, at the ends of windows: once over the whole trace for the picture,
 * and once over the operations that the subject did, so that the measures in the summary are all of the same
 * operations.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/question/heap_map_rows.h"
#include "bench/question/question.h"
#include "bench/replay/measures.h"
#include "bench/results/results.h"

enum { WINDOWS = 400, SUMMARY_LEAST_LIVE_BYTES = 1 << 20 };

struct answer {
    struct hb_session *session;
    struct hb_results *series, *summary, *maps;
    unsigned failed_cells;
};

struct on_trace {
    size_t trace;
    const char *name;
    uint64_t ops, trace_ops;
};

/* Johnstone and Wilson's measures 1 to 4 as ratios, from points; `extent` of a point is
 * its resident memory. */
struct hb_fragmentation_measures {
    double measure[4];
    uint64_t peak_live, peak_extent;
};

static void begin_row(struct hb_results *out, const char *trace, const char *allocator, const char *status)
{
    hb_results_text(out, trace);
    hb_results_text(out, allocator);
    hb_results_text(out, status);
}

static void write_failed(struct answer *answer, const struct on_trace *t,
                         const struct hb_candidate *candidate, const struct hb_sample_result *result)
{
    const char *status = hb_session_status(result, false);

    begin_row(answer->series, t->name, candidate->name, status);
    hb_results_blank(answer->series, 11);
    hb_results_end_row(answer->series);
    begin_row(answer->summary, t->name, candidate->name, status);
    hb_results_blank(answer->summary, 11);
    hb_results_end_row(answer->summary);
    answer->failed_cells++;
}

/*
 * live + header + slack + free = extent, which is the high-water mark. The tail is what a heap of exactly
 * this run's high-water mark would have above it: the smallest that would have served it.
 */
static void write_split(struct hb_results *out, const struct hb_point *point, uint64_t final_high_water)
{
    const struct hb_heap_state *state = &point->state;
    uint64_t allocated_ranges = state->ranges - state->free_ranges;
    /* In ample room the tail is counted among the ranges and not among the free ones. */
    uint64_t headers, slack;

    allocated_ranges -= allocated_ranges > point->live_objects ? 1 : 0;
    headers = allocated_ranges * state->header_bytes;
    slack = state->allocated_range_bytes - headers - point->live_bytes;
    hb_results_count(out, point->op);
    hb_results_count(out, point->live_bytes);
    hb_results_count(out, headers);
    hb_results_count(out, slack);
    hb_results_count(out, state->high_water_bytes - state->allocated_range_bytes);
    hb_results_count(out, final_high_water - state->high_water_bytes);
    hb_results_count(out, state->high_water_bytes);
    hb_results_count(out, state->ranges);
    hb_results_count(out, state->free_ranges);
    hb_results_count(out, state->largest_free_bytes);
    hb_results_blank(out, 1);
    hb_results_end_row(out);
}

static void write_percents(struct hb_results *out, const double *ratios)
{
    for (unsigned i = 0; i < 4; i++)
        hb_results_real(out, 100 * ratios[i]);
}

static void write_counted(struct answer *answer, const struct on_trace *t,
                          const struct hb_candidate *candidate, const struct hb_sample_result *result)
{
    const struct hb_counts *counts = &result->counts;
    const char *status = hb_session_status(result, counts->ops < t->trace_ops);

    for (uint32_t i = 0; i < result->point_count; i++) {
        begin_row(answer->series, t->name, candidate->name, status);
        write_split(answer->series, &result->points[i], counts->state.high_water_bytes);
    }
    begin_row(answer->summary, t->name, candidate->name, status);
    hb_results_count(answer->summary, counts->peak_live_bytes);
    hb_results_count(answer->summary, counts->state.high_water_bytes);
    write_percents(answer->summary, counts->fragmentation);
    write_percents(answer->summary, counts->fragmentation_payload);
    hb_results_count(answer->summary, counts->ops);
    hb_results_end_row(answer->summary);
}

/* From the ends of windows; the two peaks are those of the whole replay, which need not fall on one. */
static struct hb_fragmentation_measures measure_points(const struct hb_sample_result *result)
{
    struct hb_fragmentation_measures m = {.peak_live = result->counts.peak_live_bytes,
                                          .peak_extent = result->peak_resident_bytes};
    struct hb_measures points = {.begun = false};

    for (uint32_t i = 0; i < result->point_count; i++)
        hb_measures_add(&points, result->points[i].resident_bytes, result->points[i].live_bytes);
    if (points.begun)
        hb_measures_report(&points, m.peak_extent, m.peak_live, m.measure);
    return m;
}

static void write_resident_series(struct answer *answer, const struct on_trace *t,
                                  const struct hb_candidate *candidate, const struct hb_sample_result *result)
{
    struct hb_results *out = answer->series;

    for (uint32_t i = 0; i < result->point_count; i++) {
        begin_row(out, t->name, candidate->name, hb_session_status(result, false));
        hb_results_count(out, result->points[i].op);
        hb_results_count(out, result->points[i].live_bytes);
        hb_results_blank(out, 4);
        hb_results_count(out, result->points[i].resident_bytes);
        hb_results_blank(out, 3);
        hb_results_count(out, result->points[i].resident_bytes);
        hb_results_end_row(out);
    }
}

static void write_resident_summary(struct answer *answer, const struct on_trace *t,
                                   const struct hb_candidate *candidate,
                                   const struct hb_sample_result *result)
{
    struct hb_fragmentation_measures m = measure_points(result);
    struct hb_results *out = answer->summary;

    begin_row(out, t->name, candidate->name, hb_session_status(result, false));
    hb_results_count(out, m.peak_live);
    hb_results_count(out, m.peak_extent);
    if (m.peak_live >= SUMMARY_LEAST_LIVE_BYTES)
        write_percents(out, m.measure);
    else
        hb_results_blank(out, 4);
    hb_results_blank(out, 4);
    hb_results_count(out, result->counts.ops);
    hb_results_end_row(out);
}

static enum hb_status sample_resident(struct answer *answer, const struct on_trace *t,
                                      const struct hb_candidate *candidate, uint64_t ops,
                                      struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_SERIES, .op_limit = ops, .points = WINDOWS};

    if (ops < WINDOWS)
        request.points = ops > 0 ? (uint32_t)ops : 1;
    hb_progress_step(&answer->session->progress, "%s: %s", t->name, candidate->name);
    return hb_session_sample(answer->session, t->trace, candidate, &request, result, error);
}

static enum hb_status answer_resident(struct answer *answer, const struct on_trace *t,
                                      const struct hb_candidate *candidate, struct hb_sample_result *result,
                                      struct hb_error *error)
{
    enum hb_status status = sample_resident(answer, t, candidate, t->trace_ops, result, error);

    if (status != HB_OK)
        return status;
    if (hb_session_is_problem(result)) {
        write_failed(answer, t, candidate, result);
        return HB_OK;
    }
    write_resident_series(answer, t, candidate, result);
    if (t->ops < t->trace_ops) {
        hb_sample_result_clear(result);
        status = sample_resident(answer, t, candidate, t->ops, result, error);
        if (status != HB_OK)
            return status;
    }
    write_resident_summary(answer, t, candidate, result);
    return HB_OK;
}

static enum hb_status answer_counted(struct answer *answer, const struct on_trace *t,
                                     const struct hb_candidate *candidate, struct hb_error *error)
{
    const struct hb_sample_result *result;
    enum hb_status status;

    hb_progress_step(&answer->session->progress, "%s: %s", t->name, candidate->name);
    status = hb_session_count(answer->session, t->trace, candidate, WINDOWS, &result, error);
    if (status != HB_OK)
        return status;
    if (hb_session_has_figures(result))
        write_counted(answer, t, candidate, result);
    else
        write_failed(answer, t, candidate, result);
    return HB_OK;
}

static enum hb_status answer_cell(struct answer *answer, const struct on_trace *t,
                                  const struct hb_candidate *candidate, struct hb_error *error)
{
    struct hb_sample_result *result;
    enum hb_status status;

    if (candidate->untouchable)
        return HB_OK;
    if (candidate->walks)
        return answer_counted(answer, t, candidate, error);
    result = calloc(1, sizeof *result);
    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    status = answer_resident(answer, t, candidate, result, error);
    hb_sample_result_clear(result);
    free(result);
    return status;
}

static enum hb_status answer_on_trace(struct answer *answer, size_t trace, struct hb_error *error)
{
    struct hb_session *session = answer->session;
    struct on_trace t = {.trace = trace, .name = session->found.traces[trace].name};
    const struct hb_candidate *subject = hb_discovery_find(&session->found, HB_SUBJECT);
    const struct hb_sample_result *count;
    const struct hb_candidate *candidate;
    size_t next = 0;
    enum hb_status status = hb_session_trace_ops(session, trace, &t.trace_ops, error);

    t.ops = t.trace_ops;
    if (status == HB_OK && subject != NULL) { /* with its windows, so that it need not be counted twice */
        status = hb_session_count(session, trace, subject, WINDOWS, &count, error);
        if (status == HB_OK && hb_session_has_figures(count))
            t.ops = count->counts.ops;
    }
    if (status == HB_OK)
        status = hb_session_measure_floor(session, trace, error);
    while (status == HB_OK && (candidate = hb_session_next_candidate(session, &next)) != NULL)
        status = answer_cell(answer, &t, candidate, error);
    return status == HB_OK ? hb_heap_map_add(answer->maps, session, trace, error) : status;
}

static enum hb_status answer_fragmentation(struct hb_session *session, const char *folder,
                                           unsigned *failed_cells, struct hb_error *error)
{
    struct answer answer = {
        .session = session,
        .series =
            hb_results_begin("fragmentation/1",
                             "trace,allocator,status,op,live_bytes,header_bytes,slack_bytes,free_bytes,"
                             "tail_bytes,extent_bytes,ranges,free_ranges,largest_free_bytes,resident_bytes"),
        .summary =
            hb_results_begin("fragmentation_summary/1",
                             "trace,allocator,status,peak_live_bytes,peak_extent_bytes,measure1,measure2,"
                             "measure3,measure4,payload1,payload2,payload3,payload4,ops"),
        .maps = hb_heap_map_begin(),
    };
    enum hb_status status = HB_OK;
    bool usable;

    if (answer.series == NULL || answer.summary == NULL || answer.maps == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    for (size_t i = 0; i < session->found.trace_count && status == HB_OK; i++) {
        status = hb_session_open_trace(session, i, &usable, error);
        if (status == HB_OK && usable)
            status = answer_on_trace(&answer, i, error);
    }
    hb_session_note_floor(session);
    if (status == HB_OK)
        status = hb_results_write(answer.series, folder, "fragmentation.csv", &session->provenance, error);
    if (status == HB_OK)
        status = hb_results_write(answer.summary, folder, "fragmentation_summary.csv", &session->provenance,
                                  error);
    if (status == HB_OK)
        status = hb_results_write(answer.maps, folder, "heap_map.csv", &session->provenance, error);
    hb_results_free(answer.series);
    hb_results_free(answer.summary);
    hb_results_free(answer.maps);
    *failed_cells = answer.failed_cells + (unsigned)session->unusable_traces;
    return status;
}

static void count_measures(struct hb_measurement *measurement, const double *ratios)
{
    static const char *const names[] = {"measure1_percent", "measure2_percent", "measure3_percent",
                                        "measure4_percent"};

    for (unsigned i = 0; i < 4; i++)
        hb_measurement_count(measurement, names[i], 100 * ratios[i]);
}

static enum hb_status measure_resident(struct hb_session *session, const struct hb_candidate *candidate,
                                       size_t trace, struct hb_measurement *measurement,
                                       struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_SERIES, .points = WINDOWS};
    struct hb_fragmentation_measures m;
    enum hb_status status = hb_session_trace_ops(session, trace, &request.op_limit, error);

    if (status == HB_OK && request.op_limit < WINDOWS)
        request.points = request.op_limit > 0 ? (uint32_t)request.op_limit : 1;
    if (status == HB_OK)
        status = hb_session_sample(session, trace, candidate, &request, result, error);
    if (status != HB_OK)
        return status;
    if (hb_session_is_problem(result)) {
        hb_session_describe(result, measurement->problem, sizeof measurement->problem);
        return HB_OK;
    }
    m = measure_points(result);
    measurement->seconds = (double)result->elapsed_ns / 1e9;
    measurement->ops = result->counts.ops;
    hb_measurement_count(measurement, "failures", (double)result->counts.failures);
    hb_measurement_count(measurement, "peak_live_bytes", (double)m.peak_live);
    hb_measurement_count(measurement, "peak_extent_bytes", (double)m.peak_extent);
    if (m.peak_live >= SUMMARY_LEAST_LIVE_BYTES)
        count_measures(measurement, m.measure);
    return HB_OK;
}

static enum hb_status measure_counted(struct hb_session *session, const struct hb_candidate *candidate,
                                      size_t trace, struct hb_measurement *measurement,
                                      struct hb_error *error)
{
    const struct hb_sample_result *count;
    uint64_t ops;
    enum hb_status status = hb_session_count(session, trace, candidate, 0, &count, error);

    if (status == HB_OK)
        status = hb_session_cut(session, trace, candidate, &ops, error);
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, 0, measurement, error);
    if (status != HB_OK || measurement->problem[0] != '\0')
        return status;
    hb_measurement_count(measurement, "peak_live_bytes", (double)count->counts.peak_live_bytes);
    hb_measurement_count(measurement, "peak_extent_bytes", (double)count->counts.state.high_water_bytes);
    count_measures(measurement, count->counts.fragmentation);
    return HB_OK;
}

static enum hb_status measure_fragmentation(struct hb_session *session, const struct hb_candidate *candidate,
                                            size_t trace, unsigned variant,
                                            struct hb_measurement *measurement, struct hb_error *error)
{
    struct hb_sample_result *result;
    enum hb_status status;

    (void)variant;
    if (candidate->walks)
        return measure_counted(session, candidate, trace, measurement, error);
    result = calloc(1, sizeof *result);
    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    status = measure_resident(session, candidate, trace, measurement, result, error);
    hb_sample_result_clear(result);
    free(result);
    return status;
}

const struct hb_question hb_question_fragmentation = {
    .name = "fragmentation",
    .files = "fragmentation.csv, fragmentation_summary.csv and heap_map.csv",
    .step_limit = 100000000,
    .rounds = 1,
    .measure = measure_fragmentation,
    .answer = answer_fragmentation,
};
