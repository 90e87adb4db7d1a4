/*
 * foreign.h - files of other kinds that people try to replay, by what they look like.
 */
#ifndef HB_WORKLOADS_IMPORT_FOREIGN_H
#define HB_WORKLOADS_IMPORT_FOREIGN_H

#include <stddef.h>

/* The end of a sentence that says what a file is not. */
#define HB_READABLE                                                                     \
    "heapbench reads .trace, .rep, its own text, Android memory_replay, glibc mtrace, " \
    "heaptrack --raw and valgrind --trace-malloc=yes, and 'heapbench record' makes a .trace"

/* "an ltrace log": what the `bytes` at the beginning of a file are of, with a NUL behind; NULL: not known. */
const char *hb_foreign_name(const char *head, size_t bytes);

#endif
