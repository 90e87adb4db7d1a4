/*
 * stats.c - medians, paired ratios and bootstrap intervals.
 */
#include "base/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

void hb_stats_sort(double *values, size_t count)
{
    if (count > 1)
        qsort(values, count, sizeof *values, compare);
}

static double middle(const double *sorted, size_t count)
{
    size_t half = count / 2;

    return count % 2 == 1 ? sorted[half] : sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
}

double hb_stats_median(double *values, size_t count)
{
    assert(count > 0);
    hb_stats_sort(values, count);
    return middle(values, count);
}

struct hb_stats_spread hb_stats_spread(double *values, size_t count)
{
    struct hb_stats_spread spread;

    spread.median = hb_stats_median(values, count);
    spread.min = values[0];
    spread.max = values[count - 1];
    return spread;
}

size_t hb_stats_paired_ratios(const double *values, const double *reference, size_t count, double *ratios)
{
    size_t pairs = 0;

    for (size_t i = 0; i < count; i++)
        if (values[i] > 0 && reference[i] > 0)
            ratios[pairs++] = values[i] / reference[i];
    return pairs;
}

double hb_stats_paired_ratio(const double *values, const double *reference, size_t count, double *scratch)
{
    size_t pairs = hb_stats_paired_ratios(values, reference, count, scratch);

    return pairs == 0 ? 0 : hb_stats_median(scratch, pairs);
}

/* -- the bootstrap -- */

/* One sample, ready to be drawn from. */
struct drawn {
    double *sorted;
    uint32_t *times; /* of each value, how often it was drawn */
    size_t count;
};

static void close_drawn(struct drawn *drawn, size_t count)
{
    for (size_t i = 0; drawn != NULL && i < count; i++) {
        free(drawn[i].sorted);
        free(drawn[i].times);
    }
    free(drawn);
}

static struct drawn *open_drawn(const struct hb_stats_sample *samples, size_t count)
{
    struct drawn *drawn = calloc(count, sizeof *drawn);

    for (size_t i = 0; drawn != NULL && i < count; i++) {
        assert(samples[i].count > 0);
        drawn[i].count = samples[i].count;
        drawn[i].sorted = malloc(samples[i].count * sizeof *drawn[i].sorted);
        drawn[i].times = malloc(samples[i].count * sizeof *drawn[i].times);
        if (drawn[i].sorted == NULL || drawn[i].times == NULL) {
            close_drawn(drawn, count);
            return NULL;
        }
        memcpy(drawn[i].sorted, samples[i].values, samples[i].count * sizeof *drawn[i].sorted);
        hb_stats_sort(drawn[i].sorted, samples[i].count);
    }
    return drawn;
}

/* Of all values drawn, in order, the one that `before` others precede. */
static double drawn_at(const struct drawn *drawn, size_t before)
{
    size_t seen = 0, i = 0;

    while ((seen += drawn->times[i]) <= before)
        i++;
    return drawn->sorted[i];
}

/* Draws as many as there are, and returns their median. */
static double draw_median(const struct drawn *drawn, struct hb_random *random)
{
    size_t count = drawn->count;
    double upper;

    memset(drawn->times, 0, count * sizeof *drawn->times);
    for (size_t i = 0; i < count; i++)
        drawn->times[hb_random_below(random, count)]++;
    upper = drawn_at(drawn, count / 2);
    return count % 2 == 1 ? upper : (drawn_at(drawn, count / 2 - 1) + upper) / 2;
}

/* Of what is drawn anew or, without `random`, of the samples as they are. */
static double median_of(const struct drawn *drawn, struct hb_random *random)
{
    return random != NULL ? draw_median(drawn, random) : middle(drawn->sorted, drawn->count);
}

static double mean_of_medians(const struct drawn *drawn, size_t count, struct hb_random *random)
{
    double sum = 0;

    if (count == 1)
        return median_of(drawn, random);
    for (size_t i = 0; i < count; i++)
        sum += log(median_of(&drawn[i], random));
    return exp(sum / (double)count);
}

bool hb_stats_bootstrap(const struct hb_stats_sample *samples, size_t sample_count, uint64_t seed,
                        struct hb_interval *out)
{
    enum { OUT = HB_STATS_RESAMPLES / 40 }; /* 2.5 % */
    struct drawn *drawn = open_drawn(samples, sample_count);
    double *means = malloc(HB_STATS_RESAMPLES * sizeof *means);
    bool room = drawn != NULL && means != NULL;
    struct hb_random random;

    assert(sample_count > 0);
    hb_random_seed(&random, seed);
    for (size_t i = 0; room && i < HB_STATS_RESAMPLES; i++)
        means[i] = mean_of_medians(drawn, sample_count, &random);
    if (room) {
        hb_stats_sort(means, HB_STATS_RESAMPLES);
        *out = (struct hb_interval){.low = means[OUT - 1],
                                    .estimate = mean_of_medians(drawn, sample_count, NULL),
                                    .high = means[HB_STATS_RESAMPLES - OUT]};
    }
    close_drawn(drawn, sample_count);
    free(means);
    return room;
}
