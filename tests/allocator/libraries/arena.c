/*
 * arena.c - the malloc family of a test library: a bump allocator with sizes, in a static array.
 *
 * Compiled into several libraries: whole; with a prefix; with functions left out. Its calloc and realloc call
 * its own malloc by name, as an author would write it, so the loader decides whose malloc that is.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef PREFIX
#define PREFIX
#endif
#define PASTE(prefix, name)  prefix##name
#define EXPAND(prefix, name) PASTE(prefix, name)
#define NAME(name)           EXPAND(PREFIX, name)

enum { ALIGNMENT = 16 };

/* Large, and paid for only where it is touched. */
static _Alignas(ALIGNMENT) unsigned char arena[(size_t)1 << 30];
static size_t used;

void *NAME(malloc)(size_t size);
void NAME(free)(void *block);
void *NAME(calloc)(size_t count, size_t size);
void *NAME(realloc)(void *block, size_t size);

/* The size lies in the 16 bytes before the block. Any thread may call. */
void *NAME(malloc)(size_t size)
{
    size_t bytes, start;

    if (size > sizeof arena / 2)
        return NULL;
    bytes = (ALIGNMENT + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    start = __atomic_fetch_add(&used, bytes, __ATOMIC_RELAXED);
    if (start > sizeof arena - bytes)
        return NULL;
    memcpy(arena + start, &size, sizeof size);
    return arena + start + ALIGNMENT;
}

/* Stops the process when it is given another allocator's block. */
void NAME(free)(void *block)
{
    if (block != NULL &&
        ((uintptr_t)block < (uintptr_t)arena || (uintptr_t)block >= (uintptr_t)(arena + sizeof arena)))
        abort();
}

#ifndef INCOMPLETE
void *NAME(calloc)(size_t count, size_t size)
{
    size_t bytes;
    void *block;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    block = NAME(malloc)(bytes);
    return block != NULL ? memset(block, 0, bytes) : NULL;
}

void *NAME(realloc)(void *block, size_t size)
{
    size_t old;
    void *moved;

    if (block == NULL)
        return NAME(malloc)(size);
    if (size == 0) {
        NAME(free)(block);
        return NULL;
    }
    memcpy(&old, (unsigned char *)block - ALIGNMENT, sizeof old);
    moved = NAME(malloc)(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old < size ? old : size);
    NAME(free)(block);
    return moved;
}
#endif
