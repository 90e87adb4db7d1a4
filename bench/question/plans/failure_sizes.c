/*
 * failure_sizes.c - the heap sizes and the budgets at which failure points are looked for.
 */
#include "bench/question/plans/failure_sizes.h"

#include <math.h>
#include <stdlib.h>

enum { HEAPS = 14, RECORD_BYTES = 8, MIB = 1 << 20 };

_Static_assert(HEAPS + 1 <= (int)HB_FAILING_SIZES_MAX, "they fit");

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

/* `count` sizes from `low` to `high` at equal ratios. */
static void spread(uint64_t *sizes, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        sizes[i] = (uint64_t)ceil(low * pow(high / low, (double)i / (double)(count - 1)));
}

size_t hb_failing_heaps(uint64_t peak_live, uint64_t high_water, uint64_t *sizes)
{
    double low = (double)peak_live / 2, high = (double)high_water * 1.1;

    if (low < RECORD_BYTES)
        low = RECORD_BYTES;
    if (high < low)
        high = low;
    spread(sizes, HEAPS, low, high);
    sizes[HEAPS] = high_water > RECORD_BYTES ? high_water : RECORD_BYTES;
    return make_unique(sizes, HEAPS + 1);
}

void hb_budget_search_begin(struct hb_budget_search *search, uint64_t peak_live)
{
    uint64_t half = peak_live / 2 < HB_BUDGET_MAX_BYTES ? peak_live / 2 : HB_BUDGET_MAX_BYTES;
    uint64_t start = (half + MIB - 1) / MIB * MIB;

    *search = (struct hb_budget_search){.next = start < MIB ? MIB : start};
}

/* None has sufficed yet, or the one that did has failed since. */
static uint64_t larger_budget(const struct hb_budget_search *search)
{
    uint64_t up = search->sufficing == 0 ? 2 * search->failing : search->failing + MIB;

    if (search->failing >= HB_BUDGET_MAX_BYTES)
        return 0;
    return up < HB_BUDGET_MAX_BYTES ? up : HB_BUDGET_MAX_BYTES;
}

void hb_budget_search_tell(struct hb_budget_search *search, bool suffices)
{
    bool again = suffices && search->next == search->sufficing;

    *(suffices ? &search->sufficing : &search->failing) = search->next;
    if (again) {
        search->next = 0;
    } else if (search->failing >= search->sufficing) {
        search->next = larger_budget(search);
        if (search->next == 0)
            search->sufficing = 0;
    } else {
        uint64_t half_mib = (search->sufficing - search->failing) / MIB / 2;

        search->next = half_mib > 0 ? search->failing + half_mib * MIB : search->sufficing;
    }
}
