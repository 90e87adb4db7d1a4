/*
 * session.c - what there is to measure, opened and closed; one sample of it.
 */
#include "bench/question/session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/library/made.h"
#include "base/clock.h"

void hb_session_plan_rounds(struct hb_session_options *options, uint32_t rounds, double until,
                            uint64_t budget_ms)
{
    bool is_open = rounds == 0 && until <= 0;

    options->rounds_least = budget_ms != 0 ? 1 : rounds != 0 ? rounds : HB_ROUNDS_LEAST;
    options->rounds_most = rounds != 0 ? rounds : HB_ROUNDS_MOST;
    options->until = rounds != 0 ? 0 : is_open ? HB_UNTIL : until;
    options->budget_ms = budget_ms == 0 && is_open ? HB_BUDGET_MS : budget_ms;
    options->extra_ms = budget_ms == 0 && is_open ? HB_BUDGET_MS : 0;
}

/* Two or more allocators that programs run on have something to be compared with, even without the usual one.
 */
static const struct hb_candidate *find_any_reference(const struct hb_discovery *found)
{
    const struct hb_candidate *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];

        if (!candidate->usable || !candidate->process)
            continue;
        if (count++ == 0)
            first = candidate;
    }
    return count > 1 ? first : NULL;
}

static enum hb_status find_reference(struct hb_session *session, struct hb_error *error)
{
    const char *wanted = session->options.baseline;
    const struct hb_discovery *found = &session->found;

    session->reference = hb_discovery_find(found, wanted != NULL ? wanted : HB_REFERENCE);
    if (session->reference == NULL && wanted == NULL && session->options.any_baseline)
        session->reference = find_any_reference(found);
    if (session->reference != NULL || wanted == NULL)
        return HB_OK;
    for (size_t i = 0; i < found->candidate_count; i++)
        if (strcmp(found->candidates[i].name, wanted) == 0 || strcmp(found->candidates[i].spec, wanted) == 0)
            return hb_error_set(error, HB_ERR_UNAVAILABLE, "the baseline is not usable: %s",
                                found->candidates[i].error.text);
    return hb_error_set(error, HB_ERR_USAGE, "the baseline '%s' is not among the allocators", wanted);
}

enum hb_status hb_session_open(struct hb_session *session, const struct hb_session_options *options, int argc,
                               char *const *argv, struct hb_error *error)
{
    const struct hb_candidate_choice choice = {.allocators = options->allocators,
                                               .variants = options->variants,
                                               .known_variants = options->known_variants,
                                               .decay_variants = options->decay_variants};
    enum hb_status status;

    memset(session, 0, sizeof *session);
    session->options = *options;
    session->begun_ns = hb_clock_ns();
    hb_provenance_begin(&session->provenance, argc, argv);
    session->provenance.seed = options->seed;
    session->provenance.rounds = options->rounds_least;
    session->provenance.until = options->until;
    session->provenance.touch = options->touch;
    session->provenance.threads = options->threads;
    session->provenance.library_clock = hb_library_clock_names[options->clock];
    session->provenance.pace = options->pace;
    session->provenance.clock_pair_ns = hb_clock_pair_cost_ns();
    status = options->all_traces ? hb_discover_all(&choice, &session->found, error)
                                 : hb_discover(&choice, options->traces, &session->found, error);
    if (status == HB_OK && options->recipes != NULL &&
        (options->traces == NULL || options->traces[0] == NULL))
        status = hb_discovery_generate(&session->found, options->recipes, error);
    if (status != HB_OK)
        return status;
    status = hb_discovery_note(&session->found, options->known_variants, &session->provenance, error);
    if (status == HB_OK)
        status = find_reference(session, error);
    if (status != HB_OK) {
        hb_session_close(session);
        return status;
    }
    if (!hb_checks_open(&session->checks, &session->found) ||
        !hb_cuts_open(&session->cuts, &session->found) ||
        !hb_floor_open(&session->floor, session->found.trace_count)) {
        hb_session_close(session);
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for %zu traces", session->found.trace_count);
    }
    return HB_OK;
}

void hb_session_close(struct hb_session *session)
{
    hb_progress_clear(&session->progress);
    hb_checks_close(&session->checks);
    hb_cuts_close(&session->cuts);
    hb_floor_close(&session->floor);
    hb_discovery_free(&session->found);
    memset(session, 0, sizeof *session);
}

enum hb_status hb_session_turn(struct hb_session *session, uint64_t step_limit, struct hb_error *error)
{
    if (session->options.step_limit != 0)
        session->options.step_limit = step_limit;
    hb_session_plan_rounds(&session->options, 1, 0, 0);
    session->options.heap_bytes = 0;
    session->options.pace = 0;
    session->options.threads = (struct hb_threads_plan){.threading = HB_THREADING_NONE};
    session->provenance.pace = 0;
    session->provenance.rounds = 1;
    session->provenance.until = 0;
    session->provenance.left_out_count = 0;
    session->unusable_traces = 0;
    hb_cuts_close(&session->cuts);
    memset(&session->cuts, 0, sizeof session->cuts);
    return hb_cuts_open(&session->cuts, &session->found)
               ? HB_OK
               : hb_error_set(error, HB_ERR_MEMORY, "out of memory for %zu traces",
                              session->found.trace_count);
}

enum hb_status hb_session_open_trace(struct hb_session *session, size_t trace, bool *usable,
                                     struct hb_error *error)
{
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, trace, &prepared, error);

    if (status == HB_OK && prepared->op_count == 0)
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: no operations, so that there is nothing to measure",
                              session->found.traces[trace].path);
    *usable = status == HB_OK;
    if (*usable && prepared->threads > 1 && session->options.threads.threading == HB_THREADING_NONE)
        hb_provenance_leave_out(&session->provenance,
                                "what threads cost each other: %s was recorded from %u threads and is "
                                "replayed by 1 (ask with 'heapbench run --threads')",
                                session->found.traces[trace].name, (unsigned)prepared->threads);
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

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    if (interrupted)
        raise(signal); /* whose disposition is the default again */
    interrupted = 1;
    hb_child_stop();
}

void hb_session_catch_interrupts(void)
{
    const struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
}

bool hb_session_is_interrupted(void)
{
    return interrupted;
}

enum hb_status hb_session_run_sample(const struct hb_sample_request *request, struct hb_sample_result *result,
                                     struct hb_error *error)
{
    enum hb_status status = interrupted ? HB_OK : hb_sample_run(request, result, error);

    if (!interrupted)
        return status;
    hb_sample_result_clear(result);
    return hb_error_set(error, HB_ERR_INTERRUPTED, "interrupted");
}

static void fill_request(struct hb_session *session, const struct hb_candidate *candidate,
                         struct hb_sample_request *request)
{
    if (session->options.heap_bytes != 0 && candidate->bounded)
        request->heap_bytes = session->options.heap_bytes;
    else if (session->options.heap_bytes != 0 && candidate->process)
        request->budget_bytes = session->options.heap_bytes;
    request->allocator = candidate->spec;
    request->settings = candidate->variant.settings;
    /* What was said once would be each time; and a reader's own heap may say something of each call. */
    request->quiet |= candidate->printed[0] != '\0' || candidate->made[0] != '\0';
    if (request->mode == HB_SAMPLE_COUNT && candidate->model != NULL) {
        request->allocator = candidate->model;
        session->provenance.computed = true;
    }
    request->touch = session->options.touch;
    request->pace = session->options.pace;
    request->threads = session->options.threads;
    request->clock = session->options.clock;
}

enum hb_status hb_session_fill(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               struct hb_sample_request *request, struct hb_error *error)
{
    enum hb_status status = hb_discovery_trace(&session->found, trace, &request->prepared, error);

    fill_request(session, candidate, request);
    return status == HB_OK ? hb_checks_limit(session, trace, candidate, request, error) : status;
}

enum hb_status hb_session_sample(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, struct hb_sample_request *request,
                                 struct hb_sample_result *result, struct hb_error *error)
{
    enum hb_status status = hb_discovery_trace(&session->found, trace, &request->prepared, error);
    bool refused = false;

    memset(result, 0, sizeof *result);
    if (status == HB_OK)
        status = hb_checks_refuse(session, trace, candidate, result, &refused, error);
    if (status != HB_OK || refused)
        return status;
    status = hb_session_fill(session, trace, candidate, request, error);
    if (status == HB_OK)
        status = hb_session_run_sample(request, result, error);
    return status == HB_OK ? hb_checks_judge(session, trace, candidate, request, result, error) : status;
}

void hb_session_take_prefix(const struct argp_state *state, void *values, char *text)
{
    (void)values;
    if (!hb_prefix_is_sound(text))
        hb_option_fail(state, "--prefix '%.60s' is nothing that names of functions begin with, as simple_ is",
                       text);
    if (setenv(HB_PREFIX_VARIABLE, text, 1) != 0)
        hb_option_fail(state, "out of memory for --prefix");
}
