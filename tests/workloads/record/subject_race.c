/*
 * subject_race.c - threads that allocate, and free or reallocate what another allocated.
 *
 * Usage: subject_race THREADS STEPS. Each step puts a fresh block into a random mailbox and gives back the
 * one that was there: about two events. Run it with one arena and no thread cache, and a freed block is
 * another thread's at once: a recorder that stamps late is caught.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { MAILBOXES = 64, THREADS_AT_MOST = 64 };

static _Atomic(void *) mailboxes[MAILBOXES];
static unsigned long steps;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void *pass_blocks(void *argument)
{
    uint32_t state = (uint32_t)(uintptr_t)argument;

    for (unsigned long i = 0; i < steps; i++) {
        void *block = malloc(1 + next_random(&state) % 200);
        void *old = atomic_exchange(&mailboxes[next_random(&state) % MAILBOXES], block);

        if (next_random(&state) % 4 == 0 && old != NULL)
            old = realloc(old, 1 + next_random(&state) % 400);
        free(old);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS_AT_MOST];
    unsigned long count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

    if (count < 1 || count > THREADS_AT_MOST)
        return 2;
    steps = strtoul(argv[2], NULL, 10);
    for (uintptr_t i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, pass_blocks, (void *)(i + 1)) != 0)
            return 1;
    for (unsigned long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < MAILBOXES; i++)
        free(mailboxes[i]);
    return 0;
}
