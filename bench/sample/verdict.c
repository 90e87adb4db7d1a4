/*
 * verdict.c - what a sample's result means: its status in results, and a sentence.
 */
#include "bench/sample/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool hb_verdict_has_figures(const struct hb_sample_result *result)
{
    return result->outcome == HB_SAMPLE_FAILED || !hb_verdict_is_problem(result);
}

bool hb_verdict_is_problem(const struct hb_sample_result *result)
{
    return result->outcome != HB_SAMPLE_OK && result->outcome != HB_SAMPLE_STOPPED;
}

const char *hb_verdict_status(const struct hb_sample_result *result, bool cut)
{
    if (result->outcome != HB_SAMPLE_OK)
        return hb_sample_outcome_name(result->outcome);
    if (cut)
        return hb_sample_outcome_name(HB_SAMPLE_STOPPED);
    return result->counts.failures > 0 ? "failed" : "ok";
}

void hb_verdict_operation(const struct hb_sample_result *result, char out[HB_VERDICT_OPERATION_BYTES])
{
    static const char *const kinds[] = {[HB_OP_MALLOC] = "a malloc of",
                                        [HB_OP_CALLOC] = "a calloc of",
                                        [HB_OP_REALLOC] = "a realloc to",
                                        [HB_OP_ALIGNED] = "an aligned malloc of",
                                        [HB_OP_FREE] = "a free of"};
    const struct hb_op *call = &result->check.call;

    out[0] = '\0';
    if (result->check.op != HB_CHECK_NO_OP)
        snprintf(out, HB_VERDICT_OPERATION_BYTES, "operation %" PRIu64 ", %s %" PRIu64 " byte%s",
                 result->check.op, kinds[call->kind], call->size, call->size == 1 ? "" : "s");
}

/* "signal 11, operation 57, a malloc of 40 bytes" */
static void describe_crash(const struct hb_sample_result *result, char *out, size_t bytes)
{
    char op[HB_VERDICT_OPERATION_BYTES];

    hb_verdict_operation(result, op);
    snprintf(out, bytes, "crashed (%s %d%s%s)%s%s", result->signal != 0 ? "signal" : "exit status",
             result->signal != 0 ? result->signal : result->exit_status, op[0] != '\0' ? ", " : "", op,
             result->printed[0] != '\0' ? ": " : "", result->printed);
}

static void describe_timeout(const struct hb_sample_result *result, char *out, size_t bytes)
{
    char op[HB_VERDICT_OPERATION_BYTES];
    bool known;

    hb_verdict_operation(result, op);
    known = op[0] != '\0';
    snprintf(out, bytes, "timeout after %.1f s%s%s%s", (double)result->timeout_ms / 1000, known ? " (" : "",
             op, known ? ")" : "");
}

static void describe_failures(const struct hb_counts *counts, char *out, size_t bytes)
{
    snprintf(out, bytes,
             "failed: NULL %" PRIu64 " time%s, first at operation %" PRIu64 " (%" PRIu64 " bytes)",
             counts->failures, counts->failures == 1 ? "" : "s", counts->first_failure, counts->failure.size);
}

void hb_verdict_describe(const struct hb_sample_result *result, char *out, size_t bytes)
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

void hb_verdict_warn(const struct hb_sample_result *check, char *out, size_t bytes)
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
