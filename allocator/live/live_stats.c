/*
 * live_stats.c - a line of figures for each process that ends, in a file that they share.
 */
#include "allocator/live/live_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Before the C library is initialised, `environ` is not. Such calls are the loader's, and few. */
static const char *find_in_proc(const char *name)
{
    static char block[1 << 16];
    size_t length = strlen(name);
    int fd = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
    ssize_t bytes = fd >= 0 ? read(fd, block, sizeof block - 1) : -1;

    if (fd >= 0)
        close(fd);
    for (const char *at = block; bytes > 0 && at < block + bytes; at += strlen(at) + 1)
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    return NULL;
}

const char *hb_live_environment(const char *name)
{
    return environ != NULL ? getenv(name) : find_in_proc(name);
}

void hb_live_stats_write(const char *allocator, const struct hb_live_stats *stats)
{
    const char *path = hb_live_environment(HB_LIVE_STATS);
    int fd = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    char line[512];
    int length;

    if (fd < 0)
        return;
    length = snprintf(line, sizeof line,
                      "%s %ld %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                      " %" PRIu64 " %.60s\n",
                      allocator, (long)getpid(), stats->allocs, stats->frees, stats->failures, stats->walks,
                      stats->walk_total, stats->walk_max, stats->extent_bytes, program_invocation_short_name);
    if (write(fd, line, (size_t)length) != (ssize_t)length) {
        /* a line that is not whole is none */
    }
    close(fd);
}

bool hb_live_stats_parse(const char *line, struct hb_live_report *report)
{
    struct hb_live_stats *s = &report->stats;

    return sscanf(line,
                  "%63s %ld %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                  " %63[^\n]",
                  report->allocator, &report->pid, &s->allocs, &s->frees, &s->failures, &s->walks,
                  &s->walk_total, &s->walk_max, &s->extent_bytes, report->program) == 10;
}
