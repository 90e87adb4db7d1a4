/*
 * question.c - the engine that runs the plan of any question, and what the benchmarks share.
 */
#include "bench/question/question.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/question/compare.h"
#include "bench/sample/verdict.h"

bool hb_question_takes(const struct hb_question *question, const struct hb_candidate *candidate)
{
    if (candidate->untouchable && !question->takes_untouchable)
        return false;
    if (question->of_processes && !candidate->process)
        return false;
    return !question->bounds_memory || candidate->walks || candidate->process;
}

void hb_question_files(const struct hb_question *question, char *out, size_t bytes)
{
    size_t used = 0;

    for (size_t i = 0; question->schemas[i] != NULL && used < bytes; i++)
        used += (size_t)snprintf(out + used, bytes - used, "%s%s",
                                 i == 0                             ? ""
                                 : question->schemas[i + 1] != NULL ? ", "
                                                                    : " and ",
                                 question->schemas[i]->file);
}

/* -- allocators -- */

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

static bool is_planned(const struct hb_question *question, const struct hb_candidate *candidate)
{
    return question->plans_extras ? hb_question_takes(question, candidate) : !candidate->extra;
}

static void note_extras(struct hb_session *session)
{
    char extras[180];

    list_extras(&session->found, extras, sizeof extras);
    hb_provenance_leave_out(&session->provenance, "other allocators that walk (ask for them by name): %s",
                            extras);
}

/* The next one of the plan from `*at` on, which is then moved past it; NULL at the end. */
static const struct hb_candidate *next_candidate(const struct hb_plan *plan, size_t *at)
{
    const struct hb_discovery *found = &plan->session->found;

    while (*at < found->candidate_count) {
        const struct hb_candidate *candidate = &found->candidates[(*at)++];

        if (is_planned(plan->question, candidate))
            return candidate;
        if (!plan->question->plans_extras)
            note_extras(plan->session);
    }
    return NULL;
}

/* -- one trace -- */

static enum hb_status look_at_all(struct hb_plan *plan, struct hb_error *error)
{
    const struct hb_candidate *candidate;
    size_t at = 0;
    enum hb_status status = HB_OK;

    for (size_t i = 0; status == HB_OK && (candidate = next_candidate(plan, &at)) != NULL; i++) {
        hb_progress_step(&plan->session->progress, "%s: %s", plan->name, candidate->name);
        status = plan->question->look(plan, i, candidate, error);
    }
    return status;
}

/* What is no rival takes part in the least rounds: more would narrow nothing, and it may take long. */
static void add_cell(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t ops)
{
    struct hb_rounds_cell *cell = hb_rounds_add(&plan->rounds, candidate, ops);

    if (candidate->walks && plan->session->options.until > 0)
        cell->rounds_max = HB_ROUNDS_LEAST;
}

/* By the clock of the ratios, so that it can be taken off the times beside it. */
static void take_floor(struct hb_plan *plan)
{
    const struct hb_rounds *rounds = &plan->rounds;
    enum hb_rounds_clock clock = hb_compare_clock(rounds);

    hb_floor_take(plan->session, plan->trace, hb_rounds_spread(rounds, rounds->null, clock).median,
                  plan->trace_ops);
}

/* Where rounds went on as long as it took, their least number is known afterwards. */
static void note_rounds(struct hb_plan *plan)
{
    struct hb_provenance *provenance = &plan->session->provenance;
    uint32_t rounds = plan->rounds.round_count;

    if (provenance->until <= 0 || rounds == 0)
        return;
    if (plan->timed_traces++ == 0 || rounds < provenance->rounds)
        provenance->rounds = rounds;
}

static enum hb_status time_all(struct hb_plan *plan, struct hb_error *error)
{
    const struct hb_question *question = plan->question;
    const struct hb_candidate *candidate;
    size_t at = 0, cells;
    uint64_t ops;
    enum hb_status status = HB_OK;

    while (status == HB_OK && (candidate = next_candidate(plan, &at)) != NULL) {
        hb_progress_step(&plan->session->progress, "%s: %s, how far", plan->name, candidate->name);
        status = question->timed_ops(plan, candidate, &ops, error);
        if (status == HB_OK)
            add_cell(plan, candidate, ops);
    }
    cells = plan->rounds.cell_count;
    if (status == HB_OK && question->pair != NULL)
        status = question->pair(plan, error);
    hb_rounds_complete(&plan->rounds, question->pairs_null);
    if (status == HB_OK)
        status = hb_compare_run(&plan->rounds, error);
    note_rounds(plan);
    if (status == HB_ERR_INTERRUPTED && plan->rounds.round_count > 0)
        status = HB_OK; /* and the next trace finds out */
    if (status == HB_OK && plan->rounds.null != NULL && !question->times_calls)
        take_floor(plan);
    if (status == HB_OK && question->counts_calls)
        status = hb_rounds_count_calls(&plan->rounds, error);
    if (status == HB_OK && plan->session->options.idle_ms > 0)
        status = hb_rounds_rest(&plan->rounds, plan->session->options.idle_ms, error);
    for (size_t i = 0; i < cells && status == HB_OK; i++)
        question->put(plan, i, &plan->rounds.cells[i]);
    return status;
}

static enum hb_status run_steps(struct hb_plan *plan, struct hb_error *error)
{
    const struct hb_question *question = plan->question;
    enum hb_status status = question->begin != NULL ? question->begin(plan, error) : HB_OK;

    if (status == HB_OK && (!question->pairs_null || question->times_calls))
        status = hb_floor_measure(plan->session, plan->trace, error);
    if (status == HB_OK && question->look != NULL)
        status = look_at_all(plan, error);
    if (status == HB_OK && question->timed_ops != NULL)
        status = time_all(plan, error);
    if (status == HB_OK && question->finish != NULL)
        status = question->finish(plan, error);
    return status;
}

static enum hb_status run_trace(struct hb_plan *plan, size_t trace, const struct hb_plan_watch *watch,
                                struct hb_error *error)
{
    struct hb_session *session = plan->session;
    enum hb_status status = hb_rounds_open(&plan->rounds, session, trace, plan->question->windows, error);

    plan->rounds.times_calls = plan->question->times_calls;
    plan->trace = trace;
    plan->name = session->found.traces[trace].name;
    plan->trace_ops = plan->ops = plan->rounds.trace_ops;
    plan->count = NULL;
    plan->looked = calloc(session->found.candidate_count, plan->question->looked_bytes + 1);
    if (status == HB_OK && plan->looked == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for what is found on a trace");
    if (status == HB_OK && watch != NULL && watch->begin != NULL)
        watch->begin(watch->context, plan);
    if (status == HB_OK)
        status = run_steps(plan, error);
    if (status == HB_OK && watch != NULL && watch->done != NULL)
        status = watch->done(watch->context, plan, error);
    free(plan->looked);
    hb_rounds_close(&plan->rounds);
    return status;
}

/* -- all of it -- */

static enum hb_status open_files(struct hb_plan *plan, struct hb_error *error)
{
    for (size_t i = 0; plan->question->schemas[i] != NULL; i++) {
        plan->files[i] = hb_results_begin(plan->question->schemas[i]);
        if (plan->files[i] == NULL)
            return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    }
    return HB_OK;
}

/* Of those plans that are made of rounds it is known how many there are. */
static size_t count_steps(const struct hb_plan *plan)
{
    const struct hb_question *question = plan->question;
    const struct hb_discovery *found = &plan->session->found;
    size_t candidates = 0;
    size_t steps = (size_t)1 + (question->look != NULL ? 1 : 0) + (question->counts_calls ? 1 : 0) +
                   (plan->session->options.idle_ms > 0 ? 1 : 0) + plan->session->options.rounds_least;

    for (size_t i = 0; i < found->candidate_count; i++)
        candidates += is_planned(question, &found->candidates[i]);
    candidates += question->pairs_null;
    return question->timed_ops != NULL ? found->trace_count * candidates * steps : 0;
}

/* Has the trace at hand, which is loaded, what the question is about? */
static bool is_of_interest(const struct hb_plan *plan)
{
    struct hb_session *session = plan->session;

    if (!plan->question->by_threads || session->found.loaded->threads > 1)
        return true;
    hb_provenance_leave_out(&session->provenance, "traces that one thread made");
    return false;
}

static enum hb_status run_traces(struct hb_plan *plan, const struct hb_plan_watch *watch,
                                 struct hb_error *error)
{
    struct hb_session *session = plan->session;
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < session->found.trace_count && status == HB_OK; i++) {
        bool usable;
        struct hb_error why;

        status = hb_session_open_trace(session, i, &usable, error);
        if (status == HB_OK && usable && !is_of_interest(plan))
            continue;
        if (status == HB_OK && usable) {
            status = run_trace(plan, i, watch, error);
            plan->whole_traces += status == HB_OK;
        } else if (status == HB_OK) {
            why = *error;
            plan->failed_cells++;
            if (watch != NULL && watch->unusable != NULL)
                status = watch->unusable(watch->context, session->found.traces[i].name, &why, error);
        }
    }
    if (plan->question->end != NULL) {
        struct hb_error later;
        enum hb_status ended = plan->question->end(plan, status == HB_OK ? error : &later);

        status = status == HB_OK ? ended : status;
    }
    hb_floor_note(session);
    if (!hb_session_is_interrupted())
        return status;
    hb_provenance_leave_out(&session->provenance, "what was not complete when it was interrupted");
    return HB_OK;
}

enum hb_status hb_question_answer(const struct hb_question *question, struct hb_session *session,
                                  const char *folder, const struct hb_plan_watch *watch,
                                  unsigned *failed_cells, struct hb_error *error)
{
    struct hb_results *files[HB_PLAN_FILES_MAX] = {NULL};
    struct hb_plan plan = {.question = question, .session = session, .files = files};
    enum hb_status status = open_files(&plan, error);

    assert((question->timed_ops != NULL) == (question->put != NULL));
    session->progress.total = count_steps(&plan);
    if (status == HB_OK)
        status = run_traces(&plan, watch, error);
    if (hb_session_is_interrupted() && plan.whole_traces == 0)
        folder = NULL; /* what an earlier run wrote there stays */
    if (status == HB_OK && folder != NULL)
        status = hb_results_write(files, HB_PLAN_FILES_MAX, folder, &session->provenance, error);
    for (size_t i = 0; i < HB_PLAN_FILES_MAX; i++)
        hb_results_free(files[i]);
    *failed_cells = plan.failed_cells;
    return status;
}

/* -- for plans -- */

enum hb_status hb_plan_count_subject(struct hb_plan *plan, uint32_t windows, struct hb_error *error)
{
    const struct hb_candidate *subject = hb_discovery_find(&plan->session->found, HB_SUBJECT);
    enum hb_status status;

    if (subject == NULL)
        return HB_OK;
    hb_progress_step(&plan->session->progress, "%s: counting the walks of %s", plan->name, subject->name);
    status = hb_cuts_count(plan->session, plan->trace, subject, windows, &plan->count, error);
    if (status != HB_OK || !hb_verdict_has_figures(plan->count))
        plan->count = NULL;
    return status;
}

/* -- for benchmarks -- */

void hb_measurement_count(struct hb_measurement *measurement, const char *name, double value)
{
    assert(measurement->counter_count < HB_COUNTERS_MAX);
    measurement->counters[measurement->counter_count++] = (struct hb_measured_counter){name, value};
}

/* "first 12800 of 537644 operations; NULL 2 times, first at operation 57" */
static void label_time(struct hb_measurement *measurement, const struct hb_counts *counts, uint64_t trace_ops)
{
    char *out = measurement->label;
    size_t used = 0, bytes = sizeof measurement->label;

    if (counts->ops < trace_ops)
        used = (size_t)snprintf(out, bytes, "first %" PRIu64 " of %" PRIu64 " operations", counts->ops,
                                trace_ops);
    if (counts->failures > 0)
        snprintf(out + used, bytes - used, "%sNULL %" PRIu64 " time%s, first at operation %" PRIu64,
                 used > 0 ? "; " : "", counts->failures, counts->failures == 1 ? "" : "s",
                 counts->first_failure);
}

void hb_measurement_take(struct hb_measurement *measurement, const struct hb_sample_result *result,
                         uint64_t trace_ops)
{
    const struct hb_counts *counts = &result->counts;

    measurement->seconds = (double)result->elapsed_ns / 1e9;
    measurement->cpu_seconds = (double)result->cpu_ns / 1e9;
    measurement->ops = counts->ops;
    if (counts->ops > 0) {
        hb_measurement_count(measurement, "ns_per_op", (double)result->elapsed_ns / (double)counts->ops);
        hb_measurement_count(measurement, "cpu_ns_per_op", (double)result->cpu_ns / (double)counts->ops);
    }
    hb_measurement_count(measurement, "failures", (double)counts->failures);
    if (counts->first_failure != HB_NO_FAILURE)
        hb_measurement_count(measurement, "first_failure", (double)counts->first_failure);
    label_time(measurement, counts, trace_ops);
}

enum hb_status hb_measure_sample(struct hb_session *session, const struct hb_candidate *candidate,
                                 size_t trace, struct hb_sample_request *request, hb_measure_take *take,
                                 struct hb_measurement *measurement, struct hb_error *error)
{
    struct hb_sample_result result;
    uint64_t trace_ops;
    enum hb_status status = hb_session_trace_ops(session, trace, &trace_ops, error);

    if (status != HB_OK)
        return status;
    status = hb_session_sample(session, trace, candidate, request, &result, error);
    if (status == HB_OK && !hb_verdict_is_problem(&result) &&
        (request->mode != HB_SAMPLE_LATENCY || result.latency != NULL)) {
        hb_measurement_take(measurement, &result, trace_ops);
        take(&result, measurement);
    } else if (status == HB_OK) {
        hb_verdict_describe(&result, measurement->problem, sizeof measurement->problem);
    }
    hb_sample_result_clear(&result);
    return status;
}

static void take_memory(const struct hb_sample_result *result, struct hb_measurement *measurement)
{
    hb_measurement_count(measurement, "peak_resident_bytes", (double)result->peak_resident_bytes);
    hb_measurement_count(measurement, "page_faults", (double)result->page_faults);
}

enum hb_status hb_measure_time(struct hb_session *session, const struct hb_candidate *candidate, size_t trace,
                               uint64_t ops, struct hb_measurement *measurement, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME, .op_limit = ops};

    return hb_measure_sample(session, candidate, trace, &request, take_memory, measurement, error);
}

/* -- parts of plans -- */

enum hb_status hb_plan_cut_ops(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t *ops,
                               struct hb_error *error)
{
    return hb_cuts_ops(plan->session, plan->trace, candidate, ops, error);
}

void hb_question_put(const struct hb_question *question, const struct hb_rounds *rounds,
                     struct hb_results *out)
{
    struct hb_plan plan = {.question = question,
                           .session = rounds->session,
                           .files = &out,
                           .trace = rounds->trace,
                           .name = rounds->session->found.traces[rounds->trace].name,
                           .trace_ops = rounds->trace_ops,
                           .rounds = *rounds};
    struct hb_error error;

    for (size_t i = 0; i < rounds->cell_count; i++)
        if (!rounds->cells[i].hidden)
            question->put(&plan, i, &rounds->cells[i]);
    if (question->finish != NULL)
        question->finish(&plan, &error); /* which only adds rows */
}

void hb_plan_set_round(struct hb_plan *plan, const struct hb_rounds_cell *cell, uint32_t index)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(&plan->rounds, cell);
    const struct hb_rounds_cell *null = plan->rounds.null;
    const struct hb_round *round = &cell->rounds[index];
    struct hb_results *out = plan->files[0];

    hb_results_set_count(out, "ops", cell->ops);
    hb_results_set_count(out, "elapsed_ns", round->elapsed_ns);
    hb_results_set_count(out, "cpu_ns", round->cpu_ns);
    hb_results_set_count(out, "failures", round->failures);
    hb_results_set_count(out, "peak_live_bytes", cell->result.counts.peak_live_bytes);
    hb_results_set_count(out, "peak_resident_bytes", round->peak_resident_bytes);
    hb_results_set_count(out, "page_faults", round->page_faults);
    if (reference != NULL && hb_round_has_figures(&reference->rounds[index])) {
        hb_results_set_text(out, "reference", reference->candidate->name);
        hb_results_set_count(out, "reference_ns", reference->rounds[index].elapsed_ns);
    }
    if (null != NULL && !cell->cut && hb_round_has_figures(&null->rounds[index]))
        hb_results_set_count(out, "null_ns", null->rounds[index].elapsed_ns);
}
