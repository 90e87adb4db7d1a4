/*
 * question_ladder - what each idea buys: walk length, time, footprint and minimum heap, rung by rung.
 *
 * The ladder is simple with one idea added at a time (allocator/ladder/ladder.h); the grid and the libraries
 * stand beside it. Walks and extents are of whole traces, computed by the exact model where a rung has one;
 * of an allocator that cannot be inspected the resident memory is taken. Times are of the operations that the
 * step limit leaves simple, the same for all, in shuffled rounds.
 */
#include <stdlib.h>

#include "bench/question/ladder_rows.h"
#include "bench/question/question.h"

struct answer {
    struct hb_session *session;
    struct hb_results *out;
    unsigned failed_cells;
};

/* Those of interest: the extras too, which other questions leave out. */
static const struct hb_candidate *next_candidate(const struct hb_session *session, size_t *index)
{
    while (*index < session->found.candidate_count) {
        const struct hb_candidate *candidate = &session->found.candidates[(*index)++];

        if (hb_question_takes(&hb_question_ladder, candidate))
            return candidate;
    }
    return NULL;
}

/* -- one rung on a whole trace -- */

static enum hb_status count_rung(struct hb_session *session, size_t trace, struct hb_rung *rung,
                                 struct hb_error *error)
{
    const struct hb_sample_result *result;
    uint64_t trace_ops = 0;
    enum hb_status status = hb_session_trace_ops(session, trace, &trace_ops, error);

    if (status == HB_OK)
        status = hb_session_count(session, trace, rung->candidate, 0, &result, error);
    if (status != HB_OK)
        return status;
    rung->counts = result->counts;
    rung->figures = hb_session_has_figures(result);
    rung->status = hb_session_status(result, result->counts.ops < trace_ops);
    rung->extent_bytes = result->counts.state.high_water_bytes;
    return rung->figures
               ? hb_minimum_heap_find(session, trace, rung->candidate, &rung->counts, &rung->minimum, error)
               : HB_OK;
}

/* What cannot be inspected is replayed once, for its memory. */
static enum hb_status weigh_rung(struct hb_session *session, size_t trace, struct hb_rung *rung,
                                 struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status;

    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    status = hb_session_sample(session, trace, rung->candidate, &request, result, error);
    if (status == HB_OK) {
        rung->counts = result->counts;
        rung->figures = !hb_session_is_problem(result);
        rung->status = hb_session_status(result, false);
        rung->extent_bytes = result->peak_resident_bytes;
    }
    hb_sample_result_clear(result);
    free(result);
    return status;
}

static enum hb_status look_at_rung(struct hb_session *session, size_t trace, struct hb_rung *rung,
                                   struct hb_error *error)
{
    hb_progress_step(&session->progress, "%s: %s, walks and memory", session->found.traces[trace].name,
                     rung->candidate->name);
    return rung->candidate->walks ? count_rung(session, trace, rung, error)
                                  : weigh_rung(session, trace, rung, error);
}

/* -- time -- */

/* The operations that all are timed on: what the step limit leaves the subject; without one, what it leaves
 * each of those that walk. */
static enum hb_status timed_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                struct hb_error *error)
{
    const struct hb_candidate *candidate;
    size_t next = 0;
    uint64_t cut;
    enum hb_status status;

    if (hb_discovery_find(&session->found, HB_SUBJECT) != NULL)
        return hb_session_common_ops(session, trace, ops, error);
    status = hb_session_trace_ops(session, trace, ops, error);
    while (status == HB_OK && (candidate = next_candidate(session, &next)) != NULL) {
        status = hb_session_cut(session, trace, candidate, &cut, error);
        if (status == HB_OK && cut < *ops)
            *ops = cut;
    }
    return status;
}

static enum hb_status time_rungs(struct hb_session *session, size_t trace, const struct hb_rung *rungs,
                                 size_t count, struct hb_rounds *rounds, struct hb_error *error)
{
    uint64_t ops = 0, trace_ops = 0;
    enum hb_status status = timed_ops(session, trace, &ops, error);

    if (status == HB_OK)
        status = hb_session_trace_ops(session, trace, &trace_ops, error);
    for (size_t i = 0; i < count && status == HB_OK; i++)
        status = hb_rounds_add(rounds, rungs[i].candidate, ops, ops < trace_ops, error);
    if (status == HB_OK)
        status = hb_rounds_add_reference(rounds, ops, error);
    if (status == HB_OK && ops < trace_ops)
        hb_provenance_leave_out(&session->provenance,
                                "time of every allocator after the operation at which the first is cut (ask "
                                "with --step-limit 0)");
    return status == HB_OK ? hb_rounds_run(rounds, HB_SAMPLE_TIME, 0, error) : status;
}

/* -- the plan -- */

static enum hb_status answer_with(struct answer *answer, size_t trace, struct hb_rung *rungs,
                                  struct hb_rounds *rounds, struct hb_error *error)
{
    struct hb_session *session = answer->session;
    struct hb_ladder_run run = {.trace = session->found.traces[trace].name, .rungs = rungs, .rounds = rounds};
    const struct hb_candidate *candidate;
    size_t next = 0;
    enum hb_status status = hb_session_measure_floor(session, trace, error);

    while (status == HB_OK && (candidate = next_candidate(session, &next)) != NULL) {
        rungs[run.count].candidate = candidate;
        status = look_at_rung(session, trace, &rungs[run.count++], error);
    }
    if (status == HB_OK)
        status = time_rungs(session, trace, rungs, run.count, rounds, error);
    if (status == HB_OK)
        answer->failed_cells += hb_ladder_write(answer->out, &run);
    return status;
}

static enum hb_status answer_on_trace(struct answer *answer, size_t trace, struct hb_error *error)
{
    struct hb_rung *rungs = calloc(answer->session->found.candidate_count, sizeof *rungs);
    struct hb_rounds rounds;
    enum hb_status status;

    if (rungs == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the rungs of the ladder");
    status = hb_rounds_open(&rounds, answer->session, trace, error);
    if (status == HB_OK)
        status = answer_with(answer, trace, rungs, &rounds, error);
    hb_rounds_close(&rounds);
    free(rungs);
    return status;
}

static size_t steps_of(const struct hb_session *session)
{
    size_t next = 0, candidates = 0;

    while (next_candidate(session, &next) != NULL)
        candidates++;
    return session->found.trace_count * candidates * (1 + session->options.rounds);
}

static enum hb_status answer_ladder(struct hb_session *session, const char *folder, unsigned *failed_cells,
                                    struct hb_error *error)
{
    struct answer answer = {.session = session, .out = hb_ladder_results()};
    enum hb_status status = HB_OK;
    bool usable;

    if (answer.out == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    session->progress.total = steps_of(session);
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

/* -- one benchmark -- */

static void count_exact(struct hb_measurement *measurement, const struct hb_counts *counts)
{
    if (counts->walks > 0)
        hb_measurement_count(measurement, "walk_mean", (double)counts->walk_total / (double)counts->walks);
    hb_measurement_count(measurement, "walk_p99", (double)counts->walk_p99);
    hb_measurement_count(measurement, "high_water_bytes", (double)counts->state.high_water_bytes);
    hb_measurement_count(measurement, "peak_live_bytes", (double)counts->peak_live_bytes);
}

static enum hb_status measure_ladder(struct hb_session *session, const struct hb_candidate *candidate,
                                     size_t trace, unsigned variant, struct hb_measurement *measurement,
                                     struct hb_error *error)
{
    const struct hb_sample_result *count;
    uint64_t ops = 0;
    enum hb_status status = timed_ops(session, trace, &ops, error);

    (void)variant;
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, 0, measurement, error);
    if (status != HB_OK || measurement->problem[0] != '\0' || !candidate->walks)
        return status;
    status = hb_session_count(session, trace, candidate, 0, &count, error);
    if (status == HB_OK && hb_session_has_figures(count))
        count_exact(measurement, &count->counts);
    return status;
}

const struct hb_question hb_question_ladder = {
    .name = "ladder",
    .files = "ladder.csv",
    .step_limit = 30000000,
    .rounds = 5,
    .bounds_memory = true,
    .measure = measure_ladder,
    .answer = answer_ladder,
};
