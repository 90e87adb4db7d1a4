#include "base/table.h"

#include <stdint.h>
#include <sys/mman.h>

/* Whole huge pages for `bytes`; 0 where that and the one more that aligning takes do not fit a size_t. */
static size_t round_up(size_t bytes)
{
    if (bytes == 0 || bytes > SIZE_MAX / 2)
        return 0;
    return (bytes + HB_TABLE_BYTES - 1) / HB_TABLE_BYTES * HB_TABLE_BYTES;
}

/* `length` bytes of address space at a boundary; NULL when there are none. */
static void *map_aligned(size_t length)
{
    size_t mapped = length + HB_TABLE_BYTES, before, after;
    char *start =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (start == MAP_FAILED)
        return NULL;
    before = (size_t)(-(uintptr_t)start % HB_TABLE_BYTES);
    after = HB_TABLE_BYTES - before;
    if (before > 0)
        munmap(start, before);
    if (after > 0)
        munmap(start + before + length, after);
    return start + before;
}

void *hb_table_grow(void *table, size_t old_bytes, size_t new_bytes)
{
    size_t old_length = round_up(old_bytes), length = round_up(new_bytes);
    void *grown;

    if (length == 0)
        return NULL;
    if (table != NULL && length <= old_length)
        return table;
    grown = map_aligned(length);
    if (grown == NULL)
        return NULL;
    /* Both begin at a boundary, so that huge pages are moved as they are. */
    if (table != NULL &&
        mremap(table, old_length, old_length, MREMAP_MAYMOVE | MREMAP_FIXED, grown) == MAP_FAILED) {
        munmap(grown, length);
        return NULL;
    }
    madvise(grown, length, MADV_HUGEPAGE); /* where that is refused, small pages serve */
    return grown;
}

void hb_table_free(void *table, size_t bytes)
{
    if (table != NULL)
        munmap(table, round_up(bytes));
}
