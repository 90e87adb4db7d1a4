/*
 * plain_model.h - the simple allocator and results/README.md once more, written as plainly as possible.
 *
 * For tests to compare with: no shared code, no memory of its own under test, everything recomputed from the
 * whole list of ranges after every operation. Slow, and easy to check against the definitions.
 */
#ifndef HB_TESTS_BENCH_REPLAY_PLAIN_MODEL_H
#define HB_TESTS_BENCH_REPLAY_PLAIN_MODEL_H

#include "bench/replay/replay.h"
#include "workloads/workload.h"

/* What the model saw, after each operation. Arrays have op_count entries. */
struct plain_run {
    struct hb_counts counts; /* as hb_replay_count should have it; no walk_bins */
    uint64_t *walk_length;   /* of each operation; UINT64_MAX where it walked not */
    uint64_t *walk_allocated;
    uint64_t *payload_offset;     /* of the object the operation names; 0 where it has none afterwards */
    struct hb_heap_state *states; /* after each operation; the tail left out when ample */
    uint64_t *live_bytes;
    uint64_t op_count;
};

/*
 * Replays `workload` in a heap of `heap_bytes`; `ample`: the infinite heap of results/README.md, for which
 * heap_bytes only has to be more than is ever used. Free with plain_run_free.
 */
struct plain_run *plain_replay(const struct hb_workload *workload, uint64_t heap_bytes, bool ample);
void plain_run_free(struct plain_run *run);

#endif
