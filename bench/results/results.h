/*
 * results.h - a file of results: CSV with its provenance in its own head, written whole or not at all.
 *
 * Rows are gathered in memory and written at the end, when it is known what was left out. A field is set by
 * the name of its column, in any order; one that is not set in a row is not known there, or does not apply,
 * and is empty. To name a column that the schema does not have, to give it another kind than the schema says,
 * or to set it twice in a row is a mistake of the caller's: an assertion in checked builds, and HB_ERR_FORMAT
 * when the file is to be written.
 */
#ifndef HB_BENCH_RESULTS_RESULTS_H
#define HB_BENCH_RESULTS_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/results/provenance.h"

struct hb_results;

/* What a file of results has in it; results/README.md says what each column means. */
struct hb_schema {
    const char *name;    /* "throughput/2" */
    const char *file;    /* "throughput.csv" */
    const char *columns; /* "trace:text,ops:count,ratio:real": the header line, with each column's kind */
};

/*
 * To be called before anything is measured, so that a long run does not end in an error that was there from
 * the start: makes `folder`, tries to write there, and refuses builds that must not be measured. From then on
 * a file beyond the limit on sizes is HB_ERR_IO, and no signal that ends us (SIGXFSZ). HB_ERR_USAGE,
 * HB_ERR_IO.
 */
enum hb_status hb_results_check_folder(const char *folder, const struct hb_provenance *provenance,
                                       struct hb_error *error);

/* An empty file of that schema, which must outlive it. NULL: out of memory. Free with hb_results_free. */
struct hb_results *hb_results_begin(const struct hb_schema *schema);

/* What is written \xHH in a field, beside what is never shown as it is (base/printable.h): the separator, the
 * quote and the sign of a comment, so that whoever cuts a line at its commas has its fields. The reader of
 * results (plots/page/source.py) gives these three back. */
#define HB_RESULTS_ESCAPED ",\"#"

/* Sets a field of the row at hand. Text is escaped; NULL is not known. A real has six significant digits,
 * always with a point as decimal separator. */
void hb_results_set_text(struct hb_results *results, const char *column, const char *text);
void hb_results_set_count(struct hb_results *results, const char *column, uint64_t value);
void hb_results_set_real(struct hb_results *results, const char *column, double value);

/* The same, where 0 stands for what is not known. */
void hb_results_set_known_count(struct hb_results *results, const char *column, uint64_t value);
void hb_results_set_known_real(struct hb_results *results, const char *column, double value);

/* Does the schema have that column? */
bool hb_results_has(const struct hb_results *results, const char *column);

void hb_results_end_row(struct hb_results *results);

/* The rows of allocators.csv: a fact about an allocator a column. NULL: out of memory. */
struct hb_results *hb_results_of_allocators(void);

/* That many at most are written together. */
enum { HB_RESULTS_FILES_MAX = 4 };

/*
 * Writes the `count` files of one question into `folder`, with its provenance, and allocators.csv beside
 * them; NULL among them is none. All are there in full before the first one takes the place of an earlier
 * one. May be called again, for another folder. HB_ERR_USAGE for a build whose figures are not to be kept,
 * HB_ERR_IO, HB_ERR_MEMORY when a field had been lost, HB_ERR_FORMAT when a field did not fit the schema.
 */
enum hb_status hb_results_write(struct hb_results *const *files, size_t count, const char *folder,
                                const struct hb_provenance *provenance, struct hb_error *error);

void hb_results_free(struct hb_results *results); /* NULL does nothing */

#endif
