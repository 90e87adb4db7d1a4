/*
 * subjects.h - what the recorded test programs and the tests agree on.
 */
#ifndef HB_TESTS_WORKLOADS_RECORD_SUBJECTS_H
#define HB_TESTS_WORKLOADS_RECORD_SUBJECTS_H

#include <stdint.h>

/* Sizes that nothing else in a small program asks for. */
enum {
    MARKER_BYTES = 123457,
    COUNTED_BYTES = 7777,
    CHILD_BYTES = 7801,
    CONSTRUCTOR_BYTES = 7811,
    ATEXIT_BYTES = 7817,
    DESTRUCTOR_BYTES = 7823,
    HANDLER_BYTES = 7829,
    KEY_BYTES = 7841,
    HANDLED_BASE = 1 << 30,
};

/* As enum hb_op_kind has them: the test says that they are the same. */
enum { LISTED_MALLOC, LISTED_FREE, LISTED_CALLOC, LISTED_REALLOC, LISTED_ALIGNED };

enum { LISTED_PAGE_LOG2 = 12 };

struct listed {
    uint64_t size;
    uint32_t object; /* counted from 0 */
    uint8_t kind;
    uint8_t align_log2;
};

#endif
