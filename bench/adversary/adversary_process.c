/*
 * adversary_process.c - a plan carried out in a process of its own, where memory can be measured and a crash
 * is an outcome.
 */
#include "bench/adversary/adversary.h"

struct exchange {
    struct hb_child_exchange child;
    struct hb_adversary_plan plan;
    struct hb_adversary_result result;
};

static bool work(struct hb_child_exchange *shared, int unused)
{
    struct exchange *exchange = (struct exchange *)shared;
    struct hb_error error;

    (void)unused;
    if (hb_adversary_drive(&exchange->plan, NULL, &exchange->result, &error) != HB_OK) {
        exchange->result.outcome = HB_ADVERSARY_UNAVAILABLE;
        exchange->result.error = error;
    }
    return true;
}

const struct hb_child_job hb_adversary_job = {
    .name = "adversary", .what = "an adversary", .request_bytes = sizeof(struct exchange), .work = work};

static void collect(const struct exchange *exchange, const struct hb_adversary_plan *plan,
                    const struct hb_child_outcome *outcome, struct hb_adversary_result *result)
{
    *result = exchange->result;
    if (outcome->end == HB_CHILD_CRASHED) {
        result->outcome = HB_ADVERSARY_CRASHED;
        result->error = outcome->error;
    } else if (outcome->end == HB_CHILD_TIMED_OUT) {
        result->outcome = HB_ADVERSARY_TIMED_OUT;
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %u s", plan->allocator,
                     plan->timeout_s);
    }
}

enum hb_status hb_adversary_run(const struct hb_adversary_plan *plan, struct hb_adversary_result *result,
                                struct hb_error *error)
{
    const struct hb_child_order order = {
        .subject = plan->allocator, .attached = -1, .timeout_ms = plan->timeout_s * UINT64_C(1000)};
    struct hb_child_outcome outcome;
    struct hb_child child;
    enum hb_status status = hb_child_open(&hb_adversary_job, sizeof(struct exchange), &child, error);
    struct exchange *exchange;

    if (status != HB_OK)
        return status;
    exchange = (struct exchange *)child.exchange;
    exchange->plan = *plan;
    status = hb_child_run(&child, &order, &outcome, error);
    if (status == HB_OK)
        collect(exchange, plan, &outcome, result);
    hb_child_close(&child);
    return status;
}
