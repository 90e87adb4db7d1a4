/*
 * results - see results.h.
 */
#include "bench/results/results.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/printable.h"

struct hb_results {
    const char *schema;
    const char *columns;
    unsigned column_count;
    unsigned fields; /* of the row that is being written */
    bool misfit;     /* some row had another number of fields than there are columns */
    bool lost;       /* there was no memory for some field */
    FILE *rows;      /* a memory stream */
    char *text;      /* what it holds, once flushed */
    size_t text_bytes;
};

static unsigned count_columns(const char *columns)
{
    unsigned count = 1;

    for (; *columns != '\0'; columns++)
        count += *columns == ',';
    return count;
}

struct hb_results *hb_results_begin(const char *schema, const char *columns)
{
    struct hb_results *results = calloc(1, sizeof *results);

    if (results == NULL)
        return NULL;
    results->schema = schema;
    results->columns = columns;
    results->column_count = count_columns(columns);
    results->rows = open_memstream(&results->text, &results->text_bytes);
    if (results->rows == NULL) {
        free(results);
        return NULL;
    }
    return results;
}

static void begin_field(struct hb_results *results)
{
    assert(results->fields < results->column_count);
    if (results->fields > 0)
        fputc(',', results->rows);
    results->fields++;
}

void hb_results_text(struct hb_results *results, const char *text)
{
    char *escaped = text != NULL ? hb_printable_copy(text, HB_RESULTS_ESCAPED) : NULL;

    begin_field(results);
    if (escaped != NULL)
        fputs(escaped, results->rows);
    results->lost |= text != NULL && escaped == NULL;
    free(escaped);
}

void hb_results_count(struct hb_results *results, uint64_t value)
{
    begin_field(results);
    fprintf(results->rows, "%llu", (unsigned long long)value);
}

void hb_results_real(struct hb_results *results, double value)
{
    char text[64];
    char *comma;

    begin_field(results);
    snprintf(text, sizeof text, "%.6g", value);
    comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
    fputs(text, results->rows);
}

void hb_results_blank(struct hb_results *results, unsigned fields)
{
    for (; fields > 0; fields--)
        begin_field(results);
}

void hb_results_end_row(struct hb_results *results)
{
    assert(results->fields == results->column_count);
    results->misfit = results->misfit || results->fields != results->column_count;
    results->fields = 0;
    fputc('\n', results->rows);
}

static void write_line(void *context, const char *key, const char *text)
{
    hb_print_line(context, "# %-9s %s", key, text);
}

static void write_head(FILE *out, const struct hb_results *results, const struct hb_provenance *provenance)
{
    fprintf(out, "# heapbench %s (git %s, %s)\n", provenance->build->version, provenance->build->commit,
            provenance->build->tree);
    hb_provenance_lines(provenance, write_line, out);
    write_line(out, "schema", results->schema);
    fprintf(out, "%s\n", results->columns);
}

/* "folder/name", from malloc; NULL when out of memory. */
static char *join_path(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static enum hb_status check_rows(struct hb_results *results, const char *name, struct hb_error *error)
{
    if (fflush(results->rows) != 0 || ferror(results->rows) || results->lost)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for its rows", name);
    if (results->misfit || results->fields != 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: a row does not have the %u fields of its header", name,
                            results->column_count);
    return HB_OK;
}

static enum hb_status write_file(struct hb_results *results, const char *folder, const char *name,
                                 const struct hb_provenance *provenance, struct hb_error *error)
{
    enum hb_status status = check_rows(results, name, error);
    struct hb_file *file;
    char *path;

    if (status != HB_OK)
        return status;
    path = join_path(folder, name);
    if (path == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", name);
    status = hb_file_begin(path, &file, error);
    free(path);
    if (status != HB_OK)
        return status;
    write_head(hb_file_stream(file), results, provenance);
    fwrite(results->text, 1, results->text_bytes, hb_file_stream(file));
    return hb_file_commit(file, error);
}

enum hb_status hb_results_write(struct hb_results *results, const char *folder, const char *name,
                                const struct hb_provenance *provenance, struct hb_error *error)
{
    enum hb_status status = hb_provenance_check_build(provenance, error);
    struct hb_results *allocators;

    if (status == HB_OK)
        status = write_file(results, folder, name, provenance, error);
    if (status != HB_OK)
        return status;
    allocators = hb_results_of_allocators();
    if (allocators == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "allocators.csv: out of memory for its rows");
    status = write_file(allocators, folder, "allocators.csv", provenance, error);
    hb_results_free(allocators);
    return status;
}

void hb_results_free(struct hb_results *results)
{
    if (results == NULL)
        return;
    fclose(results->rows);
    free(results->text);
    free(results);
}

enum hb_status hb_results_check_folder(const char *folder, const struct hb_provenance *provenance,
                                       struct hb_error *error)
{
    enum hb_status status = hb_provenance_check_build(provenance, error);
    struct hb_file *file = NULL;
    char *path;

    if (status == HB_OK)
        status = hb_folder_create(folder, error);
    if (status != HB_OK)
        return status;
    path = join_path(folder, "results.csv");
    if (path == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
    status = hb_file_begin(path, &file, error);
    free(path);
    if (status == HB_OK)
        hb_file_abandon(file);
    return status;
}
