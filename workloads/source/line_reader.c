/*
 * line_reader.c - lines of a source, with their numbers and a bound on their length.
 */
#include "workloads/source/line_reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum hb_status hb_line_reader_open(struct hb_line_reader *reader, const char *path, size_t room,
                                   struct hb_error *error)
{
    *reader = (struct hb_line_reader){.path = path, .room = room, .bytes = malloc(room)};
    if (reader->bytes == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    return hb_source_open(path, &reader->source, error);
}

void hb_line_reader_close(struct hb_line_reader *reader)
{
    hb_source_close(reader->source);
    free(reader->bytes);
    reader->source = NULL;
    reader->bytes = NULL;
}

static void drop_byte_order_mark(char *line)
{
    if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
        memmove(line, line + 3, strlen(line + 3) + 1);
}

enum hb_status hb_line_reader_next(struct hb_line_reader *reader, bool *more, struct hb_error *error)
{
    FILE *stream = hb_source_stream(reader->source);
    size_t length = 0;
    int c;

    reader->line++;
    while ((c = getc_unlocked(stream)) != EOF && c != '\n') {
        if (c == '\0' || length == reader->room - 1)
            return hb_line_fault(reader, error,
                                 c == '\0' ? "a NUL byte: not a text file" : "the line is too long");
        reader->bytes[length++] = (char)c;
    }
    if (ferror(stream))
        return hb_source_fault(reader->source, error);
    *more = c != EOF || length > 0;
    reader->unended = c == EOF;
    if (length > 0 && reader->bytes[length - 1] == '\r')
        length--;
    reader->bytes[length] = '\0';
    if (reader->line == 1)
        drop_byte_order_mark(reader->bytes);
    return HB_OK;
}

enum hb_status hb_line_fault(const struct hb_line_reader *reader, struct hb_error *error, const char *format,
                             ...)
{
    char sentence[400];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    for (char *c = sentence; *c != '\0'; c++) /* words of the file must not steer the terminal */
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return hb_error_set(error, HB_ERR_FORMAT, "%s:%llu: %s", reader->path, (unsigned long long)reader->line,
                        sentence);
}
