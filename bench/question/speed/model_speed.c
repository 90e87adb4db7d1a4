/*
 * model_speed.c - a side of a pair measured in a process of its own, and what comes of it.
 */
#include "bench/question/speed/model_speed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stats.h"
#include "bench/question/speed/model_speed_load.h"
#include "bench/sample/memory.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is shared with the process in which a side is measured. */
struct speed_exchange {
    struct hb_child_exchange child;
    struct hb_speed_load load; /* its pointers mean nothing in another process; its tables follow */
    enum hb_speed_side side;
    enum hb_layout_order walking_order;
    char allocator[64];
    /* The result. */
    struct hb_error error; /* HB_OK: the rest is whole */
    uint64_t digest;
    uint64_t resident_bytes;
    uint64_t elapsed_ns[HB_SPEED_ROUNDS_MAX + 1]; /* the first is the one that warms up */
    uint64_t cpu_ns[HB_SPEED_ROUNDS_MAX + 1];     /* likewise */
    uint64_t tables[];                            /* the layout's offsets, the plan, the layout's flags */
};

static size_t offsets_bytes(const struct hb_speed_load *load)
{
    return (load->layout.range_count + 1) * sizeof *load->layout.offsets;
}

static size_t plan_bytes(const struct hb_speed_load *load)
{
    return hb_speed_all_replacements(load, HB_SPEED_MODEL) * sizeof *load->plan;
}

static size_t flags_bytes(const struct hb_speed_load *load)
{
    return load->layout.range_count * sizeof *load->layout.allocated;
}

/* Points the tables of `load` at those that follow the exchange. */
static void point_at_tables(struct speed_exchange *x, struct hb_speed_load *load)
{
    char *at = (char *)x->tables;

    load->layout.offsets = (uint64_t *)(void *)at;
    at += offsets_bytes(load);
    load->plan = (struct hb_speed_replacement *)(void *)at;
    load->layout.allocated = (bool *)(at + plan_bytes(load));
}

/* The nanoseconds of a round, and its processor time in `*cpu_ns`; 0 with `error`. */
static uint64_t time_round(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count,
                           uint64_t *cpu_ns, struct hb_error *error)
{
    uint64_t elapsed_ns = 0;

    while (count > 0) {
        uint64_t part = hb_speed_heap_prepare(load, bench, count, error);
        uint64_t begin_ns, begin_cpu_ns;

        if (part == 0)
            return 0;
        begin_cpu_ns = hb_clock_cpu_ns();
        begin_ns = hb_clock_ns();
        hb_speed_heap_advance(load, bench, part);
        elapsed_ns += hb_clock_ns() - begin_ns;
        *cpu_ns += hb_clock_cpu_ns() - begin_cpu_ns;
        count -= part;
    }
    return elapsed_ns;
}

static void measure(const struct hb_speed_load *load, struct speed_exchange *x)
{
    struct hb_speed_heap bench;
    struct hb_memory memory;
    uint64_t resident_bytes;

    if (hb_memory_begin(&memory, &x->error) != HB_OK ||
        hb_speed_heap_open(load, x->side, &bench, &x->error) != HB_OK)
        return;
    for (uint32_t round = 0; round <= load->rounds; round++) {
        x->elapsed_ns[round] =
            time_round(load, &bench, load->replacements[x->side], &x->cpu_ns[round], &x->error);
        if (x->elapsed_ns[round] == 0)
            return;
    }
    resident_bytes = hb_memory_resident_bytes(&memory);
    x->resident_bytes = resident_bytes - smaller(resident_bytes, hb_speed_blocks_bytes(load));
    x->digest = hb_speed_heap_digest(load, &bench);
}

static bool work(struct hb_child_exchange *shared, int unused)
{
    struct speed_exchange *x = (struct speed_exchange *)shared;
    const struct hb_speed_pair pair = {.walking_order = x->walking_order};
    struct hb_speed_load load = x->load;

    (void)unused;
    load.pair = &pair;
    point_at_tables(x, &load);
    if (hb_allocator_open(x->allocator, &load.allocators[x->side], NULL, &x->error) == HB_OK)
        measure(&load, x);
    return true;
}

const struct hb_child_job hb_speed_job = {
    .name = "speed", .what = "a heap", .request_bytes = sizeof(struct speed_exchange), .work = work};

static void write_request(const struct hb_speed_load *load, enum hb_speed_side side, struct speed_exchange *x)
{
    x->load = *load;
    point_at_tables(x, &x->load);
    memcpy(x->load.layout.offsets, load->layout.offsets, offsets_bytes(load));
    memcpy(x->load.plan, load->plan, plan_bytes(load));
    memcpy(x->load.layout.allocated, load->layout.allocated, flags_bytes(load));
    x->side = side;
    x->walking_order = load->pair->walking_order;
    snprintf(x->allocator, sizeof x->allocator, "%s", load->allocators[side]->name);
}

static enum hb_status measure_apart(const struct hb_speed_load *load, enum hb_speed_side side,
                                    const struct hb_child *child, struct hb_error *error)
{
    struct speed_exchange *x = (struct speed_exchange *)child->exchange;
    const struct hb_child_order order = {.subject = load->allocators[side]->name, .attached = -1};
    struct hb_child_outcome outcome;
    enum hb_status status;

    write_request(load, side, x);
    status = hb_child_run(child, &order, &outcome, error);
    if (status != HB_OK)
        return status;
    if (outcome.end != HB_CHILD_DONE)
        return hb_error_set(error, outcome.error.status, "%s", outcome.error.text);
    if (x->error.status != HB_OK)
        return hb_error_set(error, x->error.status, "%s", x->error.text);
    if (x->digest == load->digest[side])
        return HB_OK;
    return hb_error_set(error, HB_ERR_FORMAT,
                        "%s: after %" PRIu64 " operations at %" PRIu64
                        " ranges its heap is not as %s computed it beforehand",
                        load->allocators[side]->name, 2 * hb_speed_all_replacements(load, side), load->ranges,
                        load->allocators[HB_SPEED_MODEL]->name);
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

static void collect(const struct hb_speed_load *load, enum hb_speed_side side, const struct speed_exchange *x,
                    struct hb_speed_result *result)
{
    uint64_t count = load->replacements[side];

    *result = (struct hb_speed_result){.live = load->layout.live,
                                       .ops = 2 * count,
                                       .resident_bytes = x->resident_bytes,
                                       .round_count = load->rounds};
    for (uint32_t i = 0; i < load->rounds; i++) {
        result->rounds[i] = round_of(load, (i + 1) * count, (i + 2) * count);
        result->rounds[i].elapsed_ns = x->elapsed_ns[i + 1];
        result->rounds[i].cpu_ns = x->cpu_ns[i + 1];
    }
}

enum hb_status hb_speed_run(const struct hb_speed_load *load, enum hb_speed_side side,
                            struct hb_speed_result *result, struct hb_error *error)
{
    size_t bytes = sizeof(struct speed_exchange) + offsets_bytes(load) + plan_bytes(load) + flags_bytes(load);
    struct hb_child child;
    enum hb_status status = hb_child_open(&hb_speed_job, bytes, &child, error);

    if (status != HB_OK)
        return status;
    status = measure_apart(load, side, &child, error);
    if (status == HB_OK)
        collect(load, side, (const struct speed_exchange *)child.exchange, result);
    hb_child_close(&child);
    return status;
}

double hb_speed_ns_per_op(const struct hb_speed_result *result)
{
    double ns[HB_SPEED_ROUNDS_MAX];

    for (uint32_t i = 0; i < result->round_count; i++)
        ns[i] = (double)result->rounds[i].elapsed_ns / (double)result->ops;
    return hb_stats_median(ns, result->round_count);
}

double hb_speed_cpu_ns_per_op(const struct hb_speed_result *result)
{
    double ns[HB_SPEED_ROUNDS_MAX];

    for (uint32_t i = 0; i < result->round_count; i++)
        ns[i] = (double)result->rounds[i].cpu_ns / (double)result->ops;
    return hb_stats_median(ns, result->round_count);
}

double hb_speed_walk_mean(const struct hb_speed_result *result)
{
    double total = 0;

    for (uint32_t i = 0; i < result->round_count; i++)
        total += (double)result->rounds[i].walk_total;
    return total / ((double)result->round_count * (double)result->ops / 2);
}
