/*
 * table.c - tables in ordinary pages, then in huge ones.
 */
#include "base/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/pages.h"

static bool is_small(size_t bytes)
{
    return bytes <= HB_TABLE_SMALL_BYTES;
}

size_t hb_table_room(size_t bytes)
{
    size_t unit = is_small(bytes) ? HB_TABLE_SMALL_BYTES : HB_TABLE_BYTES;

    return bytes > SIZE_MAX / 2 ? 0 : (bytes + unit - 1) / unit * unit;
}

/* `room` bytes of address space at a boundary; NULL when there are none. */
static void *map_aligned(size_t room)
{
    size_t mapped = room + HB_TABLE_BYTES, before, after;
    char *start =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (start == MAP_FAILED)
        return NULL;
    before = (size_t)(-(uintptr_t)start % HB_TABLE_BYTES);
    after = HB_TABLE_BYTES - before;
    if (before > 0)
        munmap(start, before);
    if (after > 0)
        munmap(start + before + room, after);
    madvise(start + before, room, MADV_HUGEPAGE); /* where that is refused, small pages serve */
    return start + before;
}

/* Moves a table's pages, as they are, to the beginning of `grown`. False, and `grown` is given back, when
 * that fails. */
static bool move_pages(void *table, size_t old_room, void *grown, size_t room)
{
    if (mremap(table, old_room, old_room, MREMAP_MAYMOVE | MREMAP_FIXED, grown) != MAP_FAILED)
        return true;
    munmap(grown, room);
    return false;
}

void *hb_table_grow(void *table, size_t old_bytes, size_t new_bytes)
{
    size_t old_room = hb_table_room(old_bytes), room = hb_table_room(new_bytes);
    void *grown;

    if (room == 0)
        return NULL;
    if (table != NULL && room <= old_room)
        return table;
    if (is_small(new_bytes))
        return hb_pages_reserve(room);
    grown = map_aligned(room);
    if (grown == NULL || table == NULL)
        return grown;
    if (!is_small(old_bytes))
        return move_pages(table, old_room, grown, room) ? grown : NULL;
    memcpy(grown, table, old_room); /* moved, its small pages would stay small */
    hb_pages_free(table, old_room);
    return grown;
}

void hb_table_free(void *table, size_t bytes)
{
    hb_pages_free(table, hb_table_room(bytes));
}
