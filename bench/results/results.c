/*
 * results.c - rows of fields that carry the names of their columns, and the file that they become.
 */
#include "bench/results/results.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/printable.h"

enum column_kind { KIND_TEXT, KIND_COUNT, KIND_REAL };

/* A column, and the field that the row at hand has in it. */
struct results_column {
    const char *name; /* in the schema, where its kind follows */
    size_t name_bytes;
    enum column_kind kind;
    char *field; /* from malloc; NULL: not set */
};

struct hb_results {
    const struct hb_schema *schema;
    struct results_column *columns;
    size_t column_count;
    bool in_row;        /* some field of it is set */
    const char *misfit; /* the first name that did not fit */
    bool lost;          /* there was no memory for some field */
    FILE *rows;         /* a memory stream */
    char *text;         /* what it holds, once flushed */
    size_t text_bytes;
};

/* -- columns -- */

static size_t count_columns(const char *columns)
{
    size_t count = 1;

    for (; *columns != '\0'; columns++)
        count += *columns == ',';
    return count;
}

static enum column_kind read_kind(const char *text)
{
    return *text == 't' ? KIND_TEXT : *text == 'c' ? KIND_COUNT : KIND_REAL;
}

static void read_columns(struct hb_results *results)
{
    const char *at = results->schema->columns;

    for (size_t i = 0; i < results->column_count; i++) {
        struct results_column *column = &results->columns[i];

        *column = (struct results_column){.name = at, .name_bytes = strcspn(at, ":")};
        assert(at[column->name_bytes] == ':');
        column->kind = read_kind(at + column->name_bytes + 1);
        at += strcspn(at, ",");
        at += *at == ',';
    }
}

static struct results_column *find_column(const struct hb_results *results, const char *name)
{
    size_t bytes = strlen(name);

    for (size_t i = 0; i < results->column_count; i++)
        if (results->columns[i].name_bytes == bytes && memcmp(results->columns[i].name, name, bytes) == 0)
            return &results->columns[i];
    return NULL;
}

bool hb_results_has(const struct hb_results *results, const char *column)
{
    return find_column(results, column) != NULL;
}

struct hb_results *hb_results_begin(const struct hb_schema *schema)
{
    struct hb_results *results = calloc(1, sizeof *results);

    if (results == NULL)
        return NULL;
    results->schema = schema;
    results->column_count = count_columns(schema->columns);
    results->columns = calloc(results->column_count, sizeof *results->columns);
    results->rows = open_memstream(&results->text, &results->text_bytes);
    if (results->columns == NULL || results->rows == NULL) {
        hb_results_free(results);
        return NULL;
    }
    read_columns(results);
    return results;
}

void hb_results_free(struct hb_results *results)
{
    if (results == NULL)
        return;
    for (size_t i = 0; results->columns != NULL && i < results->column_count; i++)
        free(results->columns[i].field);
    free(results->columns);
    if (results->rows != NULL)
        fclose(results->rows);
    free(results->text);
    free(results);
}

/* -- fields -- */

/* `field` is from malloc and taken over; NULL: there was no memory for it. */
static void set_field(struct hb_results *results, const char *name, enum column_kind kind, char *field)
{
    struct results_column *column = find_column(results, name);
    bool fits = column != NULL && column->kind == kind && column->field == NULL;

    assert(fits);
    results->lost |= field == NULL;
    results->in_row = true;
    if (fits) {
        column->field = field;
        return;
    }
    free(field);
    if (results->misfit == NULL)
        results->misfit = name;
}

void hb_results_set_text(struct hb_results *results, const char *column, const char *text)
{
    set_field(results, column, KIND_TEXT, hb_printable_copy(text != NULL ? text : "", HB_RESULTS_ESCAPED));
}

void hb_results_set_count(struct hb_results *results, const char *column, uint64_t value)
{
    char *field = NULL;

    set_field(results, column, KIND_COUNT, asprintf(&field, "%" PRIu64, value) < 0 ? NULL : field);
}

void hb_results_set_real(struct hb_results *results, const char *column, double value)
{
    char *field = NULL, *comma;

    if (asprintf(&field, "%.6g", value) < 0)
        field = NULL;
    comma = field != NULL ? strchr(field, ',') : NULL;
    if (comma != NULL)
        *comma = '.';
    set_field(results, column, KIND_REAL, field);
}

void hb_results_set_known_count(struct hb_results *results, const char *column, uint64_t value)
{
    if (value > 0)
        hb_results_set_count(results, column, value);
}

void hb_results_set_known_real(struct hb_results *results, const char *column, double value)
{
    if (value > 0)
        hb_results_set_real(results, column, value);
}

void hb_results_end_row(struct hb_results *results)
{
    for (size_t i = 0; i < results->column_count; i++) {
        struct results_column *column = &results->columns[i];

        fprintf(results->rows, "%s%s", i > 0 ? "," : "", column->field != NULL ? column->field : "");
        free(column->field);
        column->field = NULL;
    }
    fputc('\n', results->rows);
    results->in_row = false;
}

/* -- the file -- */

static void write_line(void *context, const char *key, const char *text)
{
    hb_print_line(context, "# %-9s %s", key, text);
}

static void write_head(FILE *out, const struct hb_results *results, const struct hb_provenance *provenance)
{
    fprintf(out, "# heapbench %s (git %s, %s)\n", provenance->build->version, provenance->build->commit,
            provenance->build->tree);
    hb_provenance_lines(provenance, write_line, out);
    write_line(out, "schema", results->schema->name);
    for (size_t i = 0; i < results->column_count; i++)
        fprintf(out, "%s%.*s", i > 0 ? "," : "", (int)results->columns[i].name_bytes,
                results->columns[i].name);
    fputc('\n', out);
}

/* "folder/name", from malloc; NULL when out of memory. */
static char *join_path(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static enum hb_status check_rows(struct hb_results *results, struct hb_error *error)
{
    const char *name = results->schema->file;

    if (results->misfit != NULL)
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: a field of '%s' is none of the schema's, or is set twice", name,
                            results->misfit);
    if (results->in_row)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: its last row was not ended", name);
    if (fflush(results->rows) != 0 || ferror(results->rows) || results->lost)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for its rows", name);
    return HB_OK;
}

/* Everything but the name; `*out` is to be committed or abandoned, where there is one. */
static enum hb_status write_file(struct hb_results *results, const char *folder,
                                 const struct hb_provenance *provenance, struct hb_file **out,
                                 struct hb_error *error)
{
    enum hb_status status = check_rows(results, error);
    char *path;

    if (status != HB_OK)
        return status;
    path = join_path(folder, results->schema->file);
    if (path == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", results->schema->file);
    status = hb_file_begin(path, out, error);
    free(path);
    if (status != HB_OK)
        return status;
    write_head(hb_file_stream(*out), results, provenance);
    fwrite(results->text, 1, results->text_bytes, hb_file_stream(*out));
    return hb_file_complete(*out, error);
}

/* All, or after a failure none of those that are left. */
static enum hb_status commit(struct hb_file *const *files, size_t count, enum hb_status status,
                             struct hb_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (status == HB_OK && files[i] != NULL)
            status = hb_file_commit(files[i], error);
        else
            hb_file_abandon(files[i]);
    }
    return status;
}

enum hb_status hb_results_write(struct hb_results *const *files, size_t count, const char *folder,
                                const struct hb_provenance *provenance, struct hb_error *error)
{
    struct hb_file *written[HB_RESULTS_FILES_MAX + 1] = {NULL};
    enum hb_status status = hb_provenance_check_build(provenance, error);
    struct hb_results *allocators;

    assert(count <= HB_RESULTS_FILES_MAX);
    if (status != HB_OK)
        return status;
    allocators = hb_results_of_allocators();
    if (allocators == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "allocators.csv: out of memory for its rows");
    for (size_t i = 0; i < count && status == HB_OK; i++)
        if (files[i] != NULL)
            status = write_file(files[i], folder, provenance, &written[i], error);
    if (status == HB_OK)
        status = write_file(allocators, folder, provenance, &written[count], error);
    hb_results_free(allocators);
    return commit(written, count + 1, status, error);
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
    signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit on sizes is an error to say, not our end */
    path = join_path(folder, "results.csv");
    if (path == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
    status = hb_file_begin(path, &file, error);
    free(path);
    if (status == HB_OK)
        hb_file_abandon(file);
    return status;
}
