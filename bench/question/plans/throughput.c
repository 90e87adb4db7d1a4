/*
 * throughput.c - the question how long each allocator takes for each trace; `heapbench run` asks it, too.
 *
 * An allocator that walks does the operations that the step limit leaves it, and the reference is then timed
 * on these as well.
 */
#include "bench/question/question.h"
#include "bench/results/row_groups.h"

static const struct hb_schema schema = {
    "throughput/2", "throughput.csv",
    "trace:text,allocator:text,round:count,status:text,ops:count,elapsed_ns:count,cpu_ns:count,failures:"
    "count,"
    "first_failure:count,peak_live_bytes:count,peak_resident_bytes:count,end_resident_bytes:count,"
    "page_faults:count,reference:text,reference_ns:count,reference_cpu_ns:count,null_ns:count,"
    "null_cpu_ns:count,system_ns:count,madvise_calls:count,madvise_bytes:count,unmap_calls:count,"
    "unmap_bytes:count"};

static const char *round_status(const struct hb_rounds_cell *cell, const struct hb_round *round)
{
    if (round->outcome != HB_SAMPLE_OK)
        return hb_sample_outcome_name(round->outcome);
    if (cell->cut)
        return hb_sample_outcome_name(HB_SAMPLE_STOPPED);
    return round->failures > 0 ? "failed" : "ok";
}

static void set_calls(struct hb_results *out, const struct hb_memory_calls *calls)
{
    if (!calls->known)
        return;
    hb_results_set_count(out, "madvise_calls", calls->madvise_calls);
    hb_results_set_count(out, "madvise_bytes", calls->madvise_bytes);
    hb_results_set_count(out, "unmap_calls", calls->unmap_calls);
    hb_results_set_count(out, "unmap_bytes", calls->unmap_bytes);
}

static void set_figures(struct hb_plan *plan, const struct hb_rounds_cell *cell, uint32_t index)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(&plan->rounds, cell);
    const struct hb_rounds_cell *null = plan->rounds.null;
    const struct hb_round *round = &cell->rounds[index];
    struct hb_results *out = plan->files[0];

    hb_plan_set_round(plan, cell, index);
    if (round->first_failure != HB_NO_FAILURE)
        hb_results_set_count(out, "first_failure", round->first_failure);
    hb_results_set_count(out, "end_resident_bytes", round->end_resident_bytes);
    hb_results_set_count(out, "system_ns", round->system_ns);
    set_calls(out, &cell->calls);
    if (reference != NULL && hb_round_has_figures(&reference->rounds[index]))
        hb_results_set_count(out, "reference_cpu_ns", reference->rounds[index].cpu_ns);
    if (null != NULL && !cell->cut && hb_round_has_figures(&null->rounds[index]))
        hb_results_set_count(out, "null_cpu_ns", null->rounds[index].cpu_ns);
}

static void put_rounds(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell)
{
    struct hb_results *out = plan->files[0];

    (void)index;
    for (uint32_t round = 0; round < plan->rounds.round_count; round++) {
        if (!cell->rounds[round].done)
            continue;
        hb_results_set_subject(out, plan->name, cell->candidate->name,
                               round_status(cell, &cell->rounds[round]));
        hb_results_set_count(out, "round", round + 1);
        if (hb_round_has_figures(&cell->rounds[round]))
            set_figures(plan, cell, round);
        hb_results_end_row(out);
    }
    plan->failed_cells += hb_rounds_is_problem(cell);
}

static enum hb_status measure_throughput(struct hb_session *session, const struct hb_candidate *candidate,
                                         size_t trace, unsigned variant, struct hb_measurement *measurement,
                                         struct hb_error *error)
{
    uint64_t ops;
    enum hb_status status = hb_cuts_ops(session, trace, candidate, &ops, error);

    (void)variant;
    return status == HB_OK ? hb_measure_time(session, candidate, trace, ops, measurement, error) : status;
}

const struct hb_question hb_question_throughput = {
    .name = "throughput",
    .schemas = {&schema},
    .step_limit = 200000000,
    .counts_calls = true,
    .pairs_null = true,
    .takes_untouchable = true,
    .measure = measure_throughput,
    .timed_ops = hb_plan_cut_ops,
    .put = put_rounds,
};
