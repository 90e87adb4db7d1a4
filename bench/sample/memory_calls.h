/*
 * memory_calls.h - how often a process gives memory back to the kernel, and how much: madvise, munmap and a
 * break that sinks.
 *
 * A filter of seccomp's has each such call reported to a thread of ours before it is done, wherever in the
 * process it is made and by whichever library. That takes some ten microseconds a call, and no time is to be
 * taken meanwhile. Neither root nor counters are needed, but Linux 5.5, and a process that nobody else has
 * such a filter over; else nothing is known.
 */
#ifndef HB_BENCH_SAMPLE_MEMORY_CALLS_H
#define HB_BENCH_SAMPLE_MEMORY_CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct hb_memory_calls {
    bool known;
    uint64_t madvise_calls; /* of any advice */
    uint64_t madvise_bytes; /* of advice that gives memory back: MADV_DONTNEED, MADV_FREE, MADV_REMOVE */
    uint64_t unmap_calls;   /* munmap, and brk that sinks the break */
    uint64_t unmap_bytes;
};

/* From now on this thread's calls, and those of threads that it starts, are reported, until the process ends:
 * to be called once, before the library is loaded. `known` says whether that could be had. */
void hb_memory_calls_watch(struct hb_memory_calls *calls);

/* Counts what is between the two; both do nothing where nothing is known. */
void hb_memory_calls_begin(void);
void hb_memory_calls_end(void);

#endif
