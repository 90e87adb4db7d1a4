/*
 * run_mean.c - geometric means over traces, their intervals and ranks, and the front of time and memory.
 */
#include "bench/tool/run/run_mean.h"

#include <math.h>
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
    grown[means->count] =
        (struct hb_run_mean){.allocator = row->allocator, .candidate = row->cell->candidate};
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
    mean->ratio = row->compared.ratio;
    if (mean->rounds_least == 0 || count < mean->rounds_least)
        mean->rounds_least = (uint32_t)count;
    mean->is_baseline = row->compared.verdict == HB_COMPARED_REFERENCE;
    return true;
}

/* Of the row that others are compared with; 0: not known, or too little to say. */
static double baseline_peak(const struct hb_run_trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].compared.verdict == HB_COMPARED_REFERENCE && trace->rows[i].over_live > 0)
            return (double)trace->rows[i].peak_resident_bytes;
    return 0;
}

static void add_memory(struct hb_run_mean *mean, const struct hb_run_row *row, double baseline)
{
    if (baseline <= 0 || row->over_live <= 0)
        return;
    mean->memory_logs += log((double)row->peak_resident_bytes / baseline);
    mean->memory_traces++;
}

enum hb_status hb_run_means_add(struct hb_run_means *means, const struct hb_run_trace *trace,
                                struct hb_error *error)
{
    const double peak = baseline_peak(trace);

    means->baseline = trace->baseline;
    means->trace_count += trace->ranked > 0;
    for (size_t i = 0; i < trace->rivals; i++) {
        const struct hb_run_row *row = &trace->rows[i];
        struct hb_run_mean *mean = mean_of(means, row);

        if (mean == NULL || (row->rank > 0 && !add_ratios(mean, trace, row)))
            return out_of_memory(error);
        if (row->rank > 0)
            add_memory(mean, row, peak);
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
        /* One trace's ratio is its own mean: with the interval that its table shows, not with another. */
        if (mean->trace_count > 1 &&
            !hb_stats_bootstrap(mean->samples, mean->trace_count, seed + i, &mean->ratio))
            return out_of_memory(error);
        mean->verdict = mean->is_baseline ? HB_COMPARED_REFERENCE
                                          : hb_compare_judge(&mean->ratio, mean->rounds_least, &more);
    }
    status = rank_means(means, error);
    if (means->count > 1)
        qsort(means->means, means->count, sizeof *means->means, compare_means);
    return status;
}

/* -- the file -- */

static const struct hb_schema schema = {
    "variants/1", "variants.csv",
    "allocator:text,library:text,settings:text,baseline:text,traces:count,"
    "ratio:real,ratio_low:real,ratio_high:real,memory_ratio:real,on_front:"
    "text"};

double hb_run_mean_memory(const struct hb_run_means *means, const struct hb_run_mean *mean)
{
    for (size_t i = 0; i < means->count; i++)
        if (means->means[i].memory_traces > mean->memory_traces)
            return 0;
    return mean->memory_traces > 0 ? exp(mean->memory_logs / (double)mean->memory_traces) : 0;
}

/* Is none surely faster with as little memory? */
static bool is_on_front(const struct hb_run_means *means, const struct hb_run_mean *mean)
{
    const double memory = hb_run_mean_memory(means, mean);

    for (size_t i = 0; i < means->count; i++) {
        const struct hb_run_mean *other = &means->means[i];
        const double other_memory = hb_run_mean_memory(means, other);

        if (other->rank > 0 && other_memory > 0 && other_memory <= memory &&
            other->ratio.high < mean->ratio.low)
            return false;
    }
    return true;
}

/* What the library of a variant is called where it is compared as it is; else what was asked for. */
static const char *library_name(const struct hb_discovery *found, const struct hb_candidate *candidate)
{
    const struct hb_candidate *library = hb_discovery_find(found, candidate->spec);

    if (candidate->variant.name == NULL)
        return candidate->name;
    return library != NULL ? library->name : candidate->spec;
}

static enum hb_status put_mean(struct hb_results *out, const struct hb_run_means *means,
                               const struct hb_run_mean *mean, const struct hb_discovery *found,
                               struct hb_error *error)
{
    const double memory = hb_run_mean_memory(means, mean);
    char *settings = hb_candidate_settings(mean->candidate);

    if (settings == NULL)
        return out_of_memory(error);
    hb_results_set_text(out, "allocator", mean->allocator);
    hb_results_set_text(out, "library", library_name(found, mean->candidate));
    hb_results_set_text(out, "settings", settings);
    free(settings);
    hb_results_set_text(out, "baseline", means->baseline);
    hb_results_set_count(out, "traces", mean->trace_count);
    hb_results_set_real(out, "ratio", mean->ratio.estimate);
    hb_results_set_real(out, "ratio_low", mean->ratio.low);
    hb_results_set_real(out, "ratio_high", mean->ratio.high);
    hb_results_set_known_real(out, "memory_ratio", memory);
    if (memory > 0)
        hb_results_set_text(out, "on_front", is_on_front(means, mean) ? "yes" : "no");
    hb_results_end_row(out);
    return HB_OK;
}

enum hb_status hb_run_means_write(const struct hb_run_means *means, const struct hb_session *session,
                                  const char *folder, struct hb_error *error)
{
    struct hb_results *out = hb_results_begin(&schema);
    enum hb_status status = out != NULL ? HB_OK : out_of_memory(error);

    for (size_t i = 0; i < means->count && status == HB_OK; i++)
        if (means->means[i].rank > 0)
            status = put_mean(out, means, &means->means[i], &session->found, error);
    if (status == HB_OK)
        status = hb_results_write(&out, 1, folder, &session->provenance, error);
    hb_results_free(out);
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
