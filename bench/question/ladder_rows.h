/*
 * ladder_rows.h - the rows of ladder.csv: what one allocator was found to do on one trace, and what its idea
 * changed.
 */
#ifndef HB_BENCH_QUESTION_LADDER_ROWS_H
#define HB_BENCH_QUESTION_LADDER_ROWS_H

#include "bench/question/minimum_heap.h"
#include "bench/question/rounds.h"
#include "bench/results/results.h"

/* One allocator on one trace: whole, and not timed. */
struct hb_rung {
    const struct hb_candidate *candidate;
    bool figures;
    const char *status;
    struct hb_counts counts; /* of an allocator that cannot be inspected: the operations and the live bytes */
    uint64_t extent_bytes;   /* the high-water mark; where there is none, resident memory */
    struct hb_minimum_heap minimum;
};

/* All of them on one trace. `cells[i]` is the time of `rungs[i]`. */
struct hb_ladder_run {
    const char *trace;
    const struct hb_rung *rungs;
    size_t count;
    const struct hb_rounds *rounds;
};

struct hb_results *hb_ladder_results(void); /* NULL: out of memory */

/* A row for each. Returns how many have no figures. */
unsigned hb_ladder_write(struct hb_results *out, const struct hb_ladder_run *run);

#endif
