/*
 * pages.h - memory of the harness's own, in whole pages straight from the kernel.
 *
 * Large tables of the harness come from here and not from malloc, so that measuring glibc does not find its
 * heap already grown, shrunk or tuned by us (a freed large block moves glibc's mmap threshold, for one).
 */
#ifndef HB_BASE_PAGES_H
#define HB_BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>

/* The page size in bytes. */
size_t hb_page_bytes(void);

/* Half of the machine's memory, in bytes: what one input may take. */
uint64_t hb_half_of_memory(void);

/* Zeroed memory of at least `bytes` (1 or more), every page already faulted in. NULL when there is none. */
void *hb_pages_alloc(size_t bytes);

/* Zeroed address space of at least `bytes`; pages are faulted in when touched and not accounted before. NULL
 * when there is none. */
void *hb_pages_reserve(size_t bytes);

/* The same, beginning at a multiple of `alignment`: a power of two, a page or more. */
void *hb_pages_reserve_aligned(size_t bytes, size_t alignment);

/*
 * Makes what hb_pages_reserve gave larger, its content kept; `old_bytes` as it was asked for. The old address
 * is no longer good. NULL, and nothing changed, when there is none.
 */
void *hb_pages_grow(void *pages, size_t old_bytes, size_t new_bytes);

/* Gives back what any of them returned; `bytes` as it was asked for. NULL does nothing. */
void hb_pages_free(void *pages, size_t bytes);

#endif
