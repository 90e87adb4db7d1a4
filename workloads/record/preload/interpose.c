/*
 * interpose.c - the malloc family, recorded and passed on.
 *
 * What is given back is recorded before the allocator is called, what is given out after: so no other thread
 * can be seen to have a block before its last holder was seen to give it up. Nothing here changes what the
 * program gets, errno included.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "workloads/record/preload/next.h"
#include "workloads/record/preload/recorder.h"

#define HB_EXPORT __attribute__((visibility("default")))

/* False while the allocator behind us is being looked up by this very thread. */
static inline bool is_ready(void)
{
    return HB_LIKELY(hb_next.allocate != NULL) || hb_next_resolve();
}

static inline __attribute__((always_inline)) void *born(enum hb_capture_kind kind, void *block, size_t size,
                                                        unsigned align_log2)
{
    if (HB_LIKELY(block != NULL))
        hb_record_birth(kind, block, size, align_log2);
    return block;
}

/* memalign takes any number and rounds it up to a power of two. */
static unsigned log2_above(size_t alignment)
{
    return alignment <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(alignment - 1);
}

HB_EXPORT void *malloc(size_t size)
{
    if (!is_ready())
        return hb_next_arena_alloc(size);
    return born(HB_CAPTURE_MALLOC, hb_next.allocate(size), size, 0);
}

HB_EXPORT void *calloc(size_t count, size_t size)
{
    if (!is_ready())
        return hb_next_arena_alloc(count * size);
    return born(HB_CAPTURE_CALLOC, hb_next.allocate_zeroed(count, size), count * size, 0);
}

HB_EXPORT void free(void *block)
{
    if (block == NULL || HB_UNLIKELY(hb_next_in_arena(block)) || !is_ready())
        return;
    hb_record_death(HB_CAPTURE_FREE, block);
    hb_next.release(block);
}

/* A block that a lookup allocated grows: it moves to the allocator, and becomes the program's. */
static void *move_out_of_arena(void *block, size_t size)
{
    size_t held = hb_next_arena_size(block);
    void *moved = malloc(size);

    if (moved != NULL)
        memcpy(moved, block, held < size ? held : size);
    return moved;
}

/* glibc frees; others return a block of no bytes. */
static void *reallocate_to_nothing(void *block)
{
    hb_record_death(HB_CAPTURE_FREE, block);
    return born(HB_CAPTURE_MALLOC, hb_next.reallocate(block, 0), 0, 0);
}

HB_EXPORT void *realloc(void *block, size_t size)
{
    void *result;

    if (HB_UNLIKELY(hb_next_in_arena(block)))
        return move_out_of_arena(block, size);
    if (!is_ready())
        return hb_next_arena_alloc(size);
    if (block == NULL)
        return born(HB_CAPTURE_MALLOC, hb_next.reallocate(NULL, size), size, 0);
    if (size == 0)
        return reallocate_to_nothing(block);
    hb_record_death(HB_CAPTURE_REALLOC_OLD, block);
    result = hb_next.reallocate(block, size);
    if (HB_UNLIKELY(result == NULL))
        hb_record_realloc_failed(block);
    return born(HB_CAPTURE_REALLOC_NEW, result, size, 0);
}

/* glibc's own calls realloc, and would be recorded there; an allocator's might not be. */
HB_EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}

HB_EXPORT int posix_memalign(void **result, size_t alignment, size_t size)
{
    int status;

    if (!is_ready())
        return ENOMEM;
    status = hb_next.posix_memalign(result, alignment, size);
    if (status == 0)
        born(HB_CAPTURE_ALIGNED, *result, size, log2_above(alignment));
    return status;
}

HB_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!is_ready())
        return NULL;
    return born(HB_CAPTURE_ALIGNED, hb_next.aligned_alloc(alignment, size), size, log2_above(alignment));
}

HB_EXPORT void *memalign(size_t alignment, size_t size)
{
    if (!is_ready())
        return NULL;
    return born(HB_CAPTURE_ALIGNED, hb_next.memalign(alignment, size), size, log2_above(alignment));
}

static unsigned page_log2(void)
{
    return log2_above((size_t)getpagesize());
}

HB_EXPORT void *valloc(size_t size)
{
    if (!is_ready())
        return NULL;
    return born(HB_CAPTURE_ALIGNED, hb_next.valloc(size), size, page_log2());
}

HB_EXPORT void *pvalloc(size_t size)
{
    if (!is_ready())
        return NULL;
    return born(HB_CAPTURE_ALIGNED, hb_next.pvalloc(size), size, page_log2());
}
