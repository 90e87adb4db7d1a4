/*
 * progress.h - a line on a terminal that says what is being done, for anything over a second.
 *
 * Written to standard error and only where that is a terminal; each call replaces the line.
 */
#ifndef HB_BENCH_PROGRESS_H
#define HB_BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct hb_progress {
    size_t done, total; /* steps; total 0: not known */
    bool shown;
};

/* Names what is done now, and counts it. */
void hb_progress_step(struct hb_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Removes the line, so that something else can be printed. */
void hb_progress_clear(struct hb_progress *progress);

#endif
