/*
 * session.c - what there is to measure, opened and closed; one sample of it.
 */
#include "bench/question/session.h"

#include <string.h>

#include "base/clock.h"

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
    session->options.rounds = session->provenance.rounds = 1;
    session->options.heap_bytes = 0;
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
        status = hb_checks_refuse(session, trace, candidate, result, &refused, error);
    if (status != HB_OK || refused)
        return status;
    fill_request(session, candidate, request);
    status = hb_checks_limit(session, trace, candidate, request, error);
    if (status == HB_OK)
        status = hb_sample_run(request, result, error);
    return status == HB_OK ? hb_checks_judge(session, trace, candidate, request, result, error) : status;
}
