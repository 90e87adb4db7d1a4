/* report_ladder.c - the table of what each idea buys, trace by trace. */
#include "bench/report/report_cells.h"
#include "bench/report/report_tables.h"

/* "0.53×", and "÷1 230" where that would be zeroes. */
static void print_change(FILE *out, double change)
{
    if (change > 0 && change < 0.1)
        fprintf(out, "<td>÷%.0f</td>", 1 / change);
    else
        hb_cell_ratio(out, change);
}

static void print_row(FILE *out, const struct hb_csv *csv, size_t row)
{
    static const char *const changes[] = {"walk_change", "time_change", "extent_change", "minimum_change"};

    fputs("<tr>", out);
    hb_cell_noted(out, hb_csv_field(csv, row, "allocator"), hb_csv_field(csv, row, "idea"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_mean"));
    hb_cell_count(out, hb_csv_value(csv, row, "walk_p99"));
    hb_cell_ns(out, hb_csv_value(csv, row, "ns_per_op"));
    hb_cell_ratio(out, hb_csv_value(csv, row, "ratio_to_glibc"));
    hb_cell_ratio(out, hb_csv_value(csv, row, "extent_over_live"));
    hb_cell_ratio(out, hb_csv_value(csv, row, "minimum_over_live"));
    hb_cell_text(out, hb_csv_field(csv, row, "minimum_how"));
    hb_cell_text(out, hb_csv_field(csv, row, "before"));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        print_change(out, hb_csv_value(csv, row, changes[i]));
    fputs("</tr>\n", out);
}

static void print_group(FILE *out, const struct hb_csv *csv, const char *trace, size_t columns)
{
    hb_report_table_group(out, trace, columns);
    for (size_t row = 0; row < hb_csv_rows(csv); row++)
        if (hb_csv_is(csv, row, "trace", trace) && hb_report_has_figures(hb_csv_field(csv, row, "status")))
            print_row(out, csv, row);
    fputs("</tbody>\n", out);
}

void hb_report_ladder(FILE *out, const struct hb_csv *ladder)
{
    static const char *const columns[] = {"allocator",
                                          "mean walk",
                                          "99th pct.",
                                          "time per op.",
                                          "over glibc",
                                          "extent over live",
                                          "least heap over live",
                                          "how known",
                                          "compared with",
                                          "walk",
                                          "time",
                                          "extent",
                                          "least heap"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct hb_report_names traces;

    hb_report_names_collect(ladder, "trace", &traces);
    hb_report_table_open(out, columns, COLUMNS, 1);
    for (size_t i = 0; i < traces.count; i++)
        print_group(out, ladder, traces.name[i], COLUMNS);
    hb_report_table_close(out);
}
