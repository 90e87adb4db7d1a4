/*
 * capture.h - the raw file that the preloaded recorder writes, and that the converter reads.
 *
 * One file a recording: FOLDER/captures, which `heapbench record` creates, sparse and large. Every process of
 * the recording maps it: an image opens it by name once, when it allocates for the first time; from then on
 * it maps further pieces out of what it has mapped already (mremap), and so do its children of fork. So the
 * recorder holds no descriptor, and needs neither a path nor a permission nor a limit on files once it has
 * begun.
 *
 * The file begins with what all share (struct hb_capture_shared). Chunks follow, each on a page boundary, in
 * the order in which they were taken. A chunk belongs to an image (a process, from one exec to the next) and
 * to a stream of it. Stream 0 is one page, the image's header. The others are events: a stream is what one
 * thread did, in its own order. (A stream whose thread has ended is taken over by the next new thread; a mark
 * says so.)
 *
 * Everything is little endian. The file is zero before it is written, and the tag of an event is stored after
 * its fields, so a stream ends where a tag is 0, however the process ended. No byte is written twice, except
 * that a stream taken over is zeroed behind its end, within its chunk.
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
 * Time is the clock that `heapbench record` keeps in the file: HB_CAPTURE_MARK_TIME comes before the first
 * event of a stream that saw a new millisecond. HB_CAPTURE_MARK_TICK says how far a finer clock, of the
 * image's own, has come: it advances by one about every hundred events of the busiest thread. No order
 * depends on either; they let events that nothing orders be interleaved about as they happened.
 */
#ifndef HB_WORKLOADS_RECORD_CAPTURE_H
#define HB_WORKLOADS_RECORD_CAPTURE_H

#include <stdatomic.h>
#include <stdint.h>

/* Environment: which folder to write captures to. The tool sets it for the program and all that it starts. */
#define HB_RECORD_FOLDER_VARIABLE "HEAPBENCH_RECORD_FOLDER"

#define HB_CAPTURE_MAGIC "hbcapt02"
#define HB_CAPTURE_NAME  "captures" /* of the file in its folder */
/* PID.refused: a symbolic link to the errno, in decimal, for which a process could not open the file. */
#define HB_CAPTURE_REFUSED_NAME "refused"

enum hb_capture_kind {
    HB_CAPTURE_END = 0,
    HB_CAPTURE_MALLOC,
    HB_CAPTURE_FREE, /* written before the block is given back */
    HB_CAPTURE_CALLOC,
    HB_CAPTURE_REALLOC_OLD, /* written before the call; BARE_REALLOC_FAILED undoes it */
    HB_CAPTURE_REALLOC_NEW, /* written after the call */
    HB_CAPTURE_ALIGNED,
    HB_CAPTURE_MARK, /* bits 6-7 say which; bits 3-5 are the length of its number, less one */
};

enum hb_capture_mark {
    HB_CAPTURE_MARK_ORDER, /* two bytes of shard, then the epoch as its number */
    HB_CAPTURE_MARK_TICK,  /* the image's fine clock as its number */
    HB_CAPTURE_MARK_TIME,  /* the recording's clock, in milliseconds, as its number */
    HB_CAPTURE_MARK_BARE,  /* no number; bits 3-5 are an enum hb_capture_bare */
};

enum hb_capture_bare {
    HB_CAPTURE_BARE_REALLOC_FAILED, /* the realloc whose REALLOC_OLD came last */
    HB_CAPTURE_BARE_THREAD,         /* another thread goes on with the stream */
    /* Eight bytes of address and eight of number follow: of the block there, which lives, so many bytes are
     * in pages that were ever touched. */
    HB_CAPTURE_BARE_TOUCHED,
};

enum {
    HB_CAPTURE_SHARD_BITS = 14,
    HB_CAPTURE_SHARDS = 1 << HB_CAPTURE_SHARD_BITS,
    HB_CAPTURE_ADDRESS_SHIFT = 3, /* some allocators align blocks of up to 8 bytes to 8 */
    HB_CAPTURE_OWNER_BITS = 24,
    HB_CAPTURE_MARGIN = 80, /* a writer leaves a chunk for the next when no more than this is left of it */
    HB_CAPTURE_HEADER_BYTES = 4096,
    HB_CAPTURE_SHARED_BYTES = 65536, /* chunks begin here: a page of any machine, or several */
    HB_CAPTURE_REFUSED = 960,
    HB_CAPTURE_CHUNK_BYTES = 1 << 20, /* of the largest chunk, which busy streams take */
    HB_CAPTURE_PREPARED = 8,
    HB_CAPTURE_FILTERED = 4096,          /* a reason: a seccomp filter was set before the image began */
    HB_CAPTURE_USED_UP = 4097,           /* a reason: so is what was reserved before a filter was set */
    HB_CAPTURE_CHUNK_MAGIC = 0x6b6e6863, /* "chnk" */
};

/* A block of so many bytes or more is large: of those, `heapbench record --touch` notes what is touched. */
#define HB_CAPTURE_LARGE_BYTES UINT64_C(16384)

#define HB_CAPTURE_MAX_SIZE (UINT64_C(1) << 63) /* bytes of a block, as in a trace */

/* A process that found no room in the file, or no way to it. */
struct hb_capture_refused {
    _Atomic uint32_t pid; /* 0: not taken */
    int32_t reason;       /* an errno, HB_CAPTURE_FILTERED or HB_CAPTURE_USED_UP */
    _Atomic uint64_t lost;
    char program[48]; /* the end of its path; NUL-terminated */
};

/* The file's first HB_CAPTURE_SHARED_BYTES. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): lines of their own for what many write */
struct hb_capture_shared {
    char magic[8];
    uint32_t page_bytes;
    uint32_t recorder_pid; /* of heapbench record */
    uint64_t capacity;     /* of the file */
    uint64_t begin_ns;     /* CLOCK_MONOTONIC when clock_ms was 0 */
    uint32_t filters; /* seccomp filters of heapbench record's own, which let the recorder's calls pass */
    uint32_t touch;   /* 1: --touch */
    _Alignas(64) _Atomic uint64_t clock_ms; /* the time since; kept by heapbench record alone */
    _Alignas(64) _Atomic uint64_t end;      /* where the next chunk goes */
    _Atomic uint32_t images;                /* given numbers so far; the first is 1 */
    /* Chunks of HB_CAPTURE_CHUNK_BYTES whose pages heapbench record has in memory already: offsets, to be had
     * by exchanging them for 0. Only for speed: to make a page of a file costs more than to fill it with
     * events. */
    _Alignas(64) _Atomic uint64_t prepared[HB_CAPTURE_PREPARED];
    _Alignas(64) struct hb_capture_refused refused[HB_CAPTURE_REFUSED];
};

_Static_assert(sizeof(struct hb_capture_refused) == 64, "documented");
_Static_assert(sizeof(struct hb_capture_shared) <= HB_CAPTURE_SHARED_BYTES, "documented");

struct hb_capture_chunk {
    uint32_t magic;
    uint32_t image;    /* from 1 */
    uint32_t stream;   /* from 1; 0: the image's header */
    uint32_t sequence; /* of the stream's chunks, from 0 */
    uint32_t bytes;    /* this struct included; whole pages */
    uint32_t zero;
    uint64_t offset; /* of this struct in the file */
};

_Static_assert(sizeof(struct hb_capture_chunk) == 32, "documented");

/* An image's header: the chunk of its stream 0. */
struct hb_capture_header {
    struct hb_capture_chunk chunk;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t command_bytes;
    uint32_t is_sealed;   /* a seccomp filter was set: no system call of the recorder's since then */
    uint64_t lost_nested; /* events of a signal handler that came while one was being written */
    uint64_t lost_space;  /* events for which no more of the file could be had */
    uint64_t stop_errno;  /* of the last time that it could not */
    uint64_t lost_sealed; /* events for which what was reserved before a seccomp filter did not suffice */
    uint64_t lost_early;  /* events before the file could be opened: open_errno says why */
    uint64_t open_errno;
    uint64_t begin_ns;     /* CLOCK_MONOTONIC of the first event */
    uint64_t last_ns;      /* and of the last chunk, or of the image's exit */
    uint64_t cpu_ns;       /* processor time at last_ns */
    char allocator[64];    /* file name of the library that served malloc; NUL-terminated */
    char program[512];     /* path of the program, from the kernel; NUL-terminated */
    char command[3384];    /* the command line: arguments, each ended by NUL; cut where it is longer */
    uint64_t begin_cpu_ns; /* processor time at begin_ns: of the images that the process was before */
    uint32_t has_ended;    /* the image ran its destructors: the process was this program to its end */
    uint32_t is_renamed;   /* the process gave itself another name */
};

_Static_assert(sizeof(struct hb_capture_header) <= HB_CAPTURE_HEADER_BYTES, "documented");

/* Neighbouring regions have neighbouring shards; glibc's arenas, 64 MiB apart, do not all fall
 * on the first. */
static inline uint32_t hb_capture_shard(uint64_t address)
{
    uint64_t region = address >> 16;

    return (uint32_t)((region ^ (region >> 10)) & (HB_CAPTURE_SHARDS - 1));
}

#endif
