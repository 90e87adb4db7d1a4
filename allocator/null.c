/*
 * null.c - no allocator: what the harness alone costs.
 *
 * Every block is the same address, which is no memory; the replayer sees HB_CAP_UNTOUCHABLE and keeps off.
 */
#include <assert.h>

#include "allocator/allocator.h"

/* Not NULL, and aligned for whoever asks for a page or less. */
#define NO_BLOCK ((void *)(uintptr_t)4096)

static void *null_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    (void)self;
    (void)heap_bytes;
    (void)error;
    return NO_BLOCK;
}

static void null_destroy(void *heap)
{
    (void)heap;
}

static void *null_alloc(void *heap, size_t size)
{
    (void)heap;
    (void)size;
    return NO_BLOCK;
}

static void null_dealloc(void *heap, void *block)
{
    (void)heap;
    (void)block;
}

static void *null_resize(void *heap, void *block, size_t size)
{
    (void)heap;
    (void)block;
    return size != 0 ? NO_BLOCK : NULL;
}

/* The address that equals the alignment is aligned to it. */
static void *null_aligned(void *heap, size_t alignment, size_t size)
{
    (void)heap;
    (void)size;
    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    return (void *)alignment; /* NOLINT: never followed */
}

const struct hb_allocator hb_allocator_null = {
    .name = "null",
    .summary = "no allocator: what the harness alone costs",
    .colour = "#999999",
    .shape = 6,
    .caps = HB_CAP_THREADS | HB_CAP_UNTOUCHABLE,
    .create = null_create,
    .destroy = null_destroy,
    .alloc = null_alloc,
    .dealloc = null_dealloc,
    .resize = null_resize,
    .zalloc = null_alloc,
    .aligned = null_aligned,
};
