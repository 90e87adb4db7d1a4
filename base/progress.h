/*
 * progress.h - a line on a terminal that says what is being done, for anything over a second.
 *
 * Written to standard error and only where that is a terminal; each time the line is replaced. The loops that
 * do the work say how far they are, and whoever waits says that he still does: that is when the line is
 * written, once a second and no more often. Work that has steps names each as it begins. Where it is known
 * how much there is to do, the line says also how long that will take. One line at a time, from one thread.
 */
#ifndef HB_BASE_PROGRESS_H
#define HB_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hb_progress {
    size_t done, total; /* steps; total 0: not known */
    uint64_t begin_ns;  /* of the first one */
};

/* Names the step that is done now, and counts it. */
void hb_progress_step(struct hb_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Removes the line, so that something else can be printed. */
void hb_progress_clear(struct hb_progress *progress);

/*
 * Begins work without steps; `what` is copied, as far as a line has room. Does nothing without a terminal.
 * What begins within a step, or within other such work, is a part of it, which goes on being shown.
 */
void hb_progress_begin(const char *what);
void hb_progress_total(uint64_t total); /* 0, the default: not known */
void hb_progress_end(void);             /* wipes the line */

/*
 * So much of the work is done: for loops to call. It costs a few instructions: without a line it does
 * nothing, and with one it looks at the clock about every millisecond. Of a part, `done` is not shown.
 */
void hb_progress_set(void *unused, uint64_t done);

/* From now on `done` goes to `*shared` too: for a process that another one shows the progress of. */
void hb_progress_share(volatile uint64_t *shared);

/* Something is still going on. Returns the milliseconds after which to call again; UINT64_MAX: no need to. */
uint64_t hb_progress_wait(void);

#endif
