/*
 * record_cost.c - what recording costs: added nanoseconds an event, by one thread and by two.
 *
 * Usage:  record_cost [ROUNDS [RECORDER.so]]
 *
 * Each round runs this program for each pattern with the recorder and without, one after the other. An event
 * is one allocation or one free. In `own`, each thread frees and allocates blocks of a ring of its own; in
 * `handed`, one thread allocates every block and the other frees it. The table has the medians over the
 * rounds of the processor time an event took, of the paired differences, and of the paired ratios.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/random.h"
#include "workloads/record/host.h"

enum { RING = 256, PAIRS = 4000000, MAX_ROUNDS = 99, DEFAULT_ROUNDS = 9, TICK_NS = 1000000 };

static size_t size_of(unsigned i)
{
    return 16 + (i * 40503u >> 3) % 240;
}

static void *churn(void *argument)
{
    void *ring[RING] = {0};
    struct hb_random random;

    hb_random_seed(&random, (uintptr_t)argument);
    for (unsigned i = 0; i < PAIRS; i++) {
        unsigned slot = (unsigned)hb_random_below(&random, RING);

        free(ring[slot]);
        ring[slot] = malloc(size_of(i));
    }
    for (unsigned i = 0; i < RING; i++)
        free(ring[i]);
    return NULL;
}

/* A queue of one writer and one reader. */
static _Alignas(64) _Atomic unsigned made;
static _Alignas(64) _Atomic unsigned taken;
static _Alignas(64) void *queue[RING];

static void *make_blocks(void *argument)
{
    for (unsigned i = 0; i < PAIRS; i++) {
        while (i - atomic_load_explicit(&taken, memory_order_acquire) == RING)
            sched_yield();
        queue[i % RING] = malloc(size_of(i));
        atomic_store_explicit(&made, i + 1, memory_order_release);
    }
    return argument;
}

static void *free_blocks(void *argument)
{
    for (unsigned i = 0; i < PAIRS; i++) {
        while (atomic_load_explicit(&made, memory_order_acquire) == i)
            sched_yield();
        free(queue[i % RING]);
        atomic_store_explicit(&taken, i + 1, memory_order_release);
    }
    return argument;
}

/* What is measured. */
static const struct pattern {
    const char *name;
    void *(*work[2])(void *);
    unsigned threads;
    unsigned pairs; /* that all threads do together, in units of PAIRS */
} patterns[] = {
    {"own", {churn, NULL}, 1, 1},
    {"own", {churn, churn}, 2, 2},
    {"handed", {make_blocks, free_blocks}, 2, 1},
};

enum { PATTERNS = sizeof patterns / sizeof patterns[0] };

/* Of all threads: on a busy machine the wall clock measures the others. */
static double processor_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The child: prints the nanoseconds an event took. */
static int run_pattern(const struct pattern *pattern)
{
    double begin = processor_ns();
    pthread_t extra = 0;

    if (pattern->threads == 2 && pthread_create(&extra, NULL, pattern->work[1], (void *)(uintptr_t)1) != 0)
        return EXIT_FAILURE;
    pattern->work[0](NULL);
    if (pattern->threads == 2)
        pthread_join(extra, NULL);
    printf("%.4f\n", (processor_ns() - begin) / (2.0 * PAIRS * pattern->pairs));
    return EXIT_SUCCESS;
}

/* Runs this program as a child and reads its figure; negative where that failed. */
static double run_child(const char *self, size_t pattern, const char *recorder, const char *folder)
{
    char command[8192], environment[6000] = "";
    double figure = -1;
    FILE *out;

    if (recorder != NULL)
        snprintf(environment, sizeof environment, "HEAPBENCH_RECORD_FOLDER='%s' LD_PRELOAD='%s'", folder,
                 recorder);
    snprintf(command, sizeof command, "%s '%s' --pattern %zu", environment, self, pattern);
    out = popen(command, "r");
    if (out == NULL)
        return -1;
    if (fscanf(out, "%lf", &figure) != 1)
        figure = -1;
    return pclose(out) == 0 ? figure : -1;
}

static atomic_bool is_over;

static void *keep_clock(void *host)
{
    while (!atomic_load(&is_over)) {
        nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
        hb_host_tick(host);
    }
    return NULL;
}

/* A recording of its own for each run. */
static double run_recorded(const char *self, size_t pattern, const char *recorder)
{
    struct hb_host *host;
    struct hb_error error;
    pthread_t keeper;
    double figure;

    if (hb_host_create("/tmp/record_cost", &host, &error) != HB_OK) {
        fprintf(stderr, "record_cost: %s\n", error.text);
        return -1;
    }
    atomic_store(&is_over, false);
    if (pthread_create(&keeper, NULL, keep_clock, host) != 0) {
        hb_host_close(host, false);
        return -1;
    }
    figure = run_child(self, pattern, recorder, hb_host_folder(host));
    atomic_store(&is_over, true);
    pthread_join(keeper, NULL);
    hb_host_close(host, false);
    return figure;
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

static bool measure(const char *self, const char *recorder, unsigned rounds, size_t pattern)
{
    double bare[MAX_ROUNDS] = {0}, recorded[MAX_ROUNDS] = {0}, added[MAX_ROUNDS] = {0},
           ratio[MAX_ROUNDS] = {0};

    for (unsigned i = 0; i < rounds; i++) {
        bare[i] = run_child(self, pattern, NULL, NULL);
        recorded[i] = run_recorded(self, pattern, recorder);
        if (bare[i] < 0 || recorded[i] < 0)
            return false;
        added[i] = recorded[i] - bare[i];
        ratio[i] = recorded[i] / bare[i];
    }
    printf("%-8s  %7u  %12.2f  %16.2f  %14.2f  %5.2f\n", patterns[pattern].name, patterns[pattern].threads,
           median(bare, rounds), median(recorded, rounds), median(added, rounds), median(ratio, rounds));
    fflush(stdout);
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
    char self[2048];
    uint64_t rounds = DEFAULT_ROUNDS;
    const char *recorder;
    bool measured = true;

    if (argc == 3 && strcmp(argv[1], "--pattern") == 0)
        return run_pattern(&patterns[strtoul(argv[2], NULL, 10) % PATTERNS]);
    if (argc > 3 || (argc > 1 && (!hb_number_parse(argv[1], &rounds) || rounds < 1 || rounds > MAX_ROUNDS))) {
        fprintf(stderr, "Usage: record_cost [ROUNDS [RECORDER.so]]   (1 to %d rounds, %d by default)\n",
                MAX_ROUNDS, DEFAULT_ROUNDS);
        return 2;
    }
    if (!read_self(self, sizeof self)) {
        perror("record_cost");
        return EXIT_FAILURE;
    }
    recorder = argc == 3 ? argv[2] : default_recorder(self);
    printf("pattern   threads  bare_ns/event  recorded_ns/event  added_ns/event  ratio\n");
    for (size_t i = 0; measured && i < PATTERNS; i++)
        measured = measure(self, recorder, (unsigned)rounds, i);
    if (!measured)
        fprintf(stderr, "record_cost: a run failed\n");
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
