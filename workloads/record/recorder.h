/*
 * recorder.h - how an event is written: the few instructions that run inside the recorded program.
 *
 * One pointer of thread-local storage leads to the thread's stream. A stream lives in a page of its own that
 * the kernel empties in a child of fork, of whatever kind: an emptied stream has no room left, so the child's
 * first event takes the slow path, finds no identity there, and opens a file of its own. The shards and the
 * rest of the process's state are emptied in the same way.
 *
 * `busy` is set while an event is being written. A signal handler that allocates just then finds it set; its
 * event is counted as lost.
 */
#ifndef HB_WORKLOADS_RECORD_RECORDER_H
#define HB_WORKLOADS_RECORD_RECORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "workloads/record/capture.h"

#define HB_LIKELY(x)   __builtin_expect(!!(x), 1)
#define HB_UNLIKELY(x) __builtin_expect(!!(x), 0)

enum {
    /* The longest event, two marks before it, and what a wide store may spill behind it. */
    HB_RECORD_MARGIN = 64,
    /* A stream looks at the clock once in so many bytes. */
    HB_RECORD_STRIDE = 512,
#if defined(__aarch64__)
    HB_RECORD_PAGE_AT_MOST = 65536,
#else
    HB_RECORD_PAGE_AT_MOST = 4096,
#endif
};

struct hb_stream {
    unsigned char *cursor; /* the next tag goes here */
    unsigned char *limit;  /* beyond it, the next event takes the slow path; never past chunk_end - MARGIN */
    uint64_t last;         /* previous address, shifted */
    uint32_t id;           /* from 1; 0: emptied by a fork */
    uint32_t tick;
    _Atomic uint32_t busy;
    bool fresh; /* a thread took the stream and has written nothing yet */
    /* From here on: the slow path's. */
    unsigned char *chunk;
    uint32_t chunk_bytes;
    uint32_t sequence;
    uint32_t stride_tick; /* the clock when this stream last looked */
    uint32_t lost_in_a_row;
    _Atomic int32_t tid; /* whose it is */
    struct hb_stream *next;
};

/* The process's state that a child of fork must not inherit: whole pages with nothing else in them. */
struct hb_recorder {
    _Atomic uint64_t shards[HB_CAPTURE_SHARDS]; /* epoch << HB_CAPTURE_OWNER_BITS | owner */
    _Alignas(64) _Atomic uint32_t tick;
    _Alignas(64) _Atomic uint32_t file_state; /* enum in recorder.c */
    _Atomic uint32_t stream_ids;
    _Atomic uint64_t file_end; /* where the next chunk goes */
    _Atomic(struct hb_stream *) streams;
    _Atomic(struct hb_stream *) scan; /* where the search for ended threads goes on */
    struct hb_capture_header *header;
    char path[4096];
} __attribute__((aligned(HB_RECORD_PAGE_AT_MOST)));

/* Hidden where they are declared too, so that they are reached without a table. */
extern struct hb_recorder hb_recorder __attribute__((visibility("hidden")));
extern __thread struct hb_stream *hb_stream __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The slow path of hb_record_begin: a stream with `busy` set, or NULL where the event cannot be recorded. */
struct hb_stream *hb_record_enter(void);

/* Makes room, writes the marks that must precede an event at `address`. False: the event is lost, and
 * counted. */
bool hb_record_settle(struct hb_stream *stream, uint64_t address);

/* Writes a number of 1 to 8 bytes. The bytes behind it, up to the eighth, are zeroed. (The library is built
 * without builtins, and memcpy would be a call.) */
static inline void hb_record_store(unsigned char *at, uint64_t value)
{
    __builtin_memcpy(at, &value, sizeof value);
}

/* The bytes that a number needs, less one: 0 to 7. Comparisons: to search for the highest bit is slow on many
 * machines without -march, and most numbers are short. */
static inline unsigned hb_record_length(uint64_t value)
{
    if (HB_UNLIKELY(value > UINT32_MAX))
        return (unsigned)(63 - __builtin_clzll(value)) / 8;
    return (unsigned)(value > 0xff) + (value > 0xffff) + (value > 0xffffff);
}

/* Publishes an event whose fields are in place: the tag last, since a SIGKILL may come between any two
 * stores. */
static inline void hb_record_publish(unsigned char *at, unsigned tag)
{
    atomic_signal_fence(memory_order_release);
    *(volatile unsigned char *)at = (unsigned char)tag;
}

static inline bool hb_record_is_settled(const struct hb_stream *stream, uint64_t address)
{
    uint64_t shard =
        atomic_load_explicit(&hb_recorder.shards[hb_capture_shard(address)], memory_order_relaxed);
    uint32_t tick = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);
    uint32_t foreign = ((uint32_t)shard ^ stream->id) & ((1u << HB_CAPTURE_OWNER_BITS) - 1);

    return (foreign | (tick ^ stream->tick)) == 0 && stream->cursor < stream->limit;
}

/* The stream to write an event at `address` to, with room, marks and `busy` in place; NULL: not recorded. */
static inline __attribute__((always_inline)) struct hb_stream *hb_record_begin(uint64_t address)
{
    struct hb_stream *stream = hb_stream;

    if (HB_UNLIKELY(stream == NULL || atomic_load_explicit(&stream->busy, memory_order_relaxed) != 0)) {
        stream = hb_record_enter();
        if (stream == NULL)
            return NULL;
    }
    atomic_store_explicit(&stream->busy, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (HB_UNLIKELY(!hb_record_is_settled(stream, address)) && !hb_record_settle(stream, address))
        return NULL;
    return stream;
}

static inline void hb_record_end(struct hb_stream *stream, unsigned char *end)
{
    stream->cursor = end;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stream->busy, 0, memory_order_relaxed);
}

/* Codes the address against the previous one and stores it behind the tag. Returns its length, less one. */
static inline __attribute__((always_inline)) unsigned hb_record_address(struct hb_stream *stream,
                                                                        uint64_t address)
{
    uint64_t shifted = address >> HB_CAPTURE_ADDRESS_SHIFT;
    uint64_t delta = shifted - stream->last;
    uint64_t zigzag = (delta << 1) ^ (0 - (delta >> 63)); /* the sign in the lowest bit */

    stream->last = shifted;
    hb_record_store(stream->cursor + 1, zigzag);
    return hb_record_length(zigzag);
}

/* A block at `address` was given out: call after the allocator has returned it. */
static inline __attribute__((always_inline)) void
hb_record_birth(enum hb_capture_kind kind, const void *block, uint64_t size, unsigned align_log2)
{
    uint64_t address = (uintptr_t)block;
    struct hb_stream *stream = hb_record_begin(address);
    unsigned size_log2 = (unsigned)(size > UINT8_MAX) + (size > UINT16_MAX) + (size > UINT32_MAX);
    unsigned length;
    unsigned char *end;

    if (HB_UNLIKELY(stream == NULL))
        return;
    length = hb_record_address(stream, address);
    end = stream->cursor + 2 + length;
    hb_record_store(end, size);
    end += 1u << size_log2;
    if (kind == HB_CAPTURE_ALIGNED)
        hb_record_store(end++, align_log2);
    hb_record_publish(stream->cursor, (unsigned)kind | length << 3 | size_log2 << 6);
    hb_record_end(stream, end);
}

/* A block is about to be given back (HB_CAPTURE_FREE, HB_CAPTURE_REALLOC_OLD): call before the allocator
 * is. */
static inline __attribute__((always_inline)) void hb_record_death(enum hb_capture_kind kind,
                                                                  const void *block)
{
    uint64_t address = (uintptr_t)block;
    struct hb_stream *stream = hb_record_begin(address);
    unsigned length;

    if (HB_UNLIKELY(stream == NULL))
        return;
    length = hb_record_address(stream, address);
    hb_record_publish(stream->cursor, (unsigned)kind | length << 3);
    hb_record_end(stream, stream->cursor + 2 + length);
}

/* The realloc whose HB_CAPTURE_REALLOC_OLD for `block` was written last has failed. */
void hb_record_realloc_failed(const void *block);

#endif
