/* report_cells.c - names and numbers for the tables. */
#include "bench/report/report_cells.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bench/report/report_html.h"

bool hb_report_names_hold(const struct hb_report_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return false;
}

void hb_report_names_collect(const struct hb_csv *csv, const char *column, struct hb_report_names *names)
{
    int index = hb_csv_column(csv, column);
    const char *last = "";

    names->count = 0;
    for (size_t row = 0; row < hb_csv_rows(csv) && names->count < HB_REPORT_MAX_NAMES; row++) {
        const char *name = hb_csv_text(csv, row, index);

        if (name[0] == '\0' || strcmp(name, last) == 0)
            continue; /* rows of a name come together */
        last = name;
        if (!hb_report_names_hold(names, name))
            names->name[names->count++] = name;
    }
}

bool hb_report_has_figures(const char *status)
{
    return strcmp(status, "crashed") != 0 && strcmp(status, "timeout") != 0 &&
           strcmp(status, "unavailable") != 0 && strcmp(status, "broken") != 0;
}

/* Columns that the page has room for; with more, a table is set smaller. */
enum { MOST_AT_EASE = 12 };

void hb_report_table_open(FILE *out, const char *const *columns, size_t count, size_t texts)
{
    fprintf(out, "<div class=\"scroll\"><table%s>\n<thead><tr>",
            count > MOST_AT_EASE ? " class=\"wide\"" : "");
    for (size_t i = 0; i < count; i++) {
        fputs(i < texts ? "<th scope=\"col\" class=\"text\">" : "<th scope=\"col\">", out);
        hb_html_text(out, columns[i]);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n", out);
}

void hb_report_table_close(FILE *out)
{
    fputs("</table></div>\n", out);
}

void hb_report_table_group(FILE *out, const char *name, size_t columns)
{
    fprintf(out, "<tbody><tr><th colspan=\"%zu\" scope=\"rowgroup\" class=\"text\">", columns);
    hb_html_text(out, name);
    fputs("</th></tr>\n", out);
}

void hb_cell_text(FILE *out, const char *text)
{
    fputs("<td class=\"text\">", out);
    hb_html_text(out, text[0] != '\0' ? text : "–");
    fputs("</td>", out);
}

void hb_cell_noted(FILE *out, const char *text, const char *note)
{
    fputs("<td class=\"text\">", out);
    hb_html_text(out, text);
    if (note[0] != '\0') {
        fputs(" <em>", out);
        hb_html_text(out, note);
        fputs("</em>", out);
    }
    fputs("</td>", out);
}

static void cell(FILE *out, const char *text)
{
    fprintf(out, "<td>%s</td>", text);
}

void hb_cell_count(FILE *out, double value)
{
    char digits[32], text[64];
    size_t length, used = 0;

    if (!(value >= 0 && value < 1e18)) {
        cell(out, "–");
        return;
    }
    snprintf(digits, sizeof digits, "%" PRIu64, (uint64_t)llround(value));
    length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            memcpy(text + used, "\u202f", 3); /* a narrow blank that does not break */
            used += 3;
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
    cell(out, text);
}

/* Three significant digits, never an exponent, at least the integer part. */
static void cell_scaled(FILE *out, double value, const char *unit)
{
    char text[96];
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

    snprintf(text, sizeof text, "%.*f%s", decimals, value, unit);
    cell(out, text);
}

static void cell_in_units(FILE *out, double value, double step, const char *const *units, size_t count)
{
    size_t unit = 0;

    if (!(value >= 0 && value < 1e18)) {
        cell(out, "–");
        return;
    }
    while (unit + 1 < count && value >= step) {
        value /= step;
        unit++;
    }
    cell_scaled(out, value, units[unit]);
}

void hb_cell_bytes(FILE *out, double value)
{
    static const char *const units[] = {" KiB", " MiB", " GiB", " TiB"};

    if (value >= 0 && value < 1024) {
        char text[32];

        snprintf(text, sizeof text, "%.0f B", value);
        cell(out, text);
        return;
    }
    cell_in_units(out, value / 1024, 1024, units, sizeof units / sizeof *units);
}

void hb_cell_ns(FILE *out, double value)
{
    static const char *const units[] = {" ns", " µs", " ms", " s"};

    cell_in_units(out, value, 1000, units, sizeof units / sizeof *units);
}

void hb_cell_ratio(FILE *out, double value)
{
    static const char *const units[] = {"×"};

    cell_in_units(out, value, INFINITY, units, 1);
}

void hb_cell_percent(FILE *out, double value)
{
    static const char *const units[] = {" %"};

    cell_in_units(out, value, INFINITY, units, 1);
}

const char *hb_csv_field(const struct hb_csv *csv, size_t row, const char *column)
{
    return hb_csv_text(csv, row, hb_csv_column(csv, column));
}

bool hb_csv_is(const struct hb_csv *csv, size_t row, const char *column, const char *text)
{
    return strcmp(hb_csv_field(csv, row, column), text) == 0;
}

double hb_csv_value(const struct hb_csv *csv, size_t row, const char *column)
{
    double value;

    return hb_csv_number(csv, row, hb_csv_column(csv, column), &value) ? value : (double)NAN;
}
