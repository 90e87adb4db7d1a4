/*
 * size_spans.c - a list of spans, kept or sorted.
 */
#include "bench/exact/size_spans.h"

#include <assert.h>
#include <stdlib.h>

bool hb_spans_add(struct hb_size_spans *spans, uint64_t low, uint64_t high)
{
    size_t n = spans->count;

    assert(low <= high);
    if ((n & (n - 1)) == 0) {
        struct hb_size_span *grown = realloc(spans->at, (n == 0 ? 1 : n * 2) * sizeof grown[0]);

        if (grown == NULL)
            return false;
        spans->at = grown;
    }
    spans->at[spans->count++] = (struct hb_size_span){low, high};
    return true;
}

static int compare_spans(const void *a, const void *b)
{
    const struct hb_size_span *one = a, *other = b;

    return (one->low > other->low) - (one->low < other->low);
}

void hb_spans_sort(struct hb_size_spans *spans)
{
    size_t kept = 0;

    if (spans->count == 0)
        return;
    qsort(spans->at, spans->count, sizeof spans->at[0], compare_spans);
    for (size_t i = 1; i < spans->count; i++) {
        struct hb_size_span *last = &spans->at[kept], next = spans->at[i];

        if (next.low > last->high + 1)
            spans->at[++kept] = next;
        else if (next.high > last->high)
            last->high = next.high;
    }
    spans->count = kept + 1;
}

bool hb_spans_hold(const struct hb_size_spans *spans, uint64_t size)
{
    size_t low = 0, high = spans->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (spans->at[middle].high < size)
            low = middle + 1;
        else
            high = middle;
    }
    return low < spans->count && spans->at[low].low <= size;
}

uint64_t hb_spans_total(const struct hb_size_spans *spans)
{
    uint64_t sizes = 0;

    for (size_t i = 0; i < spans->count; i++)
        sizes += spans->at[i].high - spans->at[i].low + 1;
    return sizes;
}
