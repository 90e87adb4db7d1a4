/*
 * printable.c - other people's text made fit for a terminal, JSON and HTML.
 */
#include "base/printable.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_continued(const unsigned char *p, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return false;
    return true;
}

size_t hb_utf8_length(const char *text, const char *end)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t length = *p < 0x80 ? 1 : *p >= 0xC2 && *p < 0xE0 ? 2 : *p >= 0xE0 && *p < 0xF0 ? 3 : 4;

    if ((*p >= 0x80 && *p < 0xC2) || *p > 0xF4 || (size_t)(end - text) < length || !is_continued(p, length))
        return 0;
    if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) || (*p == 0xF0 && p[1] < 0x90) ||
        (*p == 0xF4 && p[1] > 0x8F))
        return 0;
    return length;
}

/* The character's number; `length` as hb_utf8_length says. */
static uint32_t code_point(const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text;
    uint32_t code = length == 1 ? *p : *p & (0xFFu >> (length + 1));

    for (size_t i = 1; i < length; i++)
        code = code << 6 | (p[i] & 0x3Fu);
    return code;
}

/* Controls; marks, embeddings and isolates of direction; separators of lines; the byte order mark. */
static bool is_obeyed(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F ||
           code == 0x61C || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

/* The bytes of the character at `p` if it may stay as it is, else 0. */
static size_t plain_length(const char *p, const char *end, const char *also)
{
    size_t length = hb_utf8_length(p, end);

    if (length == 0 || is_obeyed(code_point(p, length)) || (length == 1 && strchr(also, *p) != NULL))
        return 0;
    return length;
}

/* The bytes at `p` that are escaped together: a character, so that none is cut in two, or one of no
 * character. */
static size_t escaped_length(const char *p, const char *end)
{
    size_t length = hb_utf8_length(p, end);

    return length > 0 ? length : 1;
}

char *hb_printable(char *out, size_t bytes, const char *text, const char *also)
{
    const char *end = text + strlen(text);
    char *at = out, *last = out + bytes - 1;

    while (text < end) {
        size_t plain = plain_length(text, end, also), length = plain > 0 ? plain : escaped_length(text, end);

        if ((size_t)(last - at) < (plain > 0 ? length : 4 * length))
            break;
        for (size_t i = 0; i < length; i++, text++) {
            if (plain > 0)
                *at++ = *text;
            else
                at += snprintf(at, 5, "\\x%02x", (unsigned)(unsigned char)*text);
        }
    }
    *at = '\0';
    return out;
}

char *hb_printable_copy(const char *text, const char *also)
{
    size_t bytes = HB_PRINTABLE_BYTES(strlen(text));
    char *copy = malloc(bytes);

    return copy != NULL ? hb_printable(copy, bytes, text, also) : NULL;
}

void hb_print_line(FILE *out, const char *format, ...)
{
    char *line = NULL, *escaped = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&line, format, args) < 0)
        line = NULL;
    else
        escaped = hb_printable_copy(line, "");
    va_end(args);
    if (escaped != NULL)
        fprintf(out, "%s\n", escaped);
    free(escaped);
    free(line);
}

void hb_make_printable(char *text, size_t bytes)
{
    char copy[1024];
    const char *end = text + strlen(text), *p = text;

    while (p < end && plain_length(p, end, "") > 0)
        p += plain_length(p, end, "");
    if (p == end)
        return;
    snprintf(copy, sizeof copy, "%s", p);
    hb_printable(text + (p - text), bytes - (size_t)(p - text), copy, "");
}

void hb_append_word(char *out, size_t out_bytes, const char *word)
{
    size_t used = strlen(out);
    bool plain = word[0] != '\0' && word[strcspn(word, " \t\n\"'$`\\|&;<>()*?[#~!{}")] == '\0';

    used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", used > 0 ? " " : "", plain ? "" : "'");
    for (; *word != '\0' && used < out_bytes; word++)
        used +=
            (size_t)snprintf(out + used, out_bytes - used, *word == '\'' && !plain ? "'\\''" : "%c", *word);
    if (!plain && used < out_bytes)
        snprintf(out + used, out_bytes - used, "'");
}
