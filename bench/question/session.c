/*
 * session - see session.h.
 */
#include "bench/question/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stats.h"

/* A trace of a few operations measures the clock and cold caches: it counts only where there is no other. */
enum { FLOOR_SAMPLES = 3, FLOOR_LEAST_OPS = 1000 };

enum hb_status hb_session_open(struct hb_session *session, const struct hb_session_options *options, int argc,
                               char *const *argv, struct hb_error *error)
{
    enum hb_status status;

    memset(session, 0, sizeof *session);
    session->options = *options;
    hb_provenance_begin(&session->provenance, argc, argv);
    session->provenance.seed = options->seed;
    session->provenance.rounds = options->rounds;
    session->provenance.touch = options->touch;
    session->provenance.clock_pair_ns = hb_clock_pair_cost_ns();
    status = hb_discover(options->allocators, options->traces, &session->found, error);
    if (status != HB_OK)
        return status;
    hb_discovery_libraries(&session->found, session->provenance.libraries,
                           sizeof session->provenance.libraries);
    session->null_ns = calloc(session->found.trace_count, sizeof *session->null_ns);
    session->null_ops = calloc(session->found.trace_count, sizeof *session->null_ops);
    session->cuts =
        calloc(session->found.trace_count * session->found.candidate_count, sizeof *session->cuts);
    if (!hb_session_open_checks(session) || session->null_ns == NULL || session->null_ops == NULL ||
        session->cuts == NULL) {
        hb_session_close(session);
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for %zu traces", session->found.trace_count);
    }
    return HB_OK;
}

void hb_session_close(struct hb_session *session)
{
    hb_progress_clear(&session->progress);
    hb_sample_result_clear(&session->count);
    free(session->null_ns);
    free(session->null_ops);
    free(session->cuts);
    hb_session_close_checks(session);
    hb_discovery_free(&session->found);
    memset(session, 0, sizeof *session);
}

/* "simple-align, simple-merge, next" */
static void list_extras(const struct hb_discovery *found, char *out, size_t bytes)
{
    out[0] = '\0';
    for (size_t i = 0; i < found->candidate_count; i++) {
        size_t used = strlen(out);

        if (found->candidates[i].extra)
            snprintf(out + used, bytes - used, "%s%s", used > 0 ? ", " : "", found->candidates[i].name);
    }
}

const struct hb_candidate *hb_session_next_candidate(struct hb_session *session, size_t *index)
{
    const struct hb_discovery *found = &session->found;
    char extras[180];

    while (*index < found->candidate_count) {
        const struct hb_candidate *candidate = &found->candidates[(*index)++];

        if (!candidate->extra)
            return candidate;
        list_extras(found, extras, sizeof extras);
        hb_provenance_leave_out(&session->provenance, "other allocators that walk (ask for them by name): %s",
                                extras);
    }
    return NULL;
}

enum hb_status hb_session_open_trace(struct hb_session *session, size_t trace, bool *usable,
                                     struct hb_error *error)
{
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, trace, &prepared, error);

    *usable = status == HB_OK;
    if (*usable)
        return HB_OK;
    hb_provenance_leave_out(&session->provenance, "trace %s: %s", session->found.traces[trace].name,
                            error->text);
    return ++session->unusable_traces == session->found.trace_count ? status : HB_OK;
}

enum hb_status hb_session_trace_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                    struct hb_error *error)
{
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, trace, &prepared, error);

    if (status == HB_OK)
        *ops = prepared->op_count;
    return status;
}

static void fill_request(struct hb_session *session, const struct hb_candidate *candidate,
                         struct hb_sample_request *request)
{
    if (session->options.heap_bytes != 0 && candidate->bounded)
        request->heap_bytes = session->options.heap_bytes;
    else if (session->options.heap_bytes != 0 && candidate->process)
        request->budget_bytes = session->options.heap_bytes;
    request->allocator = candidate->spec;
    if (request->mode == HB_SAMPLE_COUNT && candidate->model != NULL) {
        request->allocator = candidate->model;
        session->provenance.computed = true;
    }
    request->touch = session->options.touch;
}

enum hb_status hb_session_sample(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, struct hb_sample_request *request,
                                 struct hb_sample_result *result, struct hb_error *error)
{
    enum hb_status status = hb_discovery_trace(&session->found, trace, &request->prepared, error);
    bool refused = false;

    memset(result, 0, sizeof *result);
    if (status == HB_OK)
        status = hb_session_refuse(session, trace, candidate, result, &refused, error);
    if (status != HB_OK || refused)
        return status;
    fill_request(session, candidate, request);
    status = hb_session_limit(session, trace, candidate, request, error);
    if (status == HB_OK)
        status = hb_sample_run(request, result, error);
    return status == HB_OK ? hb_session_judge(session, trace, candidate, request, result, error) : status;
}

/* 1234567 -> 1230000 */
static uint64_t three_digits(uint64_t value)
{
    uint64_t unit = 1;

    while (value / unit >= 1000)
        unit *= 10;
    return value / unit * unit;
}

static uint64_t *cut_of(struct hb_session *session, size_t trace, const struct hb_candidate *candidate)
{
    size_t index = (size_t)(candidate - session->found.candidates);

    return &session->cuts[trace * session->found.candidate_count + index];
}

/* A count up to the known cut, or up to the step limit; `*ops` is then the cut. */
static enum hb_status count_once(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, uint32_t points, uint64_t *ops,
                                 struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_COUNT, .op_limit = *ops, .points = points};
    uint64_t all;
    enum hb_status status = hb_session_trace_ops(session, trace, &all, error);

    if (status != HB_OK)
        return status;
    if (points > all)
        request.points = (uint32_t)all;
    if (points > *ops && *ops != 0)
        request.points = (uint32_t)*ops;
    if (*ops == 0 && candidate->walks)
        request.step_limit = session->options.step_limit;
    status = hb_session_sample(session, trace, candidate, &request, result, error);
    if (status == HB_OK && *ops == 0)
        *ops = result->outcome == HB_SAMPLE_STOPPED ? three_digits(result->counts.ops) : all;
    return status;
}

static void note_cut(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                     uint64_t ops)
{
    *cut_of(session, trace, candidate) = ops;
    hb_provenance_leave_out(
        &session->provenance,
        "time of %s on %s after operation %llu (step limit %llu; ask with --step-limit 0)", candidate->name,
        session->found.traces[trace].name, (unsigned long long)ops,
        (unsigned long long)session->options.step_limit);
}

/* The count of an allocator that walks: up to its cut. */
static enum hb_status count_walking(struct hb_session *session, size_t trace,
                                    const struct hb_candidate *candidate, uint32_t points,
                                    struct hb_error *error)
{
    uint64_t *cut = cut_of(session, trace, candidate);
    uint64_t ops = *cut;
    enum hb_status status = count_once(session, trace, candidate, points, &ops, &session->count, error);

    if (status == HB_OK && session->count.outcome == HB_SAMPLE_STOPPED) {
        note_cut(session, trace, candidate, ops);
        hb_sample_result_clear(&session->count);
        status = count_once(session, trace, candidate, points, &ops, &session->count, error);
    }
    if (status == HB_OK)
        *cut = ops;
    return status;
}

/* The count of one that is computed: of the whole trace. */
static enum hb_status count_computed(struct hb_session *session, size_t trace,
                                     const struct hb_candidate *candidate, uint32_t points,
                                     struct hb_error *error)
{
    uint64_t ops;
    enum hb_status status = hb_session_trace_ops(session, trace, &ops, error);

    return status == HB_OK ? count_once(session, trace, candidate, points, &ops, &session->count, error)
                           : status;
}

enum hb_status hb_session_count(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, uint32_t points,
                                const struct hb_sample_result **result, struct hb_error *error)
{
    enum hb_status status;

    *result = &session->count;
    if (session->count_candidate == candidate && session->count_trace == trace &&
        session->count_points == points)
        return HB_OK;
    hb_sample_result_clear(&session->count);
    session->count_candidate = NULL;
    status = candidate->model != NULL ? count_computed(session, trace, candidate, points, error)
                                      : count_walking(session, trace, candidate, points, error);
    if (status != HB_OK)
        return status;
    session->count_candidate = candidate;
    session->count_trace = trace;
    session->count_points = points;
    return HB_OK;
}

enum hb_status hb_session_cut(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                              uint64_t *ops, struct hb_error *error)
{
    uint64_t cut = *cut_of(session, trace, candidate);
    struct hb_sample_result *result;
    enum hb_status status;

    if (cut == 0 && (!candidate->walks || session->options.step_limit == 0))
        return hb_session_trace_ops(session, trace, ops, error);
    if (cut == 0) {
        result = calloc(1, sizeof *result);
        if (result == NULL)
            return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
        status = count_once(session, trace, candidate, 0, &cut, result, error);
        if (status == HB_OK && result->outcome == HB_SAMPLE_STOPPED)
            note_cut(session, trace, candidate, cut);
        hb_sample_result_clear(result);
        free(result);
        if (status != HB_OK)
            return status;
        *cut_of(session, trace, candidate) = cut;
    }
    *ops = cut;
    return HB_OK;
}

enum hb_status hb_session_common_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                     struct hb_error *error)
{
    const struct hb_candidate *subject = hb_discovery_find(&session->found, HB_SUBJECT);

    if (subject == NULL)
        return hb_session_trace_ops(session, trace, ops, error);
    return hb_session_cut(session, trace, subject, ops, error);
}

/* The null allocator, which is there whether it was asked for or not. */
static struct hb_candidate null_candidate(void)
{
    static char name[] = "null";

    return (struct hb_candidate){.name = name, .spec = name, .usable = true, .untouchable = true};
}

/* One replay on the null allocator; 0 in `*ns` where it has no figures. */
static enum hb_status time_null(struct hb_session *session, size_t trace, double *ns, struct hb_error *error)
{
    const struct hb_candidate null = null_candidate();
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status;

    *ns = 0;
    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    status = hb_session_sample(session, trace, &null, &request, result, error);
    if (status == HB_OK && hb_session_has_figures(result) && result->counts.ops > 0)
        *ns = (double)result->elapsed_ns / (double)result->counts.ops;
    hb_sample_result_clear(result);
    free(result);
    return status;
}

enum hb_status hb_session_measure_floor(struct hb_session *session, size_t trace, struct hb_error *error)
{
    double ns[FLOOR_SAMPLES];
    enum hb_status status = HB_OK;

    if (session->null_ns[trace] > 0)
        return HB_OK;
    for (size_t i = 0; i < FLOOR_SAMPLES && status == HB_OK; i++)
        status = time_null(session, trace, &ns[i], error);
    if (status == HB_OK)
        session->null_ns[trace] = hb_stats_median(ns, FLOOR_SAMPLES);
    return status == HB_OK ? hb_session_trace_ops(session, trace, &session->null_ops[trace], error) : status;
}

/* The median over the traces whose figure is of `least_ops` operations or more; 0 where there is none. */
static double median_floor(const struct hb_session *session, uint64_t least_ops, double *scratch)
{
    size_t count = 0;

    for (size_t i = 0; i < session->found.trace_count; i++)
        if (session->null_ns[i] > 0 && session->null_ops[i] >= least_ops)
            scratch[count++] = session->null_ns[i];
    return count > 0 ? hb_stats_median(scratch, count) : 0;
}

void hb_session_note_floor(struct hb_session *session)
{
    double *scratch = malloc(session->found.trace_count * sizeof *scratch);
    double floor = 0;

    if (scratch != NULL)
        floor = median_floor(session, FLOOR_LEAST_OPS, scratch);
    if (scratch != NULL && floor <= 0)
        floor = median_floor(session, 0, scratch);
    session->provenance.null_ns = floor;
    free(scratch);
}

bool hb_session_has_figures(const struct hb_sample_result *result)
{
    return result->outcome == HB_SAMPLE_FAILED || !hb_session_is_problem(result);
}

bool hb_session_is_problem(const struct hb_sample_result *result)
{
    return result->outcome != HB_SAMPLE_OK && result->outcome != HB_SAMPLE_STOPPED;
}

const char *hb_session_status(const struct hb_sample_result *result, bool cut)
{
    if (result->outcome != HB_SAMPLE_OK)
        return hb_sample_outcome_name(result->outcome);
    if (cut)
        return hb_sample_outcome_name(HB_SAMPLE_STOPPED);
    return result->counts.failures > 0 ? "failed" : "ok";
}

/* "signal 11, operation 57" */
static void describe_crash(const struct hb_sample_result *result, char *out, size_t bytes)
{
    bool shown = result->printed[0] != '\0';
    char op[40] = "";

    if (result->check.op != HB_CHECK_NO_OP)
        snprintf(op, sizeof op, ", operation %" PRIu64, result->check.op);
    snprintf(out, bytes, "crashed (%s %d%s)%s%s", result->signal != 0 ? "signal" : "exit status",
             result->signal != 0 ? result->signal : result->exit_status, op, shown ? ": " : "",
             result->printed);
}

static void describe_timeout(const struct hb_sample_result *result, char *out, size_t bytes)
{
    char op[40] = "";

    if (result->check.op != HB_CHECK_NO_OP)
        snprintf(op, sizeof op, " (operation %" PRIu64 ")", result->check.op);
    snprintf(out, bytes, "timeout after %.1f s%s", (double)result->timeout_ms / 1000, op);
}

static void describe_failures(const struct hb_counts *counts, char *out, size_t bytes)
{
    snprintf(out, bytes,
             "failed: NULL %" PRIu64 " time%s, first at operation %" PRIu64 " (%" PRIu64 " bytes)",
             counts->failures, counts->failures == 1 ? "" : "s", counts->first_failure, counts->failure.size);
}

void hb_session_describe(const struct hb_sample_result *result, char *out, size_t bytes)
{
    if (result->outcome == HB_SAMPLE_CRASHED)
        describe_crash(result, out, bytes);
    else if (result->outcome == HB_SAMPLE_TIMED_OUT)
        describe_timeout(result, out, bytes);
    else if (result->outcome == HB_SAMPLE_FAILED)
        describe_failures(&result->counts, out, bytes);
    else if (result->outcome == HB_SAMPLE_BROKEN && result->check.printed)
        snprintf(out, bytes, "broken: %s: %s", result->error.text, result->printed);
    else if (result->outcome == HB_SAMPLE_BROKEN || result->outcome == HB_SAMPLE_UNAVAILABLE)
        snprintf(out, bytes, "%s: %s", hb_sample_outcome_name(result->outcome), result->error.text);
    else
        snprintf(out, bytes, "%s", hb_sample_outcome_name(result->outcome));
}

void hb_session_warn(const struct hb_sample_result *check, char *out, size_t bytes)
{
    const struct hb_check_result *found = &check->check;
    size_t used = 0;

    out[0] = '\0';
    if (found->unmet > 0)
        snprintf(out, bytes,
                 "%" PRIu64 " of %" PRIu64 " requests for an alignment got less; the first is object %" PRIu64
                 ", aligned to %" PRIu64 " and not to %" PRIu64 " (operation %" PRIu64 ")",
                 found->unmet, found->requests, found->unmet_object, found->unmet_given, found->unmet_asked,
                 found->unmet_op);
    used = strlen(out);
    if (check->outcome == HB_SAMPLE_STOPPED)
        snprintf(out + used, bytes - used,
                 "%stoo slow to be checked on more than the first %" PRIu64 " operations (see --timeout)",
                 used > 0 ? "; " : "", check->counts.ops);
}
