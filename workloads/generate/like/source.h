/*
 * source.h - the trace that another one is made like: a window of its operations, which moves on.
 *
 * Memory follows the window and what lives in the trace, whatever its length.
 */
#ifndef HB_WORKLOADS_GENERATE_LIKE_SOURCE_H
#define HB_WORKLOADS_GENERATE_LIKE_SOURCE_H

#include "workloads/stream.h"

#define HB_LIKE_NOT_SAID UINT64_MAX

/* An operation of the trace, and what stands before it. */
struct hb_like_op {
    struct hb_op op;     /* its object is a birth number, as in the trace */
    uint64_t wait_us;    /* that passed before it */
    uint64_t touched;    /* bytes of the block that it gives, or HB_LIKE_NOT_SAID */
    uint64_t live_bytes; /* after it */
    uint64_t born_op;    /* the operation that gave birth to its object */
    uint64_t old_size;   /* before it, of a realloc or a free; and who had the object */
    uint16_t old_thread;
};

struct hb_like_source;

/* A window of the last `window` operations read. As hb_stream_open; HB_ERR_LIMIT: more than half of the
 * machine's memory. */
enum hb_status hb_like_source_open(const char *trace, uint64_t window, struct hb_like_source **out,
                                   struct hb_error *error);
void hb_like_source_close(struct hb_like_source *source); /* NULL does nothing */

/*
 * Reads on until so many operations have been read. HB_ERR_FORMAT: the trace ends before, or what lives is
 * more than 2^64 bytes; else the errors of hb_stream_next.
 */
enum hb_status hb_like_source_read(struct hb_like_source *source, uint64_t ops, struct hb_error *error);

/* Operation `index`, one of the window. */
const struct hb_like_op *hb_like_source_at(const struct hb_like_source *source, uint64_t index);

/* The time after the last operation; to be called once all have been read. */
enum hb_status hb_like_source_end(struct hb_like_source *source, uint64_t *wait_us, struct hb_error *error);

#endif
