/*
 * returning_library.c - shared libraries that give memory back in a way that is known to the byte.
 *
 * Built once for each RETURNS_*: each block has whole pages of its own from one arena, and a freed one is
 * KEPT; given back at ONCE by madvise; given back LATE, by the first call that comes DELAY_MS after its free;
 * marked by MADV_FREE as LAZY; or, with MAPS, a mapping of its own that is unmapped. One is BARE: it keeps
 * them, and has no more than bare_malloc and bare_free.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { PAGE = 4096, DELAY_MS = 300, MOST = 4096 };

static size_t pages_of(size_t size)
{
    return (size + 16 + PAGE - 1) / PAGE * PAGE;
}

/* 16 bytes before each block say how long it is. */
static size_t *length_of(void *block)
{
    return (size_t *)(void *)((char *)block - 16);
}

#ifdef RETURNS_LATE
static struct {
    void *pages;
    size_t bytes;
    uint64_t due_ms;
} waiting[MOST];
static size_t waiting_count;

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void give_back_what_is_due(void)
{
    size_t kept = 0;

    for (size_t i = 0; i < waiting_count; i++)
        if (waiting[i].due_ms <= now_ms())
            madvise(waiting[i].pages, waiting[i].bytes, MADV_DONTNEED);
        else
            waiting[kept++] = waiting[i];
    waiting_count = kept;
}
#else
static void give_back_what_is_due(void)
{
}
#endif

static void give_back(void *pages, size_t bytes)
{
#if defined RETURNS_ONCE
    madvise(pages, bytes, MADV_DONTNEED);
#elif defined RETURNS_LAZY
    madvise(pages, bytes, MADV_FREE);
#elif defined RETURNS_MAPS
    munmap(pages, bytes);
#elif defined RETURNS_LATE
    if (waiting_count < MOST) {
        waiting[waiting_count].pages = pages;
        waiting[waiting_count].bytes = bytes;
        waiting[waiting_count++].due_ms = now_ms() + DELAY_MS;
    }
#else
    (void)pages;
    (void)bytes;
#endif
}

static char *take_pages(size_t bytes)
{
#ifdef RETURNS_MAPS
    char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED ? NULL : pages;
#else
    static char *arena;
    static size_t used;

    if (arena == NULL) {
        void *map = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        arena = map == MAP_FAILED ? NULL : map;
        madvise(map, (size_t)1 << 30, MADV_NOHUGEPAGE);
    }
    if (arena == NULL || bytes > ((size_t)1 << 30) - used)
        return NULL;
    used += bytes;
    return arena + used - bytes;
#endif
}

static void *allocate(size_t size)
{
    size_t bytes = pages_of(size);
    char *pages = size > (size_t)1 << 40 ? NULL : take_pages(bytes);

    give_back_what_is_due();
    if (pages == NULL)
        return NULL;
    *length_of(pages + 16) = bytes;
    return pages + 16;
}

static void release(void *block)
{
    give_back_what_is_due();
    if (block != NULL)
        give_back((char *)block - 16, *length_of(block));
}

#ifdef RETURNS_BARE
void *bare_malloc(size_t size);
void bare_free(void *block);

void *bare_malloc(size_t size)
{
    return allocate(size);
}

void bare_free(void *block)
{
    release(block);
}
#else
/* None of these calls another one, which the loader could take for the program's. */
void *malloc(size_t size)
{
    return allocate(size);
}

void free(void *block)
{
    release(block);
}

void *calloc(size_t count, size_t size)
{
    return count > 0 && size > SIZE_MAX / count ? NULL : allocate(count * size);
}

void *realloc(void *block, size_t size)
{
    void *moved = allocate(size);

    if (block != NULL && moved != NULL) {
        size_t had = *length_of(block) - 16;

        memcpy(moved, block, had < size ? had : size);
        release(block);
    }
    return moved;
}
#endif
