/*
 * check_pattern.c - the bytes of blocks, eight at a time: whole small blocks are most of the work.
 */
#include "bench/sample/check_parts.h"

#include <string.h>

enum { WHOLE_BYTES = 4096, STEP_BYTES = 4096, END_BYTES = 64, ZEROS_BYTES = 1 << 20 };

/* An odd factor carries every bit of the seed to the higher ones, and no two words of a block are alike. */
static uint64_t word_at(uint64_t seed, uint64_t offset)
{
    uint64_t word = (seed + offset / 8) * UINT64_C(0x9e3779b97f4a7c15);

    return word ^ word >> 29;
}

static unsigned char byte_at(uint64_t seed, uint64_t offset)
{
    uint64_t word = word_at(seed, offset);
    unsigned char bytes[sizeof word];

    memcpy(bytes, &word, sizeof word);
    return bytes[offset % 8];
}

static void write_range(char *block, uint64_t from, uint64_t to, uint64_t seed)
{
    for (uint64_t at = from; at < to;) {
        if (at % 8 == 0 && to - at >= 8) {
            uint64_t word = word_at(seed, at);

            memcpy(block + at, &word, sizeof word);
            at += 8;
        } else {
            block[at] = (char)byte_at(seed, at);
            at++;
        }
    }
}

void hb_pattern_write(char *block, uint64_t bytes, uint64_t seed, bool sparse)
{
    if (bytes <= WHOLE_BYTES) {
        write_range(block, 0, bytes, seed);
        return;
    }
    write_range(block, 0, END_BYTES, seed);
    for (uint64_t at = STEP_BYTES; !sparse && at < bytes - END_BYTES; at += STEP_BYTES)
        block[at] = (char)byte_at(seed, at);
    write_range(block, bytes - END_BYTES, bytes, seed);
}

static uint64_t find_wrong(const char *block, uint64_t from, uint64_t to, uint64_t seed)
{
    for (uint64_t at = from; at < to;) {
        uint64_t word = word_at(seed, at);

        if (at % 8 == 0 && to - at >= 8 && memcmp(block + at, &word, sizeof word) == 0)
            at += 8;
        else if ((unsigned char)block[at] != byte_at(seed, at))
            return at;
        else
            at++;
    }
    return HB_PATTERN_RIGHT;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t hb_pattern_find_wrong(const char *block, uint64_t bytes, uint64_t limit, uint64_t seed, bool sparse)
{
    uint64_t wrong;

    if (bytes <= WHOLE_BYTES)
        return find_wrong(block, 0, smaller(limit, bytes), seed);
    wrong = find_wrong(block, 0, smaller(limit, END_BYTES), seed);
    if (wrong != HB_PATTERN_RIGHT)
        return wrong;
    for (uint64_t at = STEP_BYTES; !sparse && at < bytes - END_BYTES && at < limit; at += STEP_BYTES)
        if ((unsigned char)block[at] != byte_at(seed, at))
            return at;
    return find_wrong(block, bytes - END_BYTES, smaller(limit, bytes), seed);
}

static uint64_t find_nonzero(const char *block, uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to;) {
        uint64_t word = 1;

        if (to - at >= 8)
            memcpy(&word, block + at, sizeof word);
        if (word == 0)
            at += 8;
        else if (block[at] != 0)
            return at;
        else
            at++;
    }
    return HB_PATTERN_RIGHT;
}

uint64_t hb_pattern_find_nonzero(const char *block, uint64_t bytes, bool sparse)
{
    uint64_t wrong;

    if (bytes <= ZEROS_BYTES)
        return find_nonzero(block, 0, bytes);
    wrong = find_nonzero(block, 0, END_BYTES);
    for (uint64_t at = STEP_BYTES; wrong == HB_PATTERN_RIGHT && !sparse && at < bytes; at += STEP_BYTES)
        wrong = block[at] != 0 ? at : HB_PATTERN_RIGHT;
    return wrong != HB_PATTERN_RIGHT ? wrong : find_nonzero(block, bytes - END_BYTES, bytes);
}
