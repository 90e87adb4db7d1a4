/*
 * recorder.h - how an event is written: the few instructions that run inside the recorded program.
 *
 * One pointer of thread-local storage leads to the thread's stream. A stream lives in a page of its own that
 * the kernel empties in a child of fork, of whatever kind: an emptied stream has no room left, so the child's
 * first event takes the slow path, finds no identity there, and becomes an image of its own. The shards and
 * the rest of the process's state are emptied in the same way.
 *
 * `busy` is set while an event is being written. A signal handler that allocates just then finds it set; its
 * event is counted as lost. It lives beside the pointer, where no fork empties it.
 *
 * A handler may fork, and return in the child into the middle of an event: the stream is empty from one
 * instruction to the next. So (1) chunks stay mapped in children until their first event of their own; (2)
 * what is to be written is computed whole, and the stream's `limit` is the last thing that is looked at
 * before it is stored: from there on, parent and child hold the same bytes for the same place, and it does no
 * harm that both store them; (3) no byte is stored but those of the event; (4) whatever changes `limit`
 * blocks signals.
 */
#ifndef HB_WORKLOADS_RECORD_PRELOAD_RECORDER_H
#define HB_WORKLOADS_RECORD_PRELOAD_RECORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "workloads/record/capture.h"

#define HB_LIKELY(x)   __builtin_expect(!!(x), 1)
#define HB_UNLIKELY(x) __builtin_expect(!!(x), 0)

enum {
    /* A stream looks at the fine clock once in so many bytes. A power of two. */
    HB_RECORD_STRIDE = 512,
#if defined(__aarch64__)
    HB_RECORD_PAGE_AT_MOST = 65536,
#else
    HB_RECORD_PAGE_AT_MOST = 4096,
#endif
};

struct hb_record_stream {
    unsigned char *cursor; /* the next tag goes here */
    unsigned char *limit; /* at or beyond it, the next event takes the slow path; HB_CAPTURE_MARGIN before the
                             chunk's end */
    uint64_t last;        /* previous address, shifted */
    uint64_t time;        /* the recording's clock, as it was last written down */
    uint32_t id;          /* from 1; 0: emptied by a fork */
    bool fresh;           /* a thread took the stream and has written nothing yet */
    /* From here on: the slow path's. */
    uint32_t tick;        /* as it was last written down */
    uint32_t stride_tick; /* the fine clock when this stream last looked */
    unsigned char *chunk;
    uint32_t chunk_bytes;
    uint32_t sequence;
    uint32_t lost_in_a_row;
    _Atomic int32_t ending_tid; /* of the thread that has it, once that is about to end; else 0 */
    struct hb_record_stream *next;
};

enum { HB_RECORD_SIEVE = 4 };

/* The process's state that a child of fork must not inherit: whole pages with nothing else in them. */
struct hb_recorder {
    _Atomic uint64_t shards[HB_CAPTURE_SHARDS];                /* epoch << HB_CAPTURE_OWNER_BITS | owner */
    _Atomic uint8_t large[HB_CAPTURE_SHARDS][HB_RECORD_SIEVE]; /* hb_record_large_near */
    _Alignas(64) _Atomic uint32_t tick;
    _Alignas(64) _Atomic uint32_t image_state; /* enum in recorder.c */
    _Atomic uint32_t stream_ids;
    _Atomic(struct hb_record_stream *) streams;
    _Atomic(struct hb_record_stream *) scan; /* where the search for ended threads goes on */
    struct hb_capture_header *header;        /* NULL before the image has one */
    /* Before it has one: */
    struct hb_capture_refused *refused;
    _Atomic uint64_t lost_early;
    int early_reason; /* an errno, HB_CAPTURE_FILTERED or HB_CAPTURE_USED_UP */
    uint32_t pid;     /* 0: not known */
} __attribute__((aligned(HB_RECORD_PAGE_AT_MOST)));

/* A thread's own, which a fork does not empty. */
struct hb_record_thread {
    struct hb_record_stream *stream;
    _Atomic uint32_t busy;
    uint32_t chunk_bytes;
    unsigned char *chunk; /* of the stream: what a child must unmap */
};

/* Hidden where they are declared too, so that they are reached without a table. */
extern struct hb_recorder hb_recorder __attribute__((visibility("hidden")));
extern __thread struct hb_record_thread hb_record_thread
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
/* What `heapbench record` keeps, or a zero where there is none. */
extern const _Atomic uint64_t *hb_record_clock __attribute__((visibility("hidden")));

/* The slow path of hb_record_begin: the thread's stream, or NULL where the event cannot be recorded. */
struct hb_record_stream *hb_record_enter(void);

/* Makes room, writes the marks that must precede an event at `address`. False: the event is lost, and
 * counted. */
bool hb_record_settle(struct hb_record_stream *stream, uint64_t address);

/* An event crossed the end of a stride: moves the fine clock, and writes it behind the event. The new end. */
unsigned char *hb_record_stride(struct hb_record_stream *stream, unsigned char *end);

/* The bytes that a number needs, less one: 0 to 7. Comparisons: to search for the highest bit is slow on many
 * machines without -march, and most numbers are short. */
static inline unsigned hb_record_length(uint64_t value)
{
    if (HB_UNLIKELY(value > UINT32_MAX))
        return (unsigned)(63 - __builtin_clzll(value)) / 8;
    return (unsigned)(value > 0xff) + (value > 0xffff) + (value > 0xffffff);
}

/*
 * Stores the `bytes` (1 to 8) low bytes of `value` and no byte more, the first of them last: it is a tag, and
 * a SIGKILL may come between any two stores.
 */
static inline __attribute__((always_inline)) void hb_record_store(unsigned char *at, uint64_t value,
                                                                  unsigned bytes)
{
    if (HB_LIKELY(bytes >= 4)) {
        uint32_t low = (uint32_t)value, high = (uint32_t)(value >> (8 * (bytes - 4)));

        __builtin_memcpy(at + bytes - 4, &high, sizeof high);
        atomic_thread_fence(memory_order_release);
        __builtin_memcpy(at, &low, sizeof low);
    } else {
        if (bytes == 3)
            at[2] = (unsigned char)(value >> 16);
        if (bytes >= 2)
            at[1] = (unsigned char)(value >> 8);
        atomic_thread_fence(memory_order_release);
        at[0] = (unsigned char)value;
    }
}

static inline bool hb_record_is_settled(const struct hb_record_stream *stream, uint64_t address)
{
    uint64_t shard =
        atomic_load_explicit(&hb_recorder.shards[hb_capture_shard(address)], memory_order_relaxed);
    uint64_t time = atomic_load_explicit(hb_record_clock, memory_order_relaxed);
    uint32_t foreign = ((uint32_t)shard ^ stream->id) & ((1u << HB_CAPTURE_OWNER_BITS) - 1);

    return (foreign | (time ^ stream->time)) == 0;
}

/* True while the place is the stream's: to be asked when all else is known. */
static inline bool hb_record_has_room(const struct hb_record_stream *stream, const unsigned char *at)
{
    atomic_signal_fence(memory_order_seq_cst);
    return at < *(unsigned char *const volatile *)&stream->limit;
}

static inline void hb_record_leave(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&hb_record_thread.busy, 0, memory_order_relaxed);
}

/* The thread's stream, with `busy` set; NULL: not recorded. */
static inline __attribute__((always_inline)) struct hb_record_stream *hb_record_begin(void)
{
    struct hb_record_stream *stream = hb_record_thread.stream;

    if (HB_UNLIKELY(stream == NULL ||
                    atomic_load_explicit(&hb_record_thread.busy, memory_order_relaxed) != 0)) {
        stream = hb_record_enter();
        if (stream == NULL)
            return NULL;
    }
    atomic_store_explicit(&hb_record_thread.busy, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return stream;
}

static inline __attribute__((always_inline)) void
hb_record_end(struct hb_record_stream *stream, const unsigned char *at, unsigned char *end, uint64_t shifted)
{
    stream->last = shifted;
    if (HB_UNLIKELY((((uintptr_t)at ^ (uintptr_t)end) & HB_RECORD_STRIDE) != 0))
        end = hb_record_stride(stream, end);
    stream->cursor = end;
    hb_record_leave();
}

/*
 * The place of the next event, with its marks before it, in `*at`, and the difference of its address from the
 * last in
 * `*delta`. False: the event is lost, and `busy` is clear.
 */
static inline __attribute__((always_inline)) bool
hb_record_find_place(struct hb_record_stream *stream, uint64_t address, unsigned char **at, uint64_t *delta)
{
    bool settled = hb_record_is_settled(stream, address);

    for (;;) {
        *delta = (address >> HB_CAPTURE_ADDRESS_SHIFT) - stream->last;
        *at = stream->cursor;
        if (HB_LIKELY(settled && hb_record_has_room(stream, *at)))
            return true;
        settled = hb_record_settle(stream, address);
        if (!settled) {
            hb_record_leave();
            return false;
        }
    }
}

/* A tag and its address; then `tail_bytes` of `tail`; of HB_CAPTURE_ALIGNED one byte more, `align_log2`. */
static inline __attribute__((always_inline)) void hb_record_event(enum hb_capture_kind kind, uint64_t address,
                                                                  uint64_t tail, unsigned tail_log2,
                                                                  unsigned tail_bytes, unsigned align_log2)
{
    struct hb_record_stream *stream = hb_record_begin();
    uint64_t delta, zigzag, tag;
    unsigned char *at, *end;
    unsigned length;

    if (HB_UNLIKELY(stream == NULL) || !hb_record_find_place(stream, address, &at, &delta))
        return;
    zigzag = (delta << 1) ^ (0 - (delta >> 63)); /* the sign in the lowest bit */
    length = hb_record_length(zigzag);
    tag = (unsigned)kind | length << 3 | tail_log2 << 6;
    length++;
    end = at + 1 + length + tail_bytes;
    if (HB_LIKELY(length + tail_bytes <= 7 && kind != HB_CAPTURE_ALIGNED)) {
        hb_record_store(at, tag | zigzag << 8 | tail << 8 << (8 * length), 1 + length + tail_bytes);
    } else {
        if (kind == HB_CAPTURE_ALIGNED)
            *end++ = (unsigned char)align_log2;
        if (tail_bytes > 0)
            hb_record_store(at + 1 + length, tail, tail_bytes);
        hb_record_store(at + 1, zigzag, length);
        hb_record_store(at, tag, 1);
    }
    hb_record_end(stream, at, end, address >> HB_CAPTURE_ADDRESS_SHIFT);
}

/*
 * touch.c, where `heapbench record --touch` wants it. A block of HB_CAPTURE_LARGE_BYTES or more was given
 * out, and nobody has it yet; a block that has an account is about to be given back; the image ends.
 */
void hb_touched_begin(void);
void hb_touched_birth(enum hb_capture_kind kind, const void *block, uint64_t size);
void hb_touched_death(const void *block);
void hb_touched_end(void);

/* Writes down how many bytes of a block are in pages that the program touched. */
void hb_record_touched(uint64_t address, uint64_t bytes);

/* A block at `address` was given out: call after the allocator has returned it. */
static inline __attribute__((always_inline)) void
hb_record_birth(enum hb_capture_kind kind, const void *block, uint64_t size, unsigned align_log2)
{
    unsigned size_log2 = (unsigned)(size > UINT8_MAX) + (size > UINT16_MAX) + (size > UINT32_MAX);

    hb_record_event(kind, (uintptr_t)block, size, size_log2, 1u << size_log2, align_log2);
    if (HB_UNLIKELY(size >= HB_CAPTURE_LARGE_BYTES))
        hb_touched_birth(kind, block, size);
}

/* How many large blocks touch.c keeps an account of in that shard at addresses of that kind: most blocks that
 * are freed near a large one are of another kind. */
static inline _Atomic uint8_t *hb_record_large_near(uint64_t address)
{
    return &hb_recorder.large[hb_capture_shard(address)][address / 16 % HB_RECORD_SIEVE];
}

/* A block is about to be given back (HB_CAPTURE_FREE, HB_CAPTURE_REALLOC_OLD): call before the allocator
 * is. */
static inline __attribute__((always_inline)) void hb_record_death(enum hb_capture_kind kind,
                                                                  const void *block)
{
    if (HB_UNLIKELY(atomic_load_explicit(hb_record_large_near((uintptr_t)block), memory_order_relaxed) != 0))
        hb_touched_death(block);
    hb_record_event(kind, (uintptr_t)block, 0, 0, 0, 0);
}

/* The realloc whose HB_CAPTURE_REALLOC_OLD for `block` was written last has failed. */
void hb_record_realloc_failed(const void *block);

/* Before main: maps the recording's file while it can be found, for a program that changes its root or its
 * user before it allocates. */
void hb_record_prepare(void);

/*
 * Before the program sets a seccomp filter: all that recording will need of the kernel is reserved, and no
 * system call is made from then on. False where that is so already. hb_record_unseal: the filter was not set
 * after all.
 */
bool hb_record_seal(void);
void hb_record_unseal(void);

/* The process gives itself another name: it is not to be taken for another program. */
void hb_record_note_name(void);

#endif
