/*
 * cuts.h - on how many operations an allocator that walks is timed, and what it was counted to do.
 *
 * The simple allocator's walk is O(n) in the ranges of its heap, so its longest traces take minutes. A trace
 * is therefore cut, for an allocator that walks, after the operations that a given number of steps (ranges
 * examined) allows. Steps are exact and machine-free, so everybody's cut is at the same operation. What was
 * cut is noted in the provenance, with the way to ask for the whole. Counts, which no clock is part of, need
 * no cut where the exact model computes them.
 */
#ifndef HB_BENCH_QUESTION_CUTS_H
#define HB_BENCH_QUESTION_CUTS_H

#include "bench/question/found/discover.h"
#include "bench/sample/sample.h"

struct hb_session;

/* The last count of hb_cuts_count, and what it is of. */
struct hb_kept_count {
    const struct hb_candidate *candidate; /* NULL: there is none */
    size_t trace;
    uint32_t points;
    struct hb_sample_result result;
};

struct hb_cuts {
    uint64_t *ops; /* of each trace and candidate; 0: not known yet */
    struct hb_kept_count kept;
};

bool hb_cuts_open(struct hb_cuts *cuts, const struct hb_discovery *found); /* false when out of memory */
void hb_cuts_close(struct hb_cuts *cuts);

/*
 * How many operations of the trace `candidate` is timed on: all, or, where it walks and the step limit ends
 * it early, what the limit leaves, rounded down to three leading digits. A cut is noted in the provenance.
 * Errors as hb_session_sample.
 */
enum hb_status hb_cuts_ops(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                           uint64_t *ops, struct hb_error *error);

/* The operations on which the times of all allocators are compared: those that the subject's cut leaves,
 * where it is among them. */
enum hb_status hb_cuts_common_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                  struct hb_error *error);

/*
 * The count (struct hb_counts) of `candidate` in ample room: of the whole trace where the exact model
 * computes it, else of the operations that its cut leaves; in `points` windows (0: none; never more than
 * there are operations). It is kept, and valid until this is asked for something else. Where the sample has
 * no figures, so does `*result`.
 */
enum hb_status hb_cuts_count(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                             uint32_t points, const struct hb_sample_result **result, struct hb_error *error);

#endif
