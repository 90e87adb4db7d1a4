/*
 * table.h - memory for the harness's large tables, which are looked up all over.
 *
 * A table begins at a boundary of 2 MiB and is as long as a multiple of it, in huge pages where the kernel
 * gives them: one fault then makes 512 pages, and a look-up does not miss the TLB. Memory comes zeroed,
 * straight from the kernel and not from malloc, for the same reason as that of pages.h. Where there are no
 * huge pages it is only as much memory as was touched.
 */
#ifndef HB_BASE_TABLE_H
#define HB_BASE_TABLE_H

#include <stddef.h>

/* What tables begin at and grow by. */
#define HB_TABLE_BYTES ((size_t)2 << 20)

/*
 * A table of at least `new_bytes` (1 or more) with the content of `table`, which had at least `old_bytes` and
 * whose address is no longer good; NULL and 0 for a new one. What is added is zeroed. NULL, and nothing
 * changed, when there is no memory.
 */
void *hb_table_grow(void *table, size_t old_bytes, size_t new_bytes);

/* `bytes` as it was asked for. NULL does nothing. */
void hb_table_free(void *table, size_t bytes);

#endif
