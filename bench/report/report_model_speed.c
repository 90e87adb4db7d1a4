/* report_model_speed.c - the table of what the exact model costs beside walking. */
#include "bench/report/report_tables.h"

#include <math.h>

#include "base/stats.h"
#include "bench/report/report_cells.h"

enum { MAX_ROUNDS = 1024, MAX_SIZES = 64 };

/* One allocator at one number of ranges, over its rounds. */
struct side {
    double ns_per_op; /* median; NAN: it was not run */
    double walk_mean;
    double bytes_per_range;
};

/* A row of `model` itself, or, `walking`, of the allocator beside it. */
static bool belongs(const struct hb_csv *csv, size_t row, const char *model, double ranges, bool walking)
{
    return hb_csv_is(csv, row, "model", model) && hb_csv_is(csv, row, "allocator", model) != walking &&
           hb_csv_value(csv, row, "ranges") == ranges;
}

static struct side read_side(const struct hb_csv *csv, const char *model, double ranges, bool walking)
{
    struct side side = {.ns_per_op = (double)NAN, .bytes_per_range = (double)NAN};
    double ns[MAX_ROUNDS], walked = 0, walks = 0;
    size_t count = 0;

    for (size_t row = 0; row < hb_csv_rows(csv) && count < MAX_ROUNDS; row++) {
        double ops = hb_csv_value(csv, row, "ops");
        double elapsed_ns = hb_csv_value(csv, row, "elapsed_ns");

        if (!belongs(csv, row, model, ranges, walking) || isnan(elapsed_ns) || !(ops > 0))
            continue;
        ns[count++] = elapsed_ns / ops;
        walked += hb_csv_value(csv, row, "walk_total");
        walks += ops / 2;
        side.bytes_per_range =
            hb_csv_value(csv, row, "resident_bytes") / hb_csv_value(csv, row, "ranges_most");
    }
    if (count > 0)
        side.ns_per_op = hb_stats_median(ns, count);
    side.walk_mean = walked / walks;
    return side;
}

/* The distinct numbers of ranges of `model`, ascending. */
static size_t collect_sizes(const struct hb_csv *csv, const char *model, double *sizes)
{
    size_t count = 0;

    for (size_t row = 0; row < hb_csv_rows(csv) && count < MAX_SIZES; row++) {
        double ranges = hb_csv_value(csv, row, "ranges");
        bool known = isnan(ranges) || !hb_csv_is(csv, row, "model", model);

        for (size_t i = 0; i < count && !known; i++)
            known = sizes[i] == ranges;
        if (!known)
            sizes[count++] = ranges;
    }
    hb_stats_sort(sizes, count);
    return count;
}

static void print_size(FILE *out, const struct hb_csv *csv, const char *model, double ranges)
{
    struct side walking = read_side(csv, model, ranges, true);
    struct side computing = read_side(csv, model, ranges, false);

    fputs("<tr>", out);
    hb_cell_count(out, ranges);
    hb_cell_count(out, computing.walk_mean);
    hb_cell_ns(out, walking.ns_per_op);
    hb_cell_ns(out, computing.ns_per_op);
    hb_cell_ratio(out, walking.ns_per_op / computing.ns_per_op);
    hb_cell_bytes(out, computing.bytes_per_range);
    fputs("</tr>\n", out);
}

/* "simple and model-first". */
static void name_pair(const struct hb_csv *csv, const char *model, char *name, size_t bytes)
{
    snprintf(name, bytes, "%s", model);
    for (size_t row = 0; row < hb_csv_rows(csv); row++)
        if (hb_csv_is(csv, row, "model", model) && !hb_csv_is(csv, row, "allocator", model)) {
            snprintf(name, bytes, "%s and %s", hb_csv_field(csv, row, "allocator"), model);
            return;
        }
}

void hb_report_model_speed(FILE *out, const struct hb_csv *model_speed)
{
    static const char *const columns[] = {"ranges",         "mean walk",          "walking, per op.",
                                          "model, per op.", "walking over model", "model's memory a range"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct hb_report_names models;

    hb_report_names_collect(model_speed, "model", &models);
    hb_report_table_open(out, columns, COLUMNS, 0);
    for (size_t i = 0; i < models.count; i++) {
        double sizes[MAX_SIZES];
        size_t count = collect_sizes(model_speed, models.name[i], sizes);
        char name[256];

        name_pair(model_speed, models.name[i], name, sizeof name);
        hb_report_table_group(out, name, COLUMNS);
        for (size_t j = 0; j < count; j++)
            print_size(out, model_speed, models.name[i], sizes[j]);
        fputs("</tbody>\n", out);
    }
    hb_report_table_close(out);
}
