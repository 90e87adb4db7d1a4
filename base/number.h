/*
 * number.h - numbers as people write them and read them, and what two of them have in common.
 *
 * Reading is strict: strtoull takes "-1", " 7" and "7x"; these take digits and nothing else. Showing is for
 * tables and sentences; files and JSON have exact integers, and units in their names.
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

/* What is shown, by value: `printf("%s", hb_show_count(n).text)` needs no buffer. */
struct hb_shown {
    char text[64];
};

/* "1 234 567": digits in groups of three. */
struct hb_shown hb_show_count(uint64_t count);

/* "1 operation", "1 234 operations": the plural of `noun`, of up to 30 letters, is an s. */
struct hb_shown hb_show_counted(uint64_t count, const char *noun);

/* "0.50", "12.3", "1234": three digits, and more only before the point. `value` 0 or more. */
struct hb_shown hb_show_figure(double value);

/* "0.586", "12.3": three decimals below 10, so that a difference of 1 % is seen. `ratio` 0 or more. */
struct hb_shown hb_show_ratio(double ratio);

/* "640 B", "3.10 MiB": powers of 1024. */
struct hb_shown hb_show_bytes(uint64_t bytes);

/* "0 s", "12.3 ns", "7.50 us", "250 ms", "90.5 s"; nothing is longer than seconds. */
struct hb_shown hb_show_seconds(double seconds);

/* "64K", "1000": as an option takes it, with K, M or G where that is exact. */
struct hb_shown hb_show_size(uint64_t bytes);

/* The greatest common divisor (Euclid); of 0 and a number, that number. */
uint64_t hb_number_common_divisor(uint64_t a, uint64_t b);

#endif
