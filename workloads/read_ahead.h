/*
 * read_ahead.h - a stream that a thread of its own reads, a few blocks ahead of who uses the operations.
 *
 * To decompress, decode and renumber a trace is a fifth of the work of computing a model from it, and needs
 * nothing of the rest.
 */
#ifndef HB_WORKLOADS_READ_AHEAD_H
#define HB_WORKLOADS_READ_AHEAD_H

#include "workloads/stream.h"

struct hb_read_ahead;

/*
 * Begins to read. `stream` is the thread's until hb_read_ahead_close, and the caller's again afterwards.
 * Where no thread can be had, each call of hb_read_ahead_next reads by itself. HB_ERR_MEMORY.
 */
enum hb_status hb_read_ahead_open(struct hb_stream *stream, struct hb_read_ahead **out,
                                  struct hb_error *error);

/* As hb_stream_next; not to be called again after an error or the end. */
enum hb_status hb_read_ahead_next(struct hb_read_ahead *ahead, const struct hb_op **ops, size_t *count,
                                  struct hb_error *error);

/* Ends the thread, whether it has come to the end or not. NULL does nothing. */
void hb_read_ahead_close(struct hb_read_ahead *ahead);

#endif
