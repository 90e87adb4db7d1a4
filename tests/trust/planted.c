/*
 * planted.c - the C library's own allocator, with more work in the copy of this library that the environment
 * names.
 *
 * Every so many calls of malloc it waits for a chain of multiplications, PLANTED_STEPS of them where the
 * file's name is PLANTED_IN and none elsewhere: two copies do the same but for the chain. Calls are far
 * apart, so that little of a chain is hidden behind the work that follows it.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's allocator by the names that nobody else's answers to. */
void *__libc_malloc(size_t size);
void __libc_free(void *block);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum { EVERY = 4096 }; /* calls of malloc from one chain to the next; tests/trust/ab says it to people */

static unsigned long steps;
static unsigned left = EVERY;

__attribute__((constructor)) static void find_steps(void)
{
    const char *name = getenv("PLANTED_IN"), *count = getenv("PLANTED_STEPS"), *own;
    Dl_info here;

    if (name == NULL || count == NULL || dladdr(&steps, &here) == 0)
        return;
    own = strrchr(here.dli_fname, '/');
    if (strcmp(own != NULL ? own + 1 : here.dli_fname, name) == 0)
        steps = strtoul(count, NULL, 10);
}

static __attribute__((noinline)) void work(void)
{
    uint64_t value = 1;

    left = EVERY;
    for (unsigned long i = 0; i < steps; i++) {
        value = value * UINT64_C(6364136223846793005) + 1;
        __asm__ volatile("" : "+r"(value)); /* each step is done, and after the one before */
    }
}

void *malloc(size_t size)
{
    if (--left == 0)
        work();
    return __libc_malloc(size);
}

void free(void *block)
{
    __libc_free(block);
}

void *calloc(size_t count, size_t size)
{
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return __libc_memalign(alignment, size);
}
