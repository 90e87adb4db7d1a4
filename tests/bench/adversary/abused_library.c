/*
 * abused_library.c - an allocator that knows a wrong free from a right one, and does about it what $ABUSED
 * says.
 *
 * once: aborts in that call. late: in the next malloc. exit: ends the process with 9 in that call. trap: by
 * SIGTRAP. says: prints a line and goes on. crash: stores through NULL. hang: the next malloc never comes
 * back. before: aborts in its first malloc. twice: hands out one block for ever from then on. refuse: NULL
 * from then on. null: nothing.
 */
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 1 << 16, UNIT = 16 };

static _Alignas(UNIT) char memory[BYTES];
static bool live[BYTES / UNIT];
static size_t sizes[BYTES / UNIT];
static size_t used;
static bool is_abused;

static bool has_mode(const char *mode)
{
    const char *set = getenv("ABUSED");

    return set != NULL && strcmp(set, mode) == 0;
}

static void notice(void)
{
    static volatile int *volatile nowhere;
    static const char line[] = "this free is wrong\nand so is what follows\n";

    is_abused = true;
    if (has_mode("once"))
        abort();
    if (has_mode("exit"))
        _exit(9);
    if (has_mode("trap"))
        raise(SIGTRAP);
    if (has_mode("crash"))
        *nowhere = 1;
    if (has_mode("says") && write(STDERR_FILENO, line, sizeof line - 1) < 0)
        abort();
}

static void *suffer(void)
{
    if (has_mode("late"))
        abort();
    while (has_mode("hang"))
        ;
    return has_mode("twice") ? memory : NULL;
}

static void *serve(size_t size)
{
    size_t bytes = (size + UNIT - 1) / UNIT * UNIT, at = used;

    if (has_mode("before"))
        abort();
    if (is_abused && (has_mode("late") || has_mode("hang") || has_mode("twice") || has_mode("refuse")))
        return suffer();
    if (size > BYTES || bytes > BYTES - used)
        return NULL;
    used += bytes;
    live[at / UNIT] = true;
    sizes[at / UNIT] = size;
    return memory + at;
}

static void take_back(void *block)
{
    size_t at = (size_t)((uintptr_t)block - (uintptr_t)memory);

    if (block == NULL)
        return;
    if (at >= BYTES || at % UNIT != 0 || !live[at / UNIT])
        notice();
    else
        live[at / UNIT] = false;
}

/* None calls another through the linker, which would find libc's. */
void *malloc(size_t size)
{
    return serve(size);
}

void free(void *block)
{
    take_back(block);
}

void *calloc(size_t count, size_t size)
{
    return serve(count * size); /* never used before */
}

void *realloc(void *block, size_t size)
{
    size_t at = (size_t)((uintptr_t)block - (uintptr_t)memory);
    void *moved = serve(size);

    if (block == NULL || moved == NULL)
        return moved;
    memcpy(moved, block, sizes[at / UNIT] < size ? sizes[at / UNIT] : size);
    take_back(block);
    return moved;
}
