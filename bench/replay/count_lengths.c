/*
 * count_lengths.c - a counter a length, in a table that grows with the longest.
 */
#include "bench/replay/count_lengths.h"

#include <assert.h>
#include <string.h>

#include "base/pages.h"

enum {
    FIRST_CAPACITY = HB_TABLE_SMALL_BYTES / sizeof(uint64_t),
    EXACT_BINS = 64,
    BINS_PER_OCTAVE_LOG2 = 4,
    EXACT_LOG2 = 6
};

bool hb_lengths_init(struct hb_lengths *lengths)
{
    *lengths = (struct hb_lengths){.capacity = FIRST_CAPACITY};
    lengths->counts = hb_table_grow(NULL, 0, lengths->capacity * sizeof *lengths->counts);
    return lengths->counts != NULL;
}

void hb_lengths_clear(struct hb_lengths *lengths)
{
    hb_table_free(lengths->counts, lengths->capacity * sizeof *lengths->counts);
    *lengths = (struct hb_lengths){0};
}

static bool grow(struct hb_lengths *lengths, uint64_t length)
{
    uint64_t capacity = lengths->capacity;
    uint64_t *counts;

    while (capacity <= length) {
        if (capacity > SIZE_MAX / 2 / sizeof *counts)
            return false;
        capacity *= 2;
    }
    counts = hb_table_grow(lengths->counts, lengths->capacity * sizeof *counts, capacity * sizeof *counts);
    if (counts == NULL)
        return false;
    lengths->counts = counts;
    lengths->capacity = capacity;
    return true;
}

bool hb_lengths_add(struct hb_lengths *lengths, uint64_t length)
{
    if (length >= lengths->capacity && !grow(lengths, length))
        return false;
    assert(length < lengths->capacity);
    lengths->counts[length]++;
    lengths->walks++;
    lengths->total += length;
    if (length > lengths->max)
        lengths->max = length;
    return true;
}

void hb_lengths_empty(struct hb_lengths *lengths)
{
    memset(lengths->counts, 0, (lengths->max + 1) * sizeof *lengths->counts);
    lengths->walks = lengths->total = lengths->max = 0;
}

uint64_t hb_lengths_percentile(const struct hb_lengths *lengths, unsigned percent)
{
    /* ceil(walks * percent / 100) without overflow */
    uint64_t rank = lengths->walks / 100 * percent + (lengths->walks % 100 * percent + 99) / 100;
    uint64_t seen = 0;

    assert(percent >= 1 && percent <= 100);
    for (uint64_t length = 0; length <= lengths->max; length++) {
        seen += lengths->counts[length];
        if (seen >= rank)
            return length;
    }
    return lengths->max;
}

void hb_lengths_bin(const struct hb_lengths *lengths, uint64_t *bins)
{
    for (uint64_t length = 0; length <= lengths->max; length++)
        if (lengths->counts[length] != 0)
            bins[hb_lengths_bin_of(length)] += lengths->counts[length];
}

uint64_t hb_lengths_bin_low(unsigned bin)
{
    unsigned above = bin - EXACT_BINS;
    unsigned octave = above >> BINS_PER_OCTAVE_LOG2;
    uint64_t step = above & ((1U << BINS_PER_OCTAVE_LOG2) - 1);

    if (bin < EXACT_BINS)
        return bin;
    if (octave + EXACT_LOG2 >= 64)
        return UINT64_MAX;
    return ((UINT64_C(1) << BINS_PER_OCTAVE_LOG2) + step) << (octave + EXACT_LOG2 - BINS_PER_OCTAVE_LOG2);
}

unsigned hb_lengths_bin_of(uint64_t length)
{
    unsigned log2;
    unsigned bin;

    if (length < EXACT_BINS)
        return (unsigned)length;
    log2 = 63U - (unsigned)__builtin_clzll(length);
    bin = EXACT_BINS + ((log2 - EXACT_LOG2) << BINS_PER_OCTAVE_LOG2) +
          ((unsigned)(length >> (log2 - BINS_PER_OCTAVE_LOG2)) & ((1U << BINS_PER_OCTAVE_LOG2) - 1));
    return bin < HB_WALK_BINS ? bin : HB_WALK_BINS - 1;
}
