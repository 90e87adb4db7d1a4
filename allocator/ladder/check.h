/*
 * check.h - what a checked build of a ladder heap verifies; whether this is one is simple_check.h's to say.
 *
 * Misuse is reported to the handler that hb_simple_on_misuse installs, as simple's is.
 */
#ifndef HB_ALLOCATOR_LADDER_CHECK_H
#define HB_ALLOCATOR_LADDER_CHECK_H

#include "allocator/ladder/ladder.h"
#include "allocator/simple_check.h"

/* Reports a record at `range` that is shorter than itself or longer than what is left of the heap. */
void hb_ladder_check_record(const struct hb_ladder *heap, const unsigned char *range);

/* Reports a block that is foreign, no range's payload, or free. Walks from the heap's start: O(ranges). */
void hb_ladder_check_block(const struct hb_ladder *heap, const void *block);

/* The sentences, for heaps without records too. Offsets are from the heap's start; `begins` is where the
 * range begins in whose middle the pointer lies; `merged`: that range is free, and may have swallowed a
 * block. */
_Noreturn void hb_ladder_report_foreign(const char *allocator, const void *block, int64_t offset,
                                        uint64_t heap_bytes);
_Noreturn void hb_ladder_report_no_start(const char *allocator, int64_t offset, uint64_t begins, bool merged);
_Noreturn void hb_ladder_report_double_free(const char *allocator, int64_t offset);

#endif
