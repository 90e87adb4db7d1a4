/*
 * command_curve - heapbench curve: where, and why, heaps of every size first fail, and the sizes at which a
 * larger heap fails where a smaller one does not.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "bench/tool/command_counts.h"
#include "bench/tool/curve_survey.h"
#include "bench/tool/option_model.h"

struct options {
    const char *trace;
    const char *results;
    struct hb_model_options model;
    uint64_t points; /* 0: not given */
    bool all_anomalies;
    bool all;
    bool json;
};

enum { KEY_POINTS = 1000, KEY_ALL_ANOMALIES, KEY_ALL, KEY_RESULTS, DEFAULT_POINTS = 24, MAX_POINTS = 100000 };

/* How many times the trace is run to look for anomalies. */
enum { ANOMALY_RUNS = 20 };

static bool is_survey(const struct options *options)
{
    return options->all || options->results != NULL;
}

static void check(const struct argp_state *state, const struct options *options)
{
    if (options->all && options->trace != NULL)
        hb_option_fail(state, "--all is of every shipped trace: no '%s' goes with it", options->trace);
    if (!options->all && options->trace == NULL)
        hb_option_fail(state, "curve needs a trace, or --all");
    if (is_survey(options) && (options->json || options->points != 0 || options->all_anomalies ||
                               !hb_model_option_is_default(&options->model)))
        hb_option_fail(state,
                       "--all and --results are of simple and of the same with merging, and choose the "
                       "sizes: no other option goes with them");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->model;
        return 0;
    case KEY_POINTS:
        options->points = hb_option_number(state, "--points", argument);
        if (options->points < 2 || options->points > MAX_POINTS)
            hb_option_fail(state, "--points takes 2 to %d, not '%s'", MAX_POINTS, argument);
        return 0;
    case KEY_ALL_ANOMALIES:
        options->all_anomalies = true;
        return 0;
    case KEY_ALL:
        options->all = true;
        return 0;
    case KEY_RESULTS:
        options->results = argument;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"points", KEY_POINTS, "K", 0, "heap sizes to show, evenly on a logarithmic scale (default: 24)", 0},
    {"all-anomalies", KEY_ALL_ANOMALIES, NULL, 0,
     "simulate every size that one pass leaves open; else the largest, for about as long as 20 runs take", 0},
    {"all", KEY_ALL, NULL, 0,
     "every shipped trace, with simple and with the same merging: a line each, all anomalies included", 0},
    {"results", KEY_RESULTS, "DIR", 0,
     "the same, of TRACE or of all, and write DIR/curve.csv and DIR/curve_summary.csv", 0},
    {"json", 'j', NULL, 0, "print one JSON object, with a list of points and a list of anomalies", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .children = hb_model_option_children,
    .args_doc = "TRACE\n--all",
    .doc = "The first failure of first fit against the size of the heap, with its reason, for every size "
           "from one pass "
           "of the trace.\v"
           "A heap may fail where a smaller one completes: those sizes are listed as anomalies.\n\n"
           "Examples:\n"
           "  heapbench curve cc1 --points 40 --json\n"
           "  heapbench curve --all --results results/latest",
};

static json_t *point_json(const struct hb_curve_point *point)
{
    const char *reason = hb_failure_reason_name(point->first.reason);
    bool failed = point->first.op != HB_NO_FAILURE;
    json_t *object = json_object();

    hb_json_set(object, "heap_bytes", point->heap_bytes);
    json_object_set_new(object, "first_failure",
                        failed ? json_integer((json_int_t)point->first.op) : json_null());
    json_object_set_new(object, "failure_reason", reason != NULL ? hb_json_text(reason) : json_null());
    json_object_set_new(object, "simulated", json_boolean(point->simulated));
    if (!failed)
        return object;
    hb_json_set(object, "requested_bytes", point->first.size);
    hb_json_set(object, "live_bytes", point->first.live_bytes);
    hb_json_set(object, "free_bytes", point->first.free_bytes);
    hb_json_set(object, "largest_free_bytes", point->first.largest_free_bytes);
    return object;
}

static json_t *study_json(const struct hb_curve_study *study)
{
    const struct hb_prepared *prepared = study->curve->prepared;
    json_t *object = json_object(), *points = json_array(), *anomalies = json_array();

    json_object_set_new(object, "trace", hb_json_text(prepared->name));
    hb_json_set(object, "ops", prepared->op_count);
    hb_json_set(object, "peak_live_bytes", prepared->peak_live_bytes);
    hb_json_set(object, "high_water_bytes", study->curve->high_water_bytes);
    hb_json_set(object, "minimum_heap_bytes", study->anomalies.least_bytes);
    hb_json_set(object, "undecided_sizes", study->anomalies.undecided);
    hb_json_set(object, "hopeless_sizes", study->anomalies.hopeless);
    hb_json_set(object, "simulated_sizes", study->anomalies.simulated);
    for (size_t i = 0; i < study->count; i++)
        json_array_append_new(points, point_json(&study->points[i]));
    json_object_set_new(object, "points", points);
    for (size_t i = 0; i < study->anomalies.failing.count; i++) {
        json_t *span = json_object();

        hb_json_set(span, "low_bytes", study->anomalies.failing.at[i].low);
        hb_json_set(span, "high_bytes", study->anomalies.failing.at[i].high);
        json_array_append_new(anomalies, span);
    }
    json_object_set_new(object, "anomalies", anomalies);
    return object;
}

static void print_point(const struct hb_curve_study *study, const struct hb_curve_point *point)
{
    double of_peak = (double)point->heap_bytes / (double)study->curve->prepared->peak_live_bytes;

    printf("%14" PRIu64 " %9.3f ", point->heap_bytes, of_peak);
    if (point->first.op == HB_NO_FAILURE)
        printf("%12s\n", "none");
    else
        printf("%12" PRIu64 "  %-9s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", point->first.op,
               hb_failure_reason_name(point->first.reason), point->first.size, point->first.free_bytes,
               point->first.largest_free_bytes);
}

static void print_anomalies(const struct hb_anomalies *anomalies)
{
    char open[48], hopeless[48], tried[48];

    if (anomalies->undecided == 0)
        printf("\none pass over the trace decides every size\n");
    else
        printf("\n%s left open by the pass: %s too small for what is live, the %s largest of the others "
               "simulated\n",
               hb_counted(open, sizeof open, anomalies->undecided, "size"),
               hb_counted(hopeless, sizeof hopeless, anomalies->hopeless, ""),
               hb_counted(tried, sizeof tried, anomalies->simulated, ""));
    printf("smallest heap that completes: %" PRIu64 " bytes\n", anomalies->least_bytes);
    for (size_t i = 0; i < anomalies->failing.count; i++)
        printf("fails although a smaller heap completes: %" PRIu64 " to %" PRIu64 " bytes\n",
               anomalies->failing.at[i].low, anomalies->failing.at[i].high);
}

static int print_text(const struct hb_curve_study *study)
{
    printf("%s: first failure of first fit, by heap size\n\n", study->curve->prepared->name);
    printf("%14s %9s %12s  %-9s %12s %12s %12s\n", "heap bytes", "of peak", "operation", "reason",
           "asked for", "free", "largest free");
    for (size_t i = 0; i < study->count; i++)
        print_point(study, &study->points[i]);
    print_anomalies(&study->anomalies);
    return hb_command_table_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

static enum hb_status prepare(const char *trace, struct hb_prepared **out, struct hb_error *error)
{
    enum hb_status status = hb_command_prepare(trace, out, error);

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

    if (prepare(options->trace, &prepared, &error) != HB_OK)
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
        exit_status = options->json ? hb_command_print_json(study_json(&study)) : print_text(&study);
    hb_curve_study_clear(&study);
    hb_prepared_free(prepared);
    return exit_status;
}

static enum hb_status survey_trace(struct hb_curve_survey *survey, const char *trace, struct hb_error *error)
{
    struct hb_prepared *prepared = NULL;
    enum hb_status status = prepare(trace, &prepared, error);

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

static enum hb_status survey_all(struct hb_curve_survey *survey, struct hb_provenance *provenance,
                                 size_t *left_out, struct hb_error *error)
{
    char **traces;
    size_t count;
    enum hb_status status = hb_traces_find(&traces, &count, error);

    if (status != HB_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        survey_or_leave_out(survey, traces[i], provenance, left_out);
    hb_traces_free(traces);
    if (*left_out == count)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: no trace there can be used", hb_traces_folder());
    return hb_curve_survey_add_example(survey, error);
}

static int make_survey(const struct options *options, struct hb_provenance *provenance)
{
    struct hb_curve_survey survey = {.points = NULL};
    enum hb_status status = HB_OK;
    struct hb_error error;
    size_t left_out = 0;

    provenance->computed = true;
    if (options->results != NULL)
        status = hb_results_check_folder(options->results, provenance, &error);
    if (status == HB_OK)
        status = hb_curve_survey_open(&survey, &error);
    if (status == HB_OK) {
        hb_curve_survey_head();
        status = options->all ? survey_all(&survey, provenance, &left_out, &error)
                              : survey_trace(&survey, options->trace, &error);
    }
    if (status == HB_OK && options->results != NULL)
        status = hb_curve_survey_write(&survey, options->results, provenance, &error);
    hb_curve_survey_close(&survey);
    if (status != HB_OK)
        return hb_command_fail(&error);
    if (hb_command_table_failed())
        return HB_EXIT_FAILED;
    return left_out > 0 ? HB_EXIT_PARTIAL : HB_EXIT_DONE;
}

int hb_command_curve(int argc, char **argv)
{
    struct options options = {.model = hb_model_option_defaults};
    struct hb_provenance provenance;

    hb_provenance_begin(&provenance, argc, argv);
    provenance.rounds = 1;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return is_survey(&options) ? make_survey(&options, &provenance) : list_trace(&options);
}
