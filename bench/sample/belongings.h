/*
 * belongings.h - descriptors, threads and children of this process: what a library left behind, or took
 * away.
 */
#ifndef HB_BENCH_SAMPLE_BELONGINGS_H
#define HB_BENCH_SAMPLE_BELONGINGS_H

#include <sys/types.h>

#include "base/error.h"

enum { HB_BELONGINGS_MAX = 1024 }; /* descriptors; what is more is not looked at */

struct hb_belongings {
    struct {
        int fd;
        dev_t device;
        ino_t file;
    } open[HB_BELONGINGS_MAX];
    unsigned open_count;
    unsigned threads;
};

/* To be called in a process that has no children, whose orphans it adopts from now on. HB_ERR_IO without
 * /proc. */
enum hb_status hb_belongings_take(struct hb_belongings *belongings, struct hb_error *error);

/*
 * HB_ERR_BROKEN, with a sentence, where they are not as they were. Threads that are about
 * to end are given a moment. HB_ERR_IO, HB_ERR_MEMORY.
 */
enum hb_status hb_belongings_compare(const struct hb_belongings *before, struct hb_error *error);

#endif
