/*
 * clock_library.c - an allocator that writes down what time it was at each allocation, by every clock it
 * knows.
 *
 * Into the file that CLOCK_LIBRARY_LOG names, a struct clock_reading each (clock_library.h). The machine's
 * clock it asks by a system call, which nobody replaces. It is a library that sleeps, too: at its tenth
 * allocation in every way that has a clock.
 */
#include "tests/bench/sample/clock_library.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char memory[1 << 20];
static size_t used;
static int log_fd = -1, calls;

static int64_t ns_of(const struct timespec *time)
{
    return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

static int64_t read_ns(clockid_t clock)
{
    struct timespec now;

    return clock_gettime(clock, &now) == 0 ? ns_of(&now) : -1;
}

static int64_t machine_ns(void)
{
    struct timespec now;

    return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) == 0 ? ns_of(&now) : -1;
}

static int64_t day_us(void)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    return now.tv_sec * INT64_C(1000000) + now.tv_usec;
}

/* Each would take hours where what is waited for is a time of another clock. */
static int sleep_by_all(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    const struct timespec span = {.tv_nsec = 1000000};
    struct timespec until;
    int ends = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_lock(&mutex);
    ends += pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT;
    clock_gettime(CLOCK_MONOTONIC, &until);
    ends += pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
    pthread_mutex_unlock(&mutex);
    ends += clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0;
    return ends + (nanosleep(&span, NULL) == 0) + (usleep(1000) == 0);
}

static void write_reading(void)
{
    struct clock_reading reading = {.machine_before_ns = machine_ns()};
    const char *path = getenv("CLOCK_LIBRARY_LOG");

    reading.monotonic_ns = read_ns(CLOCK_MONOTONIC);
    reading.machine_after_ns = machine_ns();
    reading.coarse_ns = read_ns(CLOCK_MONOTONIC_COARSE);
    reading.day_ns = read_ns(CLOCK_REALTIME);
    reading.day_us = day_us();
    reading.day_s = time(NULL);
    reading.processor_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
    if (++calls == 10)
        reading.sleeps = sleep_by_all();
    if (log_fd < 0 && path != NULL)
        log_fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (write(log_fd, &reading, sizeof reading) != (ssize_t)sizeof reading)
        abort();
}

/* None of these calls another through the linker: with sanitizers such a library is not loaded. */
static void *serve(size_t size)
{
    size_t bytes = (size + 15) & ~(size_t)15;
    void *block = memory + used;

    if (bytes > sizeof memory - used)
        return NULL;
    used += bytes;
    write_reading();
    return block;
}

void *malloc(size_t size)
{
    return serve(size);
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t size)
{
    return serve(count * size);
}

void *realloc(void *block, size_t size)
{
    void *grown = serve(size);

    return block != NULL && grown != NULL ? memcpy(grown, block, 0) : grown;
}
