/*
 * curve_study.c - everything that a failure curve says of one trace: the sizes that fail although a smaller
 * heap completes, and sizes to list or to draw with their first failures.
 */
#include <math.h>
#include <stdlib.h>

#include "bench/exact/curve.h"

/*
 * The sizes that may complete, from the largest down: all from the high-water mark to h above it, beyond
 * which every one completes, and below it those that the pass leaves open.
 */
struct candidates {
    const struct hb_curve *curve;
    uint64_t size; /* the last one handed out */
    size_t spans;  /* of curve->undecided, those that begin below it */
};

/* The next size, or 0 when there is no other. */
static uint64_t next_candidate(struct candidates *c)
{
    const struct hb_size_spans *spans = &c->curve->undecided;

    if (c->size > hb_curve_reach(c->curve))
        return --c->size;
    while (c->spans > 0 && spans->at[c->spans - 1].low >= c->size)
        c->spans--;
    if (c->spans == 0)
        return 0;
    if (spans->at[c->spans - 1].high < c->size)
        c->size = spans->at[c->spans - 1].high;
    else
        c->size--;
    return c->size >= c->curve->peak_with_records ? c->size : 0;
}

static void count_undecided(const struct hb_curve *curve, struct hb_anomalies *out)
{
    for (size_t i = 0; i < curve->undecided.count; i++) {
        struct hb_size_span span = curve->undecided.at[i];
        uint64_t end = span.high + 1, hopeless = curve->peak_with_records;

        hopeless = hopeless < span.low ? span.low : hopeless > end ? end : hopeless;
        out->undecided += end - span.low;
        out->hopeless += hopeless - span.low;
    }
}

/* Whether a heap of `size` bytes completes; `*ops` is what it took to find out. */
static enum hb_status try_size(const struct hb_curve *curve, uint64_t size, bool *completes, uint64_t *ops,
                               struct hb_anomalies *out, struct hb_error *error)
{
    struct hb_curve_point point = {.heap_bytes = size};
    enum hb_status status = HB_OK;

    *ops = 0;
    if (!hb_curve_decides(curve, size, &point.first.op)) {
        status = hb_curve_simulate(curve, &point, ops, error);
        out->simulated++;
    }
    *completes = point.first.op == HB_NO_FAILURE;
    return status;
}

enum hb_status hb_curve_anomalies(const struct hb_curve *curve, uint64_t ops_limit, struct hb_anomalies *out,
                                  struct hb_error *error)
{
    struct candidates candidates = {
        .curve = curve, .size = hb_curve_reach(curve) + curve->split_bytes, .spans = curve->undecided.count};
    enum hb_status status = HB_OK;
    uint64_t spent = 0, ops, size;
    bool completes;

    *out = (struct hb_anomalies){.least_bytes = candidates.size};
    count_undecided(curve, out);
    while (status == HB_OK && (ops_limit == 0 || spent < ops_limit) &&
           (size = next_candidate(&candidates)) != 0) {
        status = try_size(curve, size, &completes, &ops, out, error);
        spent += ops;
        if (status != HB_OK || !completes)
            continue;
        if (out->least_bytes - size > 1 && !hb_spans_add(&out->failing, size + 1, out->least_bytes - 1))
            status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the anomalous sizes",
                                  curve->prepared->name);
        out->least_bytes = size;
    }
    hb_spans_sort(&out->failing);
    if (status != HB_OK) {
        free(out->failing.at);
        *out = (struct hb_anomalies){.undecided = 0};
    }
    return status;
}

/* -- sizes to show -- */

/* The smallest size listed, as a part of the largest. */
enum { SMALLEST_PART = 64 };

enum hb_status hb_curve_study_begin(struct hb_curve_study *study, const struct hb_prepared *prepared,
                                    const struct hb_model_options *options, uint64_t ops_limit,
                                    struct hb_error *error)
{
    enum hb_status status;

    *study = (struct hb_curve_study){.curve = NULL};
    status = hb_curve_build(prepared, options, &study->curve, error);
    if (status != HB_OK)
        return status;
    status = hb_curve_anomalies(study->curve, ops_limit, &study->anomalies, error);
    if (status != HB_OK)
        hb_curve_study_clear(study);
    return status;
}

void hb_curve_study_clear(struct hb_curve_study *study)
{
    free(study->anomalies.failing.at);
    free(study->points);
    hb_curve_free(study->curve);
    *study = (struct hb_curve_study){.curve = NULL};
}

static bool make_room(struct hb_curve_study *study, size_t count, struct hb_error *error)
{
    free(study->points);
    study->count = 0;
    study->points = calloc(count, sizeof study->points[0]);
    if (study->points == NULL)
        hb_error_set(error, HB_ERR_MEMORY, "out of memory for %zu heap sizes", count);
    return study->points != NULL;
}

/* Adds a size; one too small for a record becomes the smallest that is not. */
static void add_size(struct hb_curve_study *study, uint64_t size)
{
    uint64_t least = study->curve->options.header_bytes;

    study->points[study->count++].heap_bytes = size < least ? least : size;
}

static int compare_points(const void *a, const void *b)
{
    const struct hb_curve_point *one = a, *other = b;

    return (one->heap_bytes > other->heap_bytes) - (one->heap_bytes < other->heap_bytes);
}

/* Each size once, in ascending order, and how it fares. */
static enum hb_status fill(struct hb_curve_study *study, struct hb_error *error)
{
    size_t kept = 0;

    qsort(study->points, study->count, sizeof study->points[0], compare_points);
    for (size_t i = 1; i < study->count; i++)
        if (study->points[i].heap_bytes != study->points[kept].heap_bytes)
            study->points[++kept] = study->points[i];
    study->count = kept + 1;
    return hb_curve_fill(study->curve, study->points, study->count, error);
}

enum hb_status hb_curve_study_list(struct hb_curve_study *study, size_t count, struct hb_error *error)
{
    uint64_t high = hb_curve_reach(study->curve);
    double low = (double)high / SMALLEST_PART;

    if (!make_room(study, count, error))
        return HB_ERR_MEMORY;
    for (size_t i = 0; i + 1 < count; i++)
        add_size(study, (uint64_t)(low * pow(SMALLEST_PART, (double)i / (double)(count - 1))));
    add_size(study, high);
    return fill(study, error);
}

/* The high-water mark that a heap of `size` bytes still reaches, or 0: from there to `size`
 * all fare alike. */
static uint64_t step_under(const struct hb_curve *curve, uint64_t size)
{
    size_t past = hb_curve_step_past(curve, size);

    return past == 0 ? 0 : curve->steps[past - 1].high_water_bytes;
}

enum hb_status hb_curve_study_draw(struct hb_curve_study *study, size_t count, struct hb_error *error)
{
    const struct hb_size_spans *failing = &study->anomalies.failing;
    uint64_t high = hb_curve_reach(study->curve);

    if (!make_room(study, 2 * count + 4 * failing->count, error))
        return HB_ERR_MEMORY;
    for (size_t i = 1; i <= count; i++) {
        uint64_t edge = high / count * i + high % count * i / count; /* high * i may overflow */

        add_size(study, edge);
        add_size(study, step_under(study->curve, edge));
    }
    for (size_t i = 0; i < failing->count; i++) {
        add_size(study, failing->at[i].low - 1);
        add_size(study, failing->at[i].low);
        add_size(study, failing->at[i].high);
        add_size(study, failing->at[i].high + 1);
    }
    return fill(study, error);
}
