/*
 * plain_decoder.h - a second reader of traces, written from FORMAT.md and from nothing else: slow, plain, and
 * sharing no code with the first.
 */
#ifndef HB_TESTS_WORKLOADS_PLAIN_DECODER_H
#define HB_TESTS_WORKLOADS_PLAIN_DECODER_H

#include <stdbool.h>

#include "workloads/trace/trace.h"

struct plain_trace {
    struct hb_op *ops; /* from malloc */
    size_t count;
    uint64_t objects, threads, dropped;
    struct hb_wait *waits; /* from malloc; those before one operation added up */
    size_t wait_count;
    struct hb_touched *touched; /* from malloc */
    size_t touched_count;
    uint64_t time_us, wall_ns, cpu_ns;
    unsigned version; /* of the file; 1: waits are unsound; 3: one of no time is what is touched */
};

/* False when the bytes are not a whole, sound trace; then nothing is to be freed. */
bool plain_decode(const uint8_t *bytes, size_t length, struct plain_trace *out);

void plain_free(struct plain_trace *trace);

/* Operations alone: the raw bytes of one block. Appends to `out`; false when they are unsound. */
bool plain_decode_ops(const uint8_t *bytes, size_t length, unsigned *thread, struct plain_trace *out);

#endif
