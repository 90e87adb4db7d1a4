/*
 * printable.h - other people's text, made fit to be shown.
 *
 * A file's name may hold any byte but '/' and NUL, a recorded command line any but NUL. A terminal obeys
 * escape sequences, JSON and HTML must be UTF-8, and a line must stay a line. What is not fit is written
 * \xHH, byte by byte, as printf(1) reads it; all else stays as it is.
 */
#ifndef HB_BASE_PRINTABLE_H
#define HB_BASE_PRINTABLE_H

#include <stddef.h>
#include <stdio.h>

/* Bytes that `text` may need when it is escaped, its NUL included. */
#define HB_PRINTABLE_BYTES(length) (4 * (length) + 1)

/* The bytes of the UTF-8 character at `p`, 1 to 4; 0 where none begins there: RFC 3629, no surrogates, no
 * overlong forms. `end` is behind the text. */
size_t hb_utf8_length(const char *p, const char *end);

/*
 * Writes `text` to `out`, escaped: what is no UTF-8, control characters, those that change the direction or
 * the line that others are shown in, and each character of `also` (ASCII). Ends, where `bytes` (1 or more)
 * are not enough, before the first character that does not fit whole. Returns `out`, which `text` must not
 * lie in.
 */
char *hb_printable(char *out, size_t bytes, const char *text, const char *also);

/* The same from malloc; NULL when out of memory. */
char *hb_printable_copy(const char *text, const char *also);

/* As fprintf, of one line that ends itself: what is formatted is made printable, and a newline follows. */
void hb_print_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same in a buffer of `bytes`, up to 1024. */
void hb_make_printable(char *text, size_t bytes);

/* Appends a word to the `bytes` of `out`, as far as it fits: a blank before it unless it is the first, and
 * quoted where a shell would need it. Not made printable. */
void hb_append_word(char *out, size_t bytes, const char *word);

#endif
