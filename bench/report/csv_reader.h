/*
 * csv_reader.h - one result file in memory, checked: provenance, one header line, rows of as many fields.
 *
 * The format is that of results/README.md and nothing more: lines of provenance begin with '#' and come
 * first; fields hold no comma, quote or control character and are valid UTF-8; the last line is ended. What
 * breaks a rule is refused with its line, so that a page made from the file need not be careful about
 * anything but its own escaping.
 */
#ifndef HB_BENCH_REPORT_CSV_READER_H
#define HB_BENCH_REPORT_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
    HB_CSV_MAX_BYTES = 64 << 20,
    HB_CSV_MAX_COLUMNS = 64,
    HB_CSV_MAX_PROVENANCE = 256,
};

struct hb_csv;

/*
 * Reads `path` whole. HB_ERR_IO; HB_ERR_FORMAT with file and line; HB_ERR_LIMIT where a bound above is
 * passed; HB_ERR_MEMORY. A file without rows is well formed. Memory is at most ten times the file's size.
 * Free with hb_csv_free.
 */
enum hb_status hb_csv_read(const char *path, struct hb_csv **out, struct hb_error *error);

/* As hb_csv_read, from memory: copies `bytes` of `text`; `name` stands for the path in messages. */
enum hb_status hb_csv_parse(const char *name, const char *text, size_t bytes, struct hb_csv **out,
                            struct hb_error *error);

void hb_csv_free(struct hb_csv *csv); /* NULL does nothing */

size_t hb_csv_rows(const struct hb_csv *csv);

/* The lines of provenance, without '#' and the blanks after it. */
size_t hb_csv_provenance_count(const struct hb_csv *csv);
const char *hb_csv_provenance(const struct hb_csv *csv, size_t line);

/* What the first line with this key says, "schema" say; NULL where there is none. */
const char *hb_csv_provenance_of(const struct hb_csv *csv, const char *key);

/* The index of the column with this name, or -1. */
int hb_csv_column(const struct hb_csv *csv, const char *name);

/* The field, "" where it is empty or where `column` is -1: a column that is not there is one of which nothing
 * is known. */
const char *hb_csv_text(const struct hb_csv *csv, size_t row, int column);

/* The field as a finite number of 0 or more; false where it is empty or anything else. */
bool hb_csv_number(const struct hb_csv *csv, size_t row, int column, double *out);

#endif
