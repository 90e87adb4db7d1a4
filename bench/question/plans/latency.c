/*
 * latency.c - the question how long single calls take: the tails that a mean hides.
 *
 * An allocator that walks does the operations that the step limit leaves it. The null allocator takes part in
 * the rounds: what its calls take is the machine's own hiccups and the clock's cost.
 */
#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/sample/verdict.h"

static const struct hb_schema schema = {
    "latency/1", "latency.csv",
    "trace:text,allocator:text,status:text,kind:text,percentile:text,rounds:count,ops:count,calls:count,"
    "ns:count,least_ns:count,most_ns:count,clock_step_ns:count"};

static void put_percentiles(struct hb_plan *plan, const struct hb_rounds_cell *cell, enum hb_call_kind kind)
{
    struct hb_results *out = plan->files[0];

    for (unsigned i = 0; i < HB_PERCENTILES; i++) {
        struct hb_rounds_tail tail = hb_rounds_tail(&plan->rounds, cell, kind, i);

        hb_results_set_subject(out, plan->name, cell->candidate->name, hb_rounds_status(cell));
        hb_results_set_text(out, "kind", hb_call_kind_name(kind));
        hb_results_set_text(out, "percentile", hb_percentiles[i].name);
        hb_results_set_count(out, "rounds", plan->rounds.round_count);
        hb_results_set_count(out, "ops", cell->ops);
        hb_results_set_count(out, "calls", cell->latency->kinds[kind].count);
        hb_results_set_count(out, "ns", tail.ns);
        hb_results_set_count(out, "least_ns", tail.least_ns);
        hb_results_set_count(out, "most_ns", tail.most_ns);
        hb_results_set_count(out, "clock_step_ns", cell->latency->clock_step_ns);
        hb_results_end_row(out);
    }
}

static void put_calls(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell)
{
    (void)index;
    plan->failed_cells += hb_rounds_is_problem(cell);
    if (hb_rounds_is_failed(cell) || cell->latency == NULL) {
        hb_results_set_subject(plan->files[0], plan->name, cell->candidate->name, hb_rounds_status(cell));
        hb_results_end_row(plan->files[0]);
        return;
    }
    for (unsigned kind = 0; kind < HB_CALL_KINDS; kind++)
        if (cell->latency->kinds[kind].count > 0)
            put_percentiles(plan, cell, (enum hb_call_kind)kind);
}

/* The null allocator's rows, though it was not asked for. */
static enum hb_status put_null(struct hb_plan *plan, struct hb_error *error)
{
    (void)error;
    if (plan->rounds.null != NULL && plan->rounds.null->hidden && plan->rounds.round_count > 0)
        put_calls(plan, 0, plan->rounds.null);
    return HB_OK;
}

static void count_percentiles(const struct hb_histogram *histogram, const char *const names[HB_PERCENTILES],
                              struct hb_measurement *measurement)
{
    for (unsigned i = 0; i < HB_PERCENTILES && histogram->count > 0; i++)
        hb_measurement_count(measurement, names[i],
                             (double)hb_histogram_percentile(histogram, hb_percentiles[i].share));
}

static void take_latency(const struct hb_sample_result *result, struct hb_measurement *measurement)
{
    static const char *const allocation[] = {"p50", "p90", "p99", "p99.9", "p99.99", "max"};
    static const char *const release[] = {"free_p50",   "free_p90",    "free_p99",
                                          "free_p99.9", "free_p99.99", "free_max"};

    measurement->counter_count = 0; /* of a loop that is slower than the allocator */
    count_percentiles(&result->latency->kinds[HB_CALL_ALLOCATION], allocation, measurement);
    count_percentiles(&result->latency->kinds[HB_CALL_FREE], release, measurement);
    hb_measurement_count(
        measurement, "pair_p50",
        (double)hb_histogram_percentile(&result->latency->kinds[HB_CALL_PAIR], hb_percentiles[0].share));
    hb_measurement_count(measurement, "failures", (double)result->counts.failures);
}

static enum hb_status measure_latency(struct hb_session *session, const struct hb_candidate *candidate,
                                      size_t trace, unsigned variant, struct hb_measurement *measurement,
                                      struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_LATENCY};
    enum hb_status status = hb_cuts_ops(session, trace, candidate, &request.op_limit, error);

    (void)variant;
    return status == HB_OK
               ? hb_measure_sample(session, candidate, trace, &request, take_latency, measurement, error)
               : status;
}

const struct hb_question hb_question_latency = {
    .name = "latency",
    .schemas = {&schema},
    .step_limit = 100000000, /* three rounds of eleven traces are to take 25 s in all */
    .rounds = HB_LATENCY_ROUNDS,
    .times_calls = true,
    .pairs_null = true,
    .takes_untouchable = true,
    .measure = measure_latency,
    .timed_ops = hb_plan_cut_ops,
    .put = put_calls,
    .finish = put_null,
};
