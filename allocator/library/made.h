/*
 * made.h - what a reader's own library lacks, made of what it has: calloc and realloc of malloc and free.
 *
 * A library of the tutorial has two functions, "simple_malloc" and "simple_free", and maybe
 * "simple_heap_init", which sets its heap up. Whoever says what its names begin with
 * (HEAPBENCH_PREFIX=simple_ in the process's environment; --prefix of the tools sets it) has the rest made
 * here:
 *
 *   calloc     is malloc, and memset to zero.
 *   realloc    leaves a block where it is for a size no larger than it was given for; else it is malloc of
 * the new size, memcpy, free of the old block. The old size is what the library's usable_size says, where it
 *              has one. Else the sizes asked for are kept beside (base/map.h), in memory of the harness's and
 *              while the clock runs, unless hb_library_forget_sizes said that no realloc will come.
 *
 * What is made is said: hb_library_info has the sentence. Such an adapter serves one thread at a time.
 */
#ifndef HB_ALLOCATOR_LIBRARY_MADE_H
#define HB_ALLOCATOR_LIBRARY_MADE_H

#include <stdbool.h>

#include "allocator/allocator.h"
#include "base/map.h"

/* The variable that says what a library's names begin with. */
#define HB_PREFIX_VARIABLE "HEAPBENCH_PREFIX"

/* The longest prefix, without its NUL. */
enum { HB_PREFIX_MOST = 40 };

/* Can the names of functions begin so? Letters, digits and underscores, not too many, no digit first; "" can.
 */
bool hb_prefix_is_sound(const char *prefix);

/* What the environment says; NULL where it says nothing, or what cannot be. */
const char *hb_prefix_given(void);

/* Put in front of a table whose realloc is to be made: its own functions, and the sizes that they were asked
 * for. `sizes` is all zero while none are kept. */
struct hb_made {
    void *(*malloc_function)(size_t);
    void (*free_function)(void *);
    void *(*calloc_function)(size_t, size_t); /* NULL: it has none */
    size_t (*usable_size_function)(void *);   /* NULL: it has none, and sizes are kept */
    struct hb_map sizes;
    bool keeps;
};

/* Begins to keep sizes where that is needed. False when out of memory. */
bool hb_made_begin(struct hb_made *made);
void hb_made_end(struct hb_made *made);

/* Makes room for the sizes of so many blocks, and of one that is being moved, where there is memory for it.
 * Returns the bytes of the table of sizes, which there has to be (`keeps`). */
uint64_t hb_made_reserve(struct hb_made *made, uint64_t blocks);

/* As the contract's alloc, dealloc, zalloc and resize. A block of 4 GiB or more is none that realloc knows
 * the size of: where sizes are kept, it is not given out. */
void *hb_made_alloc(struct hb_made *made, size_t size);
void hb_made_dealloc(struct hb_made *made, void *block);
void *hb_made_zalloc(struct hb_made *made, size_t size);
void *hb_made_resize(struct hb_made *made, void *block, size_t size);

#endif
