/*
 * counter.h - the counting replay, fed with operations as they come.
 *
 * hb_replay_count (replay.h) runs a whole prepared workload through one of these. A trace that is streamed
 * feeds it block by block: its tables grow with the slots in use, so its memory follows the live set and not
 * the trace.
 */
#ifndef HB_BENCH_REPLAY_COUNTER_H
#define HB_BENCH_REPLAY_COUNTER_H

#include "bench/replay/replay.h"

struct hb_counter;

/*
 * Counts on `heap`, which was just created by `allocator` (see hb_replay_count). `slots`: as many as are
 * expected, at least 1; more are made as they occur. `options` and `counts` stay the caller's until the
 * counter is closed; counts->heap_bytes says how create() was called. HB_ERR_MEMORY.
 */
enum hb_status hb_counter_open(const struct hb_allocator *allocator, void *heap, uint64_t slots,
                               const struct hb_count_options *options, struct hb_counts *counts,
                               struct hb_counter **out, struct hb_error *error);
void hb_counter_close(struct hb_counter *counter); /* NULL does nothing */

/* Does the next operations, whose objects are slots. HB_ERR_MEMORY; HB_ERR_LIMIT, naming the operation that
 * an infinite heap has no numbers for. */
enum hb_status hb_counter_feed(struct hb_counter *counter, const struct hb_op *ops, size_t count,
                               struct hb_error *error);

/*
 * Does all of `prepared`, as the options say, and reports. `*points_done` is how many windows were filled.
 * HB_ERR_MEMORY.
 */
enum hb_status hb_counter_run(struct hb_counter *counter, const struct hb_prepared *prepared,
                              uint32_t *points_done, struct hb_error *error);

/* Fills in `counts` from what was done so far. */
void hb_counter_report(struct hb_counter *counter);

#endif
