/*
 * live.h - the heap that a whole program lives in: one of our allocators behind one lock, private to
 * allocator/live/.
 *
 * The heap is made at the first call, which may come from the loader before any constructor has run: so
 * nothing here calls malloc, needs a constructor or has thread-local storage. It reserves address space and
 * grows as it is touched; $HEAPBENCH_HEAP bounds it (a size, as 64M). Where that is no size, or there can be
 * no such heap, a sentence on standard error says so, and every allocation fails. With
 * $HEAPBENCH_HEAP_CHECKED each call is checked (guard.h).
 *
 * Every block is aligned to 16 bytes, as the ABI asks. Where the allocator knows no alignment, sizes are
 * rounded so that each range is a multiple of 16 bytes long, and the first begins 8 bytes before such a
 * multiple: every placement is then still the allocator's own, of sizes up to 15 bytes larger.
 */
#ifndef HB_ALLOCATOR_LIVE_LIVE_H
#define HB_ALLOCATOR_LIVE_LIVE_H

#include <stdbool.h>
#include <stddef.h>

/* A block of `size` bytes, of 1 where that is 0. NULL, with errno ENOMEM, where the heap has no room.
 * `alignment` is a power of two. */
void *hb_live_alloc(size_t alignment, size_t size);
void *hb_live_alloc_zeroed(size_t size);

/* As realloc, of a block that is not NULL to a size that is not 0. */
void *hb_live_resize(void *block, size_t size);

void hb_live_free(void *block);          /* not NULL */
size_t hb_live_usable_size(void *block); /* not NULL */

/* The process ends: leaves its figures, where they are asked for. Destructors call it, too. */
void hb_live_end(void);

/* One line on standard error: "heapbench: PROGRAM (PID): " and the text. */
__attribute__((format(printf, 1, 2))) void hb_live_say(const char *format, ...);

#endif
