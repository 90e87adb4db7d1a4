/*
 * minimum_heap.c - the smallest heap that serves a whole trace.
 */
#include "bench/question/plans/minimum_heap.h"

#include <math.h>
#include <stdlib.h>

#include "bench/exact/curve.h"
#include "bench/exact/exact_run.h"

/* Where trying ends: a bracket of 1 part in so many. */
enum { BRACKET_PARTS = 64 };

/* The effort that goes into sizes that the one pass leaves open: so many traces, or so many operations. */
enum { OPEN_SIZES_REPLAYS = 3, OPEN_SIZES_OPS = 200000 };

/* What is being looked for. */
struct heap_search {
    struct hb_session *session;
    size_t trace;
    const struct hb_prepared *prepared;
    const struct hb_candidate *candidate;
    const struct hb_counts *ample;
};

/* The options of the model that computes the candidate; NULL where none does. */
static const struct hb_model_options *model_of(const struct hb_candidate *candidate)
{
    return candidate->model != NULL ? hb_allocator_find(candidate->model)->state : NULL;
}

/* One pass tells what each heap size does (curve.h). */
static bool is_on_curve(const struct hb_model_options *options)
{
    return options != NULL && options->policy == HB_POLICY_FIRST && !options->merges_late && !options->told;
}

bool hb_minimum_heap_is_simples_kind(const struct hb_candidate *candidate)
{
    const struct hb_model_options *options = model_of(candidate);

    return is_on_curve(options) && !options->lists_free;
}

static enum hb_status try_model(const struct heap_search *s, uint64_t bytes, bool *serves,
                                struct hb_error *error)
{
    struct hb_model_options options = *model_of(s->candidate);
    struct hb_exact_run run;
    uint64_t op = 0;
    enum hb_status status;

    if (bytes < options.header_bytes) { /* of such a heap there is no model */
        *serves = false;
        return HB_OK;
    }
    options.heap_bytes = bytes;
    status = hb_exact_run_open(&run, s->prepared, &options, error);
    if (status != HB_OK)
        return status;
    while (op < s->prepared->op_count && hb_exact_run_step(&run))
        op++;
    *serves = op == s->prepared->op_count;
    status = hb_exact_run_check(&run, error);
    hb_exact_run_close(&run);
    return status;
}

/* In a process of its own. A heap that cannot be made, being too small, serves nothing. */
static enum hb_status try_sample(const struct heap_search *s, uint64_t bytes, bool *serves,
                                 struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_COUNT, .heap_bytes = bytes, .failure_limit = 1};
    struct hb_sample_result result;
    enum hb_status status = hb_session_sample(s->session, s->trace, s->candidate, &request, &result, error);

    *serves = status == HB_OK && result.outcome == HB_SAMPLE_OK && result.counts.failures == 0;
    hb_sample_result_clear(&result);
    return status;
}

static enum hb_status try_heap(const struct heap_search *s, uint64_t bytes, bool *serves,
                               struct hb_error *error)
{
    return s->candidate->model != NULL ? try_model(s, bytes, serves, error)
                                       : try_sample(s, bytes, serves, error);
}

static bool is_complete(const struct hb_anomalies *anomalies)
{
    return anomalies->undecided == anomalies->hopeless + anomalies->simulated;
}

static enum hb_status find_on_curve(const struct heap_search *s, const struct hb_model_options *options,
                                    struct hb_minimum_heap *out, struct hb_error *error)
{
    uint64_t effort = OPEN_SIZES_REPLAYS * s->prepared->op_count;
    struct hb_anomalies anomalies = {.undecided = 0};
    struct hb_curve *curve = NULL;
    enum hb_status status = hb_curve_build(s->prepared, options, &curve, error);

    if (status == HB_OK)
        status =
            hb_curve_anomalies(curve, effort > OPEN_SIZES_OPS ? effort : OPEN_SIZES_OPS, &anomalies, error);
    if (status == HB_OK)
        *out =
            (struct hb_minimum_heap){.how = is_complete(&anomalies) ? HB_MINIMUM_EXACT : HB_MINIMUM_DECIDED,
                                     .bytes = anomalies.least_bytes};
    free(anomalies.failing.at);
    hb_curve_free(curve);
    return status;
}

/* A size that serves: the high-water mark of the ample heap, or more, since in a heap with an end best fit
 * and good fit place otherwise. `*failing` is raised to the largest that did not. */
static enum hb_status find_serving(const struct heap_search *s, uint64_t *failing, uint64_t *serving,
                                   struct hb_error *error)
{
    bool serves = false;
    enum hb_status status;

    *serving = s->ample->state.high_water_bytes;
    for (;;) {
        status = try_heap(s, *serving, &serves, error);
        if (status != HB_OK || serves)
            return status;
        *failing = *serving;
        *serving += *serving / (BRACKET_PARTS / 4) + 1;
    }
}

/* Halves the bracket until it is narrow. Which sizes are tried is all that this decides. */
static enum hb_status find_by_trying(const struct heap_search *s, struct hb_minimum_heap *out,
                                     struct hb_error *error)
{
    uint64_t failing = s->ample->peak_live_bytes - 1, serving; /* that much is live: nothing less can do */
    enum hb_status status = find_serving(s, &failing, &serving, error);

    while (status == HB_OK && serving - failing > serving / BRACKET_PARTS && serving - failing > 1) {
        uint64_t middle = (uint64_t)sqrt((double)failing * (double)serving);
        bool serves = false;

        if (middle <= failing || middle >= serving)
            middle = failing + (serving - failing) / 2;
        status = try_heap(s, middle, &serves, error);
        *(serves ? &serving : &failing) = middle;
    }
    *out = (struct hb_minimum_heap){.how = HB_MINIMUM_TRIED, .bytes = serving, .failing_bytes = failing};
    return status;
}

enum hb_status hb_minimum_heap_find(struct hb_session *session, size_t trace,
                                    const struct hb_candidate *candidate, const struct hb_counts *ample,
                                    struct hb_minimum_heap *out, struct hb_error *error)
{
    const struct hb_model_options *options = model_of(candidate);
    struct heap_search s = {.session = session, .trace = trace, .candidate = candidate, .ample = ample};
    enum hb_status status = hb_discovery_trace(&session->found, trace, &s.prepared, error);

    *out = (struct hb_minimum_heap){.how = HB_MINIMUM_NOT_KNOWN};
    if (status != HB_OK || !candidate->bounded || ample->ops < s.prepared->op_count || ample->failures > 0 ||
        ample->peak_live_bytes == 0)
        return status;
    return is_on_curve(options) ? find_on_curve(&s, options, out, error) : find_by_trying(&s, out, error);
}

const char *hb_minimum_how_name(enum hb_minimum_how how)
{
    static const char *const names[] = {
        [HB_MINIMUM_NOT_KNOWN] = NULL,
        [HB_MINIMUM_EXACT] = "exact",
        [HB_MINIMUM_DECIDED] = "decided",
        [HB_MINIMUM_TRIED] = "tried",
    };

    return names[how];
}

void hb_minimum_heap_put(const struct hb_minimum_heap *minimum, struct hb_results *out)
{
    hb_results_set_text(out, "minimum_how", hb_minimum_how_name(minimum->how));
    hb_results_set_known_count(out, "minimum_bytes", minimum->bytes);
    hb_results_set_known_count(out, "failing_bytes", minimum->failing_bytes);
}
