/*
 * scan.h - one pass over a trace of any length: checked and counted like a loaded one, and not kept.
 *
 * What is kept follows the objects that live, and the notes beside the operations (struct hb_wait, struct
 * hb_touched: one a millisecond and one a large block at most, as recorded).
 */
#ifndef HB_WORKLOADS_SCAN_H
#define HB_WORKLOADS_SCAN_H

#include "workloads/trace/op_sink.h"
#include "workloads/whole/summary.h"

/*
 * Reads `path_or_name` (hb_workload_load) from beginning to end. The workload is as a loaded one, but that
 * its `ops` are NULL. `sink` is told everything: of operations whose objects are slots (workloads/stream.h),
 * when they are found to be sound. Errors as those of hb_stream_open and hb_stream_next, of
 * builder.h, and the sink's.
 */
enum hb_status hb_workload_scan(const char *path_or_name, const struct hb_op_sink *sink,
                                struct hb_workload **out, struct hb_error *error);

/* The figures of `heapbench info` (hb_workload_summarise) of a trace that is read and not held; `*workload`
 * has no operations. Errors as those of hb_workload_scan. */
enum hb_status hb_workload_scan_summary(const char *path_or_name, struct hb_workload **workload,
                                        struct hb_summary *out, struct hb_error *error);

/*
 * Does the end of this trace say that it has so many operations or more? It is believed, since it only
 * chooses a way to read: the rest of the file is not looked at. Of what is not a .trace, or is packed once
 * more, false.
 */
bool hb_workload_is_long(const char *path, uint64_t ops);

#endif
