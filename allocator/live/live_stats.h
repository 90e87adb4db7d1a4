/*
 * live_stats.h - what a process did in its heap: written as it ends, read by `heapbench exec --stats`.
 */
#ifndef HB_ALLOCATOR_LIVE_LIVE_STATS_H
#define HB_ALLOCATOR_LIVE_LIVE_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* Names in the environment of what is run. */
#define HB_LIVE_HEAP    "HEAPBENCH_HEAP"         /* the most bytes that its heap has; ample without it */
#define HB_LIVE_STATS   "HEAPBENCH_HEAP_STATS"   /* the file that each process adds a line to; counts walks */
#define HB_LIVE_CHECKED "HEAPBENCH_HEAP_CHECKED" /* 1: calls are checked, and no walk is counted */

/* Since the process began, or since it was forked. */
struct hb_live_stats {
    uint64_t allocs; /* calls for memory, reallocs among them */
    uint64_t frees;
    uint64_t failures; /* calls for memory that got NULL */
    uint64_t walks, walk_total, walk_max;
    uint64_t extent_bytes; /* the heap's high-water mark */
};

/* A variable of the environment, from /proc where the C library has not been told of it yet. NULL: not set.
 */
const char *hb_live_environment(const char *name);

/* Adds a line to the file that the environment names. What cannot be written is left out. */
void hb_live_stats_write(const char *allocator, const struct hb_live_stats *stats);

enum { HB_LIVE_NAME_BYTES = 64 };

/* One line of the file. */
struct hb_live_report {
    char allocator[HB_LIVE_NAME_BYTES];
    char program[HB_LIVE_NAME_BYTES];
    long pid;
    struct hb_live_stats stats;
};

/* False where the line is none. */
bool hb_live_stats_parse(const char *line, struct hb_live_report *report);

#endif
