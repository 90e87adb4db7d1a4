/* heap_map_rows.c - see heap_map_rows.h; results/README.md has the schema, heap_map/1. */
#include "bench/question/heap_map_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/exact/heap_map.h"

/* The same heap but for one idea: what a reader is to compare. */
static const struct {
    const char *allocator;
    bool merge;
} mapped[] = {{HB_SUBJECT, false}, {"first-merge", true}};

/* Blanks between them, since a field holds no comma. */
static void write_buckets(struct hb_results *out, const struct hb_heap_map *map,
                          const struct hb_map_moment *moment)
{
    char text[HB_MAP_BUCKETS * sizeof "18446744073709551615"];
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < hb_heap_map_buckets_used(map, moment); i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%" PRIu64, i > 0 ? " " : "",
                                 moment->allocated_bytes[i]);
    hb_results_text(out, text);
}

static void write_map(struct hb_results *out, const char *trace, const char *allocator,
                      const struct hb_heap_map *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct hb_map_moment *moment = &map->moments[i];

        hb_results_text(out, trace);
        hb_results_text(out, allocator);
        hb_results_text(out, map->failures > 0 ? "failed" : "ok");
        hb_results_count(out, moment->op);
        hb_results_count(out, moment->live_bytes);
        hb_results_count(out, moment->extent_bytes);
        hb_results_count(out, map->bucket_bytes);
        write_buckets(out, map, moment);
        hb_results_end_row(out);
    }
}

struct hb_results *hb_heap_map_begin(void)
{
    return hb_results_begin("heap_map/1", "trace,allocator,status,op,live_bytes,extent_bytes,bucket_bytes,"
                                          "allocated_bytes");
}

enum hb_status hb_heap_map_add(struct hb_results *results, struct hb_session *session, size_t trace,
                               struct hb_error *error)
{
    const char *name = session->found.traces[trace].name;
    const struct hb_prepared *prepared;
    enum hb_status status = hb_discovery_trace(&session->found, trace, &prepared, error);

    if (hb_discovery_find(&session->found, HB_SUBJECT) == NULL)
        return status;
    hb_progress_step(&session->progress, "%s: map of the heap", name);
    for (size_t i = 0; i < sizeof mapped / sizeof mapped[0] && status == HB_OK; i++) {
        struct hb_model_options options = {
            .policy = HB_POLICY_FIRST, .merge = mapped[i].merge, .header_bytes = 8, .align = 1};
        struct hb_heap_map *map;

        status = hb_heap_map_create(prepared, &options, &map, error);
        if (status != HB_OK)
            break;
        write_map(results, name, mapped[i].allocator, map);
        free(map);
    }
    session->provenance.computed = true;
    return status;
}
