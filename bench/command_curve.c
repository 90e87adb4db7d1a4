/*
 * command_curve - heapbench curve: where, and why, heaps of every size first fail, and the sizes at which a
 * larger heap fails where a smaller one does not.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command.h"
#include "bench/command_common.h"
#include "bench/command_counts.h"
#include "bench/curve.h"

struct options {
    const char *trace;
    struct hb_model_options model;
    uint64_t points;
    bool all;
    bool json;
};

/* What is known of one trace. */
struct answer {
    const struct hb_prepared *prepared;
    struct hb_curve *curve;
    struct hb_curve_point *points;
    size_t count;
    struct hb_anomalies anomalies;
};

enum { KEY_POINTS = 1000, KEY_MERGE, KEY_ALL, DEFAULT_POINTS = 24, MAX_POINTS = 100000 };

/* The smallest size drawn, as a part of the largest; and how many times the trace is run to look for
 * anomalies. */
enum { SMALLEST_PART = 64, ANOMALY_RUNS = 20 };

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_POINTS:
        options->points = hb_option_number(state, "--points", argument);
        if (options->points < 2 || options->points > MAX_POINTS)
            hb_option_fail(state, "--points takes 2 to %d, not '%s'", MAX_POINTS, argument);
        return 0;
    case KEY_MERGE:
        options->model.merge = true;
        return 0;
    case KEY_ALL:
        options->all = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->trace == NULL)
            hb_option_fail(state, "curve needs a trace");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"points", KEY_POINTS, "K", 0, "heap sizes to show, evenly on a logarithmic scale (default: 24)", 0},
    {"merge", KEY_MERGE, NULL, 0, "join a freed range with its free neighbours at once", 0},
    {"all-anomalies", KEY_ALL, NULL, 0,
     "simulate every size that one pass leaves open; else the largest, for about as long as 20 runs take", 0},
    {"json", 'j', NULL, 0, "print one JSON object, with a list of points and a list of anomalies", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .args_doc = "TRACE",
    .doc = "The first failure of first fit against the size of the heap, with its reason, for every size "
           "from one pass "
           "(THEORY 5).\v"
           "A heap may fail where a smaller one completes: those sizes are listed as anomalies.\n\n"
           "Example: heapbench curve cc1 --points 40 --json",
};

/* Evenly spaced on a logarithmic scale, the last one at the high-water mark, which always suffices. */
static void choose_sizes(struct answer *answer, uint64_t count)
{
    uint64_t high = hb_curve_high_water(answer->curve), least = answer->curve->options.header_bytes;
    double low = (double)high / SMALLEST_PART;

    for (uint64_t i = 0; i < count; i++) {
        double share = (double)i / (double)(count - 1);
        uint64_t size = i + 1 == count ? high : (uint64_t)(low * pow(SMALLEST_PART, share));

        size = size < least ? least : size;
        if (answer->count == 0 || size > answer->points[answer->count - 1].heap_bytes)
            answer->points[answer->count++].heap_bytes = size;
    }
}

static enum hb_status compute(const struct options *options, struct answer *answer, struct hb_error *error)
{
    uint64_t limit = options->all ? 0 : answer->prepared->op_count * ANOMALY_RUNS;
    enum hb_status status = hb_curve_build(answer->prepared, &options->model, &answer->curve, error);

    if (status != HB_OK)
        return status;
    answer->points = calloc(options->points, sizeof answer->points[0]);
    if (answer->points == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for %" PRIu64 " points", options->points);
    choose_sizes(answer, options->points);
    status = hb_curve_fill(answer->curve, answer->points, answer->count, error);
    return status == HB_OK ? hb_curve_anomalies(answer->curve, limit, &answer->anomalies, error) : status;
}

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

static json_t *answer_json(const struct answer *answer)
{
    json_t *object = json_object(), *points = json_array(), *anomalies = json_array();

    json_object_set_new(object, "trace", hb_json_text(answer->prepared->name));
    hb_json_set(object, "ops", answer->prepared->op_count);
    hb_json_set(object, "peak_live_bytes", answer->prepared->peak_live_bytes);
    hb_json_set(object, "high_water_bytes", hb_curve_high_water(answer->curve));
    hb_json_set(object, "minimum_heap_bytes", answer->anomalies.least_bytes);
    hb_json_set(object, "undecided_sizes", answer->anomalies.undecided);
    hb_json_set(object, "simulated_sizes", answer->anomalies.simulated);
    for (size_t i = 0; i < answer->count; i++)
        json_array_append_new(points, point_json(&answer->points[i]));
    json_object_set_new(object, "points", points);
    for (size_t i = 0; i < answer->anomalies.count; i++) {
        json_t *span = json_object();

        hb_json_set(span, "low_bytes", answer->anomalies.failing[i].low);
        hb_json_set(span, "high_bytes", answer->anomalies.failing[i].high);
        json_array_append_new(anomalies, span);
    }
    json_object_set_new(object, "anomalies", anomalies);
    return object;
}

static void print_point(const struct answer *answer, const struct hb_curve_point *point)
{
    double of_peak = (double)point->heap_bytes / (double)answer->prepared->peak_live_bytes;

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
    char open[48], tried[48];

    printf("\n%s left open by the pass, the %s largest simulated\n",
           hb_counted(open, sizeof open, anomalies->undecided, "size"),
           hb_counted(tried, sizeof tried, anomalies->simulated, ""));
    printf("smallest heap that completes: %" PRIu64 " bytes\n", anomalies->least_bytes);
    for (size_t i = 0; i < anomalies->count; i++)
        printf("fails although a smaller heap completes: %" PRIu64 " to %" PRIu64 " bytes\n",
               anomalies->failing[i].low, anomalies->failing[i].high);
}

static int print_text(const struct answer *answer)
{
    printf("%s: first failure of first fit, by heap size\n\n", answer->prepared->name);
    printf("%14s %9s %12s  %-9s %12s %12s %12s\n", "heap bytes", "of peak", "operation", "reason",
           "asked for", "free", "largest free");
    for (size_t i = 0; i < answer->count; i++)
        print_point(answer, &answer->points[i]);
    print_anomalies(&answer->anomalies);
    return hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
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

int hb_command_curve(int argc, char **argv)
{
    struct options options = {.model = {.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1},
                              .points = DEFAULT_POINTS};
    struct answer answer = {.curve = NULL};
    struct hb_prepared *prepared = NULL;
    enum hb_status status;
    struct hb_error error;
    int exit_status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (prepare(options.trace, &prepared, &error) != HB_OK)
        return hb_command_fail(&error);
    assert(prepared != NULL);
    answer.prepared = prepared;
    hb_progress_begin("failure curve");
    status = compute(&options, &answer, &error);
    hb_progress_end();
    if (status != HB_OK)
        exit_status = hb_command_fail(&error);
    else
        exit_status = options.json ? hb_command_print_json(answer_json(&answer)) : print_text(&answer);
    free(answer.anomalies.failing);
    free(answer.points);
    hb_curve_free(answer.curve);
    hb_prepared_free(prepared);
    return exit_status;
}
