/*
 * simple_report.h - misuse put into a sentence and handed to the handler: for simple, and for the allocators
 * that build on it.
 *
 * `allocator` is the name that the sentence begins with where nobody installed a handler. Offsets are from
 * the heap's start, and may lie outside of it.
 */
#ifndef HB_ALLOCATOR_SIMPLE_SIMPLE_REPORT_H
#define HB_ALLOCATOR_SIMPLE_SIMPLE_REPORT_H

#include "allocator/simple/simple.h"

/* A record whose length no range can have. */
_Noreturn void hb_simple_report_smashed(const char *allocator, int64_t offset, uint64_t heap_bytes);

/* A pointer from elsewhere. */
_Noreturn void hb_simple_report_foreign(const char *allocator, const void *block, int64_t offset,
                                        uint64_t heap_bytes);

/*
 * A pointer into the middle of the range that begins at `begins`. Where free ranges are merged, a block that
 * was freed before may lie in a longer free range, and that it once was a block is not to be seen:
 * `swallowed`.
 */
_Noreturn void hb_simple_report_no_start(const char *allocator, int64_t offset, uint64_t begins,
                                         bool swallowed);

_Noreturn void hb_simple_report_double_free(const char *allocator, int64_t offset);

#endif
