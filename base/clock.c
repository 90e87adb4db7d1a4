/*
 * clock.c - the two clocks, and what reading the monotonic one costs.
 */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t hb_clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t hb_clock_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

uint64_t hb_clock_pair_cost_ns(void)
{
    enum { PAIRS = 1001 };
    static uint64_t cost[PAIRS];

    for (int i = 0; i < PAIRS; i++) {
        uint64_t begin = hb_clock_ns();

        cost[i] = hb_clock_ns() - begin;
    }
    qsort(cost, PAIRS, sizeof cost[0], compare_u64);
    return cost[PAIRS / 2];
}
