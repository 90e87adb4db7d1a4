/*
 * number.h - strict reading of numbers from arguments and text files.
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

#endif
