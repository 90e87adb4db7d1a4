/*
 * stream.h - the operations of a trace as they come, on reused slots, in memory that follows the live set.
 *
 * A loaded workload (workload.h) holds every operation; a stream of a .trace, or of a file that is imported,
 * holds one block and a table of the objects that live, so one of any length can be followed. .rep and text,
 * which people write by hand, are loaded whole behind it. Objects are renumbered as bench/replay/prepare.h
 * does it: the slot that was freed last is taken first.
 */
#ifndef HB_WORKLOADS_STREAM_H
#define HB_WORKLOADS_STREAM_H

#include "workloads/trace/op_sink.h"
#include "workloads/whole/whole.h"

/* Operations handed out at once, at most. */
enum { HB_STREAM_BLOCK_OPS = 4096 };

/* What a live object takes at most, of the stream and of who counts on it, while their tables double. */
enum { HB_STREAM_LIVE_BYTES = 128 };

struct hb_stream;

/* `path_or_name` as hb_workload_load takes it, and its errors. */
enum hb_status hb_stream_open(const char *path_or_name, struct hb_stream **out, struct hb_error *error);
void hb_stream_close(struct hb_stream *stream); /* NULL does nothing */

/* Another limit than half of the machine's memory, for tests. */
void hb_stream_limit(struct hb_stream *stream, uint64_t max_bytes);

/* The file's name without folder and ending; valid until the stream is closed. */
const char *hb_stream_name(const struct hb_stream *stream);
const char *hb_stream_path(const struct hb_stream *stream); /* of the file; likewise */

/*
 * The next operations, whose `object` is a slot: `*ops` stays valid until the next call; `*count` is 0 at the
 * end. HB_ERR_FORMAT: damaged, or a free of what is not live, with its index; HB_ERR_LIMIT: more live objects
 * than fit half of the machine's memory, whatever the file's length; HB_ERR_IO; HB_ERR_MEMORY.
 */
enum hb_status hb_stream_next(struct hb_stream *stream, const struct hb_op **ops, size_t *count,
                              struct hb_error *error);

/*
 * What hb_stream_next handed out last as the file has it: its operations with their objects by birth, the
 * waits and what is touched, as hb_trace_reader_waits and hb_trace_reader_touched say; at the end, the wait
 * behind the last operation. Valid until the next call.
 */
const struct hb_op_run *hb_stream_run(const struct hb_stream *stream);

/* What is known before the first operation. Valid until the stream is closed. */
const struct hb_trace_info *hb_stream_info(const struct hb_stream *stream);

/* At the end: what the file says of itself beside its operations, into `out`, whose info is nobody's yet.
 * HB_ERR_MEMORY. */
enum hb_status hb_stream_facts(const struct hb_stream *stream, struct hb_workload *out,
                               struct hb_error *error);

/* What was repaired in a file that is imported, so far. */
const struct hb_repairs *hb_stream_repairs(const struct hb_stream *stream);

uint64_t hb_stream_objects(const struct hb_stream *stream); /* born so far */

#endif
