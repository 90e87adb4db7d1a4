/*
 * lifo.h - first fit over a stack of free blocks, never merging: what the simple allocator would be without
 * address order. It hands out offsets, not memory.
 */
#ifndef HB_TESTS_BENCH_ADVERSARY_LIFO_H
#define HB_TESTS_BENCH_ADVERSARY_LIFO_H

#include "allocator/allocator.h"

extern const struct hb_allocator hb_allocator_lifo;

#endif
