/*
 * stats.h - medians, paired ratios and bootstrap intervals. Pure: no I/O, no globals.
 *
 * Functions that need the values in order sort them in place. Values must not be NaN.
 */
#ifndef HB_BASE_STATS_H
#define HB_BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending, in place. */
void hb_stats_sort(double *values, size_t count);

/* The median; the mean of the middle two when `count` is even. Sorts. `count` 1 or more. */
double hb_stats_median(double *values, size_t count);

struct hb_stats_spread {
    double min, median, max;
};

/* Sorts. `count` 1 or more. */
struct hb_stats_spread hb_stats_spread(double *values, size_t count);

/*
 * Fills `ratios` with that of each round, the value over the reference's at the same index, where both have a
 * figure; a figure of 0 or less is none. Returns how many there are, up to `count`. `ratios` may be `values`.
 */
size_t hb_stats_paired_ratios(const double *values, const double *reference, size_t count, double *ratios);

/* The median of these ratios; 0 when there is none. Uses `count` doubles at `scratch`. */
double hb_stats_paired_ratio(const double *values, const double *reference, size_t count, double *scratch);

struct hb_interval {
    double low, estimate, high;
};

/* Figures of one kind, such as the ratios of the rounds on one trace. */
struct hb_stats_sample {
    const double *values;
    size_t count; /* 1 or more */
};

enum { HB_STATS_RESAMPLES = 10000 };

/*
 * The geometric mean over the samples of their medians, with its 95 % interval by the percentile bootstrap
 * (Efron 1979): HB_STATS_RESAMPLES times each sample is drawn anew from its own values, with replacement, and
 * the interval leaves out 2.5 % of what comes out at each end. Of one sample it is the median. Values are
 * over 0, samples 1 or more. The same seed gives the same interval. False when out of memory.
 */
bool hb_stats_bootstrap(const struct hb_stats_sample *samples, size_t sample_count, uint64_t seed,
                        struct hb_interval *out);

#endif
