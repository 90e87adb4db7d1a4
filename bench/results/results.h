/*
 * results.h - a file of results: CSV with its provenance in its own head, written whole or not at all.
 *
 * Rows are gathered in memory and written at the end, when it is known what was left out. Fields are given in
 * the order of the columns; a row that has too few or too many of them is a mistake of the caller's, and
 * caught by an assertion in checked builds and by HB_ERR_FORMAT when the file is to be written.
 */
#ifndef HB_BENCH_RESULTS_RESULTS_H
#define HB_BENCH_RESULTS_RESULTS_H

#include <stdint.h>

#include "base/error.h"
#include "bench/results/provenance.h"

struct hb_results;

/*
 * To be called before anything is measured, so that a long run does not end in an error that was there from
 * the start: makes `folder`, tries to write there, and refuses builds that must not be measured.
 * HB_ERR_USAGE, HB_ERR_IO.
 */
enum hb_status hb_results_check_folder(const char *folder, const struct hb_provenance *provenance,
                                       struct hb_error *error);

/* `schema` is as "throughput/1", `columns` the header line; both must outlive the result. NULL: out of
 * memory. */
struct hb_results *hb_results_begin(const char *schema, const char *columns);

/* What is written \xHH in a field, beside what is never shown as it is (base/printable.h): the separator, the
 * quote and the sign of a comment, so that whoever cuts a line at its commas has its fields. The reader of
 * results (csv_reader.h) gives these three back. */
#define HB_RESULTS_ESCAPED ",\"#"

/* A field of text, escaped. NULL is an empty field. */
void hb_results_text(struct hb_results *results, const char *text);
void hb_results_count(struct hb_results *results, uint64_t value);
/* Six significant digits, always with a point as decimal separator. */
void hb_results_real(struct hb_results *results, double value);
/* An empty field: not known, or does not apply. */
void hb_results_blank(struct hb_results *results, unsigned fields);
void hb_results_end_row(struct hb_results *results);

/* The rows of allocators.csv: a fact about an allocator a column. NULL: out of memory. */
struct hb_results *hb_results_of_allocators(void);

/*
 * Writes `folder`/`name` with its provenance, and allocators.csv beside it. May be called again, for another
 * folder. HB_ERR_USAGE for a build whose figures are not to be kept, HB_ERR_IO, HB_ERR_MEMORY when a row had
 * been lost, HB_ERR_FORMAT when a row did not fit its columns.
 */
enum hb_status hb_results_write(struct hb_results *results, const char *folder, const char *name,
                                const struct hb_provenance *provenance, struct hb_error *error);

void hb_results_free(struct hb_results *results); /* NULL does nothing */

#endif
