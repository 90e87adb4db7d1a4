/*
 * heap_map.c - what lies in each part of a model heap, window by window.
 *
 * Two passes over the trace: the first finds the highest address, which says how large a bucket is.
 */
#include "bench/exact/heap_map.h"

#include <assert.h>
#include <stdlib.h>

#include "bench/exact/exact_run.h"

/* One pass, and what it goes by. */
struct map_pass {
    const struct hb_prepared *prepared;
    const struct hb_model_options *options;
    struct hb_exact_run run;
};

static enum hb_status begin(struct map_pass *p, struct hb_error *error)
{
    return hb_exact_run_open(&p->run, p->prepared, p->options, error);
}

/* Closes it. HB_ERR_MEMORY where the model ran out of memory. */
static enum hb_status end(struct map_pass *p, struct hb_error *error)
{
    enum hb_status status = hb_exact_run_check(&p->run, error);

    hb_exact_run_close(&p->run);
    return status;
}

/* Goes on until `done` operations are done; returns how many of them failed. */
static uint64_t advance(struct map_pass *p, uint64_t done)
{
    uint64_t failures = 0;

    while (p->run.ledger.ops < done && p->run.error.status == HB_OK)
        failures += !hb_exact_run_step(&p->run);
    return failures;
}

/* A moment, and what its ranges are counted by. */
struct moment_buckets {
    uint64_t bucket_bytes;
    struct hb_map_moment *moment;
};

static bool add_range(void *context, const struct hb_range *range)
{
    const struct moment_buckets *into = context;
    uint64_t at = range->offset, range_end = range->offset + range->length;

    if (at >= into->moment->extent_bytes)
        return false;
    while (range->allocated && at < range_end) {
        uint64_t bucket = at / into->bucket_bytes;
        uint64_t bucket_end = (bucket + 1) * into->bucket_bytes;
        uint64_t part_end = bucket_end < range_end ? bucket_end : range_end;

        assert(bucket < HB_MAP_BUCKETS);
        into->moment->allocated_bytes[bucket] += part_end - at;
        at = part_end;
    }
    return true;
}

static void fill_moment(const struct map_pass *p, uint64_t bucket_bytes, struct hb_map_moment *moment)
{
    struct moment_buckets into = {.bucket_bytes = bucket_bytes, .moment = moment};

    *moment = (struct hb_map_moment){
        .op = p->run.ledger.ops,
        .live_bytes = p->run.ledger.live_bytes,
        .extent_bytes = hb_model_high_water(p->run.model),
    };
    hb_model_ranges(p->run.model, add_range, &into);
}

static enum hb_status find_bucket(struct map_pass *p, uint64_t *bucket_bytes, struct hb_error *error)
{
    enum hb_status status = begin(p, error);
    uint64_t extent;

    if (status != HB_OK)
        return status;
    advance(p, p->prepared->op_count);
    extent = hb_model_high_water(p->run.model);
    *bucket_bytes = extent / HB_MAP_BUCKETS + (extent % HB_MAP_BUCKETS != 0 || extent == 0);
    return end(p, error);
}

static enum hb_status fill(struct map_pass *p, struct hb_heap_map *map, struct hb_error *error)
{
    uint64_t ops = p->prepared->op_count;
    enum hb_status status = begin(p, error);

    if (status != HB_OK)
        return status;
    map->count = hb_window_count(ops, HB_MAP_MOMENTS);
    map->failures = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        map->failures += advance(p, hb_window_end(ops, map->count, i));
        fill_moment(p, map->bucket_bytes, &map->moments[i]);
    }
    return end(p, error);
}

enum hb_status hb_heap_map_create(const struct hb_prepared *prepared, const struct hb_model_options *options,
                                  struct hb_heap_map **out, struct hb_error *error)
{
    struct map_pass p = {.prepared = prepared, .options = options};
    struct hb_heap_map *map = malloc(sizeof *map);
    enum hb_status status;

    if (map == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for a map of its heap", prepared->name);
    status = find_bucket(&p, &map->bucket_bytes, error);
    if (status == HB_OK)
        status = fill(&p, map, error);
    if (status != HB_OK) {
        free(map);
        return status;
    }
    *out = map;
    return HB_OK;
}

uint32_t hb_heap_map_buckets_used(const struct hb_heap_map *map, const struct hb_map_moment *moment)
{
    uint64_t extent = moment->extent_bytes, whole = extent / map->bucket_bytes;

    return (uint32_t)(whole + (extent % map->bucket_bytes != 0));
}
