/*
 * plain_encoder.h - a second writer of traces, of either version, written from FORMAT.md and from nothing
 * else.
 *
 * It writes what it is told, sound or not: traces of version 1, which nothing else writes any more, and lies.
 */
#ifndef HB_TESTS_WORKLOADS_PLAIN_ENCODER_H
#define HB_TESTS_WORKLOADS_PLAIN_ENCODER_H

#include "workloads/trace/trace.h"

/* What a block's head says of what is before it. */
struct plain_before {
    uint64_t ops, objects, time_us;
    unsigned thread, threads;
};

struct plain_writer {
    unsigned version;
    uint8_t *bytes; /* the file so far; from malloc */
    size_t length;
    uint8_t *raw; /* of the block that is being made */
    size_t raw_length;
    struct plain_before block, now;
};

void plain_open(struct plain_writer *writer, unsigned version, const char *command);
void plain_op(struct plain_writer *writer, const struct hb_op *op);
void plain_wait(struct plain_writer *writer, uint64_t us);

/* Bytes of the operation stream as they are; counts as no operation. */
void plain_raw(struct plain_writer *writer, const void *bytes, size_t length);

/* Ends the block, which may hold nothing. */
void plain_flush(struct plain_writer *writer);

/* An end as in a file of `version`; `totals` is for what the writer does not know: dropped and the two times.
 */
void plain_end(struct plain_writer *writer, unsigned version, const struct hb_trace_totals *totals);

/* Flushes what is in the block, ends the file and writes it to `path`; the writer is empty afterwards. */
void plain_close(struct plain_writer *writer, const char *path);

/* Writes `bytes` as they are. */
void plain_save(struct plain_writer *writer, const char *path);

#endif
