/*
 * buffers.c - rows with the times from which and until which a buffer is needed, as operations in time.
 *
 *     id,lower,upper,size
 *     b1,0,3,4
 *     b2,3,9,4
 *
 * Rows stand in any order, and so do columns. A buffer lives from `lower` on and is gone at `upper`, so b2
 * may lie where b1 was: at each time what ends is freed before what begins is allocated.
 */
#include "workloads/text/buffers.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/pages.h"
#include "workloads/source/line_reader.h"
#include "workloads/trace/trace_format.h"

enum buffer_column {
    ID,
    LOWER,
    UPPER,
    SIZE,
    ALIGNMENT,
    OFFSET,
    COLUMNS,
    MOST_FIELDS = 16,
    LINE_BYTES = 4096
};

struct buffer {
    int64_t lower, upper;
    struct hb_op birth; /* its object is known once the order is */
};

/* The beginning or the end of a buffer's life. */
struct moment {
    int64_t time;
    uint32_t buffer;
    bool birth;
};

struct buffer_reader {
    struct hb_line_reader lines;
    struct hb_error *error;
    enum buffer_column columns[MOST_FIELDS]; /* by their place in a line */
    size_t fields;
    struct buffer *buffers;
    uint64_t count, room;
};

/* The column of that name; COLUMNS where there is none. */
static enum buffer_column find_column(const char *name)
{
    static const struct {
        const char *name;
        enum buffer_column column;
    } names[] = {{"id", ID},       {"buffer", ID},           {"lower", LOWER},
                 {"start", LOWER}, {"upper", UPPER},         {"end", UPPER},
                 {"size", SIZE},   {"alignment", ALIGNMENT}, {"offset", OFFSET}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].column;
    return COLUMNS;
}

bool hb_buffers_recognise(const char *head)
{
    char line[128];
    size_t length;

    while (*head == '#')
        head += strcspn(head, "\n") + (strchr(head, '\n') != NULL);
    length = strcspn(head, "\r\n");
    if (length >= sizeof line)
        return false;
    memcpy(line, head, length);
    line[length] = '\0';
    return strpbrk(line, ",;\t") != NULL && strstr(line, "size") != NULL &&
           (strstr(line, "lower") != NULL || strstr(line, "start") != NULL);
}

/* The next field, cut off; NULL behind the last one. */
static char *cut_field(char **line)
{
    char *field = strsep(line, ",");

    if (field != NULL) {
        field += strspn(field, " \t");
        field[strcspn(field, " \t")] = '\0';
    }
    return field;
}

static enum hb_status read_names(struct buffer_reader *reader)
{
    char *line = reader->lines.bytes, *name;
    bool seen[COLUMNS] = {false};

    while ((name = cut_field(&line)) != NULL) {
        enum buffer_column column = find_column(name);

        if (column == COLUMNS || seen[column] || reader->fields == MOST_FIELDS)
            return hb_line_fault(
                &reader->lines, reader->error,
                "no column '%.40s'%s; there are id, lower, upper, size, alignment and offset", name,
                column == COLUMNS ? "" : " again");
        seen[column] = true;
        reader->columns[reader->fields++] = column;
    }
    if (!seen[LOWER] || !seen[UPPER] || !seen[SIZE])
        return hb_line_fault(&reader->lines, reader->error,
                             "the columns lower, upper and size must all be there");
    return HB_OK;
}

static bool read_time(const char *field, int64_t *out)
{
    bool negative = *field == '-';
    uint64_t value;

    if (!hb_number_parse(field + negative, &value) || value > INT64_MAX)
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool read_alignment(const char *field, struct hb_op *birth)
{
    uint64_t alignment;

    if (*field == '\0') /* none is asked for */
        return true;
    if (!hb_number_parse(field, &alignment) || (alignment & (alignment - 1)) != 0)
        return false;
    if (alignment > 1) {
        birth->kind = HB_OP_ALIGNED;
        birth->align_log2 = (uint8_t)__builtin_ctzll(alignment);
    }
    return true;
}

/* False when the field is none of its column. */
static bool read_field(struct buffer *buffer, enum buffer_column column, const char *field)
{
    switch (column) {
    case LOWER:
        return read_time(field, &buffer->lower);
    case UPPER:
        return read_time(field, &buffer->upper);
    case SIZE:
        return hb_number_parse(field, &buffer->birth.size) && buffer->birth.size <= HB_TRACE_MAX_SIZE;
    case ALIGNMENT:
        return read_alignment(field, &buffer->birth);
    default: /* a name, or where somebody put it */
        return true;
    }
}

static enum hb_status read_row(struct buffer_reader *reader, struct buffer *buffer)
{
    char *line = reader->lines.bytes, *field;
    size_t fields = 0;

    *buffer = (struct buffer){.birth.kind = HB_OP_MALLOC};
    for (; (field = cut_field(&line)) != NULL && fields < reader->fields; fields++)
        if (!read_field(buffer, reader->columns[fields], field))
            return hb_line_fault(&reader->lines, reader->error, "'%.40s' is no %s", field,
                                 reader->columns[fields] == SIZE        ? "size of at most 2^63"
                                 : reader->columns[fields] == ALIGNMENT ? "power of two"
                                                                        : "time");
    if (field != NULL || fields < reader->fields)
        return hb_line_fault(&reader->lines, reader->error, "%zu fields are expected", reader->fields);
    if (buffer->lower >= buffer->upper)
        return hb_line_fault(&reader->lines, reader->error,
                             "it ends at %lld, and must end after it begins, at %lld",
                             (long long)buffer->upper, (long long)buffer->lower);
    return HB_OK;
}

/* Room for one row more. */
static enum hb_status make_room(struct buffer_reader *reader)
{
    uint64_t room = reader->room == 0 ? 1024 : 2 * reader->room;
    void *grown;

    if (reader->count < reader->room)
        return HB_OK;
    if (room > hb_half_of_memory() / (sizeof(struct buffer) + 2 * sizeof(struct moment)) || room > UINT32_MAX)
        return hb_error_set(reader->error, HB_ERR_LIMIT,
                            "%s: more buffers than fit half of this machine's memory", reader->lines.path);
    grown = realloc(reader->buffers, room * sizeof *reader->buffers);
    if (grown == NULL)
        return hb_error_set(reader->error, HB_ERR_MEMORY, "%s: out of memory", reader->lines.path);
    reader->buffers = grown;
    reader->room = room;
    return HB_OK;
}

static enum hb_status read_rows(struct buffer_reader *reader)
{
    bool more = true;
    enum hb_status status;

    for (;;) {
        status = hb_line_reader_next(&reader->lines, &more, reader->error);
        if (status != HB_OK || !more)
            return status;
        if (strchr("#", reader->lines.bytes[strspn(reader->lines.bytes, " \t")]) != NULL)
            continue; /* a remark, or nothing at all */
        if (reader->fields == 0) {
            status = read_names(reader);
        } else {
            status = make_room(reader);
            if (status == HB_OK)
                status = read_row(reader, &reader->buffers[reader->count++]);
        }
        if (status != HB_OK)
            return status;
    }
}

/* Deaths before births, and each in the order of rows. */
static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->birth != y->birth)
        return x->birth ? 1 : -1;
    return (x->buffer > y->buffer) - (x->buffer < y->buffer);
}

static enum hb_status append_moments(struct hb_builder *builder, struct buffer_reader *reader,
                                     struct moment *moments)
{
    enum hb_status status = HB_OK;
    uint32_t born = 0;

    for (uint32_t i = 0; i < reader->count; i++) {
        moments[2 * (uint64_t)i] = (struct moment){reader->buffers[i].lower, i, true};
        moments[2 * (uint64_t)i + 1] = (struct moment){reader->buffers[i].upper, i, false};
    }
    qsort(moments, 2 * reader->count, sizeof *moments, by_time);
    for (uint64_t i = 0; i < 2 * reader->count && status == HB_OK; i++) {
        struct hb_op *birth = &reader->buffers[moments[i].buffer].birth;
        struct hb_op death = {.kind = HB_OP_FREE, .object = birth->object};

        if (moments[i].birth)
            birth->object = born++;
        status = hb_builder_append(builder, moments[i].birth ? birth : &death, 1, reader->error);
    }
    return status;
}

enum hb_status hb_buffers_read(struct hb_builder *builder, const char *path, struct hb_error *error)
{
    struct buffer_reader reader = {.error = error};
    struct moment *moments = NULL;
    enum hb_status status = hb_line_reader_open(&reader.lines, path, LINE_BYTES, error);

    if (status == HB_OK)
        status = read_rows(&reader);
    if (status == HB_OK && reader.fields == 0)
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: no line names the columns", path);
    if (status == HB_OK) {
        moments = malloc((2 * reader.count + 1) * sizeof *moments);
        status = moments == NULL ? hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path)
                                 : append_moments(builder, &reader, moments);
    }
    hb_line_reader_close(&reader.lines);
    free(reader.buffers);
    free(moments);
    return status;
}
