/*
 * trace.h - operations, and the file they are kept in.
 *
 * `struct hb_op` is the only form that an operation takes in memory. Objects are numbered from 0 in the order
 * of their birth, so that a malloc's id need not be stored. FORMAT.md describes the file byte for byte.
 *
 * A reader streams in bounded memory: one block, whatever the length of the trace. It checks each block's
 * checksum before it decodes anything in it. It does not know which objects are live; a builder
 * (whole/builder.h) does, and refuses a free of what is not.
 */
#ifndef HB_WORKLOADS_TRACE_TRACE_H
#define HB_WORKLOADS_TRACE_TRACE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum hb_op_kind {
    HB_OP_MALLOC,
    HB_OP_FREE,    /* size 0 */
    HB_OP_CALLOC,  /* size: the product */
    HB_OP_REALLOC, /* the object keeps its id; size 1 or more (a realloc to 0 is recorded as a free, of NULL
                      as a malloc) */
    HB_OP_ALIGNED, /* align_log2 says how */
    HB_OP_KINDS
};

struct hb_op {
    uint64_t size;
    uint32_t
        object; /* in a trace: birth number. In a prepared workload (bench/replay/prepare.h): a reused slot */
    uint16_t thread;    /* in the order in which they first do something: 0, then at most 1, ... */
    uint8_t kind;       /* enum hb_op_kind */
    uint8_t align_log2; /* of HB_OP_ALIGNED, 0 to 63; else 0 */
};

static_assert(sizeof(struct hb_op) == 16, "four operations a cache line");

/*
 * Time that passed between two operations. Times stand in a table beside the operations, one row an operation
 * at most, in their order.
 */
struct hb_wait {
    uint64_t before_op; /* the operation that came next; their number, for time after the last */
    uint64_t us;        /* microseconds, not 0 */
};

/*
 * How much was ever touched of the block that a malloc, calloc, realloc or aligned allocation gives, as long
 * as it is that block. In a table too, ascending by operation; of a block that has no row it is not known,
 * and it counts as touched wholly.
 */
struct hb_touched {
    uint64_t op;
    uint64_t bytes; /* in pages that were touched; at most the size */
};

/* What is known of a trace beside its operations. Kept in the file's header. */
struct hb_trace_info {
    char *command; /* the recorded program's command line, shell-quoted; or where an import came from. May be
                      NULL */
    char *origin;  /* "heapbench record 0.1.0, glibc 2.36, x86_64"; may be NULL */
    uint64_t suggested_heap_bytes; /* of a trace made for a heap of one size; 0 for most */
    bool touched;                  /* what is touched of large blocks is noted: a file of version 3 */
};

/* Known only when the whole trace has been written; kept in the trailer. */
struct hb_trace_totals {
    uint64_t ops;
    uint64_t objects;
    uint64_t threads;
    uint64_t dropped; /* events that were lost, left out or made up; 0 in a faithful trace */
    uint64_t time_us; /* the sum of all waits; 0 in version 1 */
    uint64_t wall_ns; /* that the recorded program ran; 0: not known */
    uint64_t cpu_ns;  /* that it was on a processor, all threads together; 0: not known */
};

struct hb_trace_writer;

/*
 * Levels as zstd's, 1 to 19; 0 for the default (19: traces are written once and read often). A text in `info`
 * is cut after 64 KiB; `info` may be NULL. Takes 2 MiB, and up to 20 MiB more in zstd at level 19, whatever
 * the length of the trace. HB_ERR_USAGE: the level. HB_ERR_IO, HB_ERR_MEMORY.
 */
enum hb_status hb_trace_writer_open(const char *path, const struct hb_trace_info *info, int level,
                                    struct hb_trace_writer **out, struct hb_error *error);

/*
 * Appends operations. An object's id must be the next unused one at its birth; a new thread's number, the
 * next unused one; sizes are at most 2^63. HB_ERR_FORMAT, with the index of the operation; HB_ERR_IO,
 * HB_ERR_MEMORY. After a failure the writer is good for hb_trace_writer_abandon only.
 */
enum hb_status hb_trace_writer_append(struct hb_trace_writer *writer, const struct hb_op *ops, size_t count,
                                      struct hb_error *error);

/*
 * So many microseconds passed between the operations appended so far and those to come. What is told twice at
 * one place is added up; 0 is nothing. HB_ERR_FORMAT: all together are beyond 2^64.
 */
enum hb_status hb_trace_writer_pass_time(struct hb_trace_writer *writer, uint64_t us, struct hb_error *error);

/*
 * So many bytes are touched of the block that the next operation gives. HB_ERR_FORMAT: the trace was not
 * opened as one that says so, or it was said already; and when that operation comes and gives no block, or a
 * smaller one.
 */
enum hb_status hb_trace_writer_touch(struct hb_trace_writer *writer, uint64_t bytes, struct hb_error *error);

void hb_trace_writer_set_dropped(struct hb_trace_writer *writer, uint64_t dropped);

/* How long the recorded program ran, and was on a processor, in nanoseconds; 0: not known. */
void hb_trace_writer_set_times(struct hb_trace_writer *writer, uint64_t wall_ns, uint64_t cpu_ns);

/* Writes the trailer, renames the file into place, frees the writer whatever happens. HB_ERR_IO. */
enum hb_status hb_trace_writer_finish(struct hb_trace_writer *writer, struct hb_error *error);

/* Leaves no file behind and frees the writer. NULL does nothing. */
void hb_trace_writer_abandon(struct hb_trace_writer *writer);

struct hb_trace_reader;

/* HB_ERR_IO; HB_ERR_FORMAT: not a trace, of another version, or damaged, with the
 * byte offset; HB_ERR_MEMORY. */
enum hb_status hb_trace_reader_open(const char *path, struct hb_trace_reader **out, struct hb_error *error);
void hb_trace_reader_close(struct hb_trace_reader *reader); /* NULL does nothing */

/* Of the format: 1, which has no times, 2, or 3, which has what is touched as well. */
uint32_t hb_trace_reader_version(const struct hb_trace_reader *reader);

/* Valid until the reader is closed. */
const struct hb_trace_info *hb_trace_reader_info(const struct hb_trace_reader *reader);

/*
 * The next operations, some thousands: `*ops` points into the reader and stays valid until the next call;
 * `*count` is 0 at the end of a whole trace. A trace that ends without its trailer is HB_ERR_FORMAT, after
 * every whole block has been handed out. After a failure the reader is good for hb_trace_reader_close only.
 */
enum hb_status hb_trace_reader_next(struct hb_trace_reader *reader, const struct hb_op **ops, size_t *count,
                                    struct hb_error *error);

/*
 * The waits before the operations that hb_trace_reader_next gave last, ascending, none twice; at the end of
 * the trace, the one after its last operation. Valid as long as those are.
 */
const struct hb_wait *hb_trace_reader_waits(const struct hb_trace_reader *reader, size_t *count);

/* What is touched of the blocks of the operations that hb_trace_reader_next gave last. Valid as long as those
 * are. */
const struct hb_touched *hb_trace_reader_touched(const struct hb_trace_reader *reader, size_t *count);

/* Valid once hb_trace_reader_next has given a count of 0. */
const struct hb_trace_totals *hb_trace_reader_totals(const struct hb_trace_reader *reader);

/* Bytes of the operation stream so far, before compression: for the figure in `heapbench info`. */
uint64_t hb_trace_reader_raw_bytes(const struct hb_trace_reader *reader);

#endif
