/*
 * trace_format.h - what the writer, the reader and their tests share: FORMAT.md as constants and structs.
 *
 * Private to workloads/. The coding of operations (trace_code.c) knows nothing of files, and the sections of
 * a file (trace_section.c) nothing of operations.
 */
#ifndef HB_WORKLOADS_TRACE_TRACE_FORMAT_H
#define HB_WORKLOADS_TRACE_TRACE_FORMAT_H

#include <stdbool.h>

#include "workloads/trace/trace.h"

enum {
    HB_TRACE_VERSION = 2,         /* that is written; version 1, which has no times, is read as well */
    HB_TRACE_TOUCHED_VERSION = 3, /* written where what is touched is known */
    HB_TRACE_MAGIC_BYTES = 8,
    HB_TRACE_CHECKSUM_BYTES = 8, /* at the end of every section */
    HB_TRACE_HEADER_BYTES = 32,  /* before the two texts */
    HB_TRACE_SECTION_BYTES = 40, /* of a block's head or the end: all there is of either in version 1 */
    HB_TRACE_BLOCK_BYTES = 48,   /* before the payload */
    HB_TRACE_END_BYTES = 64,
    HB_TRACE_MAX_TEXT_BYTES = 65536,
    HB_TRACE_MAX_RAW_BYTES = 1 << 20,
    HB_TRACE_MAX_PACKED_BYTES = HB_TRACE_MAX_RAW_BYTES + 8192,
    HB_TRACE_MAX_THREADS = 65536,
    HB_TRACE_MAX_OP_BYTES = 24,  /* that an encoder writes, a thread switch included */
    HB_TRACE_TOUCHED_BYTES = 16, /* and before it, what is touched */
    HB_TRACE_MAX_WAITS = 1024,   /* rows that a decoder fills before it stops; of what is touched too */
    HB_TRACE_PADDING_BYTES = 64  /* readable after the raw bytes that a decoder is given */
};

#define HB_TRACE_MAX_SIZE    (UINT64_C(1) << 63)
#define HB_TRACE_MAX_OBJECTS (UINT64_C(1) << 32)

extern const uint8_t hb_trace_magic[HB_TRACE_MAGIC_BYTES];

/* What the coding of one operation depends on. Every block stores it, so each can be decoded by itself. */
struct hb_trace_state {
    uint64_t next_op;
    uint64_t next_object;
    uint32_t thread;  /* that does the next operation, unless a switch comes first */
    uint32_t threads; /* that have done anything so far */
    uint64_t time_us; /* passed so far */
};

/* NULL when `op` may come next in a trace; else what is wrong with it, for a sentence about it. */
const char *hb_trace_op_fault(const struct hb_trace_state *state, const struct hb_op *op);

/* Writes a valid `op` at `out`, where HB_TRACE_MAX_OP_BYTES must be writable, and advances the state. Returns
 * the bytes written. */
size_t hb_trace_encode(struct hb_trace_state *state, const struct hb_op *op, uint8_t *out);

/* NULL when `us` may pass; else what is wrong with it, for a sentence about the operation after it. */
const char *hb_trace_wait_fault(const struct hb_trace_state *state, uint64_t us);

/* Writes a valid wait as hb_trace_encode does an operation. */
size_t hb_trace_encode_wait(struct hb_trace_state *state, uint64_t us, uint8_t *out);

/* NULL when `op` may give a block of which so many bytes are touched; else what is wrong with it. */
const char *hb_trace_touched_fault(const struct hb_op *op, uint64_t bytes);

/* Writes, before an operation, what is touched of its block; HB_TRACE_TOUCHED_BYTES must be writable. */
size_t hb_trace_encode_touched(uint64_t bytes, uint8_t *out);

struct hb_trace_decoder {
    struct hb_trace_state state;
    const uint8_t *next;
    const uint8_t *end;        /* HB_TRACE_PADDING_BYTES are readable here */
    const char *fault;         /* NULL, or what is wrong with the operation after those decoded */
    uint32_t version;          /* 1: a wait is a fault; 3: a wait of no time says what is touched */
    const struct hb_op *first; /* of those that are being decoded */
    size_t wait_count;
    struct hb_wait waits[HB_TRACE_MAX_WAITS]; /* before the operations decoded last, and the one after them */
    size_t touched_count;
    struct hb_touched touched[HB_TRACE_MAX_WAITS]; /* of the operations decoded last */
};

/*
 * Decodes at most `capacity` operations into `ops` and returns how many. Fewer than `capacity` means that the
 * bytes came to an end, that the table of waits is full, or that `fault` is set. A wait before the operation
 * after those is kept for the next call, which may add to it.
 */
size_t hb_trace_decode(struct hb_trace_decoder *decoder, struct hb_op *ops, size_t capacity);

enum hb_section_kind { HB_SECTION_BLOCK, HB_SECTION_END, HB_SECTION_UNKNOWN };

struct hb_trace_block {
    uint32_t raw_bytes;
    uint32_t packed_bytes;
    uint32_t ops;
    struct hb_trace_state state; /* before its first operation */
};

/* Of a block's head, and of the end, in a file of this version. */
size_t hb_trace_block_bytes(uint32_t version);
size_t hb_trace_end_bytes(uint32_t version);

struct hb_trace_header {
    uint32_t version;
    uint32_t command_bytes;
    uint32_t origin_bytes;
    uint64_t suggested_heap_bytes;
};

void hb_trace_pack_header(const struct hb_trace_header *header, uint8_t out[HB_TRACE_HEADER_BYTES]);
/* False when a field is out of its range or a reserved one is not 0; the magic is the caller's to check, and
 * `version` is filled in either way. */
bool hb_trace_unpack_header(const uint8_t in[HB_TRACE_HEADER_BYTES], struct hb_trace_header *header);

void hb_trace_pack_block(const struct hb_trace_block *block, uint8_t out[HB_TRACE_BLOCK_BYTES]);
/* `in` is as long as hb_trace_block_bytes says. False when a length or count is beyond the format's limits.
 */
bool hb_trace_unpack_block(const uint8_t *in, uint32_t version, struct hb_trace_block *block);

void hb_trace_pack_end(const struct hb_trace_totals *totals, uint8_t out[HB_TRACE_END_BYTES]);
bool hb_trace_unpack_end(const uint8_t *in, uint32_t version, struct hb_trace_totals *totals);

/* What the four bytes that begin a section announce. */
enum hb_section_kind hb_trace_section_kind(const uint8_t in[4]);

/* Writes the checksum of bytes[0, length) after them; and tells whether it is the one that stands there. */
void hb_trace_seal(uint8_t *bytes, size_t length);
bool hb_trace_sealed(const uint8_t *bytes, size_t length);

#endif
