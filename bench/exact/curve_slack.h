/*
 * curve_slack.h - follows the last range of an infinite heap: for which slack would a heap have gone another
 * way?
 *
 * Let E be the end of the last allocated range and N a heap of E + s bytes, 0 < s < h. In that heap the range
 * was handed out s bytes longer than in the infinite one, and nothing lies behind it. Two heaps run alike
 * until that slack matters to an operation:
 *
 * - a realloc of its block that asks for up to s bytes more than the range has without the slack stays in
 *   place, and moves in the infinite heap;
 * - where ranges are not merged, the range keeps its slack when it is freed. A block that needs up to s bytes
 *   more than the range has fits, and is taken from the tail in the infinite heap; and one that leaves a rest
 *   of less than h bytes without the slack, and h or more with it, splits it. (A merging heap gives the slack
 *   back to the tail when the range is freed.)
 *
 * Each of these is true from some s on, and what happens before the range is the same in both.
 */
#ifndef HB_BENCH_EXACT_CURVE_SLACK_H
#define HB_BENCH_EXACT_CURVE_SLACK_H

#include "bench/exact/model_drive.h"
#include "bench/exact/size_spans.h"

struct hb_slack {
    struct hb_size_spans *undecided; /* where the sizes go */
    uint64_t split_bytes;            /* h */
    uint64_t header_bytes;
    bool merge;
    /* The last range; only where ranges are not merged. */
    uint64_t start, length; /* length 0: there is none yet */
    bool allocated;
    uint32_t slot;    /* whose block it is */
    uint64_t differs; /* the smallest slack for which an operation so far went another way; h: none */
};

void hb_slack_init(struct hb_slack *slack, const struct hb_model_options *options, uint64_t split_bytes,
                   struct hb_size_spans *undecided);

/* Does one operation in the infinite heap. `*served` is as of hb_drive_step. False when out of memory. */
bool hb_slack_step(struct hb_slack *slack, struct hb_drive *drive, const struct hb_op *op, bool *served);

/* After the last operation. False when out of memory. */
bool hb_slack_end(struct hb_slack *slack, uint64_t high_water);

#endif
