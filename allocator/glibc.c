/*
 * glibc.c - the process's own malloc, which is glibc's unless somebody preloaded another.
 *
 * Its heap is the one that the harness's small allocations come from too (the large ones do not:
 * base/pages.h).
 */
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocator/allocator.h"

/*
 * Through pointers that the compiler must read: it knows what malloc and free are, and leaves out a pair
 * whose block nobody looks at. It is also how the functions of a shared library are reached, so that neither
 * side has the shorter way.
 */
static void *(*volatile libc_malloc)(size_t) = malloc;
static void (*volatile libc_free)(void *) = free;
static void *(*volatile libc_realloc)(void *, size_t) = realloc;
static void *(*volatile libc_calloc)(size_t, size_t) = calloc;
static void *(*volatile libc_memalign)(size_t, size_t) = memalign;
static size_t (*volatile libc_usable_size)(void *) = malloc_usable_size;

/* The address of malloc, in this build's own dressing: sanitizers put theirs before glibc's, and say so. */
static bool malloc_is_glibc(const char **owner)
{
    Dl_info of_malloc, of_libc;
    bool same;

    if (dladdr(dlsym(RTLD_DEFAULT, "malloc"), &of_malloc) == 0 ||
        dladdr(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &of_libc) == 0)
        return true;
    same = of_malloc.dli_fbase == of_libc.dli_fbase;
    *owner = of_malloc.dli_fname;
    return same || HB_SANITIZED;
}

static void *glibc_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    static char process_heap;
    const char *owner = "another library";

    (void)heap_bytes;
    if (!malloc_is_glibc(&owner)) {
        hb_error_set(error, HB_ERR_UNAVAILABLE,
                     "%s: malloc in this process is that of %s; start it without LD_PRELOAD", self->name,
                     owner);
        return NULL;
    }
    return &process_heap;
}

static void glibc_destroy(void *heap)
{
    (void)heap;
}

static void *glibc_alloc(void *heap, size_t size)
{
    (void)heap;
    return libc_malloc(size);
}

static void glibc_dealloc(void *heap, void *block)
{
    (void)heap;
    libc_free(block);
}

static void *glibc_resize(void *heap, void *block, size_t size)
{
    (void)heap;
    return libc_realloc(block, size);
}

static void *glibc_zalloc(void *heap, size_t size)
{
    (void)heap;
    return libc_calloc(1, size);
}

static void *glibc_aligned(void *heap, size_t alignment, size_t size)
{
    (void)heap;
    return libc_memalign(alignment, size);
}

static size_t glibc_usable_size(void *heap, void *block)
{
    (void)heap;
    return libc_usable_size(block);
}

static void glibc_describe(struct hb_library_info *info)
{
    Dl_info of_libc;

    snprintf(info->version, sizeof info->version, "%s", gnu_get_libc_version());
    if (dladdr(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &of_libc) != 0)
        snprintf(info->path, sizeof info->path, "%s", of_libc.dli_fname);
}

const struct hb_allocator hb_allocator_glibc = {
    .name = "glibc",
    .summary = "the C library's own malloc",
    .colour = "#000000",
    .shape = 5,
    .caps = HB_CAP_THREADS | HB_CAP_PROCESS,
    .create = glibc_create,
    .destroy = glibc_destroy,
    .alloc = glibc_alloc,
    .dealloc = glibc_dealloc,
    .resize = glibc_resize,
    .zalloc = glibc_zalloc,
    .aligned = glibc_aligned,
    .usable_size = glibc_usable_size,
    .describe = glibc_describe,
};
