/*
 * run_rows.c - a row for each allocator on a trace: its figures, or why it has none, in the order of a
 * ranking.
 */
#include "bench/question/run_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "bench/sample/verdict.h"

enum { LEAST_LIVE_BYTES = 1 << 20 }; /* results/README.md: no ratio of whole pages to less */

static void take_figures(struct hb_run_row *row, const struct hb_rounds *rounds,
                         const struct hb_rounds_cell *cell)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);
    struct hb_stats_spread spread = hb_rounds_spread(rounds, cell);

    row->ns = spread.median;
    row->ns_min = spread.min;
    row->ns_max = spread.max;
    row->ratio = hb_rounds_ratio(rounds, cell);
    row->reference_ns = reference != NULL ? hb_rounds_ns_per_op(rounds, reference) : 0;
    row->peak_live_bytes = cell->result.counts.peak_live_bytes;
    row->peak_resident_bytes = hb_rounds_peak_resident(rounds, cell);
    row->has_memory = !cell->candidate->untouchable;
    if (row->has_memory && row->peak_live_bytes >= LEAST_LIVE_BYTES)
        row->over_live = (double)row->peak_resident_bytes / (double)row->peak_live_bytes;
    row->failures = cell->result.counts.failures;
    row->first_failure = cell->result.counts.first_failure;
}

static void take_warning(struct hb_run_row *row, const struct hb_rounds *rounds,
                         const struct hb_rounds_cell *cell)
{
    const struct hb_sample_result *check = hb_checks_known(rounds->session, rounds->trace, cell->candidate);

    if (check != NULL)
        hb_verdict_warn(check, row->warning, sizeof row->warning);
}

static struct hb_run_row make_row(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                  uint64_t trace_ops)
{
    struct hb_run_row row = {
        .trace = rounds->session->found.traces[rounds->trace].name,
        .allocator = cell->candidate->name,
        .status = hb_rounds_status(cell),
        .has_figures = !hb_rounds_is_failed(cell),
        .cut = cell->cut,
        .ops = cell->ops,
        .trace_ops = trace_ops,
        .first_failure = HB_NO_FAILURE,
    };

    if (row.has_figures)
        take_figures(&row, rounds, cell);
    if (hb_rounds_is_problem(cell))
        hb_verdict_describe(&cell->result, row.problem, sizeof row.problem);
    take_warning(&row, rounds, cell);
    return row;
}

/* 0: ranked. */
static int badness(const struct hb_run_row *row)
{
    if (row->problem[0] != '\0')
        return row->has_figures ? 2 : 3;
    return row->failures > 0;
}

static int compare_rows(const void *left, const void *right)
{
    const struct hb_run_row *a = left, *b = right;

    if (badness(a) != badness(b))
        return badness(a) - badness(b);
    if (a->ns != b->ns)
        return a->ns < b->ns ? -1 : 1;
    return strcmp(a->allocator, b->allocator);
}

struct hb_run_row *hb_run_rows(const struct hb_rounds *rounds, uint64_t trace_ops, size_t *count)
{
    struct hb_run_row *rows = calloc(rounds->cell_count + 1, sizeof *rows);

    *count = 0;
    for (size_t i = 0; rows != NULL && i < rounds->cell_count; i++)
        if (!rounds->cells[i].reference)
            rows[(*count)++] = make_row(rounds, &rounds->cells[i], trace_ops);
    if (rows != NULL)
        qsort(rows, *count, sizeof *rows, compare_rows);
    return rows;
}
