/*
 * report_cells.h - what the tables of the page are made of: distinct names, and numbers as people read them.
 */
#ifndef HB_BENCH_REPORT_REPORT_CELLS_H
#define HB_BENCH_REPORT_REPORT_CELLS_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/report/csv_reader.h"

enum { HB_REPORT_MAX_NAMES = 64 };

/* The distinct values of a column, empty ones apart, in the order of the file; what is over the bound is left
 * out. Not to be freed: the texts are the file's. */
struct hb_report_names {
    const char *name[HB_REPORT_MAX_NAMES];
    size_t count;
};

void hb_report_names_collect(const struct hb_csv *csv, const char *column, struct hb_report_names *names);
bool hb_report_names_hold(const struct hb_report_names *names, const char *name);

/* True where a row with this status has figures. */
bool hb_report_has_figures(const char *status);

/* Opening and closing of a table; `columns` are its headings, the first `texts` of them over text, the others
 * over numbers. */
void hb_report_table_open(FILE *out, const char *const *columns, size_t count, size_t texts);
void hb_report_table_close(FILE *out);

/* Begins a group of rows, a <tbody>, under its name; `columns` is how many the table has. */
void hb_report_table_group(FILE *out, const char *name, size_t columns);

/* A cell each. NAN and the empty text are a dash: not known. */
void hb_cell_text(FILE *out, const char *text);
void hb_cell_noted(FILE *out, const char *text, const char *note); /* the note set apart; "" for none */
void hb_cell_count(FILE *out, double value);                       /* 12 345 678 */
void hb_cell_bytes(FILE *out, double value);                       /* 1.5 MiB */
void hb_cell_ns(FILE *out, double value);                          /* 12.3 ns, 4.56 µs */
void hb_cell_ratio(FILE *out, double value);                       /* 0.53×, 114× */
void hb_cell_percent(FILE *out, double value);                     /* 58.8 % */

/* The text in `row`, "" where it is not known. */
const char *hb_csv_field(const struct hb_csv *csv, size_t row, const char *column);
bool hb_csv_is(const struct hb_csv *csv, size_t row, const char *column, const char *text);

/* The number in `row`, NAN where it is not known. */
double hb_csv_value(const struct hb_csv *csv, size_t row, const char *column);

#endif
