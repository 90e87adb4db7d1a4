/*
 * run_rows.h - what a comparison found of one allocator on one trace: what a table shows and JSON says.
 */
#ifndef HB_BENCH_QUESTION_RUN_ROWS_H
#define HB_BENCH_QUESTION_RUN_ROWS_H

#include "bench/question/rounds.h"

struct hb_run_row {
    const char *trace;
    const char *allocator;
    const char *status; /* as in results */
    bool has_figures;
    char problem[600]; /* why it has no rank, with figures or without; empty where it has one */
    char warning[200]; /* what its check found that is not wrong; or empty */
    bool cut;          /* of fewer operations than the trace has */
    uint64_t ops, trace_ops;
    double ns, ns_min, ns_max; /* per operation: median, least and most of the rounds */
    double ratio;              /* to the reference, on the same operations; 0: not known */
    double reference_ns;       /* of the reference on the same operations; 0: not known */
    uint64_t peak_live_bytes, peak_resident_bytes;
    double over_live; /* resident over live; 0: not known, or too little is live to say */
    uint64_t failures, first_failure;
    bool has_memory; /* false for an allocator that hands out none */
};

/*
 * The rows of a trace: fastest first; then those in whose bounded heap something got NULL; then those with a
 * problem; from malloc, the caller frees. `*count` of them. Their texts belong to the session. NULL when out
 * of memory.
 */
struct hb_run_row *hb_run_rows(const struct hb_rounds *rounds, uint64_t trace_ops, size_t *count);

#endif
