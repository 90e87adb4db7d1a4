/* report_throughput.c - the ranking: time per operation and memory of each allocator, trace by
 * trace. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/stats.h"
#include "bench/report/report_cells.h"
#include "bench/report/report_tables.h"

/* All rounds of one allocator on one trace. */
enum { MAX_ROUNDS = 10001 };

struct contender {
    const char *allocator;
    const char *status;            /* the worst that happened in a round */
    double ns[MAX_ROUNDS];         /* per operation, by round; 0 where there is no figure */
    double reference[MAX_ROUNDS];  /* the baseline's for the same operations; 0 where there is none */
    double resident[MAX_ROUNDS];   /* peak bytes, by round; NAN where it is not known */
    size_t measured;               /* rounds with a figure */
    struct hb_stats_spread spread; /* of those that there are */
    double ratio;                  /* to the baseline, NAN where either has none */
    double resident_bytes, live_bytes, failures, ops;
};

/* results/README.md, "Fragmentation": no ratio of whole pages to less. */
enum { COLUMNS = 8, LEAST_LIVE_BYTES = 1 << 20 };

struct ranking {
    const char *clock, *reference_clock; /* columns */
    struct contender contender[HB_REPORT_MAX_NAMES];
    size_t count;
};

/* How bad a status is: a crash in one round must not hide behind the others. */
static int badness(const char *status)
{
    return strcmp(status, "ok") == 0 ? 0 : hb_report_has_figures(status) ? 1 : 2;
}

static void note_peak(double *peak, double value)
{
    if (isnan(*peak) || value > *peak)
        *peak = value;
}

/* By processor time where one replay in ten waited for a processor, as `heapbench run` decides it. */
static void choose_clock(const struct hb_csv *csv, const char *trace, struct ranking *ranking)
{
    size_t replays = 0, waited = 0;

    for (size_t row = 0; row < hb_csv_rows(csv); row++) {
        double elapsed = hb_csv_value(csv, row, "elapsed_ns"), cpu = hb_csv_value(csv, row, "cpu_ns");

        if (!hb_csv_is(csv, row, "trace", trace) || isnan(elapsed) || isnan(cpu))
            continue;
        replays++;
        waited += elapsed > 1.02 * cpu;
    }
    ranking->clock = waited * 10 > replays ? "cpu_ns" : "elapsed_ns";
    ranking->reference_clock = waited * 10 > replays ? "reference_cpu_ns" : "reference_ns";
}

static void take_row(const struct hb_csv *csv, size_t row, const struct ranking *ranking,
                     struct contender *contender)
{
    const char *status = hb_csv_field(csv, row, "status");
    double ns = hb_csv_value(csv, row, ranking->clock) / hb_csv_value(csv, row, "ops");
    double reference = hb_csv_value(csv, row, ranking->reference_clock) / hb_csv_value(csv, row, "ops");
    double round = hb_csv_value(csv, row, "round");

    if (badness(status) >= badness(contender->status))
        contender->status = status;
    if (!hb_report_has_figures(status) || !isfinite(ns) || !(round < MAX_ROUNDS))
        return;
    contender->ns[(size_t)round] = ns;
    contender->reference[(size_t)round] = reference > 0 && isfinite(reference) ? reference : 0;
    contender->resident[(size_t)round] = hb_csv_value(csv, row, "peak_resident_bytes");
    note_peak(&contender->live_bytes, hb_csv_value(csv, row, "peak_live_bytes"));
    note_peak(&contender->failures, hb_csv_value(csv, row, "failures"));
    note_peak(&contender->ops, hb_csv_value(csv, row, "ops"));
}

static void spread_rounds(struct contender *contender)
{
    double known[MAX_ROUNDS];
    size_t resident = 0;

    for (size_t i = 0; i < MAX_ROUNDS; i++)
        if (contender->ns[i] > 0 && !isnan(contender->resident[i]))
            known[resident++] = contender->resident[i];
    if (resident > 0)
        contender->resident_bytes = hb_stats_median(known, resident);
    for (size_t i = 0; i < MAX_ROUNDS; i++)
        if (contender->ns[i] > 0)
            known[contender->measured++] = contender->ns[i];
    if (contender->measured > 0)
        contender->spread = hb_stats_spread(known, contender->measured);
}

/* False where the trace has no row of this allocator. */
static bool gather(const struct hb_csv *csv, const char *trace, const char *allocator,
                   const struct ranking *ranking, struct contender *contender)
{
    int trace_column = hb_csv_column(csv, "trace"), allocator_column = hb_csv_column(csv, "allocator");
    bool found = false;

    memset(contender, 0, sizeof *contender);
    contender->allocator = allocator;
    contender->status = "ok";
    contender->ratio = contender->resident_bytes = contender->live_bytes = (double)NAN;
    contender->failures = contender->ops = (double)NAN;
    for (size_t row = 0; row < hb_csv_rows(csv); row++)
        if (strcmp(hb_csv_text(csv, row, trace_column), trace) == 0 &&
            strcmp(hb_csv_text(csv, row, allocator_column), allocator) == 0) {
            take_row(csv, row, ranking, contender);
            found = true;
        }
    spread_rounds(contender);
    return found;
}

/* One that returned NULL where others did not is no rival of theirs, however fast; nor is the harness's own
 * cost. */
static int class_of(const struct contender *contender)
{
    if (strcmp(contender->allocator, "null") == 0)
        return 3;
    return !contender->measured ? 2 : strcmp(contender->status, "failed") == 0;
}

/* Fastest first; those without a figure last, by name. */
static int by_rank(const void *a, const void *b)
{
    const struct contender *x = a, *y = b;

    if (class_of(x) != class_of(y))
        return class_of(x) - class_of(y);
    if (x->spread.median != y->spread.median)
        return x->spread.median < y->spread.median ? -1 : 1;
    return strcmp(x->allocator, y->allocator);
}

/* Each contender's ratio to the baseline, where that is known. */
static void compare(struct ranking *ranking)
{
    static double scratch[2 * MAX_ROUNDS];

    for (size_t i = 0; i < ranking->count; i++) {
        struct contender *contender = &ranking->contender[i];
        double ratio = hb_stats_paired_ratio(contender->ns, contender->reference, MAX_ROUNDS, scratch);

        contender->ratio = ratio > 0 ? ratio : (double)NAN;
    }
}

static void rank(const struct hb_csv *csv, const char *trace, const struct hb_report_names *allocators,
                 struct ranking *ranking)
{
    ranking->count = 0;
    choose_clock(csv, trace, ranking);
    for (size_t i = 0; i < allocators->count; i++)
        if (gather(csv, trace, allocators->name[i], ranking, &ranking->contender[ranking->count]))
            ranking->count++;
    compare(ranking);
    qsort(ranking->contender, ranking->count, sizeof *ranking->contender, by_rank);
}

/* What sets a row apart: how far a replay came that was stopped, or why there is no figure. */
static void print_name(FILE *out, const struct contender *contender)
{
    char note[64] = "";

    if (strcmp(contender->status, "stopped") == 0)
        snprintf(note, sizeof note, "first %.0f operations", contender->ops);
    else if (badness(contender->status) > 0)
        snprintf(note, sizeof note, "%.60s", contender->status);
    hb_cell_noted(out, contender->allocator, note);
}

static void print_contender(FILE *out, const struct contender *contender)
{
    double unknown = (double)NAN;
    bool shown = contender->measured > 0, paged = contender->live_bytes >= LEAST_LIVE_BYTES;

    fputs("<tr>", out);
    print_name(out, contender);
    hb_cell_ns(out, shown ? contender->spread.median : unknown);
    hb_cell_ns(out, shown ? contender->spread.min : unknown);
    hb_cell_ns(out, shown ? contender->spread.max : unknown);
    hb_cell_ratio(out, contender->ratio);
    hb_cell_bytes(out, contender->resident_bytes);
    hb_cell_ratio(out, paged && contender->resident_bytes > 0
                           ? contender->resident_bytes / contender->live_bytes
                           : unknown);
    hb_cell_count(out, contender->failures);
    fputs("</tr>\n", out);
}

static void print_ranking(FILE *out, const char *trace, const struct ranking *ranking)
{
    char name[400];
    size_t rounds = 0;

    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->contender[i].measured > rounds)
            rounds = ranking->contender[i].measured;
    snprintf(name, sizeof name, "%.256s: %s%s", trace, hb_show_counted(rounds, "round").text,
             strcmp(ranking->clock, "cpu_ns") == 0 ? ", by processor time" : "");
    hb_report_table_group(out, name, COLUMNS);
    for (size_t i = 0; i < ranking->count; i++)
        print_contender(out, &ranking->contender[i]);
    fputs("</tbody>\n", out);
}

void hb_report_throughput(FILE *out, const struct hb_csv *throughput)
{
    char over[80] = "over the baseline";
    const char *const columns[COLUMNS] = {"allocator", "time per operation", "fastest round", "slowest round",
                                          over,        "peak memory",        "over live",     "NULLs"};
    struct ranking *ranking = malloc(sizeof *ranking);
    struct hb_report_names traces, allocators, references;

    if (ranking == NULL)
        return;
    hb_report_names_collect(throughput, "reference", &references);
    if (references.count == 1)
        snprintf(over, sizeof over, "over %.60s", references.name[0]);
    hb_report_names_collect(throughput, "trace", &traces);
    hb_report_names_collect(throughput, "allocator", &allocators);
    hb_report_table_open(out, columns, COLUMNS, 1);
    for (size_t i = 0; i < traces.count; i++) {
        rank(throughput, traces.name[i], &allocators, ranking);
        print_ranking(out, traces.name[i], ranking);
    }
    hb_report_table_close(out);
    free(ranking);
}
