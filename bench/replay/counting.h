/*
 * counting.h - the counting replay, fed with operations as they come.
 *
 * hb_replay_count (replay.h) runs a whole prepared workload through one of these. A trace that is streamed
 * feeds it block by block: its tables grow with the slots in use, so its memory follows the live set and not
 * the trace.
 */
#ifndef HB_BENCH_REPLAY_COUNTING_H
#define HB_BENCH_REPLAY_COUNTING_H

#include "bench/replay/replay.h"

struct hb_counting;

/*
 * Counts on `heap`, which was just created by `allocator` (see hb_replay_count). `slots`: as many as are
 * expected, at least 1; more are made as they occur. `options` and `counts` stay the caller's until the
 * counter is closed; counts->heap_bytes says how create() was called. HB_ERR_MEMORY.
 */
enum hb_status hb_counting_open(const struct hb_allocator *allocator, void *heap, uint64_t slots,
                                const struct hb_count_options *options, struct hb_counts *counts,
                                struct hb_counting **out, struct hb_error *error);
void hb_counting_close(struct hb_counting *counter); /* NULL does nothing */

/* Does the next operations, whose objects are slots. HB_ERR_MEMORY; HB_ERR_LIMIT, naming the operation that
 * an infinite heap has no numbers for. */
enum hb_status hb_counting_feed(struct hb_counting *counter, const struct hb_op *ops, size_t count,
                                struct hb_error *error);

/*
 * Does all of `prepared`, as the options say, and reports. `*points_done` is how many windows were filled.
 * HB_ERR_MEMORY.
 */
enum hb_status hb_counting_run(struct hb_counting *counter, const struct hb_prepared *prepared,
                               uint32_t *points_done, struct hb_error *error);

/* Fills in `counts` from what was done so far. */
void hb_counting_report(struct hb_counting *counter);

#endif
