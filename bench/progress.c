/*
 * progress - see progress.h.
 */
#include "bench/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"

void hb_progress_step(struct hb_progress *progress, const char *format, ...)
{
    va_list args;

    progress->done++;
    if (!isatty(STDERR_FILENO))
        return;
    if (progress->total >= progress->done)
        fprintf(stderr, ERASE_LINE "[%zu/%zu] ", progress->done, progress->total);
    else
        fputs(ERASE_LINE, stderr);
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
