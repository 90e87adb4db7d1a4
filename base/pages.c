/*
 * pages.c - memory straight from the kernel, and tables in ordinary pages, then in huge ones.
 */
#include "base/pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

size_t hb_page_bytes(void)
{
    static size_t page;

    if (page == 0)
        page = (size_t)sysconf(_SC_PAGESIZE);
    return page;
}

uint64_t hb_half_of_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);

    return pages > 0 ? (uint64_t)pages * hb_page_bytes() / 2 : UINT64_C(1) << 30;
}

/* Whole pages for `bytes`, or 0 when that does not fit a size_t. */
static size_t round_to_pages(size_t bytes)
{
    size_t page = hb_page_bytes();

    if (bytes == 0 || bytes > SIZE_MAX - page)
        return 0;
    return (bytes + page - 1) / page * page;
}

static void *map_pages_at(void *address, size_t bytes, int flags)
{
    size_t length = round_to_pages(bytes);
    void *pages;

    if (length == 0)
        return NULL;
    pages = mmap(address, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void *map_pages(size_t bytes, int flags)
{
    return map_pages_at(NULL, bytes, flags);
}

void *hb_pages_alloc(size_t bytes)
{
    return map_pages(bytes, MAP_POPULATE);
}

void *hb_pages_reserve(size_t bytes)
{
    return map_pages(bytes, MAP_NORESERVE);
}

/* At that very address, or NULL. A kernel older than 4.17 takes it for a wish. */
static void *reserve_at(uintptr_t address, size_t bytes)
{
    void *pages = map_pages_at((void *)address, bytes, MAP_NORESERVE | MAP_FIXED_NOREPLACE);

    if ((uintptr_t)pages == address)
        return pages;
    hb_pages_free(pages, bytes);
    return NULL;
}

/* Maps more, and gives back what lies around; NULL where a limit does not grant so much address space. */
static void *cut_out(size_t bytes, size_t alignment)
{
    size_t length = round_to_pages(bytes), whole;
    unsigned char *pages, *start;

    if (length == 0 || __builtin_add_overflow(length, alignment, &whole))
        return NULL;
    pages = hb_pages_reserve(whole);
    if (pages == NULL)
        return NULL;
    start = pages + (-(uintptr_t)pages & (alignment - 1));
    hb_pages_free(start > pages ? pages : NULL, (size_t)(start - pages));
    hb_pages_free(start + length, (size_t)(pages + whole - (start + length)));
    return start;
}

/* Asks where there is room, and tries the aligned places from there down. */
static void *look_down(size_t bytes, size_t alignment)
{
    enum { PLACES = 256 };
    void *pages = hb_pages_reserve(bytes);
    uintptr_t place = (uintptr_t)pages & ~(uintptr_t)(alignment - 1);

    if ((uintptr_t)pages == place)
        return pages;
    hb_pages_free(pages, bytes);
    pages = NULL;
    for (int i = 0; i < PLACES && place > 0 && pages == NULL; i++, place -= alignment)
        pages = reserve_at(place, bytes);
    return pages;
}

void *hb_pages_reserve_aligned(size_t bytes, size_t alignment)
{
    void *pages = cut_out(bytes, alignment);

    return pages != NULL ? pages : look_down(bytes, alignment);
}

void *hb_pages_grow(void *pages, size_t old_bytes, size_t new_bytes)
{
    size_t length = round_to_pages(new_bytes);
    void *grown;

    if (length == 0)
        return NULL;
    grown = mremap(pages, round_to_pages(old_bytes), length, MREMAP_MAYMOVE);
    return grown == MAP_FAILED ? NULL : grown;
}

void hb_pages_free(void *pages, size_t bytes)
{
    if (pages != NULL)
        munmap(pages, round_to_pages(bytes));
}

/* -- tables -- */

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
static void *reserve_large(size_t room)
{
    void *pages = hb_pages_reserve_aligned(room, HB_TABLE_BYTES);

    if (pages != NULL)
        madvise(pages, room, MADV_HUGEPAGE); /* where that is refused, small pages serve */
    return pages;
}

/* Moves a table's pages, as they are, to the beginning of `grown`. False, and `grown` is given back, when
 * that fails. */
static bool move_pages(void *table, size_t old_room, void *grown, size_t room)
{
    if (mremap(table, old_room, old_room, MREMAP_MAYMOVE | MREMAP_FIXED, grown) != MAP_FAILED)
        return true;
    hb_pages_free(grown, room);
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
    grown = reserve_large(room);
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
