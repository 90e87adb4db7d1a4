/* report_policies.c - the table of the classic policies, beside what is published. */
#include <math.h>

#include "bench/report/report_cells.h"
#include "bench/report/report_tables.h"

/* A trace of fewer operations, such as the tutorial's example, says nothing of a policy. */
enum { FEW_OPS = 1000, LEADING = 4 };

struct measure {
    const char *title, *column;
};

/* The one that has been published, and the others. */
static const struct measure published = {"#4: largest heap over most live", "measure4"};
static const struct measure others[] = {
    {"#1: mean of heap over live", "measure1"},
    {"#2: heap over live when most is live", "measure2"},
    {"#3: heap over live when the heap is largest", "measure3"},
};

/* What a range costs beside its bytes: a group of the table. */
struct setting {
    const char *title;
    double header_bytes, align; /* align 0: whatever it is */
};

static const struct setting settings[] = {
    {"no headers, no alignment (buddy: 16 bytes)", 0, 0},
    {"8-byte headers, as simple has them", 8, 1},
    {"8-byte headers, aligned to 16", 8, 16},
};

struct table {
    FILE *out;
    const struct hb_csv *csv;
    struct hb_report_names traces;
    const struct setting *setting;
    const struct measure *measure;
};

static const char *text(const struct table *table, size_t row, const char *column)
{
    return hb_csv_field(table->csv, row, column);
}

static bool is_of_setting(const struct table *table, size_t row)
{
    return hb_csv_value(table->csv, row, "header_bytes") == table->setting->header_bytes &&
           (table->setting->align == 0 || hb_csv_value(table->csv, row, "align") == table->setting->align);
}

/* Are both rows of one policy, merging alike, in this setting? */
static bool is_alike(const struct table *table, size_t a, size_t b)
{
    return is_of_setting(table, a) && is_of_setting(table, b) &&
           hb_csv_is(table->csv, a, "policy", text(table, b, "policy")) &&
           hb_csv_is(table->csv, a, "merge", text(table, b, "merge"));
}

/* The measure of the row that is like `row` and of this trace ("": what is published); NAN where there is
 * none. */
static double figure(const struct table *table, size_t row, const char *trace)
{
    for (size_t i = 0; i < hb_csv_rows(table->csv); i++)
        if (hb_csv_is(table->csv, i, "trace", trace) && is_alike(table, i, row))
            return hb_csv_value(table->csv, i, table->measure->column);
    return (double)NAN;
}

/* Over the traces that have it. */
static double mean(const struct table *table, size_t row)
{
    double sum = 0;
    unsigned count = 0;

    for (size_t i = 0; i < table->traces.count; i++) {
        double value = figure(table, row, table->traces.name[i]);

        if (isnan(value))
            continue;
        sum += value;
        count++;
    }
    return count > 0 ? sum / count : (double)NAN;
}

static void print_row(const struct table *table, size_t row)
{
    fputs("<tr>", table->out);
    hb_cell_text(table->out, text(table, row, "policy"));
    hb_cell_text(table->out, text(table, row, "merge"));
    hb_cell_percent(table->out, figure(table, row, ""));
    hb_cell_percent(table->out, mean(table, row));
    for (size_t i = 0; i < table->traces.count; i++)
        hb_cell_percent(table->out, figure(table, row, table->traces.name[i]));
    fputs("</tr>\n", table->out);
}

/* A row without a trace is what is published. */
static bool is_run(const struct table *table, size_t row)
{
    return text(table, row, "trace")[0] != '\0';
}

/* Is there a run like `row` among the first `end` rows? */
static bool has_run(const struct table *table, size_t row, size_t end)
{
    for (size_t i = 0; i < end; i++)
        if (is_run(table, i) && is_alike(table, i, row))
            return true;
    return false;
}

static bool has_measure(const struct table *table, size_t row)
{
    return !isnan(hb_csv_value(table->csv, row, table->measure->column));
}

/* Every policy once, those that are only published after those that were run. */
static void print_setting(const struct table *table)
{
    size_t rows = hb_csv_rows(table->csv);

    for (size_t row = 0; row < rows; row++)
        if (is_run(table, row) && is_of_setting(table, row) && has_measure(table, row) &&
            !has_run(table, row, row))
            print_row(table, row);
    for (size_t row = 0; row < rows; row++)
        if (!is_run(table, row) && is_of_setting(table, row) && has_measure(table, row) &&
            !has_run(table, row, rows))
            print_row(table, row);
}

/* Takes out the traces of a few operations, unless there is no other. */
static void leave_out_few(struct table *table)
{
    struct hb_report_names kept = {.count = 0};

    for (size_t i = 0; i < table->traces.count; i++)
        for (size_t row = 0; row < hb_csv_rows(table->csv); row++)
            if (hb_csv_is(table->csv, row, "trace", table->traces.name[i]) &&
                hb_csv_value(table->csv, row, "ops") >= FEW_OPS) {
                kept.name[kept.count++] = table->traces.name[i];
                break;
            }
    if (kept.count > 0)
        table->traces = kept;
}

/* One measure in every setting. */
static void print_measure(struct table *table, const struct measure *measure, size_t columns)
{
    table->measure = measure;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        char title[128];

        table->setting = &settings[i];
        snprintf(title, sizeof title, "%s; %s", measure->title, settings[i].title);
        hb_report_table_group(table->out, title, columns);
        print_setting(table);
        fputs("</tbody>\n", table->out);
    }
}

void hb_report_policies(FILE *out, const struct hb_csv *policies)
{
    const char *columns[LEADING + HB_REPORT_MAX_NAMES] = {"policy", "merging at once", "published", "mean"};
    struct table table = {.out = out, .csv = policies};
    size_t count;

    hb_report_names_collect(policies, "trace", &table.traces);
    leave_out_few(&table);
    count = LEADING + table.traces.count;
    for (size_t i = 0; i < table.traces.count; i++)
        columns[LEADING + i] = table.traces.name[i];
    hb_report_table_open(out, columns, count, 2);
    print_measure(&table, &published, count);
    hb_report_table_close(out);
    fputs("<details><summary>The other three measures: #1, #2 and #3</summary>\n", out);
    hb_report_table_open(out, columns, count, 2);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        print_measure(&table, &others[i], count);
    hb_report_table_close(out);
    fputs("</details>\n", out);
}
