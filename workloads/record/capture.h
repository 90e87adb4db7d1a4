/*
 * capture.h - the raw file that the preloaded recorder writes, and that the converter reads.
 *
 * One file a process image. It begins with one header, and goes on with chunks, each on a page boundary and
 * each belonging to one stream; a stream is what one thread did, in its own order. (A stream whose thread has
 * ended is taken over by the next new thread; a mark says so.) Everything is little endian. The file is
 * zero-filled before it is written, and the tag of an event is stored after its fields, so a stream ends
 * where a tag is 0, however the process ended.
 *
 * An event is a tag byte and its fields, each as many bytes as the tag says:
 *
 *   bits 0-2  enum hb_capture_kind
 *   bits 3-5  length of the address field, less one
 *   bits 6-7  log2 of the length of the size field
 *
 * then the address: (address >> 3) as the zigzag-coded difference from the previous address of the stream;
 * then, for what allocates, the size; then, for HB_CAPTURE_ALIGNED, one byte, the log2 of the alignment.
 *
 * Order between threads. Addresses are hashed by 64 KiB region into shards. A shard has an owner, a stream,
 * and an epoch, which counts its changes of hands. A stream that is about to write an event of a shard that
 * it does not own takes it, and writes HB_CAPTURE_MARK_ORDER with the shard and the new epoch; its later
 * events of that shard are of that epoch, until its next mark for it. All events of one epoch precede all
 * events of the next: every event was preceded by one atomic access to the shard, and those accesses are in
 * that order.
 *
 * HB_CAPTURE_MARK_TICK says how far a coarse clock, shared by all threads, has come. It advances by one about
 * every hundred events of the busiest thread. No order depends on it; it lets events that nothing orders be
 * interleaved about as they happened.
 */
#ifndef HB_WORKLOADS_RECORD_CAPTURE_H
#define HB_WORKLOADS_RECORD_CAPTURE_H

#include <stdint.h>

#define HB_CAPTURE_MAGIC "hbcapt01"

enum hb_capture_kind {
    HB_CAPTURE_END = 0,
    HB_CAPTURE_MALLOC,
    HB_CAPTURE_FREE, /* written before the block is given back */
    HB_CAPTURE_CALLOC,
    HB_CAPTURE_REALLOC_OLD, /* written before the call; MARK_REALLOC_FAILED undoes it */
    HB_CAPTURE_REALLOC_NEW, /* written after the call */
    HB_CAPTURE_ALIGNED,
    HB_CAPTURE_MARK, /* bits 6-7 say which; bits 3-5 are the length of its number, less one */
};

enum hb_capture_mark {
    HB_CAPTURE_MARK_ORDER,          /* two bytes of shard, then the epoch as its number */
    HB_CAPTURE_MARK_TICK,           /* the clock as its number */
    HB_CAPTURE_MARK_REALLOC_FAILED, /* no number */
    HB_CAPTURE_MARK_THREAD,         /* another thread goes on with the stream; no number */
};

enum {
    HB_CAPTURE_SHARD_BITS = 14,
    HB_CAPTURE_SHARDS = 1 << HB_CAPTURE_SHARD_BITS,
    HB_CAPTURE_ADDRESS_SHIFT = 3, /* some allocators align blocks of up to 8 bytes to 8 */
    HB_CAPTURE_HEADER_BYTES = 4096,
    HB_CAPTURE_CHUNK_MAGIC = 0x6b6e6863, /* "chnk" */
    HB_CAPTURE_OWNER_BITS = 24,
};

/* The file's first HB_CAPTURE_HEADER_BYTES; chunks begin on the next page boundary. */
struct hb_capture_header {
    char magic[8];
    uint32_t page_bytes;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t command_bytes;
    uint64_t lost_nested; /* events of a signal handler that came while one was being written */
    uint64_t lost_space;  /* events for which no more of the file could be had */
    uint64_t stop_errno;  /* of the last time that it could not */
    char allocator[64];   /* file name of the library that served malloc; NUL-terminated */
    char command[3976];   /* the command line: arguments, each ended by NUL; cut where it is longer */
    uint64_t reserved;
};

_Static_assert(sizeof(struct hb_capture_header) == HB_CAPTURE_HEADER_BYTES, "documented");

struct hb_capture_chunk {
    uint32_t magic;
    uint32_t stream;   /* from 1 */
    uint32_t sequence; /* of the stream's chunks, from 0 */
    uint32_t bytes;    /* this header included; whole pages */
    uint64_t offset;   /* of this header in the file */
    uint64_t reserved;
};

_Static_assert(sizeof(struct hb_capture_chunk) == 32, "documented");

/* Neighbouring regions have neighbouring shards; glibc's arenas, 64 MiB apart, do not all fall
 * on the first. */
static inline uint32_t hb_capture_shard(uint64_t address)
{
    uint64_t region = address >> 16;

    return (uint32_t)((region ^ (region >> 10)) & (HB_CAPTURE_SHARDS - 1));
}

#endif
