/*
 * curve_survey.c - the rows of curve.csv and curve_summary.csv.
 */
#include "bench/exact/curve_survey.h"

#include "bench/results/row_groups.h"

/* Columns of the picture: finer than a panel of it can show. */
enum { COLUMNS = 240 };

static const struct hb_schema point_schema = {
    "curve/1", "curve.csv",
    "trace:text,allocator:text,status:text,heap_bytes:count,ops:count,first_failure:count,"
    "requested_bytes:count,reason:text,live_bytes:count,free_bytes:count,largest_free_bytes:count,"
    "peak_live_bytes:count,simulated:count,anomalous:count"};
static const struct hb_schema summary_schema = {
    "curve_summary/1", "curve_summary.csv",
    "trace:text,allocator:text,status:text,ops:count,peak_live_bytes:count,peak_with_records_bytes:count,"
    "minimum_heap_bytes:count,high_water_bytes:count,steps:count,undecided_sizes:count,hopeless_sizes:count,"
    "simulated_sizes:count,anomalous_spans:count,anomalous_sizes:count"};

/* The walking allocators that the model computes here. */
static const struct {
    const char *name;
    struct hb_model_options model;
} subjects[] = {
    {"simple", {.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1}},
    {"first-merge", {.policy = HB_POLICY_FIRST, .merge = true, .header_bytes = 8, .align = 1}},
};

enum hb_status hb_curve_survey_open(struct hb_curve_survey *survey, struct hb_error *error)
{
    survey->points = hb_results_begin(&point_schema);
    survey->summaries = hb_results_begin(&summary_schema);
    if (survey->points != NULL && survey->summaries != NULL)
        return HB_OK;
    hb_curve_survey_close(survey);
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
}

void hb_curve_survey_close(struct hb_curve_survey *survey)
{
    hb_results_free(survey->points);
    hb_results_free(survey->summaries);
    *survey = (struct hb_curve_survey){.points = NULL};
}

static void add_point(struct hb_results *out, const char *name, const struct hb_curve_study *study,
                      const struct hb_curve_point *point)
{
    const struct hb_prepared *prepared = study->curve->prepared;

    hb_results_set_subject(out, prepared->name, name, point->first.op != HB_NO_FAILURE ? "failed" : "ok");
    hb_results_set_count(out, "heap_bytes", point->heap_bytes);
    hb_results_set_count(out, "ops", prepared->op_count);
    hb_results_set_failure(out, point->first.op, &point->first, true);
    hb_results_set_count(out, "peak_live_bytes", prepared->peak_live_bytes);
    hb_results_set_count(out, "simulated", point->simulated);
    hb_results_set_count(out, "anomalous", hb_spans_hold(&study->anomalies.failing, point->heap_bytes));
    hb_results_end_row(out);
}

static void add_summary(struct hb_results *out, const char *name, const struct hb_curve_study *study)
{
    const struct hb_anomalies *anomalies = &study->anomalies;
    const struct hb_curve *curve = study->curve;

    hb_results_set_subject(out, curve->prepared->name, name, "ok");
    hb_results_set_count(out, "ops", curve->prepared->op_count);
    hb_results_set_count(out, "peak_live_bytes", curve->prepared->peak_live_bytes);
    hb_results_set_count(out, "peak_with_records_bytes", curve->peak_with_records);
    hb_results_set_count(out, "minimum_heap_bytes", anomalies->least_bytes);
    hb_results_set_count(out, "high_water_bytes", curve->high_water_bytes);
    hb_results_set_count(out, "steps", curve->count);
    hb_results_set_count(out, "undecided_sizes", anomalies->undecided);
    hb_results_set_count(out, "hopeless_sizes", anomalies->hopeless);
    hb_results_set_count(out, "simulated_sizes", anomalies->simulated);
    hb_results_set_count(out, "anomalous_spans", anomalies->failing.count);
    hb_results_set_count(out, "anomalous_sizes", hb_spans_total(&anomalies->failing));
    hb_results_end_row(out);
}

enum hb_status hb_curve_survey_add(struct hb_curve_survey *survey, const struct hb_prepared *prepared,
                                   struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0] && status == HB_OK; i++) {
        struct hb_curve_study study;

        status = hb_curve_study_begin(&study, prepared, &subjects[i].model, 0, error);
        if (status == HB_OK)
            status = hb_curve_study_draw(&study, COLUMNS, error);
        if (status == HB_OK) {
            survey->visit(subjects[i].name, &study);
            add_summary(survey->summaries, subjects[i].name, &study);
            for (size_t j = 0; j < study.count; j++)
                add_point(survey->points, subjects[i].name, &study, &study.points[j]);
        }
        hb_curve_study_clear(&study);
    }
    return status;
}

/* workloads/THEORY.md, "Every heap size from one pass", with records of 8 bytes: 20 bytes complete, 21 to 26
 * fail, 27 and more complete. */
enum hb_status hb_curve_survey_add_example(struct hb_curve_survey *survey, struct hb_error *error)
{
    static struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 12}, {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 5},  {.kind = HB_OP_FREE, .object = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 6},
    };
    static char name[] = "one-more-byte";
    const struct hb_workload workload = {
        .name = name, .ops = ops, .op_count = sizeof ops / sizeof ops[0], .object_count = 3};
    struct hb_prepared *prepared = NULL;
    enum hb_status status = hb_prepare(&workload, &prepared, error);

    if (status == HB_OK)
        status = hb_curve_survey_add(survey, prepared, error);
    hb_prepared_free(prepared);
    return status;
}

enum hb_status hb_curve_survey_write(struct hb_curve_survey *survey, const char *folder,
                                     const struct hb_provenance *provenance, struct hb_error *error)
{
    struct hb_results *const files[] = {survey->points, survey->summaries};

    return hb_results_write(files, 2, folder, provenance, error);
}
