/*
 * recycle.c - large blocks and whole pages that an input gave back are kept for the next: for libFuzzer
 * alone.
 *
 * A reader's buffers are large and its inputs small. To AddressSanitizer a large block is a mapping of its
 * own, and to have its pages and their shadow faulted in anew was nine tenths of an input's time. The linker
 * sends the calls of our own code here (--wrap, see CMakeLists.txt). What is kept is poisoned, so that
 * whoever still uses it is found out; a block is only ever given again for the very size that it was made
 * for, so that its ends are still guarded.
 */
#include <sanitizer/allocator_interface.h>
#include <sanitizer/asan_interface.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/pages.h"
#include "tests/fuzz/fuzz.h"

enum {
    KEPT = 32,
    LARGE_BYTES = 128 << 10,      /* of blocks; smaller ones are quick as they are */
    MOST_PAGES_BYTES = 128 << 10, /* pages are cleared, and more are cheaper new */
    POISONED_BYTES = 64 << 10     /* of what is kept: its beginning is what a stray pointer points at */
};

/* A little to be recycled by the sanitizer itself: its usual 256 MiB are never in a cache. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1:thread_local_quarantine_size_kb=64:allocator_release_to_os_interval_ms=-1";
}

struct kept {
    void *memory; /* NULL: a place that is free */
    size_t bytes;
};

static struct kept blocks[KEPT], pages[KEPT];

static size_t poisoned(size_t bytes)
{
    return bytes < POISONED_BYTES ? bytes : POISONED_BYTES;
}

/* NULL where nothing of that very size is kept. */
static void *take(struct kept *kept, size_t bytes, size_t alignment)
{
    for (int i = 0; i < KEPT; i++) {
        void *memory = kept[i].memory;

        if (memory == NULL || kept[i].bytes != bytes || (uintptr_t)memory % alignment != 0)
            continue;
        kept[i].memory = NULL;
        __asan_unpoison_memory_region(memory, poisoned(bytes));
        return memory;
    }
    return NULL;
}

/* False when it is not kept: the caller gives it back. */
static bool keep(struct kept *kept, void *memory, size_t bytes)
{
    struct kept *place = NULL;

    for (int i = 0; i < KEPT; i++) {
        fuzz_check(kept[i].memory != memory); /* given back twice */
        if (kept[i].memory == NULL)
            place = &kept[i];
    }
    if (place == NULL)
        return false;
    *place = (struct kept){memory, bytes};
    __asan_poison_memory_region(memory, poisoned(bytes));
    return true;
}

/* -- blocks -- */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void __real_free(void *block);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void __wrap_free(void *block);

void *__wrap_malloc(size_t bytes)
{
    void *block = bytes >= LARGE_BYTES ? take(blocks, bytes, 1) : NULL;

    return block != NULL ? block : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    size_t all;
    void *block = NULL;

    if (!__builtin_mul_overflow(count, bytes, &all) && all >= LARGE_BYTES)
        block = take(blocks, all, 1);
    return block != NULL ? memset(block, 0, all) : __real_calloc(count, bytes);
}

void __wrap_free(void *block)
{
    size_t bytes = __sanitizer_get_allocated_size(block);

    if (bytes < LARGE_BYTES || !keep(blocks, block, bytes))
        __real_free(block);
}

/* -- pages -- */

void *__real_hb_pages_reserve(size_t bytes);
void *__real_hb_pages_reserve_aligned(size_t bytes, size_t alignment);
void *__real_hb_pages_alloc(size_t bytes);
void __real_hb_pages_free(void *memory, size_t bytes);
void *__real_hb_table_grow(void *table, size_t old_bytes, size_t new_bytes);
void *__wrap_hb_pages_reserve(size_t bytes);
void *__wrap_hb_pages_reserve_aligned(size_t bytes, size_t alignment);
void *__wrap_hb_pages_alloc(size_t bytes);
void __wrap_hb_pages_free(void *memory, size_t bytes);
void *__wrap_hb_table_grow(void *table, size_t old_bytes, size_t new_bytes);
void __wrap_hb_table_free(void *table, size_t bytes);

/* Whole pages for what was asked; 0 for what is not kept. */
static size_t kept_bytes(size_t bytes)
{
    size_t page = hb_page_bytes();

    return bytes <= MOST_PAGES_BYTES ? (bytes + page - 1) / page * page : 0;
}

/* Cleared, or NULL. */
static void *take_pages(size_t bytes, size_t alignment)
{
    size_t whole = kept_bytes(bytes);
    void *memory = whole > 0 ? take(pages, whole, alignment) : NULL;

    return memory != NULL ? memset(memory, 0, whole) : NULL;
}

void *__wrap_hb_pages_reserve(size_t bytes)
{
    void *memory = take_pages(bytes, 1);

    return memory != NULL ? memory : __real_hb_pages_reserve(bytes);
}

/* A heap under test, which seldom ends with a page: what lies behind it is not its. */
void *__wrap_hb_pages_reserve_aligned(size_t bytes, size_t alignment)
{
    unsigned char *memory = take_pages(bytes, alignment);

    if (memory == NULL)
        memory = __real_hb_pages_reserve_aligned(bytes, alignment);
    if (memory != NULL && kept_bytes(bytes) > 0)
        __asan_poison_memory_region(memory + bytes, kept_bytes(bytes) - bytes);
    return memory;
}

void *__wrap_hb_pages_alloc(size_t bytes)
{
    void *memory = take_pages(bytes, 1);

    return memory != NULL ? memory : __real_hb_pages_alloc(bytes);
}

void __wrap_hb_pages_free(void *memory, size_t bytes)
{
    size_t whole = kept_bytes(bytes);

    __asan_unpoison_memory_region(memory, whole);
    if (memory == NULL || whole == 0 || !keep(pages, memory, whole))
        __real_hb_pages_free(memory, bytes);
}

void *__wrap_hb_table_grow(void *table, size_t old_bytes, size_t new_bytes)
{
    void *memory = table == NULL ? take_pages(hb_table_room(new_bytes), 1) : NULL;

    return memory != NULL ? memory : __real_hb_table_grow(table, old_bytes, new_bytes);
}

void __wrap_hb_table_free(void *table, size_t bytes)
{
    __wrap_hb_pages_free(table, hb_table_room(bytes));
}
