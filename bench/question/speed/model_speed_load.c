/*
 * model_speed_load.c - the pairs; and the replacements of one, planned and followed on the model.
 */
#include "bench/question/speed/model_speed_load.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* In a round: of a model, and of one that walks, which is to examine about so many ranges. */
enum { REPLACEMENTS = 5000, LEAST_REPLACEMENTS = 20, RANGES_EXAMINED = 5000000 };

/* The bounds that keep a heap from being laid out for seconds, and a round from lasting one. */
enum { MODEL_MOST = 1000000, FIRST_MODEL_MOST = 10000000, WALKING_MOST = 1000000, BEST_MOST = 30000 };

/* Next fit is not among them: in ample room it never leaves the tail, and examines that alone. */
static const struct hb_speed_pair pairs[] = {
    {{"simple", "model-first"}, HB_LAYOUT_HALVES, {WALKING_MOST, FIRST_MODEL_MOST}},
    {{"first-merge", "model-first-merge"}, HB_LAYOUT_HALVES, {WALKING_MOST, FIRST_MODEL_MOST}},
    {{"best", "model-best"}, HB_LAYOUT_ADDRESSES, {BEST_MOST, MODEL_MOST}},
    {{"best-merge", "model-best-merge"}, HB_LAYOUT_ADDRESSES, {BEST_MOST, MODEL_MOST}},
};

const struct hb_speed_pair *hb_speed_pairs(size_t *count)
{
    *count = sizeof pairs / sizeof *pairs;
    return pairs;
}

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
    count = hb_speed_all_replacements(load, HB_SPEED_MODEL);
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

static void note_state(struct hb_speed_load *load, const struct hb_speed_heap *bench)
{
    uint64_t done = bench->done;
    struct hb_walk walk;

    bench->allocator->last_walk(bench->heap, &walk);
    load->walk_total[done] = load->walk_total[done - 1] + walk.length;
    load->range_count[done] = walk.ranges;
    for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++)
        if (done == hb_speed_all_replacements(load, side))
            load->digest[side] = hb_speed_heap_digest(load, bench);
}

/* Does all on a model, asking after every replacement. */
static enum hb_status follow(struct hb_speed_load *load, struct hb_error *error)
{
    uint64_t count = hb_speed_all_replacements(load, HB_SPEED_MODEL);
    struct hb_speed_heap bench;
    enum hb_status status = hb_speed_heap_open(load, HB_SPEED_MODEL, &bench, error);

    while (status == HB_OK && bench.done < count) {
        if (hb_speed_heap_prepare(load, &bench, 1, error) == 0) {
            status = error->status;
        } else {
            hb_speed_heap_advance(load, &bench, 1);
            note_state(load, &bench);
        }
    }
    hb_speed_heap_close(load, &bench);
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
