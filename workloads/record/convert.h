/*
 * convert.h - from what the recorder captured to operations on objects, and to a trace file.
 *
 * Addresses become births counted from 0. What cannot be placed is left out and counted: the free of a block
 * that nobody was seen to get (a child of fork frees what its parent allocated). A block given out at an
 * address that is still held must have been given back unseen: that free is made up, and counted.
 *
 * Where an allocator's calloc calls the program's malloc, or its operator delete the program's free, one call
 * was captured twice, the second time at once and in the same thread. Such an echo is left out, and is no
 * loss; a realloc made of malloc and free stays what it was made of.
 */
#ifndef HB_WORKLOADS_RECORD_CONVERT_H
#define HB_WORKLOADS_RECORD_CONVERT_H

#include "workloads/record/capture_file.h"
#include "workloads/trace/op_sink.h"

struct hb_capture_summary {
    uint64_t events; /* as they were captured; a realloc is two */
    uint64_t ops;
    uint64_t objects;
    uint64_t threads;
    uint64_t unknown_frees; /* left out: frees and reallocs of blocks that nobody was seen to get */
    uint64_t held_births;   /* made up: frees before an allocation at an address that was still held */
    uint64_t excess_births; /* left out: beyond the 2^32 - 1 objects that a trace can number */
    uint64_t lost_nested;   /* never captured: in a signal handler that came while recording */
    uint64_t lost_space;    /* never captured: no room for the file */
    uint64_t
        lost_sealed; /* never captured: the program had set a seccomp filter, and the reserve was used up */
    uint64_t lost_early; /* never captured: the file could not be opened yet */
    uint64_t wall_ns;    /* that the program ran; 0: not known */
    uint64_t cpu_ns;     /* that it was on a processor; 0: not known */
    /* Of a recording with --touch, what is known of large blocks: */
    uint64_t measured_blocks, measured_bytes;
    uint64_t likened_blocks; /* of those: nobody had time to measure them, and others of their size tell
                                (large.h) */
    uint64_t touched_bytes;  /* of those, in pages that the program touched */
    uint64_t unknown_blocks, unknown_bytes; /* of the other large blocks, which a replay touches whole */
};

/* Whether the recording notes what is touched of large blocks. */
bool hb_capture_is_touched(const struct hb_capture *capture);

/* Reads the whole capture and gives what it means to `sink`, some thousand operations at a time; time once a
 * millisecond or more has passed; what was touched of a block, which was found out later, before the
 * operation that gave it, for which a recording with --touch is read twice. HB_ERR_FORMAT, HB_ERR_MEMORY, or
 * what the sink returned. */
enum hb_status hb_capture_convert(const struct hb_capture *capture, const struct hb_op_sink *sink,
                                  struct hb_capture_summary *summary, struct hb_error *error);

/* All that a faithful trace would have and this one lacks. */
uint64_t hb_capture_dropped(const struct hb_capture_summary *summary);

/*
 * Writes a capture as the trace file `path`, at a zstd level (0: the default). `progress`, which may be NULL,
 * is told now and then how many operations have been written. As hb_capture_convert, and HB_ERR_IO.
 */
enum hb_status hb_capture_to_trace(const struct hb_capture *capture, const char *path, int level,
                                   void (*progress)(void *context, uint64_t ops_done), void *context,
                                   struct hb_capture_summary *summary, struct hb_error *error);

#endif
