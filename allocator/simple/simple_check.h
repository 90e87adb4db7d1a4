/*
 * simple_check.h - what a checked build of the simple allocator verifies, and whether this is one.
 *
 * HB_SIMPLE_CHECKS is 1 in builds with assertions and 0 with NDEBUG; define it beforehand to say otherwise
 * (the tests of misuse do). The functions are always compiled; a build without checks never calls them.
 */
#ifndef HB_ALLOCATOR_SIMPLE_SIMPLE_CHECK_H
#define HB_ALLOCATOR_SIMPLE_SIMPLE_CHECK_H

#include "allocator/simple/simple.h"

#ifndef HB_SIMPLE_CHECKS
#ifdef NDEBUG
#define HB_SIMPLE_CHECKS 0
#else
#define HB_SIMPLE_CHECKS 1
#endif
#endif

/* Reports a record at `range` that is shorter than itself or longer than what is left of the heap. */
void hb_simple_check_record(const struct hb_simple *heap, const unsigned char *range);

/* Reports a block that is foreign, no range's payload, or free. Walks from the heap's start: O(ranges). */
void hb_simple_check_block(const struct hb_simple *heap, const void *block);

#endif
