/*
 * show.h - the one way to show people a count, a size, a time or a ratio.
 *
 * Files and JSON have exact integers and units in their names; this is for tables and sentences. Each
 * function returns its text by value: `printf("%s", hb_show_count(n).text)` needs no buffer.
 */
#ifndef HB_BASE_SHOW_H
#define HB_BASE_SHOW_H

#include <stdint.h>

struct hb_shown {
    char text[64];
};

/* "1 234 567": digits in groups of three. */
struct hb_shown hb_show_count(uint64_t count);

/* "1 operation", "1 234 operations": the plural of `noun`, of up to 30 letters, is an s. */
struct hb_shown hb_show_counted(uint64_t count, const char *noun);

/* "0.50", "12.3", "1234": three digits, and more only before the point. `value` 0 or more. */
struct hb_shown hb_show_figure(double value);

/* "640 B", "3.10 MiB": powers of 1024. */
struct hb_shown hb_show_bytes(uint64_t bytes);

/* "0 s", "12.3 ns", "7.50 us", "250 ms", "90.5 s"; nothing is longer than seconds. */
struct hb_shown hb_show_seconds(double seconds);

/* "64K", "1000": as an option takes it, with K, M or G where that is exact. */
struct hb_shown hb_show_size(uint64_t bytes);

#endif
