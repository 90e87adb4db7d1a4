/*
 * wrong_library.c - shared libraries that are wrong allocators, each in one way: what a check must find.
 *
 * Built once for each WRONG_*. Blocks lie one after another at multiples of 16 in one array, are zero and are
 * never used again, so that without its one mistake each of them is right. The mistake is at the 100th
 * allocation, unless its comment says otherwise.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Alignas(4096) char memory[1 << 24];
static size_t used;
static int calls;
static char *last;        /* block */
static size_t last_bytes; /* of it */

enum { MISTAKE = 100 };

#ifdef WRONG_LOAD
/* Prints as it is loaded: how ready its process is to be ended where memory is short. */
__attribute__((constructor)) static void greet(void)
{
    FILE *file = fopen("/proc/self/oom_score_adj", "re");
    int adjustment = 0;

    if (file == NULL || fscanf(file, "%d", &adjustment) != 1)
        return;
    fclose(file);
    fprintf(stderr, "%d\n", adjustment);
}
#endif

#ifdef WRONG_THREAD
static void *wait_forever(void *unused)
{
    for (;;)
        pause();
    return unused;
}
#endif

/* What the library does beside giving a block. */
static void misbehave(void)
{
#if defined WRONG_ABORT
    fputs("libwrong: I give up\n", stderr);
    abort();
#elif defined WRONG_EXIT
    exit(0);
#elif defined WRONG_PRINT
    printf("now\tthen\n"); /* in a buffer, without which nobody would see it */
#elif defined WRONG_THREAD
    pthread_t thread;

    pthread_create(&thread, NULL, wait_forever, NULL);
#elif defined WRONG_DESCRIPTOR
    if (open("/dev/zero", O_RDONLY) < 0)
        abort();
#elif defined WRONG_CLOSE
    close(STDIN_FILENO);
#elif defined WRONG_CLOSE_OUTPUT
    close(STDOUT_FILENO);
#elif defined WRONG_SCRIBBLE
    memory[3] ^= 1; /* in the first block */
#elif defined WRONG_SLOW
    usleep(400000); /* right, but late */
#elif defined WRONG_FORK
    if (fork() == 0)
        for (;;)
            pause();
#elif defined WRONG_DAEMON
    if (fork() == 0 && setsid() > 0)
        for (;;)
            pause();
#elif defined WRONG_FORK_HANG
    const char *mark = getenv("WRONG_LIBRARY_MARK");

    if (fork() == 0 && mark != NULL)
        close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)); /* says that both are there */
    for (;;)
        pause();
#endif
}

/* Where the block is that is given in place of `right`. */
static char *misplace(char *right)
{
    (void)right;
#if defined WRONG_OVERLAP
    return last + last_bytes - 1; /* one byte is both's; aligned where last_bytes - 1 is */
#elif defined WRONG_ALIGN
    return right + 4;
#elif defined WRONG_WEAK
    return right + 8;
#elif defined WRONG_JUNK
    return (char *)(uintptr_t)64;
#else
    return right;
#endif
}

/* Apart from malloc, so that nothing here calls malloc through the linker. */
static void *serve(size_t size)
{
    char *block = memory + used;

    calls++;
#if defined WRONG_SAME
    return memory;
#elif defined WRONG_NULL_AFTER
    if (calls >= MISTAKE)
        return NULL;
#endif
    if (size > sizeof memory - used - 64)
        return NULL;
    used += (size + 31) / 16 * 16; /* with room for what is misplaced */
    if (calls == MISTAKE) {
        misbehave();
        block = misplace(block);
    }
    last = block;
    last_bytes = size;
    return block;
}

void *malloc(size_t size)
{
    return serve(size);
}

void free(void *block)
{
#ifdef WRONG_HANG
    /* At the third block. */
    while (block == memory + 2 * 48)
        pause();
#endif
    (void)block;
}

void *calloc(size_t count, size_t size)
{
    char *block = serve(count * size);

#ifdef WRONG_DIRTY
    /* Always. */
    block[count * size - 1] = 7;
#endif
    return block;
}

void *realloc(void *block, size_t size)
{
    char *moved = serve(size);

#ifdef WRONG_FORGET
    /* Always. */
    return moved;
#endif
    if (moved != NULL && block != NULL)
        memmove(moved, block, size); /* may copy too much: it is all our own */
    return moved;
}

#if defined WRONG_LOOSE || defined WRONG_UNMET
void *memalign(size_t alignment, size_t size);

/* Aligned to 16: at the first call, or always. */
void *memalign(size_t alignment, size_t size)
{
    used = (used + alignment - 1) / alignment * alignment;
#ifdef WRONG_LOOSE
    used += calls == 0 ? 16 : 0;
#else
    used += 16;
#endif
    return serve(size);
}
#endif

#if defined WRONG_SHORT || defined WRONG_GREEDY
size_t malloc_usable_size(void *block);

/* Always. All blocks of the test are of 17 or 40 bytes. */
size_t malloc_usable_size(void *block)
{
    (void)block;
#ifdef WRONG_SHORT
    return 16;
#else
    return 100;
#endif
}
#endif
