/*
 * stats.c - medians and ratios.
 */
#include "base/stats.h"

#include <assert.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

void hb_stats_sort(double *values, size_t count)
{
    if (count > 1)
        qsort(values, count, sizeof *values, compare);
}

static double middle(const double *sorted, size_t count)
{
    size_t half = count / 2;

    return count % 2 == 1 ? sorted[half] : sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
}

double hb_stats_median(double *values, size_t count)
{
    assert(count > 0);
    hb_stats_sort(values, count);
    return middle(values, count);
}

struct hb_stats_spread hb_stats_spread(double *values, size_t count)
{
    struct hb_stats_spread spread;

    spread.median = hb_stats_median(values, count);
    spread.min = values[0];
    spread.max = values[count - 1];
    return spread;
}

double hb_stats_paired_ratio(const double *values, const double *reference, size_t count, double *scratch)
{
    double *mine = scratch, *theirs = scratch + count;
    size_t pairs = 0;

    for (size_t i = 0; i < count; i++) {
        if (values[i] > 0 && reference[i] > 0) {
            mine[pairs] = values[i];
            theirs[pairs] = reference[i];
            pairs++;
        }
    }
    return pairs == 0 ? 0 : hb_stats_median(mine, pairs) / hb_stats_median(theirs, pairs);
}
