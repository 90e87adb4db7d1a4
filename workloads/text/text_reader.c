/*
 * text_reader.c - .rep and the project's own text form, line by line.
 *
 * One reader for both, since one is nearly a subset of the other: `strict` marks where a .rep, which a
 * program wrote, is held to more than what a person wrote.
 */
#include "workloads/text/text_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/pages.h"
#include "workloads/text/text_escape.h"
#include "workloads/text/text_state.h"

/*
 * The numbers before a .rep's operations are four, or two; they may share lines. A first number of 0 or 1 is
 * no heap but a weight, as newer tools write it: then the fourth is the most bytes live, which suggests no
 * heap either.
 */
static enum hb_status settle_rep_header(struct hb_text *text)
{
    const uint64_t *header = text->header;
    bool four = text->header_count == HEADER_NUMBERS;

    if (!four && text->header_count != 2)
        return hb_text_fault(text,
                             "the header has %u number%s; a .rep begins with four (heap, ids, operations, "
                             "weight) or two (ids, operations)",
                             text->header_count, text->header_count == 1 ? "" : "s");
    text->ids = header[four ? 1 : 0];
    text->op_count = header[four ? 2 : 1];
    if (four && header[0] > 1)
        text->builder->workload->info.suggested_heap_bytes = header[0];
    text->header_read = true;
    return HB_OK;
}

static enum hb_status read_rep_header(struct hb_text *text)
{
    for (unsigned i = 0; i < text->words; i++) {
        if (text->header_count == HEADER_NUMBERS)
            return hb_text_fault(text, "'%.40s' follows the fourth and last number of the header",
                                 text->word[i]);
        if (!hb_number_parse(text->word[i], &text->header[text->header_count]))
            return hb_text_fault(text, "'%.40s' is not a number, as the header of a .rep has here",
                                 text->word[i]);
        text->header_count++;
    }
    return HB_OK;
}

/* A line of a .rep: of its header as long as lines begin with a digit, then operations. */
static enum hb_status read_rep_line(struct hb_text *text)
{
    enum hb_status status = HB_OK;

    if (!text->header_read && (isdigit((unsigned char)text->word[0][0]) || text->header_count == 0))
        return read_rep_header(text);
    if (!text->header_read)
        status = settle_rep_header(text);
    return status == HB_OK ? hb_text_operation(text) : status;
}

/* "command ..." and "origin ...": the rest of the line, escapes undone. */
static enum hb_status read_fact(struct hb_text *text, char **fact, char *rest)
{
    if (*fact != NULL)
        return hb_text_fault(text, "a second line of this kind");
    if (!hb_text_unescape(rest))
        return hb_text_fault(text, "a backslash that is neither \\\\ nor \\x and two digits of 0-9a-f");
    if (rest[0] == '\0')
        return HB_OK;
    if (strlen(rest) > HB_TRACE_MAX_TEXT_BYTES)
        return hb_text_fault(text, "longer than %d bytes", HB_TRACE_MAX_TEXT_BYTES);
    *fact = strdup(rest);
    return *fact != NULL ? HB_OK : hb_text_out_of_memory(text);
}

/* The text after `keyword` and one blank when the line begins so; else NULL. */
static char *after_keyword(char *line, const char *keyword)
{
    size_t length = strlen(keyword);

    return strncmp(line, keyword, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* Cuts the line into words, up to a comment. False when it has more than any line may. */
static bool split(struct hb_text *text)
{
    char *rest = text->lines.bytes;

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

static enum hb_status read_line(struct hb_text *text)
{
    struct hb_trace_info *info = &text->builder->workload->info;
    char *line = text->lines.bytes + strspn(text->lines.bytes, " \t"), *rest;

    if (!text->strict && (rest = after_keyword(line, "command")) != NULL)
        return read_fact(text, &info->command, rest);
    if (!text->strict && (rest = after_keyword(line, "origin")) != NULL)
        return read_fact(text, &info->origin, rest);
    if (!split(text))
        return hb_text_fault(text, "more words than any line has");
    if (text->words == 0)
        return HB_OK;
    return text->strict ? read_rep_line(text) : hb_text_operation(text);
}

/* What can only be said when everything was read. */
static enum hb_status check_whole(struct hb_text *text)
{
    enum hb_status status = HB_OK;

    if (text->strict && !text->header_read)
        status = settle_rep_header(text);
    if (text->is_touched)
        return hb_text_fault(text, "no operation follows of which it is said what is touched");
    if (status == HB_OK && text->strict && text->op_lines != text->op_count)
        return hb_text_fault(text, "the file ends after %llu operations; its header announces %llu",
                             (unsigned long long)text->op_lines, (unsigned long long)text->op_count);
    return status == HB_OK ? hb_text_flush(text) : status;
}

static enum hb_status read_lines(struct hb_text *text)
{
    bool more = true;
    enum hb_status status = HB_OK;

    while (status == HB_OK) {
        status = hb_line_reader_next(&text->lines, &more, text->error);
        if (status == HB_OK && !more)
            break;
        if (status == HB_OK)
            status = read_line(text);
    }
    return status == HB_OK ? check_whole(text) : status;
}

enum hb_status hb_text_read(struct hb_builder *builder, const char *path, enum hb_workload_format format,
                            struct hb_error *error)
{
    struct hb_text *text = calloc(1, sizeof *text);
    enum hb_status status;

    if (text == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    text->builder = builder;
    text->lines.path = path;
    text->strict = format == HB_FORMAT_REP;
    text->error = error;
    text->threads = hb_pages_reserve(THREADS_BYTES);
    status = text->threads != NULL ? hb_line_reader_open(&text->lines, path, LINE_BYTES, error)
                                   : hb_text_out_of_memory(text);
    if (status == HB_OK)
        status = read_lines(text);
    hb_line_reader_close(&text->lines);
    hb_names_clear(&text->names);
    hb_pages_free(text->threads, THREADS_BYTES);
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
    size_t first = bytes >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */

    if (!is_text(head, bytes))
        return false;
    while (first < bytes && isspace(head[first]))
        first++;
    *out = first < bytes && isdigit(head[first]) ? HB_FORMAT_REP : HB_FORMAT_TEXT;
    return first < bytes;
}
