/*
 * floor.h - what the null allocator takes: the cost of the harness itself, which every result states.
 */
#ifndef HB_BENCH_QUESTION_FLOOR_H
#define HB_BENCH_QUESTION_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct hb_candidate;
struct hb_session;

#define HB_FLOOR "null"

/* The null allocator, which is there whether it was asked for or not. */
extern const struct hb_candidate hb_floor_null;

struct hb_floor {
    double *null_ns;    /* of each trace, per operation; 0: not measured yet */
    uint64_t *null_ops; /* how many operations that is of */
};

bool hb_floor_open(struct hb_floor *floor, size_t trace_count); /* false when out of memory */
void hb_floor_close(struct hb_floor *floor);

/* Measures the null allocator on the trace, for the provenance's floor, unless it is known already. Errors as
 * hb_session_sample. */
enum hb_status hb_floor_measure(struct hb_session *session, size_t trace, struct hb_error *error);

/* Takes the null allocator's figure on the trace from rounds in which it took part. */
void hb_floor_take(struct hb_session *session, size_t trace, double ns_per_op, uint64_t ops);

/* Puts the median over traces of the null allocator's figure into the provenance. */
void hb_floor_note(struct hb_session *session);

#endif
