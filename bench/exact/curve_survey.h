/*
 * curve_survey.h - the failure curves of traces under simple, and under the same with merging, as results.
 */
#ifndef HB_BENCH_EXACT_CURVE_SURVEY_H
#define HB_BENCH_EXACT_CURVE_SURVEY_H

#include "bench/exact/curve.h"
#include "bench/results/results.h"

struct hb_curve_survey {
    struct hb_results *points;    /* curve.csv */
    struct hb_results *summaries; /* curve_summary.csv */
    void (*visit)(const char *allocator,
                  const struct hb_curve_study *study); /* called for each, to be shown */
};

/* HB_ERR_MEMORY. Close with hb_curve_survey_close, which takes a zeroed one. */
enum hb_status hb_curve_survey_open(struct hb_curve_survey *survey, struct hb_error *error);
void hb_curve_survey_close(struct hb_curve_survey *survey);

/*
 * Studies `prepared` with both, and adds the rows. Undecided sizes are
 * simulated without limit. Errors as hb_curve_build; HB_ERR_FORMAT where nothing is ever allocated.
 */
enum hb_status hb_curve_survey_add(struct hb_curve_survey *survey, const struct hb_prepared *prepared,
                                   struct hb_error *error);

/* The same of a trace of five operations in which one more byte loses. No shipped trace has such a size. */
enum hb_status hb_curve_survey_add_example(struct hb_curve_survey *survey, struct hb_error *error);

/* Writes both files. Errors as hb_results_write. */
enum hb_status hb_curve_survey_write(struct hb_curve_survey *survey, const char *folder,
                                     const struct hb_provenance *provenance, struct hb_error *error);

#endif
