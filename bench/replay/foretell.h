/*
 * foretell.h - an allocator that can be told the lifetimes of a trace's objects is, before the replay begins.
 */
#ifndef HB_BENCH_REPLAY_FORETELL_H
#define HB_BENCH_REPLAY_FORETELL_H

#include "allocator/allocator.h"
#include "bench/replay/prepare.h"
#include "workloads/workload.h"

/* What was told; it has to outlive the heap. */
struct hb_foretold {
    uint32_t *lifetimes; /* NULL: nothing was */
    size_t bytes;
};

/*
 * Tells `heap`, which is fresh, how long each object of `prepared` will live, in the order of its operations;
 * does nothing where the allocator has no use for it. HB_ERR_MEMORY; HB_ERR_LIMIT of one that is streamed.
 * Clear `out` after the heap is gone.
 */
enum hb_status hb_foretell(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                           void *heap, struct hb_foretold *out, struct hb_error *error);

/* The same of a workload as it was loaded, whose objects are birth ids. */
enum hb_status hb_foretell_workload(const struct hb_workload *workload, const struct hb_allocator *allocator,
                                    void *heap, struct hb_foretold *out, struct hb_error *error);

void hb_foretold_clear(struct hb_foretold *foretold); /* nothing told does nothing */

#endif
