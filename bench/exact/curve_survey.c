/*
 * curve_survey.c - the rows of curve.csv and curve_summary.csv.
 */
#include "bench/exact/curve_survey.h"

/* Columns of the picture: finer than a panel of it can show. */
enum { COLUMNS = 240 };

static const char point_columns[] =
    "trace,allocator,status,heap_bytes,ops,first_failure,requested_bytes,reason,live_bytes,free_bytes,"
    "largest_free_bytes,peak_live_bytes,simulated,anomalous";
static const char summary_columns[] =
    "trace,allocator,status,ops,peak_live_bytes,peak_with_records_bytes,minimum_heap_bytes,high_water_bytes,"
    "steps,undecided_sizes,hopeless_sizes,simulated_sizes,anomalous_spans,anomalous_sizes";

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
    survey->points = hb_results_begin("curve/1", point_columns);
    survey->summaries = hb_results_begin("curve_summary/1", summary_columns);
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
    const struct hb_failure *first = &point->first;
    bool failed = first->op != HB_NO_FAILURE;

    hb_results_text(out, prepared->name);
    hb_results_text(out, name);
    hb_results_text(out, failed ? "failed" : "ok");
    hb_results_count(out, point->heap_bytes);
    hb_results_count(out, prepared->op_count);
    if (failed) {
        hb_results_count(out, first->op);
        hb_results_count(out, first->size);
        hb_results_text(out, hb_failure_reason_name(first->reason));
        hb_results_count(out, first->live_bytes);
        hb_results_count(out, first->free_bytes);
        hb_results_count(out, first->largest_free_bytes);
    } else {
        hb_results_blank(out, 6);
    }
    hb_results_count(out, prepared->peak_live_bytes);
    hb_results_count(out, point->simulated);
    hb_results_count(out, hb_size_spans_hold(&study->anomalies.failing, point->heap_bytes));
    hb_results_end_row(out);
}

static void add_summary(struct hb_results *out, const char *name, const struct hb_curve_study *study)
{
    const struct hb_anomalies *anomalies = &study->anomalies;
    const struct hb_curve *curve = study->curve;

    hb_results_text(out, curve->prepared->name);
    hb_results_text(out, name);
    hb_results_text(out, "ok");
    hb_results_count(out, curve->prepared->op_count);
    hb_results_count(out, curve->prepared->peak_live_bytes);
    hb_results_count(out, curve->peak_with_records);
    hb_results_count(out, anomalies->least_bytes);
    hb_results_count(out, curve->high_water_bytes);
    hb_results_count(out, curve->count);
    hb_results_count(out, anomalies->undecided);
    hb_results_count(out, anomalies->hopeless);
    hb_results_count(out, anomalies->simulated);
    hb_results_count(out, anomalies->failing.count);
    hb_results_count(out, hb_size_spans_total(&anomalies->failing));
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

/* THEORY.md 5, with records of 8 bytes: 20 bytes complete, 21 to 26 fail, 27 and more complete. */
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
    enum hb_status status = hb_results_write(survey->points, folder, "curve.csv", provenance, error);

    return status == HB_OK
               ? hb_results_write(survey->summaries, folder, "curve_summary.csv", provenance, error)
               : status;
}
