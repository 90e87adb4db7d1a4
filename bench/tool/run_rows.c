/*
 * run_rows - see run_rows.h.
 */
#include "bench/tool/run_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/stats.h"
#include "bench/sample/verdict.h"
#include "bench/tool/command_common.h"

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

/* "1.5 MiB"; a figure of three digits or so. */
static const char *show_bytes(char *out, size_t bytes, uint64_t value)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double shown = (double)value;
    unsigned unit = 0;

    for (; shown >= 1000 && unit < 4; unit++)
        shown /= 1024;
    snprintf(out, bytes, unit == 0 ? "%.0f %s" : shown < 10 ? "%.2f %s" : "%.1f %s", shown, units[unit]);
    return out;
}

/* Three digits or more, whatever the size. */
static const char *show_number(char *out, size_t bytes, double value)
{
    snprintf(out, bytes, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%.0f", value);
    return out;
}

static int name_width(const struct hb_run_row *rows, size_t count)
{
    size_t width = 10;

    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].allocator) + rows[i].cut > width)
            width = strlen(rows[i].allocator) + rows[i].cut;
    return width > 40 ? 40 : (int)width;
}

static void print_figures(FILE *out, const struct hb_run_row *row)
{
    char text[5][32], span[72];

    snprintf(span, sizeof span, "%s - %s", show_number(text[0], sizeof text[0], row->ns_min),
             show_number(text[1], sizeof text[1], row->ns_max));
    fprintf(out, " %9s  %-17s", show_number(text[2], sizeof text[2], row->ns), span);
    fprintf(out, " %9s", row->ratio > 0 ? show_number(text[3], sizeof text[3], row->ratio) : "");
    fprintf(out, "  %10s",
            row->has_memory ? show_bytes(text[4], sizeof text[4], row->peak_resident_bytes) : "");
    if (row->over_live > 0)
        fprintf(out, "  %9.2f", row->over_live);
    else
        fprintf(out, "  %9s", "");
    fprintf(out, "  %8" PRIu64 "\n", row->failures);
}

static void print_row(FILE *out, const struct hb_run_row *row, int width)
{
    char name[64];

    hb_printable(name, sizeof name - 1, row->allocator, "");
    if (row->cut)
        strcat(name, "*");
    fprintf(out, "  %-*s", width, name);
    if (row->problem[0] == '\0')
        print_figures(out, row);
    else
        fprintf(out, " %s\n", row->problem);
}

static void print_heading(FILE *out, const struct hb_run_row *rows, size_t count, int width)
{
    char ops[64], live[32];
    uint64_t peak_live = 0;

    for (size_t i = 0; i < count; i++)
        if (!rows[i].cut && rows[i].peak_live_bytes > peak_live)
            peak_live = rows[i].peak_live_bytes;
    fprintf(out, "%s: %s", rows[0].trace, hb_counted(ops, sizeof ops, rows[0].trace_ops, "operation"));
    if (peak_live > 0)
        fprintf(out, ", %s live at most", show_bytes(live, sizeof live, peak_live));
    fprintf(out, "\n  %-*s %9s  %-17s %9s  %10s  %9s  %8s\n", width, "", "ns per op", "least - most",
            "to " HB_REFERENCE, "peak mem", "over live", "failures");
}

static bool any_broken(const struct hb_run_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].status, hb_sample_outcome_name(HB_SAMPLE_BROKEN)) == 0)
            return true;
    return false;
}

void hb_run_rows_print(FILE *out, const struct hb_run_row *rows, size_t count)
{
    int width = name_width(rows, count);
    char number[32], ops[64];

    if (count == 0)
        return;
    print_heading(out, rows, count, width);
    for (size_t i = 0; i < count; i++)
        print_row(out, &rows[i], width);
    if (any_broken(rows, count))
        fputs("  ! broken: wrong in a check before the rounds; --no-check measures it all the same\n", out);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].warning[0] != '\0')
            fprintf(out, "  ! %s: %s\n", rows[i].allocator, rows[i].warning);
        if (!rows[i].cut || !rows[i].has_figures)
            continue;
        fprintf(out, "  * %s: the first %s only", rows[i].allocator,
                hb_counted(ops, sizeof ops, rows[i].ops, "operation"));
        if (rows[i].reference_ns > 0)
            fprintf(out, ", of which " HB_REFERENCE " takes %s ns each",
                    show_number(number, sizeof number, rows[i].reference_ns));
        fputc('\n', out);
    }
    fputc('\n', out);
}

static json_t *known_real(double value)
{
    return value > 0 ? json_real(value) : json_null();
}

static json_t *row_json(const struct hb_run_row *row, uint32_t rounds)
{
    json_t *object =
        json_pack("{s:o, s:o, s:s, s:I, s:I, s:i}", "trace", hb_json_text(row->trace), "allocator",
                  hb_json_text(row->allocator), "status", row->status, "ops", (json_int_t)row->ops,
                  "trace_ops", (json_int_t)row->trace_ops, "rounds", (int)rounds);
    int failed = object == NULL;

    if (!failed && row->problem[0] != '\0')
        failed = json_object_set_new(object, "problem", hb_json_text(row->problem));
    if (!failed && row->warning[0] != '\0')
        failed = json_object_set_new(object, "warning", hb_json_text(row->warning));
    if (failed || !row->has_figures)
        return object;
    failed |= json_object_set_new(object, "ns_per_op", json_real(row->ns));
    failed |= json_object_set_new(object, "ns_per_op_min", json_real(row->ns_min));
    failed |= json_object_set_new(object, "ns_per_op_max", json_real(row->ns_max));
    failed |= json_object_set_new(object, "ratio_to_glibc", known_real(row->ratio));
    failed |= json_object_set_new(object, "peak_live_bytes", json_integer((json_int_t)row->peak_live_bytes));
    failed |= json_object_set_new(object, "peak_resident_bytes",
                                  json_integer((json_int_t)row->peak_resident_bytes));
    failed |= json_object_set_new(object, "memory_over_live", known_real(row->over_live));
    failed |= json_object_set_new(object, "failures", json_integer((json_int_t)row->failures));
    failed |= json_object_set_new(
        object, "first_failure",
        row->first_failure != HB_NO_FAILURE ? json_integer((json_int_t)row->first_failure) : json_null());
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

bool hb_run_rows_append_json(json_t *array, const struct hb_run_row *rows, size_t count, uint32_t rounds)
{
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(array, row_json(&rows[i], rounds)) != 0)
            return false;
    return true;
}
