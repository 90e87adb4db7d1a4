/* model_speed.c - see model_speed.h. */
#include "bench/model_speed.h"

#include <assert.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/child.h"
#include "bench/memory.h"
#include "bench/stats.h"

/* In a round: of a model, and of one that walks, which is to examine about so many ranges. */
enum { REPLACEMENTS = 5000, LEAST_REPLACEMENTS = 20, RANGES_EXAMINED = 5000000 };

/* A heap is laid out anew after a replacement for so many ranges. */
enum { RANGES_PER_REPLACEMENT = 10 };

/* The bounds that keep a heap from being laid out for seconds, and a round from lasting one. */
enum { MODEL_MOST = 1000000, FIRST_MODEL_MOST = 10000000, WALKING_MOST = 1000000, BEST_MOST = 30000 };

/* Next fit is not among them: in ample room it never leaves the tail, and examines that alone. */
static const struct hb_speed_pair pairs[] = {
    {{"simple", "model-first"}, HB_LAYOUT_HALVES, {WALKING_MOST, FIRST_MODEL_MOST}},
    {{"first-merge", "model-first-merge"}, HB_LAYOUT_HALVES, {WALKING_MOST, FIRST_MODEL_MOST}},
    {{"best", "model-best"}, HB_LAYOUT_ADDRESSES, {BEST_MOST, MODEL_MOST}},
    {{"best-merge", "model-best-merge"}, HB_LAYOUT_ADDRESSES, {BEST_MOST, MODEL_MOST}},
};

struct replacement {
    uint32_t slot; /* the block that is freed, and in which stead one is allocated */
    uint32_t size;
};

struct hb_speed_load {
    const struct hb_speed_pair *pair;
    const struct hb_allocator *allocators[HB_SPEED_SIDES];
    uint32_t rounds;
    uint64_t ranges;
    struct hb_layout layout;
    uint64_t replacements[HB_SPEED_SIDES]; /* in a round */
    struct replacement *plan;              /* all rounds of the model, and one to warm up */
    /* Followed on the model: before the first replacement and after each. */
    uint64_t *walk_total;
    uint64_t *range_count;
    uint64_t digest[HB_SPEED_SIDES]; /* of all layouts, when each side has done its last one */
};

const struct hb_speed_pair *hb_speed_pairs(size_t *count)
{
    *count = sizeof pairs / sizeof *pairs;
    return pairs;
}

/* -- what both sides do -- */

/* A heap under measurement, its blocks by slot. */
struct bench_heap {
    const struct hb_allocator *allocator;
    enum hb_layout_order order;
    void *heap;
    void **blocks;
    uint64_t done;    /* replacements, in all */
    uint64_t laid_at; /* what of them had been done when it was laid out */
    uint64_t digest;  /* of the layouts before this one */
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t all_replacements(const struct hb_speed_load *load, enum hb_speed_side side)
{
    return (load->rounds + UINT64_C(1)) * load->replacements[side];
}

static size_t blocks_bytes(const struct hb_speed_load *load)
{
    return (load->layout.range_count + 1) * sizeof(void *);
}

/* The loop that is timed. Inlined, it would be merged with what surrounds it. */
__attribute__((noinline)) static void replace(const struct bench_heap *bench, const struct replacement *plan,
                                              uint64_t count)
{
    const struct hb_allocator *a = bench->allocator;

    for (uint64_t i = 0; i < count; i++) {
        void **block = &bench->blocks[plan[i].slot];

        a->dealloc(bench->heap, *block);
        *block = a->alloc(bench->heap, plan[i].size);
    }
}

static uint64_t mix(uint64_t digest, uint64_t value)
{
    digest = (digest ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return digest ^ digest >> 29;
}

static bool digest_range(void *context, const struct hb_range *range)
{
    uint64_t *digest = context;

    *digest = mix(*digest, 2 * range->offset + range->allocated);
    return true;
}

/* Of where every range begins, which are free, and where the blocks are that were replaced; and of the
 * layouts before. */
static uint64_t digest_heap(const struct hb_speed_load *load, const struct bench_heap *bench)
{
    uint64_t digest = bench->digest;

    bench->allocator->ranges(bench->heap, digest_range, &digest);
    for (uint64_t i = bench->laid_at; i < bench->done; i++) {
        const void *block = bench->blocks[load->plan[i].slot];

        digest = mix(digest, block != NULL ? bench->allocator->offset(bench->heap, block) : 0);
    }
    return digest;
}

/* Asks for no memory of the harness's own but `blocks`, which the caller has. */
static enum hb_status lay_out(const struct hb_speed_load *load, struct bench_heap *bench,
                              struct hb_error *error)
{
    const struct hb_allocator *allocator = bench->allocator;

    bench->heap = allocator->create(allocator, 0, error);
    if (bench->heap == NULL)
        return error->status;
    bench->laid_at = bench->done;
    if (hb_layout_put(&load->layout, bench->order, allocator, bench->heap, bench->blocks))
        return HB_OK;
    return hb_error_set(error, HB_ERR_MEMORY, "%s: no room for %" PRIu64 " ranges", allocator->name,
                        load->ranges);
}

static enum hb_status open_heap(const struct hb_speed_load *load, enum hb_speed_side side,
                                struct bench_heap *bench, struct hb_error *error)
{
    *bench = (struct bench_heap){
        .allocator = load->allocators[side],
        .order = side == HB_SPEED_WALKING ? load->pair->walking_order : HB_LAYOUT_ADDRESSES,
    };
    bench->blocks = hb_pages_alloc(blocks_bytes(load));
    if (bench->blocks == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %" PRIu64 " blocks", load->layout.live);
    return lay_out(load, bench, error);
}

static void close_heap(const struct hb_speed_load *load, struct bench_heap *bench)
{
    if (bench->heap != NULL)
        bench->allocator->destroy(bench->heap);
    hb_pages_free(bench->blocks, blocks_bytes(load));
}

/* How many of the next `count` replacements this layout is good for; where for none, it is laid out anew
 * first. 0 with `error`. */
static uint64_t prepare(const struct hb_speed_load *load, struct bench_heap *bench, uint64_t count,
                        struct hb_error *error)
{
    uint64_t period = load->ranges / RANGES_PER_REPLACEMENT;
    uint64_t good = period - (bench->done - bench->laid_at);

    if (good == 0) {
        bench->digest = digest_heap(load, bench);
        bench->allocator->destroy(bench->heap);
        if (lay_out(load, bench, error) != HB_OK)
            return 0;
        good = period;
    }
    return good < count ? good : count;
}

static void advance(const struct hb_speed_load *load, struct bench_heap *bench, uint64_t count)
{
    replace(bench, &load->plan[bench->done], count);
    bench->done += count;
}

/* -- the load -- */

static enum hb_status find_allocators(struct hb_speed_load *load, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES && status == HB_OK; side++)
        status = hb_allocator_open(load->pair->name[side], &load->allocators[side], NULL, error);
    return status;
}

static uint64_t walking_replacements(uint64_t ranges)
{
    uint64_t count = RANGES_EXAMINED / ranges;

    return count > REPLACEMENTS ? REPLACEMENTS : count < LEAST_REPLACEMENTS ? LEAST_REPLACEMENTS : count;
}

static enum hb_status plan_replacements(struct hb_speed_load *load, struct hb_random *random,
                                        struct hb_error *error)
{
    uint64_t count;

    load->replacements[HB_SPEED_MODEL] = REPLACEMENTS;
    load->replacements[HB_SPEED_WALKING] = walking_replacements(load->ranges);
    count = all_replacements(load, HB_SPEED_MODEL);
    load->plan = malloc(count * sizeof *load->plan);
    load->walk_total = calloc(count + 1, sizeof *load->walk_total);
    load->range_count = calloc(count + 1, sizeof *load->range_count);
    if (load->plan == NULL || load->walk_total == NULL || load->range_count == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %" PRIu64 " operations", 2 * count);
    for (uint64_t i = 0; i < count; i++) {
        load->plan[i].slot = (uint32_t)hb_random_below(random, load->layout.live);
        load->plan[i].size = hb_layout_draw_size(random);
    }
    return HB_OK;
}

static void note_state(struct hb_speed_load *load, const struct bench_heap *bench)
{
    uint64_t done = bench->done;
    struct hb_walk walk;

    bench->allocator->last_walk(bench->heap, &walk);
    load->walk_total[done] = load->walk_total[done - 1] + walk.length;
    load->range_count[done] = walk.ranges;
    for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++)
        if (done == all_replacements(load, side))
            load->digest[side] = digest_heap(load, bench);
}

/* Does all on a model, asking after every replacement. */
static enum hb_status follow(struct hb_speed_load *load, struct hb_error *error)
{
    uint64_t count = all_replacements(load, HB_SPEED_MODEL);
    struct bench_heap bench;
    enum hb_status status = open_heap(load, HB_SPEED_MODEL, &bench, error);

    while (status == HB_OK && bench.done < count) {
        if (prepare(load, &bench, 1, error) == 0) {
            status = error->status;
        } else {
            advance(load, &bench, 1);
            note_state(load, &bench);
        }
    }
    close_heap(load, &bench);
    return status;
}

enum hb_status hb_speed_load_open(const struct hb_speed_pair *pair, uint64_t ranges, uint32_t rounds,
                                  uint64_t seed, struct hb_speed_load **out, struct hb_error *error)
{
    struct hb_speed_load *load = calloc(1, sizeof *load);
    struct hb_random random;
    enum hb_status status;

    assert(rounds >= 1 && rounds <= HB_SPEED_ROUNDS_MAX);
    if (load == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    load->pair = pair;
    load->ranges = ranges;
    load->rounds = rounds;
    hb_random_seed(&random, seed);
    status = find_allocators(load, error);
    if (status == HB_OK)
        status = hb_layout_make(ranges, &random, &load->layout, error);
    if (status == HB_OK)
        status = plan_replacements(load, &random, error);
    if (status == HB_OK)
        status = follow(load, error);
    if (status != HB_OK) {
        hb_speed_load_close(load);
        return status;
    }
    *out = load;
    return HB_OK;
}

void hb_speed_load_close(struct hb_speed_load *load)
{
    if (load == NULL)
        return;
    hb_layout_clear(&load->layout);
    free(load->plan);
    free(load->walk_total);
    free(load->range_count);
    free(load);
}

/* -- timing -- */

/* What the process writes in which it is done. */
struct outcome {
    bool done; /* set last */
    struct hb_error error;
    uint64_t digest;
    uint64_t resident_bytes;
    uint64_t elapsed_ns[HB_SPEED_ROUNDS_MAX + 1]; /* the first is the one that warms up */
};

/* The nanoseconds of a round; 0 with `error`. */
static uint64_t time_round(const struct hb_speed_load *load, struct bench_heap *bench, uint64_t count,
                           struct hb_error *error)
{
    uint64_t elapsed_ns = 0;

    while (count > 0) {
        uint64_t part = prepare(load, bench, count, error);
        uint64_t begin_ns;

        if (part == 0)
            return 0;
        begin_ns = hb_clock_ns();
        advance(load, bench, part);
        elapsed_ns += hb_clock_ns() - begin_ns;
        count -= part;
    }
    return elapsed_ns;
}

/* In the process of its own. */
static void measure(const struct hb_speed_load *load, enum hb_speed_side side, struct outcome *outcome)
{
    struct bench_heap bench;
    struct hb_memory memory;
    uint64_t resident_bytes;

    malloc_trim(0); /* what the parent has freed would be used again, and not counted */
    if (hb_memory_begin(&memory, &outcome->error) != HB_OK ||
        open_heap(load, side, &bench, &outcome->error) != HB_OK)
        return;
    for (uint32_t round = 0; round <= load->rounds; round++) {
        outcome->elapsed_ns[round] = time_round(load, &bench, load->replacements[side], &outcome->error);
        if (outcome->elapsed_ns[round] == 0)
            return;
    }
    resident_bytes = hb_memory_resident_bytes(&memory);
    outcome->resident_bytes = resident_bytes - smaller(resident_bytes, blocks_bytes(load));
    outcome->digest = digest_heap(load, &bench);
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
                              load->allocators[side]->name, 2 * all_replacements(load, side), load->ranges,
                              load->allocators[HB_SPEED_MODEL]->name);
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
