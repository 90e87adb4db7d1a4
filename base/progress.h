/*
 * progress.h - a line on a terminal that says what is being done, for anything over a second.
 *
 * Written to standard error and only where that is a terminal; each time the line is replaced. Work that has
 * steps names each as it begins. Work that is one long loop has a clock: between begin and end a timer writes
 * the line once a second, and the loop is left alone. One at a time.
 */
#ifndef HB_BASE_PROGRESS_H
#define HB_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hb_progress {
    size_t done, total; /* steps; total 0: not known */
    bool shown;
};

/* Names what is done now, and counts it. */
void hb_progress_step(struct hb_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Removes the line, so that something else can be printed. */
void hb_progress_clear(struct hb_progress *progress);

/* Starts the clock; `what` is copied, as far as a line has room. Does nothing without a terminal. */
void hb_progress_begin(const char *what);
void hb_progress_set(void *unused, uint64_t done); /* of the total, as for hb_count_options */
void hb_progress_total(uint64_t total);            /* 0, the default: not known */
void hb_progress_end(void);                        /* wipes the line */

#endif
