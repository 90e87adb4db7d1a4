/*
 * pages.h - memory of the harness's own, in whole pages straight from the kernel; and tables made of them.
 *
 * What is large in the harness comes from here and not from malloc, so that measuring glibc does not find its
 * heap already grown, shrunk or tuned by us (a freed large block moves glibc's mmap threshold, for one).
 *
 * A table is memory that grows and is looked up all over. It has one of two forms. Up to HB_TABLE_SMALL_BYTES
 * it is in ordinary pages, faulted in as they are touched: many heaps are small, and to clear a huge page
 * takes as long as hundreds of faults. Above, it begins at a boundary of 2 MiB and is as long as a multiple
 * of it, in huge pages where the kernel gives them: one fault then makes 512 pages, and a look-up does not
 * miss the TLB. Who outgrows the first form should take all that the second has (hb_table_room).
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

/* -- tables -- */

#define HB_TABLE_SMALL_BYTES ((size_t)128 << 10)

/* What large tables begin at and grow by. */
#define HB_TABLE_BYTES ((size_t)2 << 20)

/* The bytes that a table of `bytes` really has; 0 for 0, and for what no table can have. */
size_t hb_table_room(size_t bytes);

/*
 * A table of at least `new_bytes` (1 or more) with the content of `table`, which had at least `old_bytes` and
 * whose address is no longer good; NULL and 0 for a new one. What is added is zeroed. NULL, and nothing
 * changed, when there is no memory.
 */
void *hb_table_grow(void *table, size_t old_bytes, size_t new_bytes);

/* `bytes` as it was asked for. NULL does nothing. */
void hb_table_free(void *table, size_t bytes);

#endif
