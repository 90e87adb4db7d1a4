/* subject_own_malloc.c - a program that brings its allocator along, in itself. */
#include <stddef.h>
#include <stdlib.h>

static char arena[1 << 20];
static size_t used;

void *malloc(size_t bytes)
{
    void *block = arena + used;

    used += (bytes + 15) / 16 * 16;
    return block;
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t bytes)
{
    return malloc(count * bytes);
}

void *realloc(void *block, size_t bytes)
{
    (void)block;
    return malloc(bytes);
}

int main(void)
{
    for (size_t i = 0; i < 100; i++)
        free(malloc(i));
    return 0;
}
