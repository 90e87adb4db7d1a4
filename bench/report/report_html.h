/*
 * report_html.h - text and pictures put into an HTML page so that nothing from a file can become markup.
 */
#ifndef HB_BENCH_REPORT_REPORT_HTML_H
#define HB_BENCH_REPORT_REPORT_HTML_H

#include <stdio.h>

/* Writes `text` with & < > " ' escaped: safe between tags and inside a quoted attribute. */
void hb_html_text(FILE *out, const char *text);

/*
 * Writes an SVG document as an element of a page: without prolog, <title> and <desc>, which a browser would
 * show as tooltips, and with `prefix` before each id and each reference to one, so that several fit on a
 * page. `label` says what it is to those who cannot see it. Whatever is not between "<svg" and the end is
 * dropped; a text without "<svg" writes nothing.
 */
void hb_html_svg(FILE *out, const char *svg, const char *prefix, const char *label);

#endif
