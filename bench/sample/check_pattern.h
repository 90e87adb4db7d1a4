/*
 * check_pattern.h - bytes that only one block has, written over it and found again.
 *
 * A byte follows from the block's seed and its offset. Blocks of up to 4096 bytes are written whole; of
 * larger ones the ends and a byte in each 4096, or the ends alone where `sparse`.
 */
#ifndef HB_BENCH_SAMPLE_CHECK_PATTERN_H
#define HB_BENCH_SAMPLE_CHECK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HB_PATTERN_RIGHT UINT64_MAX

void hb_pattern_write(char *block, uint64_t bytes, uint64_t seed, bool sparse);

/*
 * The offset of the first byte below `limit` that is not as hb_pattern_write left it in a block of `bytes`;
 * HB_PATTERN_RIGHT where there is none.
 */
uint64_t hb_pattern_find_wrong(const char *block, uint64_t bytes, uint64_t limit, uint64_t seed, bool sparse);

/* The same for a byte that is not 0: all of up to 1 MiB, of more the ends and the first byte of each 4096. */
uint64_t hb_pattern_find_nonzero(const char *block, uint64_t bytes, bool sparse);

#endif
