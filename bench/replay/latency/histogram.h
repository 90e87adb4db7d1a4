/*
 * histogram.h - how often each value occurred, with three significant digits: HdrHistogram's counts.
 *
 * Values below 2048 have a bin each. Above, each octave has 1024 bins of the same width, so that a bin is
 * narrower than a thousandth of what is in it (Gil Tene's HdrHistogram, lowest value 1, three digits). No
 * package has it for C; what is needed of it is this. Pure: no I/O, no memory of its own.
 */
#ifndef HB_BENCH_REPLAY_LATENCY_HISTOGRAM_H
#define HB_BENCH_REPLAY_LATENCY_HISTOGRAM_H

#include <stdint.h>

/* Values from 2^40 on share the last bin: in nanoseconds, 18 minutes. */
enum {
    HB_HISTOGRAM_OCTAVE = 1024,
    HB_HISTOGRAM_VALUE_BITS = 40,
    HB_HISTOGRAM_BINS = 31 * HB_HISTOGRAM_OCTAVE
};

/* Begins zeroed. */
struct hb_histogram {
    uint64_t count; /* of values */
    uint64_t max;   /* exact */
    uint64_t bins[HB_HISTOGRAM_BINS];
};

/* The bin of a value, and the largest value of a bin. */
unsigned hb_histogram_bin_of(uint64_t value);
uint64_t hb_histogram_bin_high(unsigned bin);

void hb_histogram_add(struct hb_histogram *histogram, uint64_t value);

/* Adds what is in `other`. */
void hb_histogram_merge(struct hb_histogram *histogram, const struct hb_histogram *other);

/* Shares of values in ten-thousandths: 9990 is 99.9 %. */
enum { HB_HISTOGRAM_WHOLE = 10000 };

/*
 * The value at a percentile by nearest rank: the smallest that at least so many ten-thousandths (1 to
 * HB_HISTOGRAM_WHOLE) of the values do not exceed. It is the largest one of its bin, as HdrHistogram has it,
 * but never more than the largest value. 0 where there are no values.
 */
uint64_t hb_histogram_percentile(const struct hb_histogram *histogram, unsigned share);

#endif
