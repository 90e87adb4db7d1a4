/*
 * failure_sizes.h - the heap sizes at which failure points are looked for. Pure.
 */
#ifndef HB_BENCH_QUESTION_PLANS_FAILURE_SIZES_H
#define HB_BENCH_QUESTION_PLANS_FAILURE_SIZES_H

#include <stddef.h>
#include <stdint.h>

enum { HB_FAILING_SIZES_MAX = 16 };

/*
 * Bytes, ascending, each once: from half of `peak_live` to a tenth above `high_water`, at equal ratios, and
 * `high_water` itself. None is smaller than a record. Returns how many, 1 to HB_FAILING_SIZES_MAX.
 */
size_t hb_failing_heaps(uint64_t peak_live, uint64_t high_water, uint64_t *sizes);

/*
 * Budgets for an allocator that takes no heap, in whole MiB: from half of `peak_live` to a quarter above what
 * was resident in ample room, and what a library takes for itself. Returns how many.
 */
size_t hb_failing_budgets(uint64_t peak_live, uint64_t peak_resident, uint64_t *sizes);

#endif
