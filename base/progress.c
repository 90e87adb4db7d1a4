/*
 * progress - see progress.h.
 *
 * By the clock: the timer's signal handler writes the line, so that the hot loop needs to know nothing of it;
 * one signal a second costs a few microseconds of that second. What is displayed lives in variables that a
 * handler may read.
 */
#include "base/progress.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/printable.h"

#define ERASE_LINE "\r\033[K"

static bool is_watched(void)
{
    return isatty(STDERR_FILENO);
}

/* -- by steps -- */

void hb_progress_step(struct hb_progress *progress, const char *format, ...)
{
    va_list args;

    progress->done++;
    if (!is_watched())
        return;
    fputs(ERASE_LINE, stderr);
    if (progress->total >= progress->done)
        fprintf(stderr, "[%zu/%zu] ", progress->done, progress->total);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    progress->shown = true;
}

void hb_progress_clear(struct hb_progress *progress)
{
    if (progress->shown)
        fputs(ERASE_LINE, stderr);
    progress->shown = false;
}

/* -- by the clock -- */

static char text[80];
static _Atomic uint64_t work_done, work_total;
static atomic_uint seconds;
static bool active;

/* snprintf may not be called in a handler: appends digits, and returns the new end. */
static char *append_number(char *at, uint64_t number)
{
    char digits[20];
    int count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static char *append_text(char *at, const char *more)
{
    while (*more != '\0')
        *at++ = *more++;
    return at;
}

static void on_tick(int signal)
{
    char line[sizeof text + 64];
    uint64_t total = atomic_load(&work_total);
    char *at = append_text(line, "\r");

    (void)signal;
    at = append_text(at, text);
    at = append_text(at, " ");
    at = append_number(at, atomic_fetch_add(&seconds, 1) + 1);
    at = append_text(at, " s");
    if (total > 0) {
        at = append_text(at, ", ");
        at = append_number(at, atomic_load(&work_done) * 100 / total);
        at = append_text(at, " %");
    }
    at = append_text(at, "\033[K");
    if (write(STDERR_FILENO, line, (size_t)(at - line)) < 0)
        return; /* it is for eyes only */
}

static void set_timer(time_t interval_s)
{
    const struct itimerval timer = {{interval_s, 0}, {interval_s, 0}};

    setitimer(ITIMER_REAL, &timer, NULL);
}

void hb_progress_begin(const char *what)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};

    if (!is_watched())
        return;
    hb_printable(text, sizeof text, what, "");
    atomic_store(&seconds, 0);
    hb_progress_total(0);
    hb_progress_set(NULL, 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    active = true;
    set_timer(1);
}

void hb_progress_set(void *unused, uint64_t done)
{
    (void)unused;
    atomic_store(&work_done, done);
}

void hb_progress_total(uint64_t total)
{
    atomic_store(&work_total, total);
}

void hb_progress_end(void)
{
    if (!active)
        return;
    set_timer(0);
    signal(SIGALRM, SIG_IGN);
    active = false;
    if (atomic_load(&seconds) > 0)
        fputs(ERASE_LINE, stderr);
}
