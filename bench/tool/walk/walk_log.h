/* walk_log.h - a heap's steps in the words of the tutorial's own program, so that both can be laid side by
 * side. */
#ifndef HB_BENCH_TOOL_WALK_WALK_LOG_H
#define HB_BENCH_TOOL_WALK_WALK_LOG_H

#include <stdio.h>

#include "bench/exact/walk_heap.h"

/* Does all operations of a heap that is simple's and fresh. False when out of memory. */
bool hb_listing_log(FILE *out, struct hb_walk_heap *heap);

#endif
