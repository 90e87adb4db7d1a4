/*
 * bump.c - the cheapest real memory: a pointer that only moves up, and a free that does nothing.
 *
 * What it costs is what touching fresh memory costs; any allocator that reuses memory should do better in
 * space, and in time once caches matter. Blocks have no records. Memory is never handed out twice, so it is
 * still zero when it is.
 */
#include <assert.h>
#include <string.h>

#include "allocator/allocator.h"
#include "allocator/region.h"

enum { BUMP_ALIGNMENT = 16 };

struct bump_heap {
    unsigned char *next;
    unsigned char *end;
    struct hb_region region;
};

static void *bump_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_region region;
    struct bump_heap *heap = hb_region_open_heap(&region, self->name, heap_bytes, sizeof *heap, error);

    if (heap == NULL)
        return NULL;
    *heap = (struct bump_heap){
        .next = region.start, .end = (unsigned char *)region.start + region.bytes, .region = region};
    return heap;
}

static void bump_destroy(void *heap)
{
    struct bump_heap *bump = heap;

    if (heap != NULL)
        hb_region_close_heap(&bump->region, bump, sizeof *bump);
}

/* `size` bytes at the next address that is a multiple of `alignment`. */
static inline void *bump_take(struct bump_heap *heap, size_t alignment, size_t size)
{
    size_t left = (size_t)(heap->end - heap->next);
    size_t gap = -(uintptr_t)heap->next & (alignment - 1);
    unsigned char *block;

    assert((alignment & (alignment - 1)) == 0 && alignment >= BUMP_ALIGNMENT && size >= 1);
    if (gap > left || size > left - gap)
        return NULL;
    block = heap->next + gap;
    heap->next = block + size;
    assert((uintptr_t)block % alignment == 0 && heap->next <= heap->end);
    return block;
}

static void *bump_alloc(void *heap, size_t size)
{
    return bump_take(heap, BUMP_ALIGNMENT, size != 0 ? size : 1);
}

static void *bump_aligned(void *heap, size_t alignment, size_t size)
{
    return bump_take(heap, alignment > BUMP_ALIGNMENT ? alignment : BUMP_ALIGNMENT, size != 0 ? size : 1);
}

static void bump_dealloc(void *heap, void *block)
{
    (void)heap;
    (void)block;
}

/*
 * Always moves. How long the old block is nobody knows; all that lies between it and the frontier is a bound,
 * and copying some of its neighbour as well does no harm.
 */
static void *bump_resize(void *heap, void *block, size_t size)
{
    struct bump_heap *bump = heap;
    size_t bound;
    void *moved;

    if (block == NULL)
        return bump_alloc(heap, size);
    if (size == 0)
        return NULL;
    assert((unsigned char *)block < bump->next);
    bound = (size_t)(bump->next - (unsigned char *)block);
    moved = bump_alloc(heap, size);
    return moved != NULL ? memcpy(moved, block, bound < size ? bound : size) : NULL;
}

const struct hb_allocator hb_allocator_bump = {
    .name = "bump",
    .summary = "a pointer that only moves up; free does nothing",
    .colour = "#E69F00",
    .shape = 8,
    .caps = HB_CAP_BOUNDED,
    .create = bump_create,
    .destroy = bump_destroy,
    .alloc = bump_alloc,
    .dealloc = bump_dealloc,
    .resize = bump_resize,
    .zalloc = bump_alloc,
    .aligned = bump_aligned,
};
