/*
 * command_model - heapbench model: a trace on the exact model of a policy, streamed; or on every policy.
 *
 * No memory is handed out and nothing walks, so a trace of a hundred million operations takes seconds; the
 * memory this needs follows the ranges of the heap and not the length of the trace.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "allocator/model/model.h"
#include "base/clock.h"
#include "bench/replay/counting.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "bench/tool/command_counts.h"
#include "bench/tool/command_model_all.h"
#include "bench/tool/option_model.h"
#include "workloads/read_ahead.h"
#include "workloads/stream.h"

struct options {
    char **traces; /* ended by NULL; NULL: none was given */
    const char *trace;
    struct hb_model_options model;
    bool json;
    bool all;
    const char *results;
};

struct answer {
    uint64_t objects;
    uint64_t elapsed_ns;
    struct hb_counts counts;
};

enum { KEY_POLICY = 1000, KEY_HEAP, KEY_ALL, KEY_RESULTS };
enum { FIRST_SLOTS = 1 << 12 };

static void check(const struct argp_state *state, struct options *options)
{
    if (options->all && (options->json || !hb_model_option_is_default(&options->model)))
        hb_option_fail(state, "--all is every policy: only TRACEs and --results go with it");
    if (options->all)
        return;
    if (options->results != NULL)
        hb_option_fail(state, "--results goes with --all");
    for (char **trace = options->traces; trace != NULL && *trace != NULL; trace++)
        hb_option_argument(state, "trace", &options->trace, *trace);
    if (options->trace == NULL)
        hb_option_fail(state, "model needs a trace, or --all");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->model;
        return 0;
    case KEY_POLICY:
        options->model.policy = hb_option_policy(state, argument);
        return 0;
    case KEY_HEAP:
        options->model.heap_bytes = hb_option_size(state, "--heap", argument);
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case KEY_ALL:
        options->all = true;
        return 0;
    case KEY_RESULTS:
        options->results = argument;
        return 0;
    case ARGP_KEY_ARGS:
        options->traces = state->argv + state->next;
        return 0;
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"policy", KEY_POLICY, "P", 0, "first (the default), next or best fit, in address order", 0},
    {"heap", KEY_HEAP, "N", 0, "bytes of the heap (K, M, G allowed); 0, the default, is infinite", 0},
    {"json", 'j', NULL, 0, "print one flat JSON object; results/README.md defines its keys", 0},
    {"all", KEY_ALL, NULL, 0,
     "every policy, merging and not, with headers and without, and an offline packing: a table beside "
     "published figures. TRACEs: the shipped ones by default",
     0},
    {"results", KEY_RESULTS, "DIR", 0, "of --all: write DIR/policies.csv as well", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .children = hb_model_option_children,
    .args_doc = "TRACE\n--all [TRACE...]",
    .doc = "Compute what an allocator of a classic policy does with a trace: every placement and walk, "
           "without memory "
           "and without walking.\v"
           "With the defaults this is what the simple allocator does: header 8, align 1, first fit, never "
           "merging.\n\n"
           "Examples:\n"
           "  heapbench model cc1 --policy best --merge --json\n"
           "  heapbench model --all --results results/latest",
};

static enum hb_status feed_all(struct hb_stream *stream, struct hb_counting *counter, struct hb_error *error)
{
    struct hb_read_ahead *ahead = NULL;
    enum hb_status status = hb_read_ahead_open(stream, &ahead, error);
    const struct hb_op *ops = NULL;
    uint64_t done = 0;
    size_t count = 1;

    while (status == HB_OK && count > 0) {
        status = hb_read_ahead_next(ahead, &ops, &count, error);
        if (status == HB_OK)
            status = hb_counting_feed(counter, ops, count, error);
        done += count;
        hb_progress_set(NULL, done);
    }
    hb_read_ahead_close(ahead);
    return status;
}

static enum hb_status count_all(const struct options *options, struct hb_stream *stream,
                                struct answer *answer, struct hb_error *error)
{
    struct hb_count_options count_options = {.without_measures = true};
    struct hb_allocator table;
    struct hb_counting *counter = NULL;
    enum hb_status status;
    void *heap;

    hb_model_allocator(&options->model, &table);
    heap = table.create(&table, options->model.heap_bytes, error);
    if (heap == NULL)
        return error->status;
    answer->counts.heap_bytes = options->model.heap_bytes;
    status = hb_counting_open(&table, heap, FIRST_SLOTS, &count_options, &answer->counts, &counter, error);
    if (status == HB_OK)
        status = feed_all(stream, counter, error);
    if (status == HB_OK)
        hb_counting_report(counter);
    hb_counting_close(counter);
    table.destroy(heap);
    return status;
}

static enum hb_status run(const struct options *options, struct hb_stream *stream, struct answer *answer,
                          struct hb_error *error)
{
    uint64_t begin = hb_clock_ns();
    enum hb_status status;
    char what[80];

    snprintf(what, sizeof what, "model of %.60s", hb_stream_name(stream));
    hb_progress_begin(what);
    status = count_all(options, stream, answer, error);
    hb_progress_end();
    answer->elapsed_ns = hb_clock_ns() - begin;
    answer->objects = hb_stream_objects(stream);
    return status;
}

static const char *policy_name(const struct options *options)
{
    struct hb_allocator table;

    hb_model_allocator(&options->model, &table);
    return table.name;
}

static int print_json(const struct options *options, const char *trace, const struct answer *answer)
{
    json_t *object = json_object();

    json_object_set_new(object, "trace", hb_json_text(trace));
    json_object_set_new(object, "allocator", hb_json_text(policy_name(options)));
    hb_json_set(object, "heap_bytes", options->model.heap_bytes);
    hb_json_set(object, "ops", answer->counts.ops);
    hb_json_set(object, "objects", answer->objects);
    hb_json_set_counts(object, &answer->counts);
    hb_json_set(object, "elapsed_ns", answer->elapsed_ns);
    return hb_command_print_json(object);
}

static int print_text(const struct options *options, const char *trace, const struct answer *answer)
{
    double ns = (double)answer->elapsed_ns, ops = (double)answer->counts.ops;
    char number[48];

    hb_row("trace", "%s", trace);
    hb_row("policy", "%s, header %u, align %u", policy_name(options), options->model.header_bytes,
           options->model.align);
    hb_row("heap", "%s",
           options->model.heap_bytes != 0
               ? hb_counted(number, sizeof number, options->model.heap_bytes, "byte")
               : "infinite");
    hb_row("operations", "%s", hb_counted(number, sizeof number, answer->counts.ops, ""));
    hb_row("time", "%.3f ms, %.1f million operations a second", ns / 1e6, ns > 0 ? ops * 1e3 / ns : 0);
    hb_print_counts(&answer->counts);
    return hb_command_table_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

int hb_command_model(int argc, char **argv)
{
    struct options options = {.model = hb_model_option_defaults};
    struct answer answer = {.objects = 0};
    struct hb_stream *stream = NULL;
    struct hb_error error;
    int exit_status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (options.all)
        return hb_command_model_all(argc, argv, options.traces, options.results);
    if (hb_stream_open(options.trace, &stream, &error) != HB_OK)
        return hb_command_fail(&error);
    if (run(&options, stream, &answer, &error) != HB_OK)
        exit_status = hb_command_fail(&error);
    else if (options.json)
        exit_status = print_json(&options, hb_stream_name(stream), &answer);
    else
        exit_status = print_text(&options, hb_stream_name(stream), &answer);
    hb_command_tell_repairs(hb_stream_name(stream), hb_stream_repairs(stream));
    hb_stream_close(stream);
    return exit_status;
}
