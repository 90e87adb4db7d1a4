/*
 * floor.c - what the null allocator takes: the cost of the harness itself.
 */
#include "bench/question/floor.h"

#include <stdlib.h>

#include "base/stats.h"
#include "bench/question/session.h"
#include "bench/sample/verdict.h"

/* A trace of a few operations measures the clock and cold caches: it counts only where there is no other. */
enum { FLOOR_SAMPLES = 3, FLOOR_LEAST_OPS = 1000 };

bool hb_floor_open(struct hb_floor *floor, size_t trace_count)
{
    floor->null_ns = calloc(trace_count, sizeof *floor->null_ns);
    floor->null_ops = calloc(trace_count, sizeof *floor->null_ops);
    return floor->null_ns != NULL && floor->null_ops != NULL;
}

void hb_floor_close(struct hb_floor *floor)
{
    free(floor->null_ns);
    free(floor->null_ops);
}

static char null_name[] = HB_FLOOR;
const struct hb_candidate hb_floor_null = {
    .name = null_name, .spec = null_name, .usable = true, .untouchable = true};

/* One replay on the null allocator; 0 in `*ns` where it has no figures. */
static enum hb_status time_null(struct hb_session *session, size_t trace, double *ns, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result result;
    enum hb_status status = hb_session_sample(session, trace, &hb_floor_null, &request, &result, error);

    *ns = 0;
    if (status == HB_OK && hb_verdict_has_figures(&result) && result.counts.ops > 0)
        *ns = (double)result.elapsed_ns / (double)result.counts.ops;
    hb_sample_result_clear(&result);
    return status;
}

enum hb_status hb_floor_measure(struct hb_session *session, size_t trace, struct hb_error *error)
{
    double ns[FLOOR_SAMPLES];
    enum hb_status status = HB_OK;

    if (session->floor.null_ns[trace] > 0)
        return HB_OK;
    for (size_t i = 0; i < FLOOR_SAMPLES && status == HB_OK; i++)
        status = time_null(session, trace, &ns[i], error);
    if (status == HB_OK)
        session->floor.null_ns[trace] = hb_stats_median(ns, FLOOR_SAMPLES);
    return status == HB_OK ? hb_session_trace_ops(session, trace, &session->floor.null_ops[trace], error)
                           : status;
}

void hb_floor_take(struct hb_session *session, size_t trace, double ns_per_op, uint64_t ops)
{
    session->floor.null_ns[trace] = ns_per_op;
    session->floor.null_ops[trace] = ops;
}

/* The median over the traces whose figure is of `least_ops` operations or more; 0 where there is none. */
static double median_floor(const struct hb_session *session, uint64_t least_ops, double *scratch)
{
    size_t count = 0;

    for (size_t i = 0; i < session->found.trace_count; i++)
        if (session->floor.null_ns[i] > 0 && session->floor.null_ops[i] >= least_ops)
            scratch[count++] = session->floor.null_ns[i];
    return count > 0 ? hb_stats_median(scratch, count) : 0;
}

void hb_floor_note(struct hb_session *session)
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
