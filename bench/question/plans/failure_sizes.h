/*
 * failure_sizes.h - the heap sizes and the budgets at which failure points are looked for. Pure.
 */
#ifndef HB_BENCH_QUESTION_PLANS_FAILURE_SIZES_H
#define HB_BENCH_QUESTION_PLANS_FAILURE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HB_FAILING_SIZES_MAX = 16 };

/*
 * Bytes, ascending, each once: from half of `peak_live` to a tenth above `high_water`, at equal ratios, and
 * `high_water` itself. None is smaller than a record. Returns how many, 1 to HB_FAILING_SIZES_MAX.
 */
size_t hb_failing_heaps(uint64_t peak_live, uint64_t high_water, uint64_t *sizes);

/*
 * The search for the smallest budget that suffices an allocator that takes no heap, in whole MiB: from half
 * of what is live at most it is doubled until one suffices, up to HB_BUDGET_MAX_BYTES; then what lies between
 * that one and the largest that did not is halved until they are neighbours. A library's addresses differ
 * from run to run, and so may what it reserves: the one that was found is tried once more, and while that
 * fails, a MiB more. Of budgets that were not tried nothing is known.
 */
#define HB_BUDGET_MAX_BYTES (UINT64_C(1) << 36)

struct hb_budget_search {
    uint64_t next;      /* bytes, to be tried now; 0: it is over */
    uint64_t sufficing; /* when it is over: the one that was found, which sufficed twice; 0: none did */
    uint64_t failing;   /* the largest that did not suffice; 0: each did */
};

void hb_budget_search_begin(struct hb_budget_search *search, uint64_t peak_live);

/* What came of `next`. */
void hb_budget_search_tell(struct hb_budget_search *search, bool suffices);

#endif
