/*
 * text_reader.c - .rep and the project's own text form, line by line.
 *
 * One reader for both, since one is nearly a subset of the other: `strict` marks where a .rep, which a
 * program wrote, is held to more than what a person wrote. A line is at most LINE_BYTES long, so that a file
 * that is no text cannot make us hold it.
 */
#include "workloads/text_reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "workloads/names.h"
#include "workloads/source.h"
#include "workloads/trace_format.h"

enum {
    LINE_BYTES = 4 * HB_TRACE_MAX_TEXT_BYTES + 256, /* a command of escapes */
    MAX_WORDS = 5,
    BATCH_OPS = 1024,
    NO_THREAD = -1
};

struct text {
    struct hb_builder *builder;
    const char *path;
    FILE *stream;
    bool strict;
    uint64_t line;
    char *bytes; /* of this line, cut into words */
    char *word[MAX_WORDS];
    unsigned words;
    struct hb_names names;
    uint64_t next_object;
    int32_t *threads; /* the file's number -> ours, NO_THREAD where it did nothing yet */
    uint32_t thread_count;
    uint32_t thread;    /* the file's number */
    uint64_t header[4]; /* of a .rep: heap, ids, operations, weight */
    unsigned header_count;
    uint64_t op_lines;
    struct hb_op batch[BATCH_OPS];
    size_t batched;
    struct hb_error *error;
};

/* "PATH:LINE: ..." */
static enum hb_status __attribute__((format(printf, 2, 3)))
fault(const struct text *text, const char *format, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    for (char *c = sentence; *c != '\0'; c++) /* words of the file must not steer the terminal */
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return hb_error_set(text->error, HB_ERR_FORMAT, "%s:%llu: %s", text->path, (unsigned long long)text->line,
                        sentence);
}

static enum hb_status out_of_memory(const struct text *text)
{
    return hb_error_set(text->error, HB_ERR_MEMORY, "%s: out of memory", text->path);
}

static enum hb_status flush_batch(struct text *text)
{
    size_t count = text->batched;

    text->batched = 0;
    return hb_builder_append(text->builder, text->batch, count, text->error);
}

/* The thread that acts now, as the workload numbers it: in the order in which threads first act. */
static uint16_t acting_thread(struct text *text)
{
    int32_t *ours = &text->threads[text->thread];

    if (*ours == NO_THREAD)
        *ours = (int32_t)text->thread_count++;
    return (uint16_t)*ours;
}

static enum hb_status add_op(struct text *text, struct hb_op op)
{
    op.thread = acting_thread(text);
    text->batch[text->batched++] = op;
    return text->batched == BATCH_OPS ? flush_batch(text) : HB_OK;
}

static enum hb_status parse_bytes(const struct text *text, const char *word, uint64_t *out)
{
    uint64_t bytes = 0;
    bool parsed = text->strict ? hb_number_parse(word, &bytes) : hb_number_parse_size(word, &bytes);

    if (!parsed)
        return fault(text, "'%.40s' is not a number of bytes", word);
    if (bytes > HB_TRACE_MAX_SIZE)
        return fault(text, "%s bytes are more than 2^63", word);
    *out = bytes;
    return HB_OK;
}

/* The name that the line's second word is. NULL, with `*status` set, when it cannot be one. */
static struct hb_name *find_name(struct text *text, enum hb_status *status)
{
    const char *word = text->word[1];
    struct hb_name *name = NULL;
    uint64_t number = 0;

    if (text->strict && !hb_number_parse(word, &number))
        *status = fault(text, "'%.40s' is not an id: ids are numbers from 0", word);
    else if (text->strict && number >= text->header[1])
        *status = fault(text, "id %s is not below the %llu ids that the header announces", word,
                        (unsigned long long)text->header[1]);
    else if ((name = hb_names_find(&text->names, word)) == NULL)
        *status = out_of_memory(text);
    return name;
}

static uint32_t line_mark(const struct text *text)
{
    return text->line < UINT32_MAX ? (uint32_t)text->line : UINT32_MAX;
}

static enum hb_status give_birth(struct text *text, struct hb_op op)
{
    enum hb_status status = HB_OK;
    struct hb_name *name = find_name(text, &status);

    if (name == NULL)
        return status;
    if (name->live)
        return fault(text, "%.60s is allocated already, since line %u", text->word[1], name->line);
    if (text->next_object >= HB_TRACE_MAX_OBJECTS)
        return fault(text, "more than 2^32 objects");
    name->live = true;
    name->line = line_mark(text);
    name->object = (uint32_t)text->next_object++;
    op.object = name->object;
    return add_op(text, op);
}

/* As find_name, and the object must be live. */
static struct hb_name *find_live(struct text *text, enum hb_status *status)
{
    struct hb_name *name = find_name(text, status);

    if (name == NULL || name->live)
        return name;
    if (name->line > 0)
        *status = fault(text, "%.60s was freed already, on line %u", text->word[1], name->line);
    else
        *status = fault(text, "%.60s was never allocated", text->word[1]);
    return NULL;
}

static enum hb_status line_malloc(struct text *text)
{
    struct hb_op op = {.kind = HB_OP_MALLOC};
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status line_calloc(struct text *text)
{
    struct hb_op op = {.kind = HB_OP_CALLOC};
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status line_aligned(struct text *text)
{
    struct hb_op op = {.kind = HB_OP_ALIGNED};
    uint64_t alignment = 0;
    enum hb_status status = parse_bytes(text, text->word[2], &alignment);

    if (status != HB_OK)
        return status;
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        return fault(text, "an alignment of %s is not a power of two", text->word[2]);
    op.align_log2 = (uint8_t)__builtin_ctzll(alignment);
    status = parse_bytes(text, text->word[3], &op.size);
    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status line_free(struct text *text)
{
    struct hb_name *name;
    enum hb_status status = HB_OK;

    if (text->strict && strcmp(text->word[1], "-1") == 0)
        return HB_OK; /* how some courses write free(NULL) */
    name = find_live(text, &status);
    if (name == NULL)
        return status;
    name->live = false;
    name->line = line_mark(text);
    return add_op(text, (struct hb_op){.kind = HB_OP_FREE, .object = name->object});
}

static enum hb_status line_realloc(struct text *text)
{
    struct hb_op op = {.kind = HB_OP_REALLOC};
    struct hb_name *name;
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    if (status != HB_OK)
        return status;
    if (op.size == 0)
        return line_free(text);
    name = find_live(text, &status);
    if (name == NULL)
        return status;
    op.object = name->object;
    return add_op(text, op);
}

static enum hb_status line_thread(struct text *text)
{
    uint64_t number;

    if (!hb_number_parse(text->word[1], &number) || number >= HB_TRACE_MAX_THREADS)
        return fault(text, "'%.40s' is not a thread: threads are numbers from 0 to 65535", text->word[1]);
    text->thread = (uint32_t)number;
    return HB_OK;
}

static enum hb_status line_heap(struct text *text)
{
    return parse_bytes(text, text->word[1], &text->builder->workload->info.suggested_heap_bytes);
}

static enum hb_status line_dropped(struct text *text)
{
    if (!hb_number_parse(text->word[1], &text->builder->workload->dropped))
        return fault(text, "'%.40s' is not a number of events", text->word[1]);
    return HB_OK;
}

struct line_kind {
    const char *word;
    unsigned words;
    bool in_rep;
    const char *form;
    enum hb_status (*read)(struct text *text);
};

static const struct line_kind line_kinds[] = {
    {"a", 3, true, "a ID BYTES", line_malloc},
    {"f", 2, true, "f ID", line_free},
    {"r", 3, true, "r ID BYTES", line_realloc},
    {"c", 3, false, "c ID BYTES", line_calloc},
    {"m", 4, false, "m ID ALIGNMENT BYTES", line_aligned},
    {"t", 2, false, "t THREAD", line_thread},
    {"heap", 2, false, "heap BYTES", line_heap},
    {"dropped", 2, false, "dropped EVENTS", line_dropped},
};

static const struct line_kind *find_line_kind(const struct text *text)
{
    for (size_t i = 0; i < sizeof line_kinds / sizeof line_kinds[0]; i++)
        if (strcmp(line_kinds[i].word, text->word[0]) == 0 && (line_kinds[i].in_rep || !text->strict))
            return &line_kinds[i];
    return NULL;
}

static enum hb_status read_operation(struct text *text)
{
    const struct line_kind *kind = find_line_kind(text);

    if (kind == NULL)
        return fault(text, "'%.40s' begins no %s", text->word[0],
                     text->strict ? "operation: a .rep has a, r and f"
                                  : "line: there are a, c, m, r, f, t, heap, dropped, command and origin");
    if (text->words != kind->words)
        return fault(text, "%u words where '%s' is wanted", text->words, kind->form);
    text->op_lines++;
    return kind->read(text);
}

/* The four numbers before a .rep's operations; they may share lines. */
static enum hb_status read_rep_header(struct text *text)
{
    static const char *const names[] = {"suggested heap size", "number of ids", "number of operations",
                                        "weight"};

    for (unsigned i = 0; i < text->words; i++) {
        if (text->header_count == 4)
            return fault(text, "'%.40s' follows the fourth and last number of the header", text->word[i]);
        if (!hb_number_parse(text->word[i], &text->header[text->header_count]))
            return fault(text, "'%.40s' is not the %s that the header of a .rep has here", text->word[i],
                         names[text->header_count]);
        text->header_count++;
    }
    text->builder->workload->info.suggested_heap_bytes = text->header[0];
    return HB_OK;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

/* Undoes \\ and \xHH in place; false when a backslash begins neither, or stands for a NUL. */
static bool unescape(char *text)
{
    char *out = text;

    while (*text != '\0') {
        int high, low;

        if (*text != '\\') {
            *out++ = *text++;
        } else if (text[1] == '\\') {
            *out++ = '\\';
            text += 2;
        } else {
            high = text[1] == 'x' ? hex_digit(text[2]) : -1;
            low = high >= 0 ? hex_digit(text[3]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            *out++ = (char)(high << 4 | low);
            text += 4;
        }
    }
    *out = '\0';
    return true;
}

/* "command ..." and "origin ...": the rest of the line, escapes undone. */
static enum hb_status read_fact(struct text *text, char **fact, char *rest)
{
    if (*fact != NULL)
        return fault(text, "a second line of this kind");
    if (!unescape(rest))
        return fault(text, "a backslash that is neither \\\\ nor \\x and two digits of 0-9a-f");
    if (rest[0] == '\0')
        return HB_OK;
    if (strlen(rest) > HB_TRACE_MAX_TEXT_BYTES)
        return fault(text, "longer than %d bytes", HB_TRACE_MAX_TEXT_BYTES);
    *fact = strdup(rest);
    return *fact != NULL ? HB_OK : out_of_memory(text);
}

/* The text after `keyword` and one blank when the line begins so; else NULL. */
static char *after_keyword(char *line, const char *keyword)
{
    size_t length = strlen(keyword);

    return strncmp(line, keyword, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* Cuts the line into words, up to a comment. False when it has more than any line may. */
static bool split(struct text *text)
{
    char *rest = text->bytes;

    text->words = 0;
    if (!text->strict)
        rest[strcspn(rest, "#")] = '\0';
    for (char *word; (word = strsep(&rest, " \t")) != NULL;) {
        if (*word == '\0')
            continue;
        if (text->words == MAX_WORDS)
            return false;
        text->word[text->words++] = word;
    }
    return true;
}

static enum hb_status read_line(struct text *text)
{
    struct hb_trace_info *info = &text->builder->workload->info;
    char *line = text->bytes + strspn(text->bytes, " \t"), *rest;

    if (!text->strict && (rest = after_keyword(line, "command")) != NULL)
        return read_fact(text, &info->command, rest);
    if (!text->strict && (rest = after_keyword(line, "origin")) != NULL)
        return read_fact(text, &info->origin, rest);
    if (!split(text))
        return fault(text, "more words than any line has");
    if (text->words == 0)
        return HB_OK;
    if (text->strict && (text->header_count < 4 || isdigit((unsigned char)text->word[0][0])))
        return read_rep_header(text);
    return read_operation(text);
}

/* The next line without its end; false at the end of the file. */
static enum hb_status next_line(struct text *text, bool *more)
{
    size_t length = 0;
    int c;

    text->line++;
    while ((c = getc_unlocked(text->stream)) != EOF && c != '\n') {
        if (c == '\0' || length == LINE_BYTES - 1)
            return fault(text, c == '\0' ? "a NUL byte: not a text file" : "the line is too long");
        text->bytes[length++] = (char)c;
    }
    if (ferror(text->stream))
        return hb_error_set_errno(text->error, HB_ERR_IO, "%s: cannot be read", text->path);
    *more = c != EOF || length > 0;
    if (length > 0 && text->bytes[length - 1] == '\r')
        length--;
    text->bytes[length] = '\0';
    return HB_OK;
}

/* What can only be said when everything was read. */
static enum hb_status check_whole(struct text *text)
{
    if (text->strict && text->header_count < 4)
        return fault(text, "the file ends within the header: a .rep begins with four numbers");
    if (text->strict && text->op_lines != text->header[2])
        return fault(text, "the file ends after %llu operations; its header announces %llu",
                     (unsigned long long)text->op_lines, (unsigned long long)text->header[2]);
    return flush_batch(text);
}

static enum hb_status read_lines(struct text *text)
{
    bool more = true;
    enum hb_status status = HB_OK;

    while (status == HB_OK) {
        status = next_line(text, &more);
        if (status == HB_OK && !more)
            break;
        if (status == HB_OK)
            status = read_line(text);
    }
    return status == HB_OK ? check_whole(text) : status;
}

static bool prepare(struct text *text)
{
    text->bytes = malloc(LINE_BYTES);
    text->threads = malloc(HB_TRACE_MAX_THREADS * sizeof *text->threads);
    if (text->bytes == NULL || text->threads == NULL)
        return false;
    for (size_t i = 0; i < HB_TRACE_MAX_THREADS; i++)
        text->threads[i] = NO_THREAD;
    return true;
}

enum hb_status hb_text_read(struct hb_builder *builder, const char *path, enum hb_workload_format format,
                            struct hb_error *error)
{
    struct text *text = calloc(1, sizeof *text);
    enum hb_status status;

    if (text == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    text->builder = builder;
    text->path = path;
    text->strict = format == HB_FORMAT_REP;
    text->error = error;
    status = prepare(text) ? hb_source_open(path, &text->stream, error) : out_of_memory(text);
    if (text->stream != NULL) {
        status = read_lines(text);
        fclose(text->stream);
    }
    hb_names_clear(&text->names);
    free(text->threads);
    free(text->bytes);
    free(text);
    return status;
}

/* No control characters but blanks and line ends; bytes above 127 are somebody's UTF-8, in a comment. */
static bool is_text(const uint8_t *head, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (head[i] < ' ' && head[i] != '\t' && head[i] != '\n' && head[i] != '\r')
            return false;
    return true;
}

bool hb_text_recognise(const uint8_t *head, size_t bytes, enum hb_workload_format *out)
{
    size_t first = 0;

    if (!is_text(head, bytes))
        return false;
    while (first < bytes && isspace(head[first]))
        first++;
    *out = first < bytes && isdigit(head[first]) ? HB_FORMAT_REP : HB_FORMAT_TEXT;
    return first < bytes;
}
