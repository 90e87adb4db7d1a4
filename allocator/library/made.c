/*
 * made.c - calloc and realloc for a library that has malloc and free alone.
 */
#include "allocator/library/made.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool hb_prefix_is_sound(const char *prefix)
{
    size_t length = strlen(prefix);

    if (length > HB_PREFIX_MOST || isdigit((unsigned char)prefix[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (prefix[i] != '_' && !isalnum((unsigned char)prefix[i]))
            return false;
    return true;
}

const char *hb_prefix_given(void)
{
    const char *prefix = getenv(HB_PREFIX_VARIABLE);

    return prefix != NULL && hb_prefix_is_sound(prefix) ? prefix : NULL;
}

bool hb_made_begin(struct hb_made *made)
{
    assert(made->malloc_function != NULL && made->free_function != NULL);
    made->keeps = made->usable_size_function == NULL;
    return !made->keeps || hb_map_init(&made->sizes);
}

void hb_made_end(struct hb_made *made)
{
    made->keeps = false;
    hb_map_clear(&made->sizes);
}

uint64_t hb_made_reserve(struct hb_made *made, uint64_t blocks)
{
    assert(made->keeps);
    hb_map_reserve(&made->sizes, blocks + 1); /* else it grows when that many have come */
    return hb_map_bytes(&made->sizes);
}

/* A library that hands out a live block twice is wrong, but not a reason for the map to be. */
static bool keep(struct hb_made *made, const void *block, size_t size)
{
    uint32_t old;

    hb_map_take(&made->sizes, (uintptr_t)block, &old);
    return hb_map_put(&made->sizes, (uintptr_t)block, (uint32_t)size);
}

/* Can it be given out? Where there is no memory to keep its size in, it is freed again. */
static void *kept(struct hb_made *made, void *block, size_t size)
{
    if (block == NULL || !made->keeps || keep(made, block, size))
        return block;
    made->free_function(block);
    return NULL;
}

static bool is_too_large(const struct hb_made *made, size_t size)
{
    return made->keeps && size > HB_MAP_MAX_VALUE;
}

void *hb_made_alloc(struct hb_made *made, size_t size)
{
    return is_too_large(made, size) ? NULL : kept(made, made->malloc_function(size), size);
}

void hb_made_dealloc(struct hb_made *made, void *block)
{
    uint32_t size;

    if (made->keeps)
        hb_map_take(&made->sizes, (uintptr_t)block, &size);
    made->free_function(block);
}

void *hb_made_zalloc(struct hb_made *made, size_t size)
{
    void *block;

    if (made->calloc_function != NULL)
        return is_too_large(made, size) ? NULL : kept(made, made->calloc_function(1, size), size);
    block = hb_made_alloc(made, size);
    return block != NULL ? memset(block, 0, size) : NULL;
}

/* Of a block that is not known, which only a caller's mistake or a wrong library has, nothing is copied. */
static size_t size_of(const struct hb_made *made, void *block)
{
    uint32_t size = 0;

    if (made->usable_size_function != NULL)
        return made->usable_size_function(block);
    assert(made->keeps);
    hb_map_find(&made->sizes, (uintptr_t)block, &size);
    return size;
}

void *hb_made_resize(struct hb_made *made, void *block, size_t size)
{
    size_t old_size;
    void *moved;

    if (block == NULL)
        return hb_made_alloc(made, size);
    if (size == 0) {
        hb_made_dealloc(made, block);
        return NULL;
    }
    old_size = size_of(made, block);
    if (size <= old_size)
        return block;
    moved = hb_made_alloc(made, size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old_size);
    hb_made_dealloc(made, block);
    return moved;
}
