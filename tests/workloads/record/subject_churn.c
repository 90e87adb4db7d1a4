/*
 * subject_churn.c - threads that begin and end, beside pages of the program's own.
 *
 * Usage: subject_churn THREADS. So many threads in turn, 64 alive at a time, each with a few to some hundred
 * mallocs of COUNTED_BYTES and their frees. All along, pages are mapped that hold a pattern, where the kernel
 * finds room: between and behind whatever else is mapped. Exit status 1 when one of them has changed.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "subjects.h"

enum { ALIVE = 64, PAGE = 4096, CANARIES_AT_MOST = 16384, WORDS = PAGE / sizeof(uint64_t) };

static _Atomic unsigned long started, wanted;
static uint64_t *_Atomic canaries[CANARIES_AT_MOST];
static _Atomic size_t canary_count;

static uint64_t pattern(size_t canary, size_t word)
{
    return (canary + 1) * UINT64_C(0x9e3779b97f4a7c15) + word;
}

static void add_canary(void)
{
    size_t index = atomic_fetch_add(&canary_count, 1);
    uint64_t *page;

    if (index >= CANARIES_AT_MOST)
        return;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    for (size_t i = 0; i < WORDS; i++)
        page[i] = pattern(index, i);
    atomic_store(&canaries[index], page);
}

static unsigned long count_changed(void)
{
    unsigned long changed = 0;

    for (size_t i = 0; i < CANARIES_AT_MOST; i++) {
        const uint64_t *page = atomic_load(&canaries[i]);

        for (size_t word = 0; page != NULL && word < WORDS; word++)
            changed += page[word] != pattern(i, word);
    }
    return changed;
}

/* The end of a chunk is met after every number of events that there is. */
static void *live(void *argument)
{
    size_t count = 1 + (size_t)(uintptr_t)argument * 7919 % 350;
    void *volatile block;

    add_canary();
    for (size_t i = 0; i < count; i++) {
        block = malloc(COUNTED_BYTES);
        free(block);
    }
    return NULL;
}

/* Makes a block of its own first: one that comes when all is done would not be in the recording else. */
static void *keep_starting(void *argument)
{
    void *volatile block = malloc(1);
    unsigned long number;

    free(block);
    while ((number = atomic_fetch_add(&started, 1)) < atomic_load(&wanted)) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, live, (void *)(uintptr_t)number) != 0)
            exit(3);
        pthread_join(thread, NULL);
    }
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t threads[ALIVE / 2];
    unsigned long changed;

    if (argc != 2)
        return 2;
    atomic_store(&wanted, strtoul(argv[1], NULL, 10));
    for (size_t i = 0; i < ALIVE / 2; i++)
        if (pthread_create(&threads[i], NULL, keep_starting, NULL) != 0)
            return 3;
    for (size_t i = 0; i < ALIVE / 2; i++)
        pthread_join(threads[i], NULL);
    changed = count_changed();
    if (changed > 0)
        fprintf(stderr, "subject_churn: %lu words of the program's own pages have changed\n", changed);
    return changed > 0;
}
