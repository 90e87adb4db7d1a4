/*
 * check.h - what a checked build of a ladder heap verifies; whether this is one is simple_check.h's to say.
 *
 * Misuse is reported to the handler that hb_simple_on_misuse installs, as simple's is.
 */
#ifndef HB_ALLOCATOR_LADDER_CHECK_H
#define HB_ALLOCATOR_LADDER_CHECK_H

#include "allocator/ladder/ladder.h"
#include "allocator/simple/simple_check.h"

/* Reports a record at `range` that is shorter than itself or longer than what is left of the heap. */
void hb_ladder_check_record(const struct hb_ladder *heap, const unsigned char *range);

/* Reports a block that is foreign, no range's payload, or free. Walks from the heap's start: O(ranges). */
void hb_ladder_check_block(const struct hb_ladder *heap, const void *block);

#endif
