/*
 * rounds.c - rounds of samples, interleaved in shuffled order, and the statistics over them.
 */
#include "bench/question/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/stats.h"
#include "bench/sample/verdict.h"

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the samples of a comparison");
}

enum hb_status hb_rounds_open(struct hb_rounds *rounds, struct hb_session *session, size_t trace,
                              struct hb_error *error)
{
    size_t most = 2 * session->found.candidate_count; /* each, and a reference for each */
    enum hb_status status;

    memset(rounds, 0, sizeof *rounds);
    status = hb_session_trace_ops(session, trace, &rounds->trace_ops, error);
    if (status != HB_OK)
        return status;
    rounds->session = session;
    rounds->trace = trace;
    rounds->round_count = session->options.rounds;
    rounds->cells = calloc(most, sizeof *rounds->cells);
    rounds->scratch = malloc(4 * (size_t)rounds->round_count * sizeof *rounds->scratch);
    return rounds->cells != NULL && rounds->scratch != NULL ? HB_OK : out_of_memory(error);
}

void hb_rounds_close(struct hb_rounds *rounds)
{
    for (size_t i = 0; i < rounds->cell_count; i++) {
        hb_sample_result_clear(&rounds->cells[i].result);
        free(rounds->cells[i].rounds);
        free(rounds->cells[i].window_ns);
    }
    free(rounds->cells);
    free(rounds->scratch);
    memset(rounds, 0, sizeof *rounds);
}

enum hb_status hb_rounds_add(struct hb_rounds *rounds, const struct hb_candidate *candidate, uint64_t ops,
                             struct hb_error *error)
{
    struct hb_rounds_cell *cell = &rounds->cells[rounds->cell_count];

    cell->rounds = calloc(rounds->round_count, sizeof *cell->rounds);
    if (cell->rounds == NULL)
        return out_of_memory(error);
    cell->candidate = candidate;
    cell->ops = ops;
    cell->cut = ops < rounds->trace_ops && candidate->walks;
    rounds->cell_count++;
    return HB_OK;
}

static const struct hb_rounds_cell *find_reference(const struct hb_rounds *rounds, uint64_t ops)
{
    for (size_t i = 0; i < rounds->cell_count; i++)
        if (rounds->cells[i].ops == ops && strcmp(rounds->cells[i].candidate->name, HB_REFERENCE) == 0)
            return &rounds->cells[i];
    return NULL;
}

enum hb_status hb_rounds_add_reference(struct hb_rounds *rounds, uint64_t ops, struct hb_error *error)
{
    const struct hb_candidate *reference = hb_discovery_find(&rounds->session->found, HB_REFERENCE);
    enum hb_status status;

    if (reference == NULL || find_reference(rounds, ops) != NULL)
        return HB_OK;
    status = hb_rounds_add(rounds, reference, ops, error);
    if (status == HB_OK)
        rounds->cells[rounds->cell_count - 1].reference = true;
    return status;
}

const struct hb_rounds_cell *hb_rounds_reference(const struct hb_rounds *rounds,
                                                 const struct hb_rounds_cell *cell)
{
    return find_reference(rounds, cell->ops);
}

bool hb_rounds_is_failed(const struct hb_rounds_cell *cell)
{
    return !hb_verdict_has_figures(&cell->result);
}

bool hb_rounds_is_problem(const struct hb_rounds_cell *cell)
{
    return hb_verdict_is_problem(&cell->result);
}

const char *hb_rounds_status(const struct hb_rounds_cell *cell)
{
    return hb_verdict_status(&cell->result, cell->cut);
}

/* Keeps what one sample found. False when out of memory. */
static bool keep(struct hb_rounds *rounds, struct hb_rounds_cell *cell, uint32_t round,
                 struct hb_sample_result *result)
{
    bool first = round == 0 || hb_verdict_is_problem(result);

    cell->rounds[round] = (struct hb_round){.done = true,
                                            .outcome = result->outcome,
                                            .elapsed_ns = result->elapsed_ns,
                                            .failures = result->counts.failures,
                                            .first_failure = result->counts.first_failure,
                                            .peak_resident_bytes = result->peak_resident_bytes,
                                            .page_faults = result->page_faults};
    if (rounds->points > 0 && cell->window_ns == NULL)
        cell->window_ns = calloc((size_t)rounds->points * rounds->round_count, sizeof *cell->window_ns);
    if (rounds->points > 0 && cell->window_ns == NULL)
        return false;
    for (uint32_t i = 0; i < result->point_count && i < rounds->points; i++)
        cell->window_ns[(size_t)round * rounds->points + i] = result->points[i].elapsed_ns;
    if (first) {
        hb_sample_result_clear(&cell->result);
        cell->result = *result; /* with its points */
        memset(result, 0, sizeof *result);
    }
    return true;
}

static enum hb_status run_cell(struct hb_rounds *rounds, struct hb_rounds_cell *cell, uint32_t round,
                               struct hb_error *error)
{
    struct hb_session *session = rounds->session;
    struct hb_sample_request request = {.mode = rounds->points > 0 ? HB_SAMPLE_SERIES : HB_SAMPLE_TIME,
                                        .op_limit = cell->ops,
                                        .points = rounds->points,
                                        .window_ops = rounds->trace_ops};
    struct hb_sample_result result;
    enum hb_status status;

    hb_progress_step(&session->progress, "%s: %s, round %u of %u", session->found.traces[rounds->trace].name,
                     cell->candidate->name, round + 1, rounds->round_count);
    if (round > 0 && hb_rounds_is_failed(cell))
        return HB_OK;
    status = hb_session_sample(session, rounds->trace, cell->candidate, &request, &result, error);
    if (status == HB_OK && !keep(rounds, cell, round, &result))
        status = out_of_memory(error);
    hb_sample_result_clear(&result);
    return status;
}

enum hb_status hb_rounds_run(struct hb_rounds *rounds, uint32_t windows, struct hb_error *error)
{
    size_t *order = calloc(rounds->cell_count + 1, sizeof *order);
    enum hb_status status = HB_OK;
    struct hb_random random;

    if (order == NULL)
        return out_of_memory(error);
    rounds->points = windows;
    if (rounds->points > rounds->trace_ops)
        rounds->points = rounds->trace_ops > 0 ? (uint32_t)rounds->trace_ops : 1;
    hb_random_seed(&random, rounds->session->options.seed + rounds->trace);
    for (size_t i = 0; i < rounds->cell_count; i++)
        order[i] = i;
    for (uint32_t round = 0; round < rounds->round_count && status == HB_OK; round++) {
        hb_random_shuffle(&random, order, rounds->cell_count);
        for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++)
            status = run_cell(rounds, &rounds->cells[order[i]], round, error);
    }
    free(order);
    return status;
}

/* Nanoseconds per operation of each round; 0 for a round without figures. */
static void figures(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell, double *out)
{
    for (uint32_t i = 0; i < rounds->round_count; i++)
        out[i] = hb_rounds_is_failed(cell) || !cell->rounds[i].done || cell->ops == 0
                     ? 0
                     : (double)cell->rounds[i].elapsed_ns / (double)cell->ops;
}

struct hb_stats_spread hb_rounds_spread(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    figures(rounds, cell, rounds->scratch);
    return hb_stats_spread(rounds->scratch, rounds->round_count);
}

double hb_rounds_ns_per_op(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    return hb_rounds_spread(rounds, cell).median;
}

double hb_rounds_ratio_to(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                          const struct hb_rounds_cell *reference)
{
    size_t count = rounds->round_count;

    figures(rounds, cell, rounds->scratch);
    figures(rounds, reference, rounds->scratch + count);
    return hb_stats_paired_ratio(rounds->scratch, rounds->scratch + count, count,
                                 rounds->scratch + 2 * count);
}

double hb_rounds_ratio(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);

    return reference != NULL ? hb_rounds_ratio_to(rounds, cell, reference) : 0;
}

double hb_rounds_window_ns(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell, uint32_t window)
{
    if (hb_rounds_is_failed(cell) || cell->window_ns == NULL || window >= rounds->points)
        return 0;
    for (uint32_t i = 0; i < rounds->round_count; i++)
        rounds->scratch[i] = (double)cell->window_ns[(size_t)i * rounds->points + window];
    return hb_stats_median(rounds->scratch, rounds->round_count);
}

uint64_t hb_rounds_peak_resident(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    for (uint32_t i = 0; i < rounds->round_count; i++)
        rounds->scratch[i] = (double)cell->rounds[i].peak_resident_bytes;
    return (uint64_t)hb_stats_median(rounds->scratch, rounds->round_count);
}
