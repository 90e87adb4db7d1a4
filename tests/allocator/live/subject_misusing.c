/*
 * subject_misusing.c - a program that misuses its heap in the way that its argument names, with a handler of
 * SIGABRT that allocates.
 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not optimised away: a compiler knows what malloc does, and what misuse is. */
static unsigned char *volatile block, *volatile neighbour;
static volatile size_t size = 40;

static void allocate(int number)
{
    (void)number;
    block = malloc(100);
    puts("the handler ran");
}

static void free_twice(void)
{
    free(block);
    free(block);
}

static void free_aligned_twice(void)
{
    block = aligned_alloc(64, size);
    free(block);
    free(block);
}

static void free_middle(void)
{
    free(block + 16);
}

static void free_stack(void)
{
    char here[64];

    block = (unsigned char *)here;
    free(block);
}

static void resize_freed(void)
{
    free(block);
    block = realloc(block, 2 * size);
}

static void ask_freed(void)
{
    free(block);
    printf("%zu\n", malloc_usable_size(block));
}

static void write_past(size_t bytes)
{
    memset(block, 1, size + bytes);
}

static void overflow_by_1(void)
{
    write_past(1);
    free(block);
}

static void overflow_by_16(void)
{
    write_past(16);
    block = realloc(block, 2 * size);
}

static void overflow_of_nothing(void)
{
    block = malloc(size - 40);
    block[0] = 1;
    free(block);
}

/* Over the neighbour's record and all that it has: the next walk comes upon it, or else the free. */
static void overflow_by_64(void)
{
    write_past(64);
    neighbour = malloc(20000);
    free(block);
}

static const struct misuse {
    const char *name;
    void (*act)(void);
} misuses[] = {
    {"free_twice", free_twice},         {"free_aligned_twice", free_aligned_twice},
    {"free_middle", free_middle},       {"free_stack", free_stack},
    {"resize_freed", resize_freed},     {"ask_freed", ask_freed},
    {"overflow_by_1", overflow_by_1},   {"overflow_by_16", overflow_by_16},
    {"overflow_by_64", overflow_by_64}, {"overflow_of_nothing", overflow_of_nothing},
};

int main(int argc, char **argv)
{
    signal(SIGABRT, allocate);
    block = malloc(size);
    neighbour = malloc(size);
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++)
        if (argc > 1 && strcmp(argv[1], misuses[i].name) == 0)
            misuses[i].act();
    return 0;
}
