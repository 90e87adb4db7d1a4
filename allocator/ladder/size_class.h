/*
 * size_class.h - the two levels of lists that bins.c sorts free ranges into by length.
 *
 * The first level is the power of two, the second divides it into 32 equal parts: no list is wider than 1/32
 * of its shortest range. Below 512 bytes the parts would be narrower than the 16 bytes by which lengths
 * differ, so there the first level is 0 and a list has one length.
 *
 * Pure arithmetic; lengths are bytes, records included, below 2^36 (links.h).
 */
#ifndef HB_ALLOCATOR_LADDER_SIZE_CLASS_H
#define HB_ALLOCATOR_LADDER_SIZE_CLASS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HB_CLASS_UNIT_BYTES = 16,
    HB_CLASS_SECOND_BITS = 5,
    HB_CLASS_SECONDS = 1 << HB_CLASS_SECOND_BITS,
    HB_CLASS_LINEAR_BITS = 9, /* 2^9 is UNIT_BYTES * SECONDS */
    HB_CLASS_LENGTH_BITS = 36,
    HB_CLASS_FIRSTS = HB_CLASS_LENGTH_BITS - HB_CLASS_LINEAR_BITS + 1,
};

_Static_assert(1 << HB_CLASS_LINEAR_BITS == HB_CLASS_UNIT_BYTES * HB_CLASS_SECONDS,
               "the linear part ends where its lists are as wide as those of the first power of two");

struct size_class {
    unsigned first;
    unsigned second;
};

/* The greatest power of two in `length`, which is 1 or more. */
static inline unsigned floor_log2(uint64_t length)
{
    return 63 - (unsigned)__builtin_clzll(length);
}

/* The list that a range of `length` bytes belongs to. */
static inline struct size_class class_of(uint64_t length)
{
    unsigned log;

    if (length < UINT64_C(1) << HB_CLASS_LINEAR_BITS)
        return (struct size_class){0, (unsigned)(length / HB_CLASS_UNIT_BYTES)};
    log = floor_log2(length);
    return (struct size_class){log - HB_CLASS_LINEAR_BITS + 1,
                               (unsigned)(length >> (log - HB_CLASS_SECOND_BITS)) % HB_CLASS_SECONDS};
}

/* What the first list begins with all of whose ranges have `need` bytes or more; `need` is below 2^63. */
static inline uint64_t class_start_from(uint64_t need)
{
    uint64_t part;

    if (need < UINT64_C(1) << HB_CLASS_LINEAR_BITS)
        return need;
    part = UINT64_C(1) << (floor_log2(need) - HB_CLASS_SECOND_BITS);
    return (need + part - 1) & ~(part - 1);
}

/* That list, in `*found`. False when no list of a heap this size is: `need` is then more than the longest
 * range's list begins with. */
static inline bool class_that_holds(uint64_t need, struct size_class *found)
{
    if (need >> HB_CLASS_LENGTH_BITS != 0)
        return false;
    *found = class_of(class_start_from(need));
    return found->first < HB_CLASS_FIRSTS;
}

#endif
