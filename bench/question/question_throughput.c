/*
 * question_throughput - how long each allocator takes for each trace.
 */
#include "bench/question/question_throughput.h"

#include "bench/question/question.h"
#include "bench/results/row_groups.h"

enum hb_status hb_throughput_run(struct hb_session *session, size_t trace, struct hb_rounds *rounds,
                                 struct hb_error *error)
{
    uint64_t trace_ops = 0, ops;
    const struct hb_candidate *candidate;
    size_t next = 0;
    enum hb_status status = hb_rounds_open(rounds, session, trace, error);

    if (status == HB_OK)
        status = hb_session_trace_ops(session, trace, &trace_ops, error);
    if (status == HB_OK)
        status = hb_session_measure_floor(session, trace, error);
    while (status == HB_OK && (candidate = hb_session_next_candidate(session, &next)) != NULL) {
        hb_progress_step(&session->progress, "%s: %s, how far", session->found.traces[trace].name,
                         candidate->name);
        status = hb_session_cut(session, trace, candidate, &ops, error);
        if (status == HB_OK)
            status = hb_rounds_add(rounds, candidate, ops, ops < trace_ops, error);
    }
    for (size_t i = 0, cells = rounds->cell_count; i < cells && status == HB_OK; i++)
        status = hb_rounds_add_reference(rounds, rounds->cells[i].ops, error);
    return status == HB_OK ? hb_rounds_run(rounds, HB_SAMPLE_TIME, 0, error) : status;
}

struct hb_results *hb_throughput_results(void)
{
    static const struct hb_schema schema = {
        "throughput/1", "throughput.csv",
        "trace:text,allocator:text,round:count,status:text,ops:count,elapsed_ns:count,failures:count,"
        "first_failure:count,peak_live_bytes:count,peak_resident_bytes:count,page_faults:count,"
        "reference_ns:count"};

    return hb_results_begin(&schema);
}

static const char *round_status(const struct hb_rounds_cell *cell, const struct hb_round *round)
{
    if (round->outcome != HB_SAMPLE_OK)
        return hb_sample_outcome_name(round->outcome);
    if (cell->cut)
        return hb_sample_outcome_name(HB_SAMPLE_STOPPED);
    return round->failures > 0 ? "failed" : "ok";
}

static bool has_figures(const struct hb_round *round)
{
    return round->done && (round->outcome == HB_SAMPLE_OK || round->outcome == HB_SAMPLE_FAILED);
}

static void set_figures(struct hb_results *out, const struct hb_rounds *rounds,
                        const struct hb_rounds_cell *cell, uint32_t index)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);
    const struct hb_round *round = &cell->rounds[index];

    hb_results_set_count(out, "ops", cell->ops);
    hb_results_set_count(out, "elapsed_ns", round->elapsed_ns);
    hb_results_set_count(out, "failures", round->failures);
    if (round->first_failure != HB_NO_FAILURE)
        hb_results_set_count(out, "first_failure", round->first_failure);
    hb_results_set_count(out, "peak_live_bytes", cell->result.counts.peak_live_bytes);
    hb_results_set_count(out, "peak_resident_bytes", round->peak_resident_bytes);
    hb_results_set_count(out, "page_faults", round->page_faults);
    if (reference != NULL && has_figures(&reference->rounds[index]))
        hb_results_set_count(out, "reference_ns", reference->rounds[index].elapsed_ns);
}

void hb_throughput_write(struct hb_results *out, const struct hb_rounds *rounds)
{
    const char *trace = rounds->session->found.traces[rounds->trace].name;

    for (size_t i = 0; i < rounds->cell_count; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];

        for (uint32_t round = 0; round < rounds->round_count && !cell->reference; round++) {
            if (!cell->rounds[round].done)
                continue;
            hb_results_set_subject(out, trace, cell->candidate->name,
                                   round_status(cell, &cell->rounds[round]));
            hb_results_set_count(out, "round", round + 1);
            if (has_figures(&cell->rounds[round]))
                set_figures(out, rounds, cell, round);
            hb_results_end_row(out);
        }
    }
}

static enum hb_status answer_on_trace(struct hb_session *session, size_t trace, struct hb_results *out,
                                      unsigned *failed_cells, struct hb_error *error)
{
    struct hb_rounds rounds;
    enum hb_status status = hb_throughput_run(session, trace, &rounds, error);

    if (status == HB_OK)
        hb_throughput_write(out, &rounds);
    for (size_t i = 0; i < rounds.cell_count; i++)
        *failed_cells += hb_rounds_is_problem(&rounds.cells[i]);
    hb_rounds_close(&rounds);
    return status;
}

static enum hb_status answer_throughput(struct hb_session *session, const char *folder,
                                        unsigned *failed_cells, struct hb_error *error)
{
    struct hb_results *out = hb_throughput_results();
    enum hb_status status = HB_OK;

    if (out == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    for (size_t i = 0; i < session->found.trace_count && status == HB_OK; i++) {
        bool usable;

        status = hb_session_open_trace(session, i, &usable, error);
        if (status == HB_OK && usable)
            status = answer_on_trace(session, i, out, failed_cells, error);
        *failed_cells += !usable;
    }
    hb_session_note_floor(session);
    if (status == HB_OK)
        status = hb_results_write(out, folder, &session->provenance, error);
    hb_results_free(out);
    return status;
}

static enum hb_status measure_throughput(struct hb_session *session, const struct hb_candidate *candidate,
                                         size_t trace, unsigned variant, struct hb_measurement *measurement,
                                         struct hb_error *error)
{
    uint64_t ops;
    enum hb_status status = hb_session_cut(session, trace, candidate, &ops, error);

    (void)variant;
    return status == HB_OK ? hb_measure_time(session, candidate, trace, ops, 0, measurement, error) : status;
}

const struct hb_question hb_question_throughput = {
    .name = "throughput",
    .files = "throughput.csv",
    .step_limit = 200000000,
    .rounds = 5,
    .takes_untouchable = true,
    .measure = measure_throughput,
    .answer = answer_throughput,
};
