/*
 * run_rows.c - a row for each allocator on a trace: its figures, or why it has none, in the order of a
 * ranking.
 */
#include "bench/tool/run/run_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bench/replay/schedule.h"
#include "bench/sample/verdict.h"

enum { LEAST_LIVE_BYTES = 1 << 20 }; /* results/README.md: no ratio of whole pages to less */

/* -- one row -- */

static enum hb_run_group group_of(const struct hb_rounds_cell *cell)
{
    if (strcmp(cell->candidate->name, HB_FLOOR) == 0)
        return HB_RUN_FLOOR;
    return hb_compare_is_rival(cell) ? HB_RUN_RIVAL : HB_RUN_OTHER;
}

static void take_memory(struct hb_run_row *row, const struct hb_rounds *rounds,
                        const struct hb_rounds_cell *cell)
{
    row->peak_live_bytes = cell->result.counts.peak_live_bytes;
    row->peak_resident_bytes = hb_rounds_median(rounds, cell, offsetof(struct hb_round, peak_resident_bytes));
    row->end_resident_bytes = hb_rounds_median(rounds, cell, offsetof(struct hb_round, end_resident_bytes));
    row->page_faults = hb_rounds_median(rounds, cell, offsetof(struct hb_round, page_faults));
    row->has_memory = !cell->candidate->untouchable;
    if (row->has_memory && row->peak_live_bytes >= LEAST_LIVE_BYTES)
        row->over_live = (double)row->peak_resident_bytes / (double)row->peak_live_bytes;
}

static double mean_system_ns(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    uint64_t sum = 0, ops = 0;

    for (uint32_t i = 0; i < rounds->round_count; i++) {
        sum += cell->rounds[i].done ? cell->rounds[i].system_ns : 0;
        ops += cell->rounds[i].done ? cell->ops : 0;
    }
    return ops > 0 ? (double)sum / (double)ops : 0;
}

static enum hb_status take_figures(struct hb_run_row *row, const struct hb_rounds *rounds,
                                   enum hb_rounds_clock clock, struct hb_error *error)
{
    const struct hb_rounds_cell *cell = row->cell, *reference = hb_rounds_reference(rounds, cell);

    for (uint32_t i = 0; i < rounds->round_count; i++)
        row->rounds += cell->rounds[i].done;
    row->ns = hb_rounds_spread(rounds, cell, HB_ROUNDS_ELAPSED);
    row->cpu_ns = hb_rounds_spread(rounds, cell, HB_ROUNDS_CPU);
    row->order = clock == HB_ROUNDS_CPU ? row->cpu_ns.median : row->ns.median;
    row->reference_ns = reference != NULL ? hb_rounds_ns_per_op(rounds, reference) : 0;
    row->failures = cell->result.counts.failures;
    row->first_failure = cell->result.counts.first_failure;
    row->system_ns = mean_system_ns(rounds, cell);
    row->threads = cell->result.threads;
    row->waiting = hb_rounds_waiting(rounds, cell);
    row->replay_peak_live_bytes =
        hb_rounds_median(rounds, cell, offsetof(struct hb_round, threads.peak_live_bytes));
    take_memory(row, rounds, cell);
    return hb_compare(rounds, cell, clock, &row->compared, error);
}

static void take_warning(struct hb_run_row *row, const struct hb_rounds *rounds)
{
    const struct hb_sample_result *check =
        hb_checks_known(rounds->session, rounds->trace, row->cell->candidate);

    if (check != NULL)
        hb_verdict_warn(check, row->warning, sizeof row->warning);
    if (row->warning[0] == '\0' && row->problem[0] == '\0' && row->cell->candidate->printed[0] != '\0')
        snprintf(row->warning, sizeof row->warning, "it prints, when it is loaded: %s",
                 row->cell->candidate->printed);
}

static enum hb_status make_row(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                               enum hb_rounds_clock clock, struct hb_run_row *row, struct hb_error *error)
{
    *row = (struct hb_run_row){
        .cell = cell,
        .allocator = cell->candidate->name,
        .status = hb_rounds_status(cell),
        .group = group_of(cell),
        .has_figures = !hb_rounds_is_failed(cell),
        .first_failure = HB_NO_FAILURE,
    };
    if (hb_rounds_is_problem(cell))
        hb_verdict_describe(&cell->result, row->problem, sizeof row->problem);
    take_warning(row, rounds);
    return row->has_figures ? take_figures(row, rounds, clock, error) : HB_OK;
}

/* -- all of them -- */

static int compare_estimates(const void *left, const void *right)
{
    const struct hb_run_ranked *a = left, *b = right;

    return (a->ratio->estimate > b->ratio->estimate) - (a->ratio->estimate < b->ratio->estimate);
}

void hb_run_rank(struct hb_run_ranked *rows, size_t count)
{
    double highest = 0; /* of those that share the rank */
    unsigned rank = 0;

    if (count > 1)
        qsort(rows, count, sizeof *rows, compare_estimates);
    for (size_t i = 0; i < count; i++) {
        assert(rows[i].ratio != NULL && rows[i].rank != NULL);
        if (rows[i].ratio->low > highest)
            rank = (unsigned)i + 1;
        if (rows[i].ratio->high > highest)
            highest = rows[i].ratio->high;
        *rows[i].rank = rank;
    }
}

/* Has it done all that it was asked for? */
static bool is_whole(const struct hb_rounds_cell *cell)
{
    return cell != NULL && !hb_rounds_is_problem(cell) && cell->result.counts.failures == 0;
}

/* Is there to be a verdict? Not on a trace that is over too soon, nor where times are mostly waiting for a
 * turn, nor of an allocator, or to a baseline, with a problem or without room. */
static bool is_judged(const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    return !trace->for_memory && row->group == HB_RUN_RIVAL && is_whole(row->cell) &&
           is_whole(hb_rounds_reference(trace->rounds, row->cell)) && trace->ops >= HB_COMPARE_LEAST_OPS;
}

static void judge_rows(struct hb_run_trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        struct hb_compared *compared = &trace->rows[i].compared;

        if (trace->for_memory)
            trace->rows[i].order = (double)trace->rows[i].peak_resident_bytes;
        if (is_judged(trace, &trace->rows[i]) || compared->verdict == HB_COMPARED_REFERENCE)
            continue;
        compared->verdict = HB_COMPARED_NOT_KNOWN;
        compared->more_rounds = 0;
    }
}

static enum hb_status rank_rows(struct hb_run_trace *trace, struct hb_error *error)
{
    struct hb_run_ranked *ranked = calloc(trace->count + 1, sizeof *ranked);

    if (ranked == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
    for (size_t i = 0; i < trace->count; i++) {
        struct hb_run_row *row = &trace->rows[i];

        trace->rivals += row->group == HB_RUN_RIVAL;
        if (is_judged(trace, row) && row->compared.ratio.low > 0)
            ranked[trace->ranked++] = (struct hb_run_ranked){&row->compared.ratio, &row->rank};
    }
    hb_run_rank(ranked, trace->ranked);
    free(ranked);
    return HB_OK;
}

/* 0: nothing is wrong with it. */
static int badness(const struct hb_run_row *row)
{
    if (row->problem[0] != '\0')
        return row->has_figures ? 2 : 3;
    return row->failures > 0;
}

/* What rows are ordered by: the ratio, of which a verdict is; without one, the time, or the peak. */
static double order_of(const struct hb_run_row *row)
{
    return row->rank > 0 ? row->compared.ratio.estimate : row->order;
}

static int compare_rows(const void *left, const void *right)
{
    const struct hb_run_row *a = left, *b = right;

    if (a->group != b->group)
        return (int)a->group - (int)b->group;
    if (badness(a) != badness(b))
        return badness(a) - badness(b);
    if (order_of(a) != order_of(b))
        return order_of(a) < order_of(b) ? -1 : 1;
    return strcmp(a->allocator, b->allocator);
}

/* The calls of a rival on the whole trace, against the baseline's. */
static void find_worths(struct hb_run_trace *trace)
{
    const struct hb_rounds *rounds = trace->rounds;
    struct hb_worth_times times = {.program_cpu_ns = trace->program_cpu_ns, .ops = trace->ops};

    if (rounds->null != NULL)
        times.null_ns = hb_rounds_spread(rounds, rounds->null, HB_ROUNDS_CPU).median;
    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].compared.verdict == HB_COMPARED_REFERENCE)
            times.baseline_ns = trace->rows[i].cpu_ns.median;
    for (size_t i = 0; i < trace->count; i++) {
        struct hb_run_row *row = &trace->rows[i];

        times.allocator_ns = row->cpu_ns.median;
        if (row->group == HB_RUN_RIVAL && row->problem[0] == '\0' && row->failures == 0 &&
            trace->replay_threads == 1) /* threads spend it on waiting for each other, too */
            row->worth = hb_worth_compute(&times);
    }
}

static enum hb_status make_rows(const struct hb_rounds *rounds, struct hb_run_trace *trace,
                                struct hb_error *error)
{
    enum hb_status status = hb_noise_find(rounds, &trace->noise, error);

    for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];
        struct hb_run_row *row = &trace->rows[trace->count];

        if (cell->hidden)
            continue;
        status = make_row(rounds, cell, trace->noise.clock, row, error);
        if (hb_rounds_threads(cell) > trace->replay_threads)
            trace->replay_threads = hb_rounds_threads(cell);
        trace->count++;
        if (status == HB_OK && !cell->cut && row->peak_live_bytes > trace->peak_live_bytes)
            trace->peak_live_bytes = row->peak_live_bytes;
    }
    trace->for_memory = !hb_compare_judges_times(rounds);
    judge_rows(trace);
    find_worths(trace);
    if (status == HB_OK)
        status = rank_rows(trace, error);
    return status;
}

enum hb_status hb_run_trace_find(const struct hb_rounds *rounds, struct hb_run_trace *out,
                                 struct hb_error *error)
{
    struct hb_session *session = rounds->session;
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, rounds->trace, &prepared, error);

    if (status != HB_OK)
        return status;
    *out = (struct hb_run_trace){.rounds = rounds,
                                 .name = session->found.traces[rounds->trace].name,
                                 .baseline = session->reference != NULL ? session->reference->name : NULL,
                                 .ops = rounds->trace_ops,
                                 .streamed = prepared->path != NULL,
                                 .program_wall_ns = prepared->program_wall_ns,
                                 .program_cpu_ns = prepared->program_cpu_ns,
                                 .threads = prepared->threads,
                                 .replay_threads = 1,
                                 .has_times = hb_recorded_is_known(prepared),
                                 .recorded_s = hb_paced_seconds(prepared, prepared->op_count, 1),
                                 .touched =
                                     session->options.touch == HB_TOUCH_PAGE ? prepared->touched_count : 0,
                                 .rows = calloc(rounds->cell_count + 1, sizeof *out->rows)};
    if (out->rows == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
    status = make_rows(rounds, out, error);
    if (status == HB_OK && rounds->null != NULL)
        out->null_ns = hb_rounds_spread(rounds, rounds->null, out->noise.clock).median;
    if (status == HB_OK)
        qsort(out->rows, out->count, sizeof *out->rows, compare_rows);
    else
        hb_run_trace_clear(out);
    return status;
}

void hb_run_trace_clear(struct hb_run_trace *trace)
{
    hb_noise_clear(&trace->noise);
    free(trace->rows);
    trace->rows = NULL;
}
