/*
 * simple_static.c - the design document's allocator as it stands there: one static array, three functions.
 */
#include "allocator/simple/simple.h"

#ifndef STORAGE_SIZE
#define STORAGE_SIZE 4096
#endif

_Static_assert(STORAGE_SIZE >= HB_SIMPLE_RECORD_BYTES, "a heap holds at least one record");

static char storage[STORAGE_SIZE];
static struct hb_simple storage_heap;

void simple_heap_init(void)
{
    hb_simple_init(&storage_heap, storage, sizeof storage);
}

void *simple_malloc(size_t size)
{
    return hb_simple_malloc(&storage_heap, size);
}

void simple_free(void *block)
{
    hb_simple_free(&storage_heap, block);
}

void *simple_calloc(size_t count, size_t size)
{
    return hb_simple_calloc(&storage_heap, count, size);
}

void *simple_realloc(void *block, size_t size)
{
    return hb_simple_realloc(&storage_heap, block, size);
}

const struct hb_simple *simple_heap(void)
{
    return &storage_heap;
}
