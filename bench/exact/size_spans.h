/*
 * size_spans.h - a set of heap sizes, as intervals.
 *
 * Begins zeroed. The list is from malloc: free `at`.
 */
#ifndef HB_BENCH_EXACT_SIZE_SPANS_H
#define HB_BENCH_EXACT_SIZE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both ends included. */
struct hb_size_span {
    uint64_t low, high;
};

struct hb_size_spans {
    struct hb_size_span *at; /* once sorted: ascending, no two of them adjacent */
    size_t count;
};

/* Appends a span, doubling the list at each power of two. False when out of memory. */
bool hb_spans_add(struct hb_size_spans *spans, uint64_t low, uint64_t high);

/* Sorts the spans and joins those that overlap or adjoin. More may be added, and sorted again. */
void hb_spans_sort(struct hb_size_spans *spans);

/* Whether `size` is in one of the spans, which must be sorted. O(log spans). */
bool hb_spans_hold(const struct hb_size_spans *spans, uint64_t size);

/* How many sizes they hold, once sorted. */
uint64_t hb_spans_total(const struct hb_size_spans *spans);

#endif
