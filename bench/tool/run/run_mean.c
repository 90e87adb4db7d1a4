/*
 * run_mean.c - geometric means over traces, their intervals and ranks.
 */
#include "bench/tool/run/run_mean.h"

#include <stdlib.h>
#include <string.h>

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for means over traces");
}

/* The mean of that allocator, which is begun where there is none; NULL when out of memory. */
static struct hb_run_mean *mean_of(struct hb_run_means *means, const struct hb_run_row *row)
{
    struct hb_run_mean *grown;

    for (size_t i = 0; i < means->count; i++)
        if (strcmp(means->means[i].allocator, row->allocator) == 0)
            return &means->means[i];
    grown = reallocarray(means->means, means->count + 1, sizeof *grown);
    if (grown == NULL)
        return NULL;
    means->means = grown;
    grown[means->count] = (struct hb_run_mean){.allocator = row->allocator};
    return &grown[means->count++];
}

static bool add_ratios(struct hb_run_mean *mean, const struct hb_run_trace *trace,
                       const struct hb_run_row *row)
{
    struct hb_stats_sample *grown = reallocarray(mean->samples, mean->trace_count + 1, sizeof *grown);
    double *ratios = malloc((trace->rounds->round_count + 1) * sizeof *ratios);
    size_t count;

    if (grown != NULL)
        mean->samples = grown;
    if (grown == NULL || ratios == NULL) {
        free(ratios);
        return false;
    }
    count = hb_compare_ratios(trace->rounds, row->cell, trace->noise.clock, ratios);
    grown[mean->trace_count++] = (struct hb_stats_sample){.values = ratios, .count = count};
    if (mean->rounds_least == 0 || count < mean->rounds_least)
        mean->rounds_least = (uint32_t)count;
    mean->is_baseline = row->compared.verdict == HB_COMPARED_REFERENCE;
    return true;
}

enum hb_status hb_run_means_add(struct hb_run_means *means, const struct hb_run_trace *trace,
                                struct hb_error *error)
{
    means->baseline = trace->baseline;
    means->trace_count += trace->ranked > 0;
    for (size_t i = 0; i < trace->rivals; i++) {
        const struct hb_run_row *row = &trace->rows[i];
        struct hb_run_mean *mean = mean_of(means, row);

        if (mean == NULL || (row->rank > 0 && !add_ratios(mean, trace, row)))
            return out_of_memory(error);
    }
    return HB_OK;
}

static int compare_means(const void *left, const void *right)
{
    const struct hb_run_mean *a = left, *b = right;

    if ((a->rank == 0) != (b->rank == 0))
        return a->rank == 0 ? 1 : -1;
    if (a->ratio.estimate != b->ratio.estimate)
        return a->ratio.estimate < b->ratio.estimate ? -1 : 1;
    return strcmp(a->allocator, b->allocator);
}

static enum hb_status rank_means(struct hb_run_means *means, struct hb_error *error)
{
    struct hb_run_ranked *ranked = calloc(means->count + 1, sizeof *ranked);
    size_t count = 0;

    if (ranked == NULL)
        return out_of_memory(error);
    for (size_t i = 0; i < means->count; i++)
        if (means->trace_count > 0 && means->means[i].trace_count == means->trace_count)
            ranked[count++] = (struct hb_run_ranked){&means->means[i].ratio, &means->means[i].rank};
    hb_run_rank(ranked, count);
    free(ranked);
    return HB_OK;
}

enum hb_status hb_run_means_find(struct hb_run_means *means, uint64_t seed, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    uint32_t more;

    for (size_t i = 0; i < means->count; i++) {
        struct hb_run_mean *mean = &means->means[i];

        if (mean->trace_count == 0)
            continue;
        if (!hb_stats_bootstrap(mean->samples, mean->trace_count, seed + i, &mean->ratio))
            return out_of_memory(error);
        mean->verdict = mean->is_baseline ? HB_COMPARED_REFERENCE
                                          : hb_compare_judge(&mean->ratio, mean->rounds_least, &more);
    }
    status = rank_means(means, error);
    if (means->count > 1)
        qsort(means->means, means->count, sizeof *means->means, compare_means);
    return status;
}

void hb_run_means_clear(struct hb_run_means *means)
{
    for (size_t i = 0; i < means->count; i++) {
        for (size_t j = 0; j < means->means[i].trace_count; j++)
            free((double *)(uintptr_t)means->means[i].samples[j].values);
        free(means->means[i].samples);
    }
    free(means->means);
    *means = (struct hb_run_means){.count = 0};
}
