/*
 * failing.c - memory that runs out on demand.
 */
#include "tests/workloads/failing.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>

static long left = -1;
static bool failed;

void hb_test_fail_after(long calls)
{
    left = calls;
    failed = false;
}

bool hb_test_has_failed(void)
{
    return failed;
}

static bool fails_now(void)
{
    if (left < 0)
        return false;
    if (left > 0) {
        left--;
        return false;
    }
    failed = true;
    errno = ENOMEM;
    return true;
}

/*
 * One wrapper: the linker sends calls of `name` to __wrap_name, and those of __real_name to it. It ends in a
 * declaration, so that a semicolon can follow.
 */
#define WRAP(type, nothing, name, parameters, arguments)                      \
    type __real_##name parameters; /* NOLINT(bugprone-reserved-identifier) */ \
    type __wrap_##name parameters; /* NOLINT(bugprone-reserved-identifier) */ \
    type __wrap_##name parameters                                             \
    {                                                                         \
        return fails_now() ? (nothing) : __real_##name arguments;             \
    }                                                                         \
    type __wrap_##name parameters

WRAP(void *, NULL, malloc, (size_t size), (size));
WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size));
WRAP(void *, NULL, realloc, (void *block, size_t size), (block, size));
WRAP(char *, NULL, strdup, (const char *text), (text));
WRAP(char *, NULL, strndup, (const char *text, size_t length), (text, length));
WRAP(FILE *, NULL, fdopen, (int fd, const char *mode), (fd, mode));
WRAP(void *, MAP_FAILED, mmap, (void *at, size_t length, int access, int flags, int fd, long offset),
     (at, length, access, flags, fd, offset));
WRAP(void *, NULL, ZSTD_createCCtx, (void), ());
WRAP(void *, NULL, ZSTD_createDCtx, (void), ());

void *__real_mremap(void *at, size_t old_length, size_t new_length, int flags, ...);
void *__wrap_mremap(void *at, size_t old_length, size_t new_length, int flags, ...);
void *__wrap_mremap(void *at, size_t old_length, size_t new_length, int flags, ...)
{
    void *to = NULL;
    va_list arguments;

    if (fails_now())
        return MAP_FAILED;
    va_start(arguments, flags);
    if (flags & MREMAP_FIXED)
        to = va_arg(arguments, void *);
    va_end(arguments);
    return __real_mremap(at, old_length, new_length, flags, to);
}

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    int length;

    if (fails_now())
        return -1;
    va_start(arguments, format);
    length = vasprintf(out, format, arguments);
    va_end(arguments);
    return length;
}
