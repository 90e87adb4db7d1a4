/*
 * command_curve.c - heapbench curve: where, and why, heaps of every size first fail, and the sizes at which a
 * larger heap fails where a smaller one does not.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/exact/curve_survey.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    char **traces; /* ended by NULL; NULL: none was given */
    const char *results;
    struct hb_model_options model;
    uint64_t points; /* 0: not given */
    bool all_anomalies, all, json, streams;
};

enum { DEFAULT_POINTS = 24, MAX_POINTS = 100000 };

/* How many times the trace is run to look for anomalies. */
enum { ANOMALY_RUNS = 20 };

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, traces)},
    {HB_OPTION_NUMBER, 0, "points", "K", HB_AT(struct options, points), .least = 2, .most = MAX_POINTS,
     .help = "heap sizes to show, evenly on a logarithmic scale (default: 24)"},
    {HB_OPTION_FLAG, 0, "all-anomalies", NULL, HB_AT(struct options, all_anomalies),
     .help = "simulate every size that one pass leaves open; else the largest, for about as long as 20 runs "
             "take"},
    {HB_OPTION_FLAG, 0, "all", NULL, HB_AT(struct options, all),
     .help =
         "simple and the same merging, on several traces: a line each, all anomalies included. TRACEs: the "
         "few that stand for all shipped ones by default"},
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help = "the same, of TRACE or of all of them, and write DIR/curve.csv and DIR/curve_summary.csv"},
    HB_COMMAND_STREAM(struct options, streams),
    HB_COMMAND_MODEL(struct options, model),
    HB_COMMAND_JSON(struct options, json,
                    "print one JSON object, with a list of points and a list of anomalies"),
    {0},
};

static bool is_survey(const struct options *options)
{
    return options->all || options->results != NULL;
}

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (!options->all && options->traces == NULL)
        hb_option_fail(state, "curve needs a trace, or --all");
    if (!options->all && options->traces[1] != NULL)
        hb_option_fail(state, "curve takes one trace without --all, and '%s' is a second one",
                       options->traces[1]);
    if (is_survey(options) && (options->json || options->points != 0 || options->all_anomalies ||
                               options->streams || !hb_command_is_simple(&options->model)))
        hb_option_fail(state,
                       "--all and --results are of simple and of the same with merging, and choose the "
                       "sizes: no other option goes with them");
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE\n--all [TRACE...]",
    .doc = "The first failure of first fit against the size of the heap, with its reason, for every size "
           "from one pass of the trace.\v"
           "A heap may fail where a smaller one completes: those sizes are listed as anomalies.\n\n"
           "Examples:\n"
           "  heapbench curve cc1 --points 40 --json\n"
           "  heapbench curve --all --results results/latest",
    .check = check,
};

static json_t *point_json(const struct hb_curve_point *point)
{
    const struct hb_failure *first = &point->first;
    bool failed = first->op != HB_NO_FAILURE;
    struct hb_json json = {.members = json_object()};

    hb_json_number(&json, "heap_bytes", point->heap_bytes);
    hb_json_known(&json, "first_failure", first->op, failed);
    hb_json_text(&json, "failure_reason", hb_failure_reason_name(first->reason));
    hb_json_put(&json, "simulated", json_boolean(point->simulated));
    if (failed) {
        hb_json_number(&json, "requested_bytes", first->size);
        hb_json_number(&json, "live_bytes", first->live_bytes);
        hb_json_number(&json, "free_bytes", first->free_bytes);
        hb_json_number(&json, "largest_free_bytes", first->largest_free_bytes);
    }
    return hb_json_end(&json);
}

static json_t *span_json(const struct hb_size_span *span)
{
    struct hb_json json = {.members = json_object()};

    hb_json_number(&json, "low_bytes", span->low);
    hb_json_number(&json, "high_bytes", span->high);
    return hb_json_end(&json);
}

static int print_json(const struct hb_curve_study *study)
{
    const struct hb_prepared *prepared = study->curve->prepared;
    const struct hb_anomalies *anomalies = &study->anomalies;
    json_t *points = json_array(), *spans = json_array();
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", prepared->name);
    hb_json_number(&json, "ops", prepared->op_count);
    hb_json_number(&json, "peak_live_bytes", prepared->peak_live_bytes);
    hb_json_number(&json, "high_water_bytes", study->curve->high_water_bytes);
    hb_json_number(&json, "minimum_heap_bytes", anomalies->least_bytes);
    hb_json_number(&json, "undecided_sizes", anomalies->undecided);
    hb_json_number(&json, "hopeless_sizes", anomalies->hopeless);
    hb_json_number(&json, "simulated_sizes", anomalies->simulated);
    for (size_t i = 0; i < study->count; i++)
        json.failed |= json_array_append_new(points, point_json(&study->points[i])) != 0;
    for (size_t i = 0; i < anomalies->failing.count; i++)
        json.failed |= json_array_append_new(spans, span_json(&anomalies->failing.at[i])) != 0;
    hb_json_put(&json, "points", points);
    hb_json_put(&json, "anomalies", spans);
    return hb_json_print(&json);
}

static void print_point(const struct hb_curve_study *study, const struct hb_curve_point *point)
{
    const struct hb_failure *first = &point->first;
    double of_peak = (double)point->heap_bytes / (double)study->curve->prepared->peak_live_bytes;

    printf("%14s %9.3f ", hb_show_count(point->heap_bytes).text, of_peak);
    if (first->op == HB_NO_FAILURE)
        printf("%12s\n", "none");
    else
        printf("%12s  %-9s %12s %12s %12s\n", hb_show_count(first->op).text,
               hb_failure_reason_name(first->reason), hb_show_count(first->size).text,
               hb_show_count(first->free_bytes).text, hb_show_count(first->largest_free_bytes).text);
}

static void print_anomalies(const struct hb_anomalies *anomalies)
{
    if (anomalies->undecided == 0)
        printf("\none pass over the trace decides every size\n");
    else
        printf("\n%s left open by the pass: %s too small for what is live, the %s largest of the others "
               "simulated\n",
               hb_show_counted(anomalies->undecided, "size").text, hb_show_count(anomalies->hopeless).text,
               hb_show_count(anomalies->simulated).text);
    printf("smallest heap that completes: %s\n", hb_show_counted(anomalies->least_bytes, "byte").text);
    for (size_t i = 0; i < anomalies->failing.count; i++)
        printf("fails although a smaller heap completes: %s to %s\n",
               hb_show_count(anomalies->failing.at[i].low).text,
               hb_show_counted(anomalies->failing.at[i].high, "byte").text);
}

static int print_text(const struct hb_curve_study *study)
{
    printf("%s: first failure of first fit, by heap size\n\n", study->curve->prepared->name);
    printf("%14s %9s %12s  %-9s %12s %12s %12s\n", "heap bytes", "of peak", "operation", "reason",
           "asked for", "free", "largest free");
    for (size_t i = 0; i < study->count; i++)
        print_point(study, &study->points[i]);
    print_anomalies(&study->anomalies);
    return hb_stdout_end_table();
}

static enum hb_status prepare(const char *trace, bool streams, struct hb_prepared **out,
                              struct hb_error *error)
{
    enum hb_status status = hb_command_prepare(trace, streams, out, error);

    if (status == HB_OK && (*out)->peak_live_bytes == 0) {
        hb_prepared_free(*out);
        *out = NULL;
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: nothing is ever allocated, so no heap is too small",
                              trace);
    }
    return status;
}

static int list_trace(const struct options *options)
{
    struct hb_curve_study study = {.curve = NULL};
    struct hb_prepared *prepared = NULL;
    enum hb_status status;
    struct hb_error error;
    int exit_status;

    if (prepare(options->traces[0], options->streams, &prepared, &error) != HB_OK)
        return hb_command_fail(&error);
    assert(prepared != NULL);
    hb_progress_begin("failure curve");
    status = hb_curve_study_begin(&study, prepared, &options->model,
                                  options->all_anomalies ? 0 : prepared->op_count * ANOMALY_RUNS, &error);
    if (status == HB_OK)
        status = hb_curve_study_list(&study, options->points != 0 ? options->points : DEFAULT_POINTS, &error);
    hb_progress_end();
    if (status != HB_OK)
        exit_status = hb_command_fail(&error);
    else
        exit_status = (options->json ? print_json : print_text)(&study);
    hb_curve_study_clear(&study);
    hb_prepared_free(prepared);
    return exit_status;
}

static void print_survey_line(const char *allocator, const struct hb_curve_study *study)
{
    const struct hb_prepared *prepared = study->curve->prepared;
    const struct hb_anomalies *anomalies = &study->anomalies;
    char shown[17];

    printf("%-16s %-12s %12s %12s %12s %8.3f %9s %9s %9s\n",
           hb_printable(shown, sizeof shown, prepared->name, ""), allocator,
           hb_show_count(prepared->peak_live_bytes).text, hb_show_count(study->curve->high_water_bytes).text,
           hb_show_count(anomalies->least_bytes).text,
           (double)anomalies->least_bytes / (double)prepared->peak_live_bytes,
           hb_show_count(anomalies->undecided).text, hb_show_count(anomalies->simulated).text,
           hb_show_count(hb_spans_total(&anomalies->failing)).text);
}

static enum hb_status survey_trace(struct hb_curve_survey *survey, const char *trace, struct hb_error *error)
{
    struct hb_prepared *prepared = NULL;
    enum hb_status status = prepare(trace, false, &prepared, error);

    if (status != HB_OK)
        return status;
    assert(prepared != NULL);
    hb_progress_begin(prepared->name);
    status = hb_curve_survey_add(survey, prepared, error);
    hb_progress_end();
    hb_prepared_free(prepared);
    return status;
}

/* What cannot be read, or has no curve, is a line that says so and `*left_out` more; the others go on. */
static void survey_or_leave_out(struct hb_curve_survey *survey, const char *trace,
                                struct hb_provenance *provenance, size_t *left_out)
{
    struct hb_error error;
    char *name;

    if (survey_trace(survey, trace, &error) == HB_OK)
        return;
    name = hb_workload_name_of(trace);
    printf("%-16.16s not usable: %s\n", name != NULL ? name : "", error.text);
    hb_provenance_leave_out(provenance, "trace %s: %s", name != NULL ? name : "", error.text);
    free(name);
    ++*left_out;
}

/* `traces`: NULL for the shipped ones. */
static enum hb_status survey_all(struct hb_curve_survey *survey, char *const *traces,
                                 struct hb_provenance *provenance, size_t *left_out, struct hb_error *error)
{
    char **shipped = NULL;
    size_t count = 0;
    enum hb_status status = traces == NULL ? hb_traces_find(&shipped, &count, error) : HB_OK;

    if (status != HB_OK)
        return status;
    if (traces == NULL)
        traces = shipped;
    for (count = 0; traces[count] != NULL; count++)
        survey_or_leave_out(survey, traces[count], provenance, left_out);
    if (*left_out == count)
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: no trace there can be used",
                              shipped != NULL ? hb_traces_folder() : "--all");
    hb_traces_free(shipped);
    return status == HB_OK ? hb_curve_survey_add_example(survey, error) : status;
}

static int make_survey(const struct options *options, struct hb_provenance *provenance)
{
    struct hb_curve_survey survey = {.visit = print_survey_line};
    enum hb_status status = HB_OK;
    struct hb_error error;
    size_t left_out = 0;
    int exit_status;

    provenance->computed = true;
    if (options->results != NULL)
        status = hb_results_check_folder(options->results, provenance, &error);
    if (status == HB_OK)
        status = hb_curve_survey_open(&survey, &error);
    if (status == HB_OK) {
        printf("%-16s %-12s %12s %12s %12s %8s %9s %9s %9s\n", "trace", "allocator", "peak live",
               "high water", "minimum heap", "of peak", "undecided", "simulated", "anomalous");
        status = options->all ? survey_all(&survey, options->traces, provenance, &left_out, &error)
                              : survey_trace(&survey, options->traces[0], &error);
    }
    if (status == HB_OK && options->results != NULL)
        status = hb_curve_survey_write(&survey, options->results, provenance, &error);
    hb_curve_survey_close(&survey);
    if (status != HB_OK)
        return hb_command_fail(&error);
    exit_status = hb_stdout_end_table();
    return exit_status == HB_EXIT_DONE && left_out > 0 ? HB_EXIT_PARTIAL : exit_status;
}

int hb_command_curve(int argc, char **argv)
{
    struct options options = {.model = hb_command_simple_model};
    struct hb_provenance provenance;

    hb_provenance_begin(&provenance, argc, argv);
    provenance.rounds = 1;
    hb_options_parse(&usage, argc, argv, &options);
    return is_survey(&options) ? make_survey(&options, &provenance) : list_trace(&options);
}
