/*
 * memory.h - what this process holds, and what there is to have, asked of the kernel without allocating
 * anything.
 *
 * Resident memory here is private anonymous memory (resident less shared and file-backed pages, in
 * /proc/self/statm): what malloc, brk and mmap give a heap, and not the pages of program text that happen to
 * have been run, nor the trace, which is a shared mapping. It is exact in whole pages at the moment of
 * asking; kernels before 6.2 count a thread's last few faults late, which hb_memory_resident_bytes provokes
 * into being counted. The peak comes from the kernel's own high-water mark, which is taken at those moments
 * when memory is given back; it may miss pages that were not counted at that moment: at most 64 in such
 * kernels, and since then, for each processor that has run the process, max(32, twice the processors) of
 * anonymous memory and as many of files (percpu_counter's batch).
 */
#ifndef HB_BENCH_SAMPLE_MEMORY_H
#define HB_BENCH_SAMPLE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define HB_MEMORY_NOT_KNOWN UINT64_MAX

/* What a process holds, as the kernel counts it page by page: /proc/PID/smaps_rollup. */
struct hb_memory_look {
    uint64_t resident_bytes;  /* private anonymous memory, less what is in lazy_free_bytes */
    uint64_t lazy_free_bytes; /* given back by MADV_FREE: the kernel takes it when it needs it */
    uint64_t huge_bytes;      /* in huge pages; of all of it */
};

struct hb_memory {
    int statm_fd;
    uint64_t base_bytes;             /* resident when hb_memory_begin was called */
    struct hb_memory_look base_look; /* likewise */
    uint64_t base_faults;            /* when hb_memory_begin_peak was called */
    uint64_t mark_bytes;   /* the kernel's high-water mark then: a mark that has not moved says nothing */
    uint64_t limit_bytes;  /* of private writable memory; 0: none */
    uint64_t paused_bytes; /* what there was of it when the limit was lifted */
};

/* What happened since the two beginnings. */
struct hb_memory_peak {
    uint64_t resident_bytes; /* the most there was over base_bytes */
    uint64_t end_bytes;      /* what there is now over base_bytes */
    uint64_t page_faults;
};

/* Opens what is read later, and takes what is resident now as the harness's own. HB_ERR_IO without /proc. */
enum hb_status hb_memory_begin(struct hb_memory *memory, struct hb_error *error);
/* Lifts the limit as well. Takes one with a descriptor of -1. */
void hb_memory_end(struct hb_memory *memory);

/*
 * The peak and the faults count from here on: to be called when libraries are loaded, just before the heap is
 * made. Faults in the text of everything loaded first, so that faults of its pages are not taken for the
 * heap's.
 */
void hb_memory_begin_peak(struct hb_memory *memory);

/* Resident bytes over base_bytes now; 0 when there are fewer. */
uint64_t hb_memory_resident_bytes(const struct hb_memory *memory);

void hb_memory_peak(const struct hb_memory *memory, struct hb_memory_peak *peak);

/*
 * Looks at process `pid`, 0 being this one, over `base`; NULL: over nothing. A figure that the kernel does
 * not report is HB_MEMORY_NOT_KNOWN. False where there is no such process, or the kernel reports nothing.
 */
bool hb_memory_look(pid_t pid, const struct hb_memory_look *base, struct hb_memory_look *look);

/* Limits private writable memory to what there is now and `budget_bytes` more (RLIMIT_DATA). HB_ERR_IO. */
enum hb_status hb_memory_limit(struct hb_memory *memory, uint64_t budget_bytes, struct hb_error *error);

/*
 * Lifts the limit, if there is one, while the harness makes tables of its own; resuming sets it again, and as
 * much higher as was mapped meanwhile.
 */
void hb_memory_pause_limit(struct hb_memory *memory);
void hb_memory_resume_limit(struct hb_memory *memory);

/*
 * Bytes that a new process could have now, without swapping: what the machine has available, or less where
 * the process's memory cgroup, or one around it, is limited to less. UINT64_MAX where nobody says. `root` is
 * where /proc and /sys are: "", or a test's folder.
 */
uint64_t hb_memory_available(const char *root);

#endif
