/* csv_reader.c - fields are cut out of the file's own text, in place, and found again through one table of
 * pointers. */
#include "bench/report/csv_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/printable.h"

struct hb_csv {
    char *text;
    const char *provenance[HB_CSV_MAX_PROVENANCE];
    size_t provenance_count;
    const char *header[HB_CSV_MAX_COLUMNS];
    size_t columns;
    const char **fields; /* rows x columns */
    size_t rows;
};

/* Where the reading is: `line` counts from 1. */
struct cursor {
    const char *name;
    char *next;
    const char *end;
    size_t line;
    struct hb_error *error;
};

static enum hb_status refuse(const struct cursor *at, const char *why)
{
    return hb_error_set(at->error, HB_ERR_FORMAT, "%s:%zu: %s", at->name, at->line, why);
}

/* Why a line cannot be taken, or NULL. */
static const char *line_fault(const char *line, const char *end)
{
    for (const char *p = line; p < end;) {
        const unsigned char *byte = (const unsigned char *)p;
        size_t length = hb_utf8_length(p, end);

        if (length == 0)
            return "not valid UTF-8";
        if (*byte < 0x20 || *byte == 0x7F || (*byte == 0xC2 && byte[1] < 0xA0))
            return "holds a control character";
        p += length;
    }
    return NULL;
}

/* Takes the next line, ended with NUL; `*line` is NULL at the end of the file. */
static enum hb_status next_line(struct cursor *at, char **line)
{
    char *end;
    const char *fault;

    *line = NULL;
    if (at->next == at->end)
        return HB_OK;
    at->line++;
    end = memchr(at->next, '\n', (size_t)(at->end - at->next));
    if (end == NULL)
        return refuse(at, "ends in the middle of a line");
    fault = line_fault(at->next, end);
    if (fault != NULL)
        return refuse(at, fault);
    *end = '\0';
    *line = at->next;
    at->next = end + 1;
    return HB_OK;
}

/* Gives back, in place, the characters that a field cannot hold as they are (results.h). */
static void restore(char *field)
{
    static const char escapes[][5] = {"\\x2c", "\\x22", "\\x23"}, characters[] = ",\"#";
    char *to = field;

    for (const char *from = field; *from != '\0';) {
        size_t i = 0;

        while (i < 3 && strncmp(from, escapes[i], 4) != 0)
            i++;
        *to++ = *(i < 3 ? &characters[i] : from);
        from += i < 3 ? 4 : 1;
    }
    *to = '\0';
}

/* Cuts `line` at its commas into at most `limit` fields; the number that it has, or limit + 1 where it has
 * more. */
static size_t cut(char *line, const char **fields, size_t limit)
{
    size_t count = 0;

    for (char *field = line; field != NULL; count++) {
        char *comma = strchr(field, ',');

        if (count == limit)
            return limit + 1;
        if (comma != NULL)
            *comma++ = '\0';
        restore(field);
        fields[count] = field;
        field = comma;
    }
    return count;
}

static enum hb_status take_provenance(struct hb_csv *csv, const struct cursor *at, const char *line)
{
    if (csv->provenance_count == HB_CSV_MAX_PROVENANCE)
        return hb_error_set(at->error, HB_ERR_LIMIT, "%s:%zu: more than %d lines of provenance", at->name,
                            at->line, HB_CSV_MAX_PROVENANCE);
    csv->provenance[csv->provenance_count++] = line + 1 + strspn(line + 1, " ");
    return HB_OK;
}

static enum hb_status take_header(struct hb_csv *csv, const struct cursor *at, char *line)
{
    if (strchr(line, '"') != NULL)
        return refuse(at, "holds a quote, which no result does");
    csv->columns = cut(line, csv->header, HB_CSV_MAX_COLUMNS);
    if (csv->columns > HB_CSV_MAX_COLUMNS)
        return hb_error_set(at->error, HB_ERR_LIMIT, "%s:%zu: more than %d columns", at->name, at->line,
                            HB_CSV_MAX_COLUMNS);
    for (size_t i = 0; i < csv->columns; i++) {
        if (csv->header[i][0] == '\0')
            return refuse(at, "a column has no name");
        for (size_t j = 0; j < i; j++)
            if (strcmp(csv->header[i], csv->header[j]) == 0)
                return refuse(at, "two columns have the same name");
    }
    return HB_OK;
}

static enum hb_status take_row(struct hb_csv *csv, const struct cursor *at, char *line)
{
    size_t count;

    if (line[0] == '#')
        return refuse(at, "a line of provenance after the header");
    if (strchr(line, '"') != NULL)
        return refuse(at, "holds a quote, which no result does");
    count = cut(line, csv->fields + csv->rows * csv->columns, csv->columns);
    if (count != csv->columns)
        return refuse(at, count < csv->columns ? "fewer fields than the header has"
                                               : "more fields than the header has");
    csv->rows++;
    return HB_OK;
}

/* Room for every field that the rest of the file can hold: as many as it has commas and lines, so at most one
 * a byte. */
static enum hb_status make_room(struct hb_csv *csv, const struct cursor *at)
{
    size_t count = 1;

    for (const char *p = at->next; p < at->end; p++)
        count += *p == ',' || *p == '\n';
    /* cut() may begin a row of `columns` fields where fewer follow. */
    csv->fields = calloc(count + csv->columns, sizeof *csv->fields);
    if (csv->fields == NULL)
        return hb_error_set(at->error, HB_ERR_MEMORY, "%s: out of memory", at->name);
    return HB_OK;
}

static enum hb_status take_preamble(struct hb_csv *csv, struct cursor *at)
{
    enum hb_status status;
    char *line;

    while ((status = next_line(at, &line)) == HB_OK && line != NULL && line[0] == '#') {
        status = take_provenance(csv, at, line);
        if (status != HB_OK)
            return status;
    }
    if (status != HB_OK)
        return status;
    if (line == NULL) {
        at->line++;
        return refuse(at, "no header line");
    }
    return take_header(csv, at, line);
}

static enum hb_status take_rows(struct hb_csv *csv, struct cursor *at)
{
    enum hb_status status = make_room(csv, at);
    char *line;

    while (status == HB_OK && (status = next_line(at, &line)) == HB_OK && line != NULL)
        status = take_row(csv, at, line);
    return status;
}

/* Takes ownership of `text`, which is `bytes` long and has a NUL after it. */
static enum hb_status parse(const char *name, char *text, size_t bytes, struct hb_csv **out,
                            struct hb_error *error)
{
    struct cursor at = {.name = name, .next = text, .end = text + bytes, .line = 0, .error = error};
    struct hb_csv *csv = calloc(1, sizeof *csv);
    enum hb_status status;

    if (csv == NULL) {
        free(text);
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", name);
    }
    csv->text = text;
    status = take_preamble(csv, &at);
    if (status == HB_OK)
        status = take_rows(csv, &at);
    if (status != HB_OK)
        goto fail;
    *out = csv;
    return HB_OK;
fail:
    hb_csv_free(csv);
    return status;
}

enum hb_status hb_csv_read(const char *path, struct hb_csv **out, struct hb_error *error)
{
    char *text;
    size_t bytes;
    enum hb_status status = hb_file_read(path, HB_CSV_MAX_BYTES, &text, &bytes, error);

    return status == HB_OK ? parse(path, text, bytes, out, error) : status;
}

enum hb_status hb_csv_parse(const char *name, const char *text, size_t bytes, struct hb_csv **out,
                            struct hb_error *error)
{
    char *copy = malloc(bytes + 1);

    if (copy == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", name);
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return parse(name, copy, bytes, out, error);
}

void hb_csv_free(struct hb_csv *csv)
{
    if (csv == NULL)
        return;
    free(csv->fields);
    free(csv->text);
    free(csv);
}

size_t hb_csv_rows(const struct hb_csv *csv)
{
    return csv->rows;
}

size_t hb_csv_provenance_count(const struct hb_csv *csv)
{
    return csv->provenance_count;
}

const char *hb_csv_provenance(const struct hb_csv *csv, size_t line)
{
    return csv->provenance[line];
}

const char *hb_csv_provenance_of(const struct hb_csv *csv, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < csv->provenance_count; i++)
        if (strncmp(csv->provenance[i], key, length) == 0 && csv->provenance[i][length] == ' ')
            return csv->provenance[i] + length + strspn(csv->provenance[i] + length, " ");
    return NULL;
}

int hb_csv_column(const struct hb_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->header[i], name) == 0)
            return (int)i;
    return -1;
}

const char *hb_csv_text(const struct hb_csv *csv, size_t row, int column)
{
    return column < 0 ? "" : csv->fields[row * csv->columns + (size_t)column];
}

/* Digits, with at most one point and an exponent: strtod alone would take "nan", "0x1p3" and " 7". */
static bool looks_like_number(const char *text)
{
    return text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789.eE+-") == strlen(text);
}

bool hb_csv_number(const struct hb_csv *csv, size_t row, int column, double *out)
{
    const char *text = hb_csv_text(csv, row, column);
    char *end;
    double value;

    if (!looks_like_number(text))
        return false;
    value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *out = value;
    return true;
}
