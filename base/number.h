/*
 * number.h - numbers read strictly from arguments and text files, and sizes, figures and times as they are
 * shown to people.
 *
 * strtoull takes "-1", " 7" and "7x"; these take digits and nothing else.
 */
#ifndef HB_BASE_NUMBER_H
#define HB_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits only, the whole string, 0 to UINT64_MAX. `*out` is written only on success. */
bool hb_number_parse(const char *text, uint64_t *out);

/* As hb_number_parse, with an optional suffix K, M or G (powers of 1024, either case). False on overflow. */
bool hb_number_parse_size(const char *text, uint64_t *out);

/*
 * A time with its unit, ns, us, ms or s, and decimals if it has some, such as 250ms or 1.5s; in nanoseconds
 * or microseconds. False when it is no whole number of them, and on overflow.
 */
bool hb_number_parse_ns(const char *text, uint64_t *out);
bool hb_number_parse_us(const char *text, uint64_t *out);

/* Room for anything that is shown, its NUL included. Each of these returns `out`. */
enum { HB_SHOWN_BYTES = 32 };

/* A size: "640 B", "1.50 MiB"; a figure of three digits or so. */
const char *hb_show_bytes(char out[HB_SHOWN_BYTES], uint64_t bytes);

/* A measured figure: three digits or more, whatever its size. */
const char *hb_show_figure(char out[HB_SHOWN_BYTES], double figure);

/* A count, its thousands apart: "1 234 567". */
const char *hb_show_count(char out[HB_SHOWN_BYTES], uint64_t count);

/* A time for people who wait: "45 s", "3 min 20 s", "2 h 5 min". */
const char *hb_show_seconds(char out[HB_SHOWN_BYTES], uint64_t seconds);

#endif
