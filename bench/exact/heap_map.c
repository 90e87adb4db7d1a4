/*
 * heap_map.c - see heap_map.h.
 *
 * Two passes over the trace: the first finds the highest address, which says how large a bucket is.
 */
#include "bench/exact/heap_map.h"

#include <stdlib.h>

#include "bench/exact/model_run.h"

/* One pass, and what it goes by. */
struct pass {
    const struct hb_prepared *prepared;
    const struct hb_model_options *options;
    struct hb_model_run run;
};

static enum hb_status begin(struct pass *p, struct hb_error *error)
{
    return hb_model_run_open(&p->run, p->prepared, p->options, error);
}

/* Closes it. HB_ERR_MEMORY where the model ran out of memory. */
static enum hb_status end(struct pass *p, struct hb_error *error)
{
    enum hb_status status = hb_drive_check_broken(&p->run.drive, p->prepared, error);

    hb_model_run_close(&p->run);
    return status;
}

/* Goes on until `done` operations are done; returns how many of them failed. */
static uint64_t advance(struct pass *p, uint64_t done)
{
    uint64_t failures = 0;

    while (p->run.ledger.ops < done) {
        const struct hb_op *op = &p->prepared->ops[p->run.ledger.ops];
        bool failed = !hb_drive_step(&p->run.drive, op);

        hb_ledger_enter(&p->run.ledger, op, failed);
        failures += failed;
    }
    return failures;
}

/* The moment that is being looked at. */
struct look {
    uint64_t bucket_bytes;
    struct hb_map_moment *moment;
};

static bool add_range(void *context, const struct hb_range *range)
{
    const struct look *look = context;
    uint64_t at = range->offset, range_end = range->offset + range->length;

    if (at >= look->moment->extent_bytes)
        return false;
    while (range->allocated && at < range_end) {
        uint64_t bucket = at / look->bucket_bytes;
        uint64_t bucket_end = (bucket + 1) * look->bucket_bytes;
        uint64_t part_end = bucket_end < range_end ? bucket_end : range_end;

        look->moment->allocated_bytes[bucket] += part_end - at;
        at = part_end;
    }
    return true;
}

static void look_at(const struct pass *p, uint64_t bucket_bytes, struct hb_map_moment *moment)
{
    struct look look = {.bucket_bytes = bucket_bytes, .moment = moment};

    *moment = (struct hb_map_moment){
        .op = p->run.ledger.ops,
        .live_bytes = p->run.ledger.live_bytes,
        .extent_bytes = hb_model_high_water(p->run.drive.model),
    };
    hb_model_ranges(p->run.drive.model, add_range, &look);
}

static enum hb_status find_bucket(struct pass *p, uint64_t *bucket_bytes, struct hb_error *error)
{
    enum hb_status status = begin(p, error);
    uint64_t extent;

    if (status != HB_OK)
        return status;
    advance(p, p->prepared->op_count);
    extent = hb_model_high_water(p->run.drive.model);
    *bucket_bytes = extent / HB_MAP_BUCKETS + (extent % HB_MAP_BUCKETS != 0 || extent == 0);
    return end(p, error);
}

static enum hb_status fill(struct pass *p, struct hb_heap_map *map, struct hb_error *error)
{
    uint64_t ops = p->prepared->op_count;
    enum hb_status status = begin(p, error);

    if (status != HB_OK)
        return status;
    map->count = hb_window_count(ops, HB_MAP_MOMENTS);
    map->failures = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        map->failures += advance(p, hb_window_end(ops, map->count, i));
        look_at(p, map->bucket_bytes, &map->moments[i]);
    }
    return end(p, error);
}

enum hb_status hb_heap_map_create(const struct hb_prepared *prepared, const struct hb_model_options *options,
                                  struct hb_heap_map **out, struct hb_error *error)
{
    struct pass p = {.prepared = prepared, .options = options};
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

uint32_t hb_map_buckets_used(const struct hb_heap_map *map, const struct hb_map_moment *moment)
{
    uint64_t extent = moment->extent_bytes, whole = extent / map->bucket_bytes;

    return (uint32_t)(whole + (extent % map->bucket_bytes != 0));
}
