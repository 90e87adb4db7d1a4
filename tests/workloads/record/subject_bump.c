/*
 * subject_bump.c - an allocator that signal handlers may call: it moves one counter, and never reuses
 * anything.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Address space only; what is not touched costs nothing. */
#define ARENA_BYTES ((size_t)64 << 30)

static _Atomic(char *) arena;
static atomic_size_t used;

static char *get_arena(void)
{
    char *base = atomic_load(&arena), *none = NULL;

    if (base != NULL)
        return base;
    base =
        mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        abort();
    if (!atomic_compare_exchange_strong(&arena, &none, base)) {
        munmap(base, ARENA_BYTES);
        base = none;
    }
    return base;
}

static size_t rounded(size_t bytes)
{
    return (bytes + 31) & ~(size_t)15;
}

/* The size stands before the block. */
void *malloc(size_t bytes)
{
    char *block = get_arena() + atomic_fetch_add(&used, rounded(bytes)) + 16;

    memcpy(block - 16, &bytes, sizeof bytes);
    return block;
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t bytes)
{
    return malloc(count * bytes);
}

void *realloc(void *block, size_t bytes)
{
    void *moved = malloc(bytes);
    size_t held;

    if (block == NULL)
        return moved;
    memcpy(&held, (char *)block - 16, sizeof held);
    return memcpy(moved, block, held < bytes ? held : bytes);
}
