/*
 * check.h - what a checked build verifies of a heap of ranges, and whether this is one.
 *
 * HB_SIMPLE_CHECKS is 1 in builds with assertions and 0 with NDEBUG; define it beforehand to say otherwise
 * (the tests of misuse do). The functions are always compiled; a build without checks never calls them. The
 * ladder's heaps are checked by the same functions, and their misuse goes to the same handler.
 */
#ifndef HB_ALLOCATOR_SIMPLE_CHECK_H
#define HB_ALLOCATOR_SIMPLE_CHECK_H

#include "allocator/simple/simple.h"

#ifndef HB_SIMPLE_CHECKS
#ifdef NDEBUG
#define HB_SIMPLE_CHECKS 0
#else
#define HB_SIMPLE_CHECKS 1
#endif
#endif

/* A heap tiled by ranges, each after a record of 8 bytes whose topmost bit says that it is allocated. */
struct hb_checked_heap {
    const char *name; /* the allocator's: a sentence begins with it where nobody installed a handler */
    const unsigned char *base;
    const unsigned char *end;
    uint64_t length_bits; /* those bits of a record that are its range's length, record included */
    bool merges;          /* a block that was freed before may lie in the middle of a free range */
};

/* Reports a record at `range` that is shorter than itself or longer than what is left of the heap. */
void hb_misuse_check_record(struct hb_checked_heap heap, const unsigned char *range);

/* Reports a block that is foreign, no range's payload, or free. Walks from the heap's start: O(ranges). */
void hb_misuse_check_block(struct hb_checked_heap heap, const void *block);

/*
 * Misuse put into a sentence and handed to the handler, for heaps that find it out by themselves. `allocator`
 * is as `name` above; offsets are from the heap's start, and may lie outside of it. A pointer from elsewhere:
 */
_Noreturn void hb_misuse_report_foreign(const char *allocator, const void *block, int64_t offset,
                                        uint64_t heap_bytes);

/* A pointer into the middle of the range that begins at `begins`. `swallowed`: that range is free and may
 * have been made of several, so the pointer may once have been a block. */
_Noreturn void hb_misuse_report_no_start(const char *allocator, int64_t offset, uint64_t begins,
                                         bool swallowed);

_Noreturn void hb_misuse_report_double_free(const char *allocator, int64_t offset);

#endif
