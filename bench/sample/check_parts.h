/*
 * check_parts.h - what a check looks at: the bytes of blocks, and what a process has.
 *
 * Bytes that only one block has are written over it and found again. A byte follows from the block's seed and
 * its offset. Blocks of up to 4096 bytes are written whole; of larger ones the ends and a byte in each 4096,
 * or the ends alone where `sparse`.
 *
 * Belongings are the descriptors, threads and children of this process: what a library left behind, or took
 * away.
 */
#ifndef HB_BENCH_SAMPLE_CHECK_PARTS_H
#define HB_BENCH_SAMPLE_CHECK_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define HB_PATTERN_RIGHT UINT64_MAX

void hb_pattern_write(char *block, uint64_t bytes, uint64_t seed, bool sparse);

/*
 * The offset of the first byte below `limit` that is not as hb_pattern_write left it in a block of `bytes`;
 * HB_PATTERN_RIGHT where there is none.
 */
uint64_t hb_pattern_find_wrong(const char *block, uint64_t bytes, uint64_t limit, uint64_t seed, bool sparse);

/* The same for a byte that is not 0: all of up to 1 MiB, of more the ends and the first byte of each 4096. */
uint64_t hb_pattern_find_nonzero(const char *block, uint64_t bytes, bool sparse);

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
