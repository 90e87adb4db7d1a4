/*
 * op_source.h - the operations of a streamed workload, from any one on: the file is read again.
 */
#ifndef HB_BENCH_REPLAY_STREAM_OP_SOURCE_H
#define HB_BENCH_REPLAY_STREAM_OP_SOURCE_H

#include "bench/replay/prepare.h"

struct hb_stream;

/* Begins zeroed but for `prepared`. */
struct hb_op_source {
    const struct hb_prepared *prepared;
    struct hb_stream *stream;
    const struct hb_op *ops; /* at hand: those from `first` on */
    uint64_t first;
    size_t count;
};

/*
 * Has operation `op` at hand; at the number of all operations it has none, and the file is at its end.
 * Forward it reads, backward it begins anew. HB_ERR_FORMAT where the file is no longer what was prepared; the
 * errors of hb_stream_open and hb_stream_next.
 */
enum hb_status hb_op_source_reach(struct hb_op_source *source, uint64_t op, struct hb_error *error);
void hb_op_source_close(struct hb_op_source *source);

#endif
