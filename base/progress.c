/*
 * progress.c - the one line that says how far something is.
 *
 * How many calls of hb_progress_set may pass between two looks at the clock follows from how long the last
 * ones took, so that a loop may call it after every operation or after every second of work.
 */
#include "base/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"

#define ERASE_LINE "\r\033[K"

enum { LOOK_NS = 1000000, MOST_CALLS = 1 << 16 };
#define SECOND_NS UINT64_C(1000000000)

static volatile uint64_t *shared_done; /* with another process; NULL: with none */

/* What is being done. */
static struct {
    bool shown;   /* there is a terminal, and something to show on it */
    bool written; /* the line is there */
    bool by_steps;
    unsigned inner; /* begun within it, and not ended: what they say is not shown */
    char text[160];
    uint64_t done, total;
    uint64_t begin_ns, look_ns, write_ns; /* begun; last looked at the clock; last written, or begun */
    uint32_t calls, calls_a_look;
} now;

static bool is_watched(void)
{
    return isatty(STDERR_FILENO);
}

/* How long the rest takes if it goes on like this; 0 where nobody knows. */
static uint64_t left_seconds(uint64_t now_ns)
{
    double elapsed = (double)(now_ns - now.begin_ns);

    if (now.done == 0 || now.done >= now.total)
        return 0;
    return (uint64_t)(elapsed * (double)(now.total - now.done) / (double)now.done / SECOND_NS);
}

enum { TIME_BYTES = 48 };

/* "45 s", "3 min 20 s", "2 h 5 min": for people who wait. */
static const char *show_time(char out[TIME_BYTES], uint64_t seconds)
{
    uint64_t minutes = seconds / 60, hours = minutes / 60;

    if (hours > 0)
        snprintf(out, TIME_BYTES, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
    else if (minutes > 0)
        snprintf(out, TIME_BYTES, "%" PRIu64 " min %" PRIu64 " s", minutes, seconds % 60);
    else
        snprintf(out, TIME_BYTES, "%" PRIu64 " s", seconds);
    return out;
}

/* Columns of the terminal that can be written without a new line; many where it does not say. */
static size_t room_of_line(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : SIZE_MAX;
}

/* The bytes of `text` that fit, in whole characters. */
static int fitting(const char *text, size_t room)
{
    size_t bytes = strlen(text);

    if (bytes > room)
        for (bytes = room; bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80; bytes--)
            ;
    return (int)bytes;
}

static void write_line(uint64_t now_ns)
{
    uint64_t left_s = left_seconds(now_ns);
    char count[64] = "", part[64] = "", share[32] = "", left[64] = "", figures[160], time[TIME_BYTES];
    size_t room = room_of_line(), others;

    now.write_ns = now_ns;
    now.written = true;
    if (now.by_steps && now.total > now.done)
        snprintf(count, sizeof count, "[%" PRIu64 "/%" PRIu64 "] ", now.done + 1, now.total);
    if (!now.by_steps)
        snprintf(part, sizeof part, " %s", show_time(time, (now_ns - now.begin_ns) / SECOND_NS));
    if (!now.by_steps && now.total > 0)
        snprintf(share, sizeof share, ", %.0f %%", 100 * (double)now.done / (double)now.total);
    if (left_s > 0)
        snprintf(left, sizeof left, ", about %s left", show_time(time, left_s));
    snprintf(figures, sizeof figures, "%s%s%s", part, share, left);
    others = strlen(count) + strlen(figures);
    /* A line that the terminal breaks could not be erased: what it is about is cut, then its figures. */
    fprintf(stderr, ERASE_LINE "%.*s%.*s%.*s", fitting(count, room), count,
            fitting(now.text, room > others ? room - others : 0), now.text,
            fitting(figures, room > strlen(count) ? room - strlen(count) : 0), figures);
    fflush(stderr);
}

static void begin(bool by_steps, uint64_t begin_ns)
{
    uint64_t now_ns = hb_clock_ns();

    now.shown = true;
    now.inner = 0;
    now.by_steps = by_steps;
    now.done = now.total = 0;
    now.begin_ns = begin_ns != 0 ? begin_ns : now_ns;
    now.look_ns = now.write_ns = now_ns;
    now.calls = 0;
    now.calls_a_look = 1;
}

static void end(void)
{
    if (now.written)
        fputs(ERASE_LINE, stderr);
    now.shown = now.written = now.by_steps = false;
    now.inner = 0;
}

/* -- by steps -- */

void hb_progress_step(struct hb_progress *progress, const char *format, ...)
{
    va_list args;

    progress->done++;
    if (!is_watched())
        return;
    begin(true, progress->begin_ns);
    progress->begin_ns = now.begin_ns;
    now.done = progress->done - 1;
    now.total = progress->total;
    va_start(args, format);
    vsnprintf(now.text, sizeof now.text, format, args);
    va_end(args);
    write_line(now.look_ns);
}

void hb_progress_clear(struct hb_progress *progress)
{
    (void)progress;
    end();
}

/* -- without -- */

void hb_progress_begin(const char *what)
{
    if (now.shown)
        now.inner++;
    if (now.shown || !is_watched())
        return;
    begin(false, 0);
    hb_printable(now.text, sizeof now.text / 2, what, "");
}

void hb_progress_total(uint64_t total)
{
    if (!now.by_steps && now.inner == 0)
        now.total = total;
}

void hb_progress_end(void)
{
    if (now.inner > 0)
        now.inner--;
    else
        end();
}

/* As many calls to the next look as take about LOOK_NS. */
static void look(void)
{
    uint64_t now_ns = hb_clock_ns(), since_ns = now_ns - now.look_ns;

    now.look_ns = now_ns;
    now.calls = 0;
    if (since_ns < LOOK_NS / 2 && now.calls_a_look < MOST_CALLS)
        now.calls_a_look *= 2;
    else if (since_ns > (uint64_t)2 * LOOK_NS)
        now.calls_a_look = (uint32_t)(now.calls_a_look * (uint64_t)LOOK_NS / since_ns) + 1;
    if (now_ns - now.write_ns >= SECOND_NS)
        write_line(now_ns);
}

void hb_progress_set(void *unused, uint64_t done)
{
    (void)unused;
    if (shared_done != NULL)
        *shared_done = done;
    if (!now.shown)
        return;
    if (!now.by_steps && now.inner == 0)
        now.done = done;
    if (++now.calls >= now.calls_a_look)
        look();
}

void hb_progress_share(volatile uint64_t *shared)
{
    shared_done = shared;
}

uint64_t hb_progress_wait(void)
{
    uint64_t since_ns;

    if (!now.shown)
        return UINT64_MAX;
    look();
    since_ns = now.look_ns - now.write_ns;
    return (SECOND_NS - since_ns) / 1000000 + 1;
}
