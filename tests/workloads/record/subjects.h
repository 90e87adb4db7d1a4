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

/* Of subject_touch: each the size of one block. */
enum {
    TOUCH_OFFSET = 16, /* of a block with a mapping of its own, in its first page */
    TOUCH_ALL = 300001,
    TOUCH_NONE = 300103,
    TOUCH_THREE = 300205,
    TOUCH_CALLOC = 300307,
    TOUCH_HEAD = 300409,
    TOUCH_SMALLER = 200001,
    TOUCH_GROWN = 400003,
    TOUCH_SHRUNK = 80007,
    TOUCH_REFUSED = 300511,
    TOUCH_USED_BEFORE = 409600,
    TOUCH_USED = 204800,
    TOUCH_USED_CALLOC = 150001,
    TOUCH_HANDED = 300613,
    TOUCH_LOCKED = 300715,
    TOUCH_PROTECTED = 300817,
    TOUCH_PROTECTED_LIVE = 300919,
    TOUCH_INHERITED = 301021,
    TOUCH_CHILD = 301123,
    TOUCH_CHILD_LIVE = 301225,
    TOUCH_LIVE = 301327,
    TOUCH_BURST = 65536,
    TOUCH_BURSTS = 4000,
    TOUCH_HUGE =
        1 << 30, /* beyond what there is to spend on asking, were each page as dear as one that is touched */
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
