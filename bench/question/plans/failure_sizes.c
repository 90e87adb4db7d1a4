/*
 * failure_sizes.c - the heap sizes at which failure points are looked for.
 */
#include "bench/question/plans/failure_sizes.h"

#include <math.h>
#include <stdlib.h>

enum { HEAPS = 14, BUDGETS = 9, RECORD_BYTES = 8, MIB = 1 << 20 };

/* What no library does without, whatever the trace: what it takes for itself as it is loaded. */
enum { BUDGET_SLACK_MIB = 12 };

_Static_assert(HEAPS + 1 <= (int)HB_FAILING_SIZES_MAX && BUDGETS <= (int)HB_FAILING_SIZES_MAX, "they fit");

static int compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* Sorts, and keeps each size once. */
static size_t make_unique(uint64_t *sizes, size_t count)
{
    size_t kept = 0;

    qsort(sizes, count, sizeof *sizes, compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || sizes[i] != sizes[kept - 1])
            sizes[kept++] = sizes[i];
    return kept;
}

/* `count` sizes from `low` to `high` at equal ratios, in units of `unit`. */
static void spread(uint64_t *sizes, size_t count, double low, double high, uint64_t unit)
{
    for (size_t i = 0; i < count; i++) {
        double size = low * pow(high / low, (double)i / (double)(count - 1));

        sizes[i] = (uint64_t)(ceil(size / (double)unit)) * unit;
    }
}

size_t hb_failing_heaps(uint64_t peak_live, uint64_t high_water, uint64_t *sizes)
{
    double low = (double)peak_live / 2, high = (double)high_water * 1.1;

    if (low < RECORD_BYTES)
        low = RECORD_BYTES;
    if (high < low)
        high = low;
    spread(sizes, HEAPS, low, high, 1);
    sizes[HEAPS] = high_water > RECORD_BYTES ? high_water : RECORD_BYTES;
    return make_unique(sizes, HEAPS + 1);
}

size_t hb_failing_budgets(uint64_t peak_live, uint64_t peak_resident, uint64_t *sizes)
{
    double most = (double)(peak_live > peak_resident ? peak_live : peak_resident);
    double low = (double)peak_live / 2, high = most * 1.25 + (double)BUDGET_SLACK_MIB * MIB;

    if (low < MIB)
        low = MIB;
    spread(sizes, BUDGETS, low, high, MIB);
    return make_unique(sizes, BUDGETS);
}
