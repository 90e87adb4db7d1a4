/*
 * threads.c - the question how long each allocator takes when as many threads replay a trace as made it.
 *
 * It is of traces that several threads made; the others are left out. Times are elapsed, from the start of
 * the first thread to the end of the last. An allocator that is made for one thread is called under one lock.
 */
#include "bench/question/question.h"
#include "bench/results/row_groups.h"

static const struct hb_schema schema = {
    "threads/1", "threads.csv",
    "trace:text,allocator:text,round:count,status:text,recorded_threads:count,replay_threads:count,"
    "one_lock:text,ops:count,handovers:count,elapsed_ns:count,cpu_ns:count,thread_ns:count,waiting_ns:count,"
    "failures:count,peak_live_bytes:count,replay_peak_live_bytes:count,peak_resident_bytes:count,"
    "page_faults:count,reference:text,reference_ns:count,null_ns:count"};

static void set_threads(struct hb_results *out, const struct hb_threads_figures *threads)
{
    hb_results_set_count(out, "replay_threads", threads->threads);
    hb_results_set_text(out, "one_lock", threads->one_lock ? "yes" : "no");
    hb_results_set_count(out, "handovers", threads->handovers);
    hb_results_set_count(out, "thread_ns", threads->wall_ns);
    hb_results_set_count(out, "waiting_ns", threads->waiting_ns);
    hb_results_set_count(out, "replay_peak_live_bytes", threads->peak_live_bytes);
}

static void put_rounds(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell)
{
    struct hb_results *out = plan->files[0];

    (void)index;
    for (uint32_t round = 0; round < plan->rounds.round_count; round++) {
        if (!cell->rounds[round].done)
            continue;
        hb_results_set_subject(out, plan->name, cell->candidate->name, hb_rounds_status(cell));
        hb_results_set_count(out, "round", round + 1);
        hb_results_set_count(out, "recorded_threads", plan->session->found.loaded->threads);
        if (hb_round_has_figures(&cell->rounds[round])) {
            hb_plan_set_round(plan, cell, round);
            set_threads(out, &cell->rounds[round].threads);
        }
        hb_results_end_row(out);
    }
    plan->failed_cells += hb_rounds_is_problem(cell);
}

/* The null allocator's rows, though it was not asked for. */
static enum hb_status put_null(struct hb_plan *plan, struct hb_error *error)
{
    (void)error;
    if (plan->rounds.null != NULL && plan->rounds.null->hidden)
        put_rounds(plan, 0, plan->rounds.null);
    return HB_OK;
}

static void take_threads(const struct hb_sample_result *result, struct hb_measurement *measurement)
{
    const struct hb_threads_figures *threads = &result->threads;

    hb_measurement_count(measurement, "peak_resident_bytes", (double)result->peak_resident_bytes);
    if (threads->threads == 0)
        return;
    hb_measurement_count(measurement, "threads", threads->threads);
    hb_measurement_count(measurement, "waiting_share",
                         threads->wall_ns > 0 ? (double)threads->waiting_ns / (double)threads->wall_ns : 0);
    hb_measurement_count(measurement, "handovers", (double)threads->handovers);
    hb_measurement_count(measurement, "replay_peak_live_bytes", (double)threads->peak_live_bytes);
    hb_measurement_count(measurement, "one_lock", threads->one_lock);
}

static enum hb_status measure_threads(struct hb_session *session, const struct hb_candidate *candidate,
                                      size_t trace, unsigned variant, struct hb_measurement *measurement,
                                      struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    enum hb_status status = hb_cuts_ops(session, trace, candidate, &request.op_limit, error);

    (void)variant;
    return status == HB_OK
               ? hb_measure_sample(session, candidate, trace, &request, take_threads, measurement, error)
               : status;
}

const struct hb_question hb_question_threads = {
    .name = "threads",
    .schemas = {&schema},
    .step_limit = 20000000, /* ten rounds of the shipped traces are to take 30 s in all */
    .rounds = HB_ROUNDS_LEAST,
    .by_threads = true,
    .pairs_null = true,
    .takes_untouchable = true,
    .measure = measure_threads,
    .timed_ops = hb_plan_cut_ops,
    .put = put_rounds,
    .finish = put_null,
};
