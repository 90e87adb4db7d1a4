/*
 * exec.h - the parts of heapbench exec: the program as a child, and what its heap did beside what a replay
 * does.
 */
#ifndef HB_BENCH_TOOL_EXEC_EXEC_H
#define HB_BENCH_TOOL_EXEC_EXEC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses of what starts others, as the shell has them. */
enum { HB_EXEC_NOT_RUN = 126, HB_EXEC_NOT_FOUND = 127 };

/* Says, of errno, why the program was not run; returns its exit status. */
int hb_exec_tell_not_run(const char *program);

/* Runs a program and waits for it: signals reach it as if it were in this process's place. Returns its exit
 * status, or 128 + the signal that ended it. */
int hb_exec_child(char **program);

/* What is run on whose heap. */
struct hb_exec {
    const char *allocator;
    uint64_t heap_bytes; /* 0: ample */
    char **program;
};

/* In a folder of its own, which is gone afterwards: runs the program and prints figures on standard error.
 * Both return its exit status, or 1 where there are no figures. */
int hb_exec_with_stats(const struct hb_exec *exec); /* a line for each process */
int hb_exec_compare(const struct hb_exec *exec);    /* the busiest process, beside a replay and the model */

#endif
