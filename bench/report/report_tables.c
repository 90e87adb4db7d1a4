/* report_tables.c - the tables about the simple allocator, and the least memory with each. */
#include "bench/report/report_tables.h"

#include <math.h>

#include "bench/report/report_cells.h"
#include "bench/report/report_html.h"

static bool measured(const struct hb_csv *csv, size_t row)
{
    return hb_report_has_figures(hb_csv_field(csv, row, "status"));
}

static void print_walks(FILE *out, const struct hb_csv *csv, size_t row)
{
    fputs("<tr>", out);
    hb_cell_text(out, hb_csv_field(csv, row, "trace"));
    hb_cell_count(out, hb_csv_value(csv, row, "trace_ops"));
    hb_cell_count(out, hb_csv_value(csv, row, "ranges"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_mean"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_p50"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_p99"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_max"));
    hb_cell_percent(out,
                    100 * hb_csv_value(csv, row, "walk_allocated") / hb_csv_value(csv, row, "walk_total"));
    hb_cell_count(out, hb_csv_value(csv, row, "ops"));
    hb_cell_ns(out, hb_csv_value(csv, row, "ns_per_op"));
    hb_cell_ratio(out, hb_csv_value(csv, row, "ratio_to_glibc"));
    fputs("</tr>\n", out);
}

void hb_report_walks(FILE *out, const struct hb_csv *walk_summary)
{
    static const char *const columns[] = {
        "trace",   "operations",   "ranges at the end",  "mean walk",    "median",    "99th pct.",
        "longest", "of allocated", "timed on the first", "time per op.", "over glibc"};

    hb_report_table_open(out, columns, sizeof columns / sizeof *columns, 1);
    for (size_t row = 0; row < hb_csv_rows(walk_summary); row++)
        if (hb_csv_is(walk_summary, row, "allocator", "simple") && measured(walk_summary, row))
            print_walks(out, walk_summary, row);
    hb_report_table_close(out);
}

/* null and bump take nothing back, so their heap over live bytes says nothing of fragmentation. */
static bool fragments(const struct hb_csv *csv, size_t row)
{
    return !hb_csv_is(csv, row, "allocator", "null") && !hb_csv_is(csv, row, "allocator", "bump") &&
           measured(csv, row) && !isnan(hb_csv_value(csv, row, "measure4"));
}

static void print_fragmentation(FILE *out, const struct hb_csv *csv, size_t row)
{
    static const char *const measures[] = {"measure1", "measure2", "measure3", "measure4", "payload4"};

    fputs("<tr>", out);
    hb_cell_text(out, hb_csv_field(csv, row, "allocator"));
    hb_cell_bytes(out, hb_csv_value(csv, row, "peak_live_bytes"));
    hb_cell_bytes(out, hb_csv_value(csv, row, "peak_extent_bytes"));
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        hb_cell_percent(out, hb_csv_value(csv, row, measures[i]));
    fputs("</tr>\n", out);
}

void hb_report_fragmentation(FILE *out, const struct hb_csv *fragmentation_summary)
{
    static const char *const columns[] = {"allocator",
                                          "peak live",
                                          "peak extent",
                                          "#1 mean over time",
                                          "#2 when most is live",
                                          "#3 heap at largest",
                                          "#4 peak to peak",
                                          "#4 without its records"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct hb_report_names traces;

    hb_report_names_collect(fragmentation_summary, "trace", &traces);
    hb_report_table_open(out, columns, COLUMNS, 1);
    for (size_t i = 0; i < traces.count; i++) {
        hb_report_table_group(out, traces.name[i], COLUMNS);
        for (size_t row = 0; row < hb_csv_rows(fragmentation_summary); row++)
            if (hb_csv_is(fragmentation_summary, row, "trace", traces.name[i]) &&
                fragments(fragmentation_summary, row))
                print_fragmentation(out, fragmentation_summary, row);
        fputs("</tbody>\n", out);
    }
    hb_report_table_close(out);
}

static bool row_is(const struct hb_csv *csv, size_t row, const char *trace, const char *allocator)
{
    return hb_csv_is(csv, row, "trace", trace) && hb_csv_is(csv, row, "allocator", allocator);
}

/* The row of a trace and an allocator; the number of rows where there is none. */
static size_t find_row(const struct hb_csv *csv, const char *trace, const char *allocator)
{
    size_t row = 0;

    while (row < hb_csv_rows(csv) && !row_is(csv, row, trace, allocator))
        row++;
    return row;
}

/* Of any allocator that has figures: they all replayed the same. */
static double peak_live(const struct hb_csv *csv, const char *trace)
{
    for (size_t row = 0; row < hb_csv_rows(csv); row++)
        if (hb_csv_is(csv, row, "trace", trace) && !isnan(hb_csv_value(csv, row, "peak_live_bytes")))
            return hb_csv_value(csv, row, "peak_live_bytes");
    return (double)NAN;
}

static void print_least(FILE *out, const struct hb_csv *csv, size_t row)
{
    double least = row < hb_csv_rows(csv) ? hb_csv_value(csv, row, "minimum_bytes") : (double)NAN;

    if (isnan(least) && row < hb_csv_rows(csv) && !isnan(hb_csv_value(csv, row, "failing_bytes")))
        fputs("<td>none tried sufficed</td>", out);
    else
        hb_cell_bytes(out, least);
}

void hb_report_least_memory(FILE *out, const struct hb_csv *least_memory)
{
    const char *columns[HB_REPORT_MAX_NAMES + 2] = {"trace", "peak live"};
    struct hb_report_names traces, allocators;

    hb_report_names_collect(least_memory, "trace", &traces);
    hb_report_names_collect(least_memory, "allocator", &allocators);
    for (size_t i = 0; i < allocators.count; i++)
        columns[i + 2] = allocators.name[i];
    hb_report_table_open(out, columns, allocators.count + 2, 1);
    for (size_t i = 0; i < traces.count; i++) {
        fputs("<tr>", out);
        hb_cell_text(out, traces.name[i]);
        hb_cell_bytes(out, peak_live(least_memory, traces.name[i]));
        for (size_t j = 0; j < allocators.count; j++)
            print_least(out, least_memory, find_row(least_memory, traces.name[i], allocators.name[j]));
        fputs("</tr>\n", out);
    }
    hb_report_table_close(out);
}

static void print_curve(FILE *out, const struct hb_csv *csv, size_t row)
{
    static const char *const counts[] = {"undecided_sizes", "hopeless_sizes", "simulated_sizes",
                                         "anomalous_sizes"};

    fputs("<tr>", out);
    hb_cell_text(out, hb_csv_field(csv, row, "trace"));
    hb_cell_text(out, hb_csv_field(csv, row, "allocator"));
    hb_cell_count(out, hb_csv_value(csv, row, "peak_live_bytes"));
    hb_cell_count(out, hb_csv_value(csv, row, "minimum_heap_bytes"));
    hb_cell_ratio(out,
                  hb_csv_value(csv, row, "minimum_heap_bytes") / hb_csv_value(csv, row, "peak_live_bytes"));
    hb_cell_count(out, hb_csv_value(csv, row, "high_water_bytes"));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        hb_cell_count(out, hb_csv_value(csv, row, counts[i]));
    fputs("</tr>\n", out);
}

void hb_report_curves(FILE *out, const struct hb_csv *curve_summary)
{
    static const char *const columns[] = {
        "trace",          "allocator",       "peak live, bytes",      "smallest heap",
        "over peak live", "high-water mark", "left open by the pass", "fewer than live",
        "simulated",      "anomalous sizes"};

    hb_report_table_open(out, columns, sizeof columns / sizeof *columns, 2);
    for (size_t row = 0; row < hb_csv_rows(curve_summary); row++)
        if (measured(curve_summary, row))
            print_curve(out, curve_summary, row);
    hb_report_table_close(out);
}

/* The last row of this adversary and allocator is its last phase. */
static bool is_last_phase(const struct hb_csv *csv, size_t row)
{
    return row + 1 == hb_csv_rows(csv) ||
           !hb_csv_is(csv, row + 1, "adversary", hb_csv_field(csv, row, "adversary")) ||
           !hb_csv_is(csv, row + 1, "allocator", hb_csv_field(csv, row, "allocator"));
}

static void print_adversary(FILE *out, const struct hb_csv *csv, size_t row)
{
    static const char *const multiples[] = {"expected_bytes", "measured_bytes", "bound_bytes"};
    double live = hb_csv_value(csv, row, "most_live_bytes");

    fputs("<tr>", out);
    hb_cell_text(out, hb_csv_field(csv, row, "allocator"));
    hb_cell_text(out, hb_csv_field(csv, row, "measured"));
    hb_cell_bytes(out, live);
    hb_cell_count(out, hb_csv_value(csv, row, "size"));
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++)
        hb_cell_ratio(out, hb_csv_value(csv, row, multiples[i]) / live);
    fputs("</tr>\n", out);
}

void hb_report_adversaries(FILE *out, const struct hb_csv *adversary)
{
    static const char *const columns[] = {
        "allocator",       "measured",       "M (most live)", "largest block, units",
        "attacked policy", "this allocator", "bound"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct hb_report_names names;

    hb_report_names_collect(adversary, "adversary", &names);
    hb_report_table_open(out, columns, COLUMNS, 2);
    for (size_t i = 0; i < names.count; i++) {
        hb_report_table_group(out, names.name[i], COLUMNS);
        for (size_t row = 0; row < hb_csv_rows(adversary); row++)
            if (hb_csv_is(adversary, row, "adversary", names.name[i]) && measured(adversary, row) &&
                is_last_phase(adversary, row))
                print_adversary(out, adversary, row);
        fputs("</tbody>\n", out);
    }
    hb_report_table_close(out);
}
