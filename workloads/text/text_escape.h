/*
 * text_escape.h - a text of any bytes on one line of a text file, and back. Private to workloads/.
 */
#ifndef HB_WORKLOADS_TEXT_TEXT_ESCAPE_H
#define HB_WORKLOADS_TEXT_TEXT_ESCAPE_H

#include <stdbool.h>
#include <stdio.h>

/* What is not printable (base/printable.h) as \xHH and a backslash as two; all else as it is. */
void hb_text_write_escaped(const char *text, FILE *out);

/* Undoes that in place; false when a backslash begins neither, or stands for a NUL. */
bool hb_text_unescape(char *text);

#endif
