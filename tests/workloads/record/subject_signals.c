/*
 * subject_signals.c - a signal handler that allocates whenever it likes, in the recorder too.
 *
 * Usage: subject_signals COUNT. It must be given an allocator that a handler may call (subject_bump.c). The
 * main thread does COUNT mallocs of COUNTED_BYTES and frees each, while another sends it signals, whose
 * handler mallocs HANDLER_BYTES. In the end it mallocs HANDLED_BASE and as many bytes as the handler ran
 * times.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "subjects.h"

enum { SIGNALS = 5000 };

static atomic_bool done;
static atomic_ulong handled;
static void *volatile from_handler;

static void handle(int number)
{
    (void)number;
    from_handler = malloc(HANDLER_BYTES);
    atomic_fetch_add(&handled, 1);
}

static void *send_signals(void *argument)
{
    pthread_t target = *(pthread_t *)argument;

    /* The next when the last has been handled, so that the other thread gets on. */
    for (unsigned long sent = 0; sent < SIGNALS && !atomic_load(&done); sent++) {
        pthread_kill(target, SIGUSR1);
        while (atomic_load(&handled) <= sent && !atomic_load(&done))
            sched_yield();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    pthread_t self = pthread_self(), sender;
    sigset_t late;

    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&late);
    sigaddset(&late, SIGUSR1);
    if (count == 0 || pthread_create(&sender, NULL, send_signals, &self) != 0)
        return 2;
    for (unsigned long i = 0; i < count; i++) {
        void *volatile block = malloc(COUNTED_BYTES);

        free(block);
    }
    atomic_store(&done, true);
    pthread_join(sender, NULL);
    /* One may still be on its way: it has come, or never will. */
    pthread_sigmask(SIG_BLOCK, &late, NULL);
    from_handler = malloc(HANDLED_BASE + atomic_load(&handled));
    return 0;
}
