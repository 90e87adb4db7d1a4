/*
 * op_sink.h - where operations and the time between them go: a builder, a writer of traces, whoever counts.
 */
#ifndef HB_WORKLOADS_TRACE_OP_SINK_H
#define HB_WORKLOADS_TRACE_OP_SINK_H

#include "workloads/trace/trace.h"

struct hb_op_sink {
    enum hb_status (*append)(void *context, const struct hb_op *ops, size_t count, struct hb_error *error);
    /* So much time passed between the operations appended so far and those to come. May be NULL. */
    enum hb_status (*pass_time)(void *context, uint64_t us, struct hb_error *error);
    /* So many bytes are touched of the block that the next operation gives. May be NULL. */
    enum hb_status (*touch)(void *context, uint64_t bytes, struct hb_error *error);
    void *context;
};

/* Operations as a reader gives them, the waits before and after them, and what is touched of their blocks. */
struct hb_op_run {
    const struct hb_op *ops;
    size_t count;
    uint64_t first; /* how many came before these */
    const struct hb_wait *waits;
    size_t wait_count;
    const struct hb_touched *touched;
    size_t touched_count;
};

/* Gives a run to a sink, in order. Returns the first failure of the sink's, or HB_OK. */
enum hb_status hb_op_sink_put(const struct hb_op_sink *sink, const struct hb_op_run *run,
                              struct hb_error *error);

/* What is put goes to this writer, which stays the caller's. */
struct hb_op_sink hb_op_sink_to_writer(struct hb_trace_writer *writer);

#endif
