/*
 * subject_touch.c - large blocks of which so many pages are touched and no more (test_record_touch.c).
 *
 * Blocks of their own mappings begin 16 bytes behind a page's beginning, as glibc has it; "touch" writes a
 * byte in whole pages of the block. Sizes are those of subjects.h, each used once. Exits with 3 where the
 * C library does otherwise. With "bursts": many blocks of one size, too fast for each to be measured. With
 * "huge": one block.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subjects.h"

static size_t page;

static char *first_page(void *block)
{
    return (char *)(((uintptr_t)block + page - 1) & ~(page - 1));
}

/* Whole pages of a block, counted from 0: [from, to). */
static void *touch(void *block, size_t from, size_t to)
{
    if (block == NULL)
        _exit(3);
    for (size_t i = from; i < to; i++)
        *(volatile char *)(first_page(block) + i * page) = 1;
    return block;
}

static void *allocate(size_t size)
{
    void *volatile block = malloc(size);

    if (block == NULL || (uintptr_t)block % page != TOUCH_OFFSET)
        _exit(3);
    return block;
}

static void fresh_blocks(void)
{
    void *block = allocate(TOUCH_ALL);

    memset(block, 1, TOUCH_ALL);
    free(block);
    free(allocate(TOUCH_NONE));
    free(touch(allocate(TOUCH_THREE), 0, 3));
    free(touch(calloc(1, TOUCH_CALLOC), 4, 6));
    block = allocate(TOUCH_HEAD);
    *(volatile char *)block = 1;
    free(block);
}

static void resized_blocks(void)
{
    void *block = touch(allocate(TOUCH_SMALLER), 0, 2), *volatile refused;

    block = touch(realloc(block, TOUCH_GROWN), 40, 41);
    block = touch(realloc(block, TOUCH_SHRUNK), 5, 6);
    free(block);
    block = touch(allocate(TOUCH_REFUSED), 0, 1);
    refused = realloc(block, PTRDIFF_MAX);
    if (refused != NULL)
        _exit(3);
    free(touch(block, 1, 4));
}

/* In memory that an earlier block has filled. */
static void used_blocks(void)
{
    void *block = NULL;

    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (posix_memalign(&block, page, TOUCH_USED_BEFORE) != 0)
        _exit(3);
    memset(block, 1, TOUCH_USED_BEFORE);
    free(block);
    if (posix_memalign(&block, page, TOUCH_USED) != 0)
        _exit(3);
    free(touch(block, 7, 9));
    block = calloc(1, TOUCH_USED_CALLOC);
    for (size_t i = 0; i < TOUCH_USED_CALLOC; i++)
        if (((const char *)block)[i] != 0)
            _exit(3);
    free(block);
    malloc_trim(0);
    mallopt(M_MMAP_THRESHOLD, 1 << 16);
}

static void *free_elsewhere(void *block)
{
    free(touch(block, 2, 3));
    return NULL;
}

static void by_another_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, free_elsewhere, touch(allocate(TOUCH_HANDED), 0, 1)) != 0 ||
        pthread_join(thread, NULL) != 0)
        _exit(3);
}

/* Locked pages are all in memory; protected ones can be asked about. */
static void odd_blocks(void)
{
    void *block = allocate(TOUCH_LOCKED);

    if (mlock(first_page(block), 16 * page) != 0)
        _exit(3);
    free(block);
    block = touch(allocate(TOUCH_PROTECTED), 0, 3);
    if (mprotect(first_page(block), 8 * page, PROT_NONE) != 0)
        _exit(3);
    free(block);
    block = touch(allocate(TOUCH_PROTECTED_LIVE), 0, 2);
    if (mprotect(first_page(block), 8 * page, PROT_NONE) != 0)
        _exit(3);
}

static void in_a_child(void)
{
    void *inherited = touch(allocate(TOUCH_INHERITED), 0, 2);
    int status;
    pid_t child = fork();

    if (child == 0) {
        free(inherited);
        free(touch(allocate(TOUCH_CHILD), 0, 5));
        touch(allocate(TOUCH_CHILD_LIVE), 0, 6);
        exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        _exit(3);
    free(touch(inherited, 2, 3));
}

/* Between bursts of four blocks it computes: what may be spent on measuring is enough for a few of the first
 * ones of a burst. The third is written whole, and all lie where earlier ones were written. */
static void bursts(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    for (unsigned i = 0; i < TOUCH_BURSTS; i++) {
        void *blocks[4];

        for (size_t j = 0; j < 4; j++)
            blocks[j] = malloc(TOUCH_BURST);
        if (blocks[2] == NULL)
            _exit(3);
        memset(blocks[2], 1, TOUCH_BURST);
        for (volatile unsigned k = 0; k < 500000; k++)
            continue;
        for (size_t j = 0; j < 4; j++)
            free(blocks[j]);
    }
}

int main(int argc, char **argv)
{
    page = (size_t)getpagesize();
    if (argc == 2 && strcmp(argv[1], "bursts") == 0) {
        bursts();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "huge") == 0) {
        free(touch(allocate(TOUCH_HUGE), 0, 3));
        return 0;
    }
    mallopt(M_MMAP_THRESHOLD, 1 << 16);
    fresh_blocks();
    resized_blocks();
    used_blocks();
    by_another_thread();
    odd_blocks();
    in_a_child();
    touch(allocate(TOUCH_LIVE), 1, 2);
    return 0;
}
