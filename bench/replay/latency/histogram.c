/*
 * histogram.c - the bins of a log-linear histogram, and percentiles of them.
 */
#include "bench/replay/latency/histogram.h"

#include <assert.h>

static_assert(HB_HISTOGRAM_BINS == (HB_HISTOGRAM_VALUE_BITS - 9) * HB_HISTOGRAM_OCTAVE,
              "two octaves' worth of bins up to 2^11, then one for each power of two");

unsigned hb_histogram_bin_of(uint64_t value)
{
    unsigned octave;

    if (value < UINT64_C(2) * HB_HISTOGRAM_OCTAVE)
        return (unsigned)value;
    if (value >> HB_HISTOGRAM_VALUE_BITS != 0)
        return HB_HISTOGRAM_BINS - 1;
    octave = 63 - (unsigned)__builtin_clzll(value) - 10;
    return octave * HB_HISTOGRAM_OCTAVE + (unsigned)(value >> octave);
}

uint64_t hb_histogram_bin_high(unsigned bin)
{
    unsigned octave = bin < HB_HISTOGRAM_OCTAVE ? 0 : bin / HB_HISTOGRAM_OCTAVE - 1;

    assert(bin < HB_HISTOGRAM_BINS);
    return ((uint64_t)(bin - octave * HB_HISTOGRAM_OCTAVE + 1) << octave) - 1;
}

void hb_histogram_add(struct hb_histogram *histogram, uint64_t value)
{
    histogram->bins[hb_histogram_bin_of(value)]++;
    histogram->count++;
    if (value > histogram->max)
        histogram->max = value;
}

void hb_histogram_merge(struct hb_histogram *histogram, const struct hb_histogram *other)
{
    for (unsigned i = 0; i < HB_HISTOGRAM_BINS; i++)
        histogram->bins[i] += other->bins[i];
    histogram->count += other->count;
    if (other->max > histogram->max)
        histogram->max = other->max;
}

/* ceil(count * share / HB_HISTOGRAM_WHOLE), which no count makes too large. */
static uint64_t rank_of(uint64_t count, unsigned share)
{
    return count / HB_HISTOGRAM_WHOLE * share +
           (count % HB_HISTOGRAM_WHOLE * share + HB_HISTOGRAM_WHOLE - 1) / HB_HISTOGRAM_WHOLE;
}

uint64_t hb_histogram_percentile(const struct hb_histogram *histogram, unsigned share)
{
    uint64_t rank = rank_of(histogram->count, share), seen = 0;

    assert(share >= 1 && share <= HB_HISTOGRAM_WHOLE);
    if (share == HB_HISTOGRAM_WHOLE)
        return histogram->max;
    for (unsigned i = 0; i < HB_HISTOGRAM_BINS - 1 && rank > 0; i++) {
        seen += histogram->bins[i];
        if (seen >= rank)
            return hb_histogram_bin_high(i) < histogram->max ? hb_histogram_bin_high(i) : histogram->max;
    }
    return histogram->max;
}
