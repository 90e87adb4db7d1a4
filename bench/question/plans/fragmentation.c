/*
 * fragmentation.c - the question how much memory is lost, and where it goes.
 *
 * An allocator that can be inspected is counted, operation by operation, and its heap is split exactly. Of
 * the others the resident memory is read, at the ends of windows: once over the whole trace for the picture,
 * and once over the operations that the subject did, so that the measures in the summary are all of the same
 * operations.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/exact/heap_map.h"
#include "bench/question/question.h"
#include "bench/replay/measures.h"
#include "bench/results/row_groups.h"
#include "bench/sample/verdict.h"

enum { WINDOWS = 400, SUMMARY_LEAST_LIVE_BYTES = 1 << 20 };

static const struct hb_schema series_schema = {
    "fragmentation/1", "fragmentation.csv",
    "trace:text,allocator:text,status:text,op:count,live_bytes:count,header_bytes:count,slack_bytes:count,"
    "free_bytes:count,tail_bytes:count,extent_bytes:count,ranges:count,free_ranges:count,"
    "largest_free_bytes:count,resident_bytes:count"};
static const struct hb_schema map_schema = {
    "heap_map/1", "heap_map.csv",
    "trace:text,allocator:text,status:text,op:count,live_bytes:count,extent_bytes:count,bucket_bytes:count,"
    "allocated_bytes:text"};
static const struct hb_schema summary_schema = {
    "fragmentation_summary/1", "fragmentation_summary.csv",
    "trace:text,allocator:text,status:text,peak_live_bytes:count,peak_extent_bytes:count,measure1:real,"
    "measure2:real,measure3:real,measure4:real,payload1:real,payload2:real,payload3:real,payload4:real,"
    "ops:count"};

enum { FILE_SERIES, FILE_SUMMARY, FILE_MAPS };

/* Johnstone and Wilson's measures 1 to 4 as ratios, from points; `extent` of a point is
 * its resident memory. */
struct hb_fragmentation_measures {
    double measure[4];
    uint64_t peak_live, peak_extent;
};

static void write_failed(struct hb_plan *plan, const struct hb_candidate *candidate,
                         const struct hb_sample_result *result)
{
    const char *status = hb_verdict_status(result, false);

    hb_results_set_subject(plan->files[FILE_SERIES], plan->name, candidate->name, status);
    hb_results_end_row(plan->files[FILE_SERIES]);
    hb_results_set_subject(plan->files[FILE_SUMMARY], plan->name, candidate->name, status);
    hb_results_end_row(plan->files[FILE_SUMMARY]);
    plan->failed_cells++;
}

/*
 * live + header + slack + free = extent, which is the high-water mark. The tail is what a heap of exactly
 * this run's high-water mark would have above it: the smallest that would have served it.
 */
static void set_split(struct hb_results *out, const struct hb_point *point, uint64_t final_high_water)
{
    const struct hb_heap_state *state = &point->state;
    uint64_t allocated_ranges = state->ranges - state->free_ranges;
    /* In ample room the tail is counted among the ranges and not among the free ones. */
    uint64_t headers, slack;

    allocated_ranges -= allocated_ranges > point->live_objects ? 1 : 0;
    headers = allocated_ranges * state->header_bytes;
    slack = state->allocated_range_bytes - headers - point->live_bytes;
    hb_results_set_count(out, "op", point->op);
    hb_results_set_count(out, "live_bytes", point->live_bytes);
    hb_results_set_count(out, "header_bytes", headers);
    hb_results_set_count(out, "slack_bytes", slack);
    hb_results_set_count(out, "free_bytes", state->high_water_bytes - state->allocated_range_bytes);
    hb_results_set_count(out, "tail_bytes", final_high_water - state->high_water_bytes);
    hb_results_set_count(out, "extent_bytes", state->high_water_bytes);
    hb_results_set_count(out, "ranges", state->ranges);
    hb_results_set_count(out, "free_ranges", state->free_ranges);
    hb_results_set_count(out, "largest_free_bytes", state->largest_free_bytes);
}

static void write_counted(struct hb_plan *plan, const struct hb_candidate *candidate,
                          const struct hb_sample_result *result)
{
    const struct hb_counts *counts = &result->counts;
    const char *status = hb_verdict_status(result, counts->ops < plan->trace_ops);

    for (uint32_t i = 0; i < result->point_count; i++) {
        hb_results_set_subject(plan->files[FILE_SERIES], plan->name, candidate->name, status);
        set_split(plan->files[FILE_SERIES], &result->points[i], counts->state.high_water_bytes);
        hb_results_end_row(plan->files[FILE_SERIES]);
    }
    hb_results_set_subject(plan->files[FILE_SUMMARY], plan->name, candidate->name, status);
    hb_results_set_count(plan->files[FILE_SUMMARY], "peak_live_bytes", counts->peak_live_bytes);
    hb_results_set_count(plan->files[FILE_SUMMARY], "peak_extent_bytes", counts->state.high_water_bytes);
    hb_results_set_percents(plan->files[FILE_SUMMARY], "measure", counts->fragmentation);
    hb_results_set_percents(plan->files[FILE_SUMMARY], "payload", counts->fragmentation_payload);
    hb_results_set_count(plan->files[FILE_SUMMARY], "ops", counts->ops);
    hb_results_end_row(plan->files[FILE_SUMMARY]);
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

static void write_resident_series(struct hb_plan *plan, const struct hb_candidate *candidate,
                                  const struct hb_sample_result *result)
{
    struct hb_results *out = plan->files[FILE_SERIES];

    for (uint32_t i = 0; i < result->point_count; i++) {
        hb_results_set_subject(out, plan->name, candidate->name, hb_verdict_status(result, false));
        hb_results_set_count(out, "op", result->points[i].op);
        hb_results_set_count(out, "live_bytes", result->points[i].live_bytes);
        hb_results_set_count(out, "extent_bytes", result->points[i].resident_bytes);
        hb_results_set_count(out, "resident_bytes", result->points[i].resident_bytes);
        hb_results_end_row(out);
    }
}

static void write_resident_summary(struct hb_plan *plan, const struct hb_candidate *candidate,
                                   const struct hb_sample_result *result)
{
    struct hb_fragmentation_measures m = measure_points(result);
    struct hb_results *out = plan->files[FILE_SUMMARY];

    hb_results_set_subject(out, plan->name, candidate->name, hb_verdict_status(result, false));
    hb_results_set_count(out, "peak_live_bytes", m.peak_live);
    hb_results_set_count(out, "peak_extent_bytes", m.peak_extent);
    if (m.peak_live >= SUMMARY_LEAST_LIVE_BYTES)
        hb_results_set_percents(out, "measure", m.measure);
    hb_results_set_count(out, "ops", result->counts.ops);
    hb_results_end_row(out);
}

static enum hb_status sample_resident(struct hb_session *session, size_t trace,
                                      const struct hb_candidate *candidate, uint64_t ops,
                                      struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_SERIES, .op_limit = ops, .points = WINDOWS};

    if (ops < WINDOWS)
        request.points = ops > 0 ? (uint32_t)ops : 1;
    return hb_session_sample(session, trace, candidate, &request, result, error);
}

static enum hb_status look_at_resident(struct hb_plan *plan, const struct hb_candidate *candidate,
                                       struct hb_error *error)
{
    struct hb_sample_result result;
    enum hb_status status =
        sample_resident(plan->session, plan->trace, candidate, plan->trace_ops, &result, error);
    bool problem = status == HB_OK && hb_verdict_is_problem(&result);

    if (problem) {
        write_failed(plan, candidate, &result);
    } else if (status == HB_OK) {
        write_resident_series(plan, candidate, &result);
        if (plan->ops < plan->trace_ops) {
            hb_sample_result_clear(&result);
            status = sample_resident(plan->session, plan->trace, candidate, plan->ops, &result, error);
        }
    }
    if (status == HB_OK && !problem)
        write_resident_summary(plan, candidate, &result);
    hb_sample_result_clear(&result);
    return status;
}

static enum hb_status look_at_counted(struct hb_plan *plan, const struct hb_candidate *candidate,
                                      struct hb_error *error)
{
    const struct hb_sample_result *result;
    enum hb_status status = hb_cuts_count(plan->session, plan->trace, candidate, WINDOWS, &result, error);

    if (status != HB_OK)
        return status;
    if (hb_verdict_has_figures(result))
        write_counted(plan, candidate, result);
    else
        write_failed(plan, candidate, result);
    return HB_OK;
}

static enum hb_status look(struct hb_plan *plan, size_t index, const struct hb_candidate *candidate,
                           struct hb_error *error)
{
    (void)index;
    if (candidate->untouchable)
        return HB_OK;
    return candidate->walks ? look_at_counted(plan, candidate, error)
                            : look_at_resident(plan, candidate, error);
}

/* In windows, so that the subject need not be counted twice. */
static enum hb_status count_subject(struct hb_plan *plan, struct hb_error *error)
{
    enum hb_status status = hb_plan_count_subject(plan, WINDOWS, error);

    if (status == HB_OK && plan->count != NULL)
        plan->ops = plan->count->counts.ops;
    return status;
}

/* -- maps of the heap -- */

/* The same heap but for one idea: what a reader is to compare. */
static const struct {
    const char *allocator;
    bool merge;
} mapped[] = {{HB_SUBJECT, false}, {"first-merge", true}};

/* Blanks between them, since a field holds no comma. */
static void write_buckets(struct hb_results *out, const struct hb_heap_map *map,
                          const struct hb_map_moment *moment)
{
    char text[HB_MAP_BUCKETS * sizeof "18446744073709551615"];
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < hb_heap_map_buckets_used(map, moment); i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%" PRIu64, i > 0 ? " " : "",
                                 moment->allocated_bytes[i]);
    hb_results_set_text(out, "allocated_bytes", text);
}

static void write_map(struct hb_results *out, const char *trace, const char *allocator,
                      const struct hb_heap_map *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct hb_map_moment *moment = &map->moments[i];

        hb_results_set_subject(out, trace, allocator, map->failures > 0 ? "failed" : "ok");
        hb_results_set_count(out, "op", moment->op);
        hb_results_set_count(out, "live_bytes", moment->live_bytes);
        hb_results_set_count(out, "extent_bytes", moment->extent_bytes);
        hb_results_set_count(out, "bucket_bytes", map->bucket_bytes);
        write_buckets(out, map, moment);
        hb_results_end_row(out);
    }
}

static enum hb_status put_maps(struct hb_plan *plan, struct hb_error *error)
{
    struct hb_session *session = plan->session;
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, plan->trace, &prepared, error);

    if (hb_discovery_find(&session->found, HB_SUBJECT) == NULL)
        return status;
    hb_progress_step(&session->progress, "%s: map of the heap", plan->name);
    for (size_t i = 0; i < sizeof mapped / sizeof mapped[0] && status == HB_OK; i++) {
        struct hb_model_options options = {
            .policy = HB_POLICY_FIRST, .merge = mapped[i].merge, .header_bytes = 8, .align = 1};
        struct hb_heap_map *map;

        status = hb_heap_map_create(prepared, &options, &map, error);
        if (status != HB_OK)
            break;
        write_map(plan->files[FILE_MAPS], plan->name, mapped[i].allocator, map);
        free(map);
    }
    session->provenance.computed = true;
    return status;
}

/* -- one benchmark -- */

static void count_measures(struct hb_measurement *measurement, const double *ratios)
{
    static const char *const names[] = {"measure1_percent", "measure2_percent", "measure3_percent",
                                        "measure4_percent"};

    for (unsigned i = 0; i < 4; i++)
        hb_measurement_count(measurement, names[i], 100 * ratios[i]);
}

static void take_resident(struct hb_measurement *measurement, const struct hb_sample_result *result,
                          uint64_t trace_ops)
{
    struct hb_fragmentation_measures m = measure_points(result);

    hb_measurement_take(measurement, result, trace_ops);
    hb_measurement_count(measurement, "peak_live_bytes", (double)m.peak_live);
    hb_measurement_count(measurement, "peak_extent_bytes", (double)m.peak_extent);
    if (m.peak_live >= SUMMARY_LEAST_LIVE_BYTES)
        count_measures(measurement, m.measure);
}

static enum hb_status measure_resident(struct hb_session *session, const struct hb_candidate *candidate,
                                       size_t trace, struct hb_measurement *measurement,
                                       struct hb_error *error)
{
    struct hb_sample_result result;
    uint64_t ops;
    enum hb_status status = hb_session_trace_ops(session, trace, &ops, error);

    if (status != HB_OK)
        return status;
    status = sample_resident(session, trace, candidate, ops, &result, error);
    if (status == HB_OK && hb_verdict_is_problem(&result))
        hb_verdict_describe(&result, measurement->problem, sizeof measurement->problem);
    else if (status == HB_OK)
        take_resident(measurement, &result, ops);
    hb_sample_result_clear(&result);
    return status;
}

static enum hb_status measure_counted(struct hb_session *session, const struct hb_candidate *candidate,
                                      size_t trace, struct hb_measurement *measurement,
                                      struct hb_error *error)
{
    const struct hb_sample_result *count;
    uint64_t ops;
    enum hb_status status = hb_cuts_count(session, trace, candidate, 0, &count, error);

    if (status == HB_OK)
        status = hb_cuts_ops(session, trace, candidate, &ops, error);
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, measurement, error);
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
    (void)variant;
    return candidate->walks ? measure_counted(session, candidate, trace, measurement, error)
                            : measure_resident(session, candidate, trace, measurement, error);
}

const struct hb_question hb_question_fragmentation = {
    .name = "fragmentation",
    .schemas = {[FILE_SERIES] = &series_schema, [FILE_SUMMARY] = &summary_schema, [FILE_MAPS] = &map_schema},
    .step_limit = 100000000,
    .rounds = 1,
    .measure = measure_fragmentation,
    .begin = count_subject,
    .look = look,
    .finish = put_maps,
};
