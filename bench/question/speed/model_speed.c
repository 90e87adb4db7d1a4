/* model_speed.c - see model_speed.h. */
#include "bench/question/speed/model_speed.h"

#include <inttypes.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stats.h"
#include "bench/question/speed/model_speed_load.h"
#include "bench/sample/child.h"
#include "bench/sample/memory.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What the process writes in which it is done. */
struct outcome {
    bool done; /* set last */
    struct hb_error error;
    uint64_t digest;
    uint64_t resident_bytes;
    uint64_t elapsed_ns[HB_SPEED_ROUNDS_MAX + 1]; /* the first is the one that warms up */
};

/* The nanoseconds of a round; 0 with `error`. */
static uint64_t time_round(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count,
                           struct hb_error *error)
{
    uint64_t elapsed_ns = 0;

    while (count > 0) {
        uint64_t part = hb_speed_heap_prepare(load, bench, count, error);
        uint64_t begin_ns;

        if (part == 0)
            return 0;
        begin_ns = hb_clock_ns();
        hb_speed_heap_advance(load, bench, part);
        elapsed_ns += hb_clock_ns() - begin_ns;
        count -= part;
    }
    return elapsed_ns;
}

/* In the process of its own. */
static void measure(const struct hb_speed_load *load, enum hb_speed_side side, struct outcome *outcome)
{
    struct hb_speed_heap bench;
    struct hb_memory memory;
    uint64_t resident_bytes;

    malloc_trim(0); /* what the parent has freed would be used again, and not counted */
    if (hb_memory_begin(&memory, &outcome->error) != HB_OK ||
        hb_speed_heap_open(load, side, &bench, &outcome->error) != HB_OK)
        return;
    for (uint32_t round = 0; round <= load->rounds; round++) {
        outcome->elapsed_ns[round] = time_round(load, &bench, load->replacements[side], &outcome->error);
        if (outcome->elapsed_ns[round] == 0)
            return;
    }
    resident_bytes = hb_memory_resident_bytes(&memory);
    outcome->resident_bytes = resident_bytes - smaller(resident_bytes, hb_speed_blocks_bytes(load));
    outcome->digest = hb_speed_heap_digest(load, &bench);
    outcome->done = true;
}

/* The process inherits the load, so it needs not be told what to do. */
static enum hb_status measure_apart(const struct hb_speed_load *load, enum hb_speed_side side,
                                    struct outcome *outcome, struct hb_error *error)
{
    pid_t parent = getpid(), child = fork();
    int wait_status = 0;

    if (child < 0)
        return hb_error_set_errno(error, HB_ERR_CHILD, "cannot start a process to measure in");
    if (child == 0) {
        hb_child_tame(parent);
        measure(load, side, outcome);
        _exit(0);
    }
    hb_child_wait(child, 0, &wait_status);
    if (outcome->done)
        return HB_OK;
    if (outcome->error.status != HB_OK)
        return hb_error_set(error, outcome->error.status, "%s", outcome->error.text);
    hb_child_describe_end(load->allocators[side]->name, wait_status, error);
    return HB_ERR_CHILD;
}

/* Of the replacements from `begin` on to `end`. */
static struct hb_speed_round round_of(const struct hb_speed_load *load, uint64_t begin, uint64_t end)
{
    struct hb_speed_round round = {.walk_total = load->walk_total[end] - load->walk_total[begin],
                                   .ranges_least = UINT64_MAX};

    for (uint64_t i = begin + 1; i <= end; i++) {
        round.ranges_least = smaller(round.ranges_least, load->range_count[i]);
        if (load->range_count[i] > round.ranges_most)
            round.ranges_most = load->range_count[i];
    }
    return round;
}

static void collect(const struct hb_speed_load *load, enum hb_speed_side side, const struct outcome *outcome,
                    struct hb_speed_result *result)
{
    uint64_t count = load->replacements[side];

    *result = (struct hb_speed_result){.live = load->layout.live,
                                       .ops = 2 * count,
                                       .resident_bytes = outcome->resident_bytes,
                                       .round_count = load->rounds};
    for (uint32_t i = 0; i < load->rounds; i++) {
        result->rounds[i] = round_of(load, (i + 1) * count, (i + 2) * count);
        result->rounds[i].elapsed_ns = outcome->elapsed_ns[i + 1];
    }
}

enum hb_status hb_speed_run(const struct hb_speed_load *load, enum hb_speed_side side,
                            struct hb_speed_result *result, struct hb_error *error)
{
    struct outcome *outcome =
        mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum hb_status status;

    if (outcome == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "no memory to be shared with a process");
    status = measure_apart(load, side, outcome, error);
    if (status == HB_OK && outcome->digest != load->digest[side])
        status = hb_error_set(error, HB_ERR_FORMAT,
                              "%s: after %" PRIu64 " operations at %" PRIu64
                              " ranges its heap is not as %s computed it beforehand",
                              load->allocators[side]->name, 2 * hb_speed_all_replacements(load, side),
                              load->ranges, load->allocators[HB_SPEED_MODEL]->name);
    if (status == HB_OK)
        collect(load, side, outcome, result);
    munmap(outcome, sizeof *outcome);
    return status;
}

double hb_speed_ns_per_op(const struct hb_speed_result *result)
{
    double ns[HB_SPEED_ROUNDS_MAX];

    for (uint32_t i = 0; i < result->round_count; i++)
        ns[i] = (double)result->rounds[i].elapsed_ns / (double)result->ops;
    return hb_stats_median(ns, result->round_count);
}

double hb_speed_walk_mean(const struct hb_speed_result *result)
{
    double total = 0;

    for (uint32_t i = 0; i < result->round_count; i++)
        total += (double)result->rounds[i].walk_total;
    return total / ((double)result->round_count * (double)result->ops / 2);
}
