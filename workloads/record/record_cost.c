/*
 * record_cost - what recording costs: added nanoseconds an event, with one thread and with two.
 *
 * Usage:  record_cost [ROUNDS [RECORDER.so]]
 *
 * Each round runs this program four times, with one thread and two, with the recorder and without, one after
 * the other. A run frees and allocates blocks of a ring; an event is one allocation or one free. The table
 * has the medians over the rounds of the processor time an event took, and of the paired differences.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/random.h"

enum { RING = 256, PAIRS = 4000000, MAX_THREADS = 2, MAX_ROUNDS = 99, DEFAULT_ROUNDS = 9 };

static void *churn(void *argument)
{
    void *ring[RING] = {0};
    struct hb_random random;

    hb_random_seed(&random, (uintptr_t)argument);
    for (unsigned i = 0; i < PAIRS; i++) {
        unsigned slot = (unsigned)hb_random_below(&random, RING);

        free(ring[slot]);
        ring[slot] = malloc(16 + (i * 40503u >> 3) % 240);
    }
    for (unsigned i = 0; i < RING; i++)
        free(ring[i]);
    return NULL;
}

/* Of all threads: on a busy machine the wall clock measures the others. */
static double processor_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The child: prints the nanoseconds an event took. */
static int run_churn(unsigned threads)
{
    pthread_t extra[MAX_THREADS];
    double begin = processor_ns();

    for (unsigned i = 1; i < threads; i++)
        if (pthread_create(&extra[i], NULL, churn, (void *)(uintptr_t)i) != 0)
            return EXIT_FAILURE;
    churn(NULL);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(extra[i], NULL);
    printf("%.4f\n", (processor_ns() - begin) / (2.0 * PAIRS * threads));
    return EXIT_SUCCESS;
}

/* Runs this program as a child and reads its figure; negative where that failed. */
static double run_child(const char *self, unsigned threads, const char *recorder, const char *folder)
{
    char command[8192];
    double figure = -1;
    FILE *out;

    if (recorder != NULL)
        snprintf(command, sizeof command,
                 "HEAPBENCH_RECORD_FOLDER='%s' LD_PRELOAD='%s' '%s' --churn %u; rm -f '%s'/*.capture", folder,
                 recorder, self, threads, folder);
    else
        snprintf(command, sizeof command, "'%s' --churn %u", self, threads);
    out = popen(command, "r");
    if (out == NULL)
        return -1;
    if (fscanf(out, "%lf", &figure) != 1)
        figure = -1;
    return pclose(out) == 0 ? figure : -1;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static bool measure(const char *self, const char *recorder, const char *folder, unsigned rounds,
                    unsigned threads)
{
    double bare[MAX_ROUNDS] = {0}, recorded[MAX_ROUNDS] = {0}, added[MAX_ROUNDS] = {0};

    for (unsigned i = 0; i < rounds; i++) {
        bare[i] = run_child(self, threads, NULL, folder);
        recorded[i] = run_child(self, threads, recorder, folder);
        if (bare[i] < 0 || recorded[i] < 0)
            return false;
        added[i] = recorded[i] - bare[i];
    }
    printf("%7u  %12.2f  %16.2f  %14.2f\n", threads, median(bare, rounds), median(recorded, rounds),
           median(added, rounds));
    return true;
}

static bool read_self(char *path, size_t capacity)
{
    ssize_t bytes = readlink("/proc/self/exe", path, capacity - 1);

    if (bytes < 0)
        return false;
    path[bytes] = '\0';
    return true;
}

/* The library where the build puts it: beside this program's folder. */
static const char *default_recorder(const char *self)
{
    static char path[4096];
    const char *slash = strrchr(self, '/');

    snprintf(path, sizeof path, "%.*s/../lib/libheapbench_record.so", slash != NULL ? (int)(slash - self) : 0,
             self);
    return path;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/record_cost.XXXXXX";
    char self[2048];
    uint64_t rounds = DEFAULT_ROUNDS;
    const char *recorder;
    bool measured = true;

    if (argc == 3 && strcmp(argv[1], "--churn") == 0)
        return run_churn((unsigned)strtoul(argv[2], NULL, 10));
    if (argc > 3 || (argc > 1 && (!hb_number_parse(argv[1], &rounds) || rounds < 1 || rounds > MAX_ROUNDS))) {
        fprintf(stderr, "Usage: record_cost [ROUNDS [RECORDER.so]]   (1 to %d rounds, %d by default)\n",
                MAX_ROUNDS, DEFAULT_ROUNDS);
        return 2;
    }
    if (!read_self(self, sizeof self) || mkdtemp(folder) == NULL) {
        perror("record_cost");
        return EXIT_FAILURE;
    }
    recorder = argc == 3 ? argv[2] : default_recorder(self);
    printf("threads  bare_ns/event  recorded_ns/event  added_ns/event\n");
    for (unsigned threads = 1; measured && threads <= MAX_THREADS; threads++)
        measured = measure(self, recorder, folder, (unsigned)rounds, threads);
    rmdir(folder);
    if (!measured)
        fprintf(stderr, "record_cost: a run failed\n");
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
