/*
 * interpose.c - the malloc family of a program that lives in one of our heaps.
 *
 * C++'s new and delete come here too: the C++ library's own make them of malloc and free. So do the ends of a
 * process that call no destructor: shells and children end so.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "allocator/live/live.h"

#define HB_EXPORT __attribute__((visibility("default")))

enum { ALIGN = 16 };

HB_EXPORT void *malloc(size_t size)
{
    return hb_live_alloc(ALIGN, size);
}

HB_EXPORT void *calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return hb_live_alloc_zeroed(bytes);
}

/* As the standard has it, errno stays as it was. */
HB_EXPORT void free(void *block)
{
    int kept = errno;

    if (block != NULL)
        hb_live_free(block);
    errno = kept;
}

/* As glibc: to nothing is a free. */
HB_EXPORT void *realloc(void *block, size_t size)
{
    if (block == NULL)
        return malloc(size);
    if (size > 0)
        return hb_live_resize(block, size);
    free(block);
    return NULL;
}

HB_EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}

static int is_power_of_two(size_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

/* glibc rounds up what is no power of two. */
HB_EXPORT void *memalign(size_t alignment, size_t size)
{
    size_t power = ALIGN;

    while (power < alignment && power <= SIZE_MAX / 4)
        power *= 2;
    return hb_live_alloc(power, size);
}

HB_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (is_power_of_two(alignment))
        return memalign(alignment, size);
    errno = EINVAL;
    return NULL;
}

HB_EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
    int kept = errno;
    void *block;

    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
        return EINVAL;
    block = memalign(alignment, size);
    errno = kept;
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

HB_EXPORT void *valloc(size_t size)
{
    return memalign((size_t)getpagesize(), size);
}

HB_EXPORT void *pvalloc(size_t size)
{
    size_t page = (size_t)getpagesize();

    if (size <= SIZE_MAX - page)
        return memalign(page, size > 0 ? (size + page - 1) & ~(page - 1) : page);
    errno = ENOMEM;
    return NULL;
}

HB_EXPORT size_t malloc_usable_size(void *block)
{
    return block != NULL ? hb_live_usable_size(block) : 0;
}

/* There is nothing to give back: what was touched stays. */
HB_EXPORT int malloc_trim(size_t pad)
{
    (void)pad;
    return 0;
}

HB_EXPORT void _exit(int status)
{
    hb_live_end();
    for (;;)
        syscall(SYS_exit_group, status);
}

HB_EXPORT void _Exit(int status)
{
    _exit(status);
}
