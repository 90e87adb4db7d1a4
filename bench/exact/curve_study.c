/* curve_study.c - see curve_study.h. */
#include "bench/exact/curve_study.h"

#include <math.h>
#include <stdlib.h>

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
