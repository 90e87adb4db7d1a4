/*
 * checks.c - is an allocator to be measured at all? Its check, its time limit, and what it failed at.
 */
#include "bench/question/checks.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/library/product.h"
#include "base/clock.h"
#include "bench/question/session.h"
#include "bench/sample/verdict.h"

enum { MS = 1000000 }; /* nanoseconds */
enum { LEAST_MS = 10000, LEAST_BUDGET_MS = 60000, OWN_MS = 600000, TIMES = 10 };

struct hb_baseline {
    bool known; /* tried once: there may be no glibc, in a process started with LD_PRELOAD */
    uint64_t wall_ms;
    uint64_t failures;
};

bool hb_checks_open(struct hb_checks *checks, const struct hb_discovery *found)
{
    checks->result_count = found->trace_count * found->candidate_count;
    checks->baselines = calloc(found->trace_count, sizeof *checks->baselines);
    checks->results = calloc(checks->result_count, sizeof *checks->results);
    return checks->baselines != NULL && checks->results != NULL;
}

void hb_checks_close(struct hb_checks *checks)
{
    for (size_t i = 0; checks->results != NULL && i < checks->result_count; i++)
        free(checks->results[i]);
    free(checks->results);
    free(checks->baselines);
}

/* One replay of the reference, from a process's start to its end: what a limit is of. */
static enum hb_status measure_baseline(struct hb_session *session, size_t trace, struct hb_baseline *baseline,
                                       struct hb_error *error)
{
    struct hb_sample_request request = {.allocator = HB_REFERENCE,
                                        .mode = HB_SAMPLE_TIME,
                                        .touch = session->options.touch,
                                        .threads = session->options.threads,
                                        .timeout_ms = OWN_MS};
    struct hb_sample_result result = {.outcome = HB_SAMPLE_OK};
    enum hb_status status = hb_discovery_trace(&session->found, trace, &request.prepared, error);
    uint64_t begun_ns = hb_clock_ns();

    if (status == HB_OK)
        status = hb_session_run_sample(&request, &result, error);
    baseline->known = status == HB_OK;
    baseline->wall_ms = (hb_clock_ns() - begun_ns) / MS;
    baseline->failures = result.counts.failures;
    hb_sample_result_clear(&result);
    return status;
}

static enum hb_status find_baseline(struct hb_session *session, size_t trace, const struct hb_baseline **out,
                                    struct hb_error *error)
{
    struct hb_baseline *baseline = &session->checks.baselines[trace];

    *out = baseline;
    return baseline->known ? HB_OK : measure_baseline(session, trace, baseline, error);
}

enum hb_status hb_checks_limit(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               struct hb_sample_request *request, struct hb_error *error)
{
    const struct hb_baseline *baseline;
    bool is_own = candidate->made[0] != '\0'; /* it walks, as far as anybody knows */
    uint64_t least = request->budget_bytes != 0 || is_own ? LEAST_BUDGET_MS : LEAST_MS;
    enum hb_status status;

    request->timeout_ms = session->options.timeout_ms;
    if (request->timeout_ms != 0)
        return HB_OK;
    if (!candidate->process) {
        request->timeout_ms = candidate->walks ? 0 : OWN_MS;
        return HB_OK;
    }
    status = find_baseline(session, trace, &baseline, error);
    if (status == HB_OK)
        request->timeout_ms = baseline->wall_ms > least / TIMES ? TIMES * baseline->wall_ms : least;
    return status;
}

/* Has nobody vouched for it? A known library of another version is a stranger too. */
static bool is_strange(const struct hb_session *session, const struct hb_candidate *candidate)
{
    const struct hb_product *product = hb_product_find(candidate->spec);

    if (!candidate->library || session->options.unchecked)
        return false;
    return product == NULL || strcmp(product->vouched, candidate->version) != 0;
}

static struct hb_sample_result **check_of(const struct hb_session *session, size_t trace,
                                          const struct hb_candidate *candidate)
{
    size_t index = (size_t)(candidate - session->found.candidates);

    return &session->checks.results[trace * session->found.candidate_count + index];
}

const struct hb_sample_result *hb_checks_known(const struct hb_session *session, size_t trace,
                                               const struct hb_candidate *candidate)
{
    return *check_of(session, trace, candidate);
}

enum hb_status hb_checks_run(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                             const struct hb_sample_result **out, struct hb_error *error)
{
    struct hb_sample_request request = {.allocator = candidate->spec,
                                        .settings = candidate->variant.settings,
                                        .mode = HB_SAMPLE_CHECK,
                                        .touch = session->options.touch};
    struct hb_sample_result *result = *check_of(session, trace, candidate);
    enum hb_status status;

    *out = result;
    if (result != NULL)
        return HB_OK;
    result = calloc(1, sizeof *result);
    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    hb_progress_step(&session->progress, "%s: %s, a check", session->found.traces[trace].name,
                     candidate->name);
    session->progress.done--; /* the plan does not count it */
    status = hb_discovery_trace(&session->found, trace, &request.prepared, error);
    if (status == HB_OK)
        status = hb_checks_limit(session, trace, candidate, &request, error);
    if (status == HB_OK)
        status = hb_session_run_sample(&request, result, error);
    if (status != HB_OK) {
        free(result);
        return status;
    }
    *check_of(session, trace, candidate) = result;
    *out = result;
    return HB_OK;
}

enum hb_status hb_checks_refuse(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, struct hb_sample_result *result,
                                bool *refused, struct hb_error *error)
{
    const struct hb_sample_result *check;
    enum hb_status status;

    *refused = !candidate->usable;
    if (!candidate->usable) {
        result->outcome = HB_SAMPLE_UNAVAILABLE;
        result->error = candidate->error;
        return HB_OK;
    }
    if (!is_strange(session, candidate))
        return HB_OK;
    status = hb_checks_run(session, trace, candidate, &check, error);
    *refused = status == HB_OK && hb_verdict_is_problem(check);
    if (*refused)
        *result = *check; /* which has no points */
    return status;
}

/* A crash in a sample has no operation: its progress is not written down while the clock runs. */
static enum hb_status find_crash(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, struct hb_sample_result *result,
                                 struct hb_error *error)
{
    const struct hb_sample_result *check;
    enum hb_status status = hb_checks_run(session, trace, candidate, &check, error);

    if (status == HB_OK && check->outcome == HB_SAMPLE_CRASHED && check->signal == result->signal) {
        result->check.op = check->check.op;
        result->check.call = check->check.call;
    }
    return status;
}

enum hb_status hb_checks_judge(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               const struct hb_sample_request *request, struct hb_sample_result *result,
                               struct hb_error *error)
{
    const struct hb_baseline *baseline;
    enum hb_status status;

    if (request->heap_bytes != 0 || request->budget_bytes != 0 || candidate->untouchable)
        return HB_OK;
    if (result->outcome == HB_SAMPLE_CRASHED && candidate->process)
        return find_crash(session, trace, candidate, result, error);
    if (result->outcome != HB_SAMPLE_OK || result->counts.failures == 0)
        return HB_OK;
    status = find_baseline(session, trace, &baseline, error);
    if (status == HB_OK && result->counts.failures > baseline->failures)
        result->outcome = HB_SAMPLE_FAILED;
    return status;
}
