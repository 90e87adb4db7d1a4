/*
 * stats.h - medians and ratios. Pure: no I/O, no globals, nothing allocated.
 *
 * Functions that need the values in order sort them in place. Values must not be NaN.
 */
#ifndef HB_BASE_STATS_H
#define HB_BASE_STATS_H

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
 * The ratio of the medians of `values` and `reference` over the rounds in which both have a
 * figure, round by round at the same index; a figure of 0 or less is none. Uses 2 x `count` doubles at
 * `scratch`. 0 where no round has both.
 */
double hb_stats_paired_ratio(const double *values, const double *reference, size_t count, double *scratch);

#endif
