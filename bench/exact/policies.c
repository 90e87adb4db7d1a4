/*
 * policies.c - the list of policies and settings, and how each is run.
 */
#include "bench/exact/policies.h"

#include <assert.h>
#include <string.h>

#include "allocator/model/model.h"
#include "bench/adversary/adversary.h"
#include "bench/exact/packing.h"
#include "bench/replay/measures.h"
#include "bench/replay/replay.h"
#include "bench/results/row_groups.h"

enum source { MODEL, BUILTIN, PACKING };

struct policy_setting {
    uint32_t header_bytes, align;
};

/* A policy, and in which settings it is run. */
struct policy_kind {
    const char *name;
    const char *merge;
    enum source source;
    enum hb_policy policy; /* of a model */
    const struct policy_setting *settings;
    size_t setting_count;
};

static const struct policy_setting all_settings[] = {{0, 1}, {8, 1}, {8, 16}};
static const struct policy_setting bins_setting[] = {{8, 16}};
static const struct policy_setting buddy_setting[] = {{0, 16}}; /* its lengths are in a map beside the heap */

/* clang-format off */
static const struct policy_kind kinds[] = {
    {"best", "yes", MODEL, HB_POLICY_BEST, all_settings, 3},
    {"first", "yes", MODEL, HB_POLICY_FIRST, all_settings, 3},
    {"next", "yes", MODEL, HB_POLICY_NEXT, all_settings, 3},
    {"bins", "yes", BUILTIN, HB_POLICY_FIRST, bins_setting, 1},
    {"buddy", "yes", BUILTIN, HB_POLICY_FIRST, buddy_setting, 1},
    {"best", "no", MODEL, HB_POLICY_BEST, all_settings, 3},
    {"first", "no", MODEL, HB_POLICY_FIRST, all_settings, 3},
    {"next", "no", MODEL, HB_POLICY_NEXT, all_settings, 3},
    {"packing", NULL, PACKING, HB_POLICY_FIRST, all_settings, 3},
};
/* clang-format on */

/* Johnstone and Wilson, "The memory fragmentation problem: solved?", ISMM 1998. */
static const struct {
    const char *policy;
    double measure4;
} published[] = {{"best", 0.023}, {"first", 0.023},     {"next", 0.08},
                 {"buddy", 0.53}, {"lifo-first", 0.36}, {"segregated", 0.74}};

/* The kind of the index-th run, and its setting; NULL behind the last one. */
static const struct policy_kind *find_kind(size_t index, struct policy_setting *setting)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (index < kinds[i].setting_count) {
            *setting = kinds[i].settings[index];
            return &kinds[i];
        }
        index -= kinds[i].setting_count;
    }
    return NULL;
}

size_t hb_policies_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        count += kinds[i].setting_count;
    return count;
}

bool hb_policies_run_at(size_t index, struct hb_policy_run *run)
{
    struct policy_setting setting;
    const struct policy_kind *kind = find_kind(index, &setting);

    if (kind == NULL)
        return false;
    *run = (struct hb_policy_run){kind->name, kind->merge, setting.header_bytes, setting.align};
    return true;
}

static enum hb_status count(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                            struct hb_policy_figures *out, struct hb_error *error)
{
    const struct hb_count_options options = {.step_limit = 0};
    struct hb_counts counts = {.heap_bytes = 0};
    void *heap = allocator->create(allocator, 0, error);
    enum hb_status status;

    if (heap == NULL)
        return error->status;
    status = hb_replay_count(prepared, allocator, heap, &options, &counts, NULL, error);
    allocator->destroy(heap);
    if (status != HB_OK)
        return status;
    *out = (struct hb_policy_figures){.ops = counts.ops,
                                      .failures = counts.failures,
                                      .peak_live_bytes = counts.peak_live_bytes,
                                      .peak_extent_bytes = counts.state.high_water_bytes};
    memcpy(out->measures, counts.fragmentation, sizeof out->measures);
    return HB_OK;
}

static enum hb_status count_model(const struct hb_prepared *prepared, const struct policy_kind *kind,
                                  struct policy_setting setting, struct hb_policy_figures *out,
                                  struct hb_error *error)
{
    const struct hb_model_options options = {.policy = kind->policy,
                                             .merge = strcmp(kind->merge, "yes") == 0,
                                             .header_bytes = setting.header_bytes,
                                             .align = setting.align,
                                             .grows = true};
    struct hb_allocator table;

    hb_model_allocator(&options, &table);
    return count(prepared, &table, out, error);
}

/* Of the program's blocks, and what Robson's theorem makes of them. */
static void find_extremes(const struct hb_packing *packing, struct hb_policy_figures *out)
{
    for (uint64_t i = 0; i < packing->count; i++) {
        uint64_t length = packing->objects[i].length;

        if (out->smallest_bytes == 0 || length < out->smallest_bytes)
            out->smallest_bytes = length;
        if (length > out->largest_bytes)
            out->largest_bytes = length;
    }
    if (packing->count > 0)
        out->robson_bytes =
            hb_adversary_robson_bytes(packing->peak_bytes, out->smallest_bytes, out->largest_bytes);
}

static enum hb_status pack(const struct hb_prepared *prepared, struct policy_setting setting,
                           struct hb_policy_figures *out, struct hb_error *error)
{
    uint64_t live = prepared->peak_live_bytes;
    struct hb_packing *packing = NULL;
    enum hb_status status = hb_packing_create(prepared, setting.header_bytes, setting.align, &packing, error);

    if (status == HB_OK)
        status = hb_packing_search(packing, error);
    if (status != HB_OK) {
        hb_packing_free(packing);
        return status;
    }
    *out = (struct hb_policy_figures){.ops = prepared->op_count,
                                      .peak_live_bytes = live,
                                      .peak_extent_bytes = packing->extent_bytes,
                                      .bound_bytes = packing->peak_bytes};
    out->measures[3] = hb_measures_ratio(packing->extent_bytes, live);
    find_extremes(packing, out);
    hb_packing_free(packing);
    return HB_OK;
}

enum hb_status hb_policies_measure(const struct hb_prepared *prepared, size_t index,
                                   struct hb_policy_figures *out, struct hb_error *error)
{
    struct policy_setting setting;
    const struct policy_kind *kind = find_kind(index, &setting);

    assert(kind != NULL);
    switch (kind->source) {
    case MODEL:
        return count_model(prepared, kind, setting, out, error);
    case BUILTIN:
        return count(prepared, hb_allocator_find(kind->name)->counting, out, error);
    case PACKING:
        break;
    }
    return pack(prepared, setting, out, error);
}

bool hb_policies_published(size_t index, struct hb_policy_run *run, double *measure4)
{
    if (index >= sizeof published / sizeof published[0])
        return false;
    *run = (struct hb_policy_run){published[index].policy, "yes", 0, 1};
    *measure4 = published[index].measure4;
    return true;
}

bool hb_policies_alike(const struct hb_policy_run *a, const struct hb_policy_run *b)
{
    return strcmp(a->policy, b->policy) == 0 &&
           (a->merge == NULL ? b->merge == NULL : b->merge != NULL && strcmp(a->merge, b->merge) == 0);
}

bool hb_policies_has(const struct hb_policy_run *run)
{
    struct hb_policy_run other;

    for (size_t i = 0; hb_policies_run_at(i, &other); i++)
        if (hb_policies_alike(&other, run))
            return true;
    return false;
}

/* -- policies.csv -- */

static const struct hb_schema schema = {
    "policies/1", "policies.csv",
    "trace:text,policy:text,merge:text,header_bytes:count,align:count,status:text,ops:count,"
    "peak_live_bytes:count,peak_extent_bytes:count,measure1:real,measure2:real,measure3:real,measure4:real,"
    "bound_bytes:count,smallest_bytes:count,largest_bytes:count,robson_bytes:count"};

static void set_run(struct hb_results *results, const char *trace, const struct hb_policy_run *run,
                    const char *status)
{
    hb_results_set_text(results, "trace", trace);
    hb_results_set_text(results, "policy", run->policy);
    hb_results_set_text(results, "merge", run->merge);
    hb_results_set_count(results, "header_bytes", run->header_bytes);
    hb_results_set_count(results, "align", run->align);
    hb_results_set_text(results, "status", status);
}

struct hb_results *hb_policies_results_begin(void)
{
    struct hb_results *results = hb_results_begin(&schema);
    struct hb_policy_run run;
    double measure4;

    for (size_t i = 0; results != NULL && hb_policies_published(i, &run, &measure4); i++) {
        set_run(results, NULL, &run, "published");
        hb_results_set_real(results, "measure4", 100 * measure4);
        hb_results_end_row(results);
    }
    return results;
}

static void set_figures(struct hb_results *results, const struct hb_policy_figures *figures)
{
    hb_results_set_count(results, "ops", figures->ops);
    hb_results_set_count(results, "peak_live_bytes", figures->peak_live_bytes);
    hb_results_set_count(results, "peak_extent_bytes", figures->peak_extent_bytes);
    if (figures->bound_bytes == 0) {
        hb_results_set_percents(results, "measure", figures->measures);
    } else {
        hb_results_set_real(results, "measure4", 100 * figures->measures[3]);
        hb_results_set_count(results, "bound_bytes", figures->bound_bytes);
        hb_results_set_count(results, "smallest_bytes", figures->smallest_bytes);
        hb_results_set_count(results, "largest_bytes", figures->largest_bytes);
    }
    if (figures->robson_bytes > 0)
        hb_results_set_count(results, "robson_bytes", figures->robson_bytes);
}

void hb_policies_results_add(struct hb_results *results, const char *trace, const struct hb_policy_run *run,
                             const struct hb_policy_figures *figures)
{
    if (figures == NULL) {
        set_run(results, trace, run, "unavailable");
    } else {
        set_run(results, trace, run, figures->failures > 0 ? "failed" : "ok");
        set_figures(results, figures);
    }
    hb_results_end_row(results);
}
