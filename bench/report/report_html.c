/* report_html.c - escaping, and the embedding of SVG. */
#include "bench/report/report_html.h"

#include <stdbool.h>
#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void hb_html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *escaped = entity(*text);

        if (escaped != NULL)
            fputs(escaped, out);
        else
            putc(*text, out);
    }
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The end of an element that begins at `p` and holds only text, or NULL where `p` begins neither. */
static const char *skip_description(const char *p)
{
    static const char *const ends[][2] = {{"<title>", "</title>"}, {"<desc>", "</desc>"}};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (begins(p, ends[i][0])) {
            const char *end = strstr(p, ends[i][1]);

            return end != NULL ? end + strlen(ends[i][1]) : p + strlen(p);
        }
    return NULL;
}

/* The bytes at `p` that come before an id in a tag: the attribute's name, its quote, a reference's '#';
 * `quoted` where `p` is inside an attribute's value. 0 for none. */
static size_t id_opening(const char *p, bool quoted)
{
    static const char *const openings[] = {" id='", " id=\"", "href='#", "href=\"#"};
    static const char url[] = "url(#";

    if (quoted)
        return begins(p, url) ? strlen(url) : 0;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (begins(p, openings[i]))
            return strlen(openings[i]);
    return 0;
}

/* The quote that is open after `c`, when `open` was open before it; NUL for none. */
static char quote_after(char open, char c)
{
    if (open == c)
        return '\0';
    if (open != '\0' || (c != '\'' && c != '"'))
        return open;
    return c;
}

/* Copies the tag, or the rest of one, that begins at `p`, with its ids prefixed; returns what
 * comes after it. */
static const char *copy_tag(FILE *out, const char *p, const char *prefix)
{
    char open = '\0';

    while (*p != '\0') {
        const char *id = p + id_opening(p, open != '\0');
        bool closes = open == '\0' && *p == '>';
        const char *end = id > p ? id : p + 1;

        for (; p < end; p++) {
            putc(*p, out);
            open = quote_after(open, *p);
        }
        if (p == id)
            fputs(prefix, out);
        if (closes)
            break;
    }
    return p;
}

void hb_html_svg(FILE *out, const char *svg, const char *prefix, const char *label)
{
    const char *p = strstr(svg, "<svg");

    if (p == NULL)
        return;
    fputs("<svg role=\"img\" aria-label=\"", out);
    hb_html_text(out, label);
    putc('"', out);
    p += strlen("<svg");
    /* The rest of the opening tag, then everything. */
    p = copy_tag(out, p, prefix);
    while (*p != '\0') {
        const char *skipped = *p == '<' ? skip_description(p) : NULL;

        if (skipped != NULL)
            p = skipped;
        else if (*p == '<')
            p = copy_tag(out, p, prefix);
        else
            putc(*p++, out);
    }
}
