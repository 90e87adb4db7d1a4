/*
 * curve_study.h - everything that a failure curve says of one trace: the pass, heap sizes with their first
 * failures, and the anomalous sizes.
 */
#ifndef HB_BENCH_EXACT_CURVE_STUDY_H
#define HB_BENCH_EXACT_CURVE_STUDY_H

#include "bench/exact/curve.h"

struct hb_curve_study {
    struct hb_curve *curve;
    struct hb_anomalies anomalies;
    struct hb_curve_point *points; /* ascending */
    size_t count;
};

/*
 * The pass and the anomalies; points are yet to be chosen. `ops_limit` as for hb_curve_anomalies. Errors as
 * hb_curve_build. Clear with hb_curve_study_clear, which takes a zeroed one.
 */
enum hb_status hb_curve_study_begin(struct hb_curve_study *study, const struct hb_prepared *prepared,
                                    const struct hb_model_options *options, uint64_t ops_limit,
                                    struct hb_error *error);
void hb_curve_study_clear(struct hb_curve_study *study);

/* Fills `count` points, 2 or more, evenly on a logarithmic scale, the last one at the high-water mark. */
enum hb_status hb_curve_study_list(struct hb_curve_study *study, size_t count, struct hb_error *error);

/*
 * Fills the points of a picture with `count` columns up to the high-water mark: the right edge of each; the
 * smallest size that fares alike, which is where the step under that edge begins; and both ends of every
 * anomalous span, with the sizes beside it.
 */
enum hb_status hb_curve_study_draw(struct hb_curve_study *study, size_t count, struct hb_error *error);

#endif
