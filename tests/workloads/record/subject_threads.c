/*
 * subject_threads.c - many threads, one after the other, that allocate to their very end.
 *
 * Usage: subject_threads COUNT. Each thread allocates and frees COUNTED_BYTES; then the destructor of a
 * thread-specific value allocates KEY_BYTES, in as many rounds as the C library runs, and frees them.
 */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "subjects.h"

static pthread_key_t key;

static void at_thread_end(void *value)
{
    void *volatile block = malloc(KEY_BYTES);

    free(block);
    pthread_setspecific(key, value);
}

static void *run(void *argument)
{
    void *volatile block = malloc(COUNTED_BYTES);

    free(block);
    pthread_setspecific(key, argument);
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (pthread_key_create(&key, at_thread_end) != 0)
        return 1;
    for (unsigned long i = 0; i < count; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, &key) != 0 || pthread_join(thread, NULL) != 0)
            return 1;
    }
    return count > 0 ? 0 : 2;
}
