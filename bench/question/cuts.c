/*
 * cuts.c - on how many operations an allocator that walks is timed, and what it was counted to do.
 */
#include "bench/question/cuts.h"

#include <stdlib.h>
#include <string.h>

#include "bench/question/session.h"

bool hb_cuts_open(struct hb_cuts *cuts, const struct hb_discovery *found)
{
    cuts->ops = calloc(found->trace_count * found->candidate_count, sizeof *cuts->ops);
    return cuts->ops != NULL;
}

void hb_cuts_close(struct hb_cuts *cuts)
{
    hb_sample_result_clear(&cuts->kept.result);
    free(cuts->ops);
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

    return &session->cuts.ops[trace * session->found.candidate_count + index];
}

/* A count up to the known cut, or up to the step limit; `*ops` is then the cut. */
static enum hb_status count_once(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, uint32_t points, uint64_t *ops,
                                 struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_COUNT, .op_limit = *ops, .points = points};
    uint64_t all;
    enum hb_status status = hb_session_trace_ops(session, trace, &all, error);

    memset(result, 0, sizeof *result);
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
    if (candidate->extra) {
        hb_provenance_leave_out(
            &session->provenance,
            "time of other allocators that walk, on each trace after the operation that the "
            "row says (step limit %llu; ask with --step-limit 0)",
            (unsigned long long)session->options.step_limit);
        return;
    }
    hb_provenance_leave_out(
        &session->provenance,
        "time of %s on %s after operation %llu (step limit %llu; ask with --step-limit 0)", candidate->name,
        session->found.traces[trace].name, (unsigned long long)ops,
        (unsigned long long)session->options.step_limit);
}

/* The count of an allocator that walks: up to its cut. */
static enum hb_status count_walking(struct hb_session *session, size_t trace,
                                    const struct hb_candidate *candidate, uint32_t points,
                                    struct hb_sample_result *result, struct hb_error *error)
{
    uint64_t *cut = cut_of(session, trace, candidate);
    uint64_t ops = *cut;
    enum hb_status status = count_once(session, trace, candidate, points, &ops, result, error);

    if (status == HB_OK && result->outcome == HB_SAMPLE_STOPPED) {
        note_cut(session, trace, candidate, ops);
        hb_sample_result_clear(result);
        status = count_once(session, trace, candidate, points, &ops, result, error);
    }
    if (status == HB_OK)
        *cut = ops;
    return status;
}

/* The count of one that is computed: of the whole trace. */
static enum hb_status count_computed(struct hb_session *session, size_t trace,
                                     const struct hb_candidate *candidate, uint32_t points,
                                     struct hb_sample_result *result, struct hb_error *error)
{
    uint64_t ops;
    enum hb_status status = hb_session_trace_ops(session, trace, &ops, error);

    return status == HB_OK ? count_once(session, trace, candidate, points, &ops, result, error) : status;
}

enum hb_status hb_cuts_count(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                             uint32_t points, const struct hb_sample_result **result, struct hb_error *error)
{
    struct hb_kept_count *kept = &session->cuts.kept;
    enum hb_status status;

    *result = &kept->result;
    if (kept->candidate == candidate && kept->trace == trace && kept->points == points)
        return HB_OK;
    hb_sample_result_clear(&kept->result);
    kept->candidate = NULL;
    status = (candidate->model != NULL ? count_computed : count_walking)(session, trace, candidate, points,
                                                                         &kept->result, error);
    if (status != HB_OK)
        return status;
    kept->candidate = candidate;
    kept->trace = trace;
    kept->points = points;
    return HB_OK;
}

enum hb_status hb_cuts_ops(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                           uint64_t *ops, struct hb_error *error)
{
    uint64_t cut = *cut_of(session, trace, candidate);
    struct hb_sample_result result;
    enum hb_status status;

    if (cut == 0 && (!candidate->walks || session->options.step_limit == 0))
        return hb_session_trace_ops(session, trace, ops, error);
    if (cut == 0) {
        status = count_once(session, trace, candidate, 0, &cut, &result, error);
        if (status == HB_OK && result.outcome == HB_SAMPLE_STOPPED)
            note_cut(session, trace, candidate, cut);
        hb_sample_result_clear(&result);
        if (status != HB_OK)
            return status;
        *cut_of(session, trace, candidate) = cut;
    }
    *ops = cut;
    return HB_OK;
}

enum hb_status hb_cuts_common_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                  struct hb_error *error)
{
    const struct hb_candidate *subject = hb_discovery_find(&session->found, HB_SUBJECT);

    if (subject == NULL)
        return hb_session_trace_ops(session, trace, ops, error);
    return hb_cuts_ops(session, trace, subject, ops, error);
}
