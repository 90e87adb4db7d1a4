/*
 * table.h - memory for the harness's large tables, which are looked up all over.
 *
 * A table has one of two forms. Up to HB_TABLE_SMALL_BYTES it is in ordinary pages, faulted in as they are
 * touched: many heaps are small, and to clear a huge page takes as long as hundreds of faults. Above, it
 * begins at a boundary of 2 MiB and is as long as a multiple of it, in huge pages where the kernel gives
 * them: one fault then makes 512 pages, and a look-up does not miss the TLB. Who outgrows the first form
 * should take all that the second has (hb_table_room). Memory comes zeroed, straight from the kernel and not
 * from malloc, for the same reason as that of pages.h.
 */
#ifndef HB_BASE_TABLE_H
#define HB_BASE_TABLE_H

#include <stddef.h>

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
