/*
 * command_model.c - heapbench model: a trace on the exact model of a policy, streamed; or packed offline; or
 * on every policy.
 *
 * No memory is handed out and nothing walks, so a trace of a hundred million operations takes seconds; the
 * memory this needs follows the ranges of the heap and not the length of the trace.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "bench/exact/packing.h"
#include "bench/replay/counting.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/read_ahead.h"
#include "workloads/stream.h"

struct options {
    char **traces; /* ended by NULL; NULL: none was given */
    struct hb_model_options model;
    bool json, packing, offsets, all;
    const char *results;
};

/* What the model found of a trace. */
struct model_figures {
    uint64_t objects;
    uint64_t elapsed_ns;
    struct hb_counts counts;
};

enum { FIRST_SLOTS = 1 << 12 };

static const char *const policy_words[] = {
    [HB_POLICY_FIRST] = "first", [HB_POLICY_NEXT] = "next", [HB_POLICY_BEST] = "best", NULL};

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, traces)},
    {HB_OPTION_WORD, 0, "policy", "P", HB_AT(struct options, model.policy), .words = policy_words,
     .help = "first (the default), next or best fit, in address order"},
    HB_COMMAND_MODEL(struct options, model),
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, model.heap_bytes),
     .help = "bytes of the heap (K, M, G allowed); 0, the default, is infinite"},
    HB_COMMAND_JSON(struct options, json, "print one flat JSON object; results/README.md defines its keys"),
    {HB_OPTION_FLAG, 0, "packing", NULL, HB_AT(struct options, packing),
     .help = "no policy, but an offline packing of TRACE, all lifetimes known beforehand: without headers, "
             "and beside what no packing can beat"},
    {HB_OPTION_FLAG, 0, "offsets", NULL, HB_AT(struct options, offsets),
     .help = "of --packing: print where each object lies, as a CSV of buffers, in the order of birth (of a "
             "CSV: by 'lower', equal ones as they stand there). 'id' counts from 0; 'lower' and 'upper' are "
             "operations of TRACE, not a CSV's times"},
    {HB_OPTION_FLAG, 0, "all", NULL, HB_AT(struct options, all),
     .help =
         "every policy, merging and not, with headers and without, and an offline packing: a table beside "
         "published figures. TRACEs: the few that stand for all shipped ones by default"},
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help = "of --all: write DIR/policies.csv as well"},
    {0},
};

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->all && (options->json || !hb_command_is_simple(&options->model)))
        hb_option_fail(state, "--all is every policy: only TRACEs and --results go with it");
    if (options->packing && (options->all || !hb_command_is_simple(&options->model)))
        hb_option_fail(state, "--packing is no policy: only TRACE and --json or --offsets go with it");
    if (options->offsets && (!options->packing || options->json))
        hb_option_fail(state, "--offsets is a CSV of --packing's, and no JSON");
    if (options->all)
        return;
    if (options->results != NULL)
        hb_option_fail(state, "--results goes with --all");
    if (options->traces == NULL)
        hb_option_fail(state, "model needs a trace, or --all");
    if (options->traces[1] != NULL)
        hb_option_fail(state, "model takes one trace, and '%s' is a second one", options->traces[1]);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE\n--packing TRACE\n--all [TRACE...]",
    .doc = "Compute what an allocator of a classic policy does with a trace: every placement and walk, "
           "without memory and without walking.\v"
           "With the defaults this is what the simple allocator does: header 8, align 1, first fit, never "
           "merging.\n\n"
           "Examples:\n"
           "  heapbench model cc1 --policy best --merge --json\n"
           "  heapbench model --packing buffers.csv --offsets >packed.csv\n"
           "  heapbench model --all --results results/latest",
    .check = check,
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
                                struct model_figures *figures, struct hb_error *error)
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
    figures->counts.heap_bytes = options->model.heap_bytes;
    status = hb_counting_open(&table, heap, FIRST_SLOTS, &count_options, &figures->counts, &counter, error);
    if (status == HB_OK)
        status = feed_all(stream, counter, error);
    if (status == HB_OK)
        hb_counting_report(counter);
    hb_counting_close(counter);
    table.destroy(heap);
    return status;
}

static enum hb_status run(const struct options *options, struct hb_stream *stream,
                          struct model_figures *figures, struct hb_error *error)
{
    uint64_t begin = hb_clock_ns();
    enum hb_status status;
    char what[80];

    snprintf(what, sizeof what, "model of %.60s", hb_stream_name(stream));
    hb_progress_begin(what);
    status = count_all(options, stream, figures, error);
    hb_progress_end();
    figures->elapsed_ns = hb_clock_ns() - begin;
    figures->objects = hb_stream_objects(stream);
    return status;
}

static const char *policy_name(const struct options *options)
{
    struct hb_allocator table;

    hb_model_allocator(&options->model, &table);
    return table.name;
}

static int print_json(const struct options *options, const char *trace, const struct model_figures *figures)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", trace);
    hb_json_text(&json, "allocator", policy_name(options));
    hb_json_number(&json, "heap_bytes", options->model.heap_bytes);
    hb_json_number(&json, "ops", figures->counts.ops);
    hb_json_number(&json, "objects", figures->objects);
    hb_json_counts(&json, &figures->counts);
    hb_json_number(&json, "elapsed_ns", figures->elapsed_ns);
    return hb_json_print(&json);
}

static int print_rows(const struct options *options, const char *trace, const struct model_figures *figures)
{
    uint64_t heap_bytes = options->model.heap_bytes, ops = figures->counts.ops;
    double seconds = (double)figures->elapsed_ns / 1e9;

    hb_stdout_row("trace", "%s", trace);
    hb_stdout_row("policy", "%s, header %u, align %u", policy_name(options), options->model.header_bytes,
                  options->model.align);
    hb_stdout_row("heap", "%s", heap_bytes != 0 ? hb_show_counted(heap_bytes, "byte").text : "infinite");
    hb_stdout_row("operations", "%s", hb_show_count(ops).text);
    hb_stdout_row("time", "%s, %s million operations a second", hb_show_seconds(seconds).text,
                  hb_show_figure(seconds > 0 ? (double)ops / seconds / 1e6 : 0).text);
    hb_stdout_counts(&figures->counts);
    return hb_stdout_end_table();
}

/* -- an offline packing -- */

static enum hb_status pack(const struct hb_prepared *prepared, struct hb_packing **packing,
                           struct hb_error *error)
{
    enum hb_status status = hb_packing_create(prepared, 0, 1, packing, error);

    if (status == HB_OK)
        status = hb_packing_search(*packing, error);
    return status;
}

static int print_packing_json(const char *trace, const struct hb_packing *packing, uint64_t elapsed_ns)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", trace);
    hb_json_number(&json, "objects", packing->count);
    hb_json_number(&json, "alignments_left_out", packing->unaligned);
    hb_json_number(&json, "bound_bytes", packing->peak_bytes);
    hb_json_number(&json, "peak_extent_bytes", packing->extent_bytes);
    hb_json_number(&json, "elapsed_ns", elapsed_ns);
    return hb_json_print(&json);
}

/* As `heapbench import` reads it again: from its birth on an object lives until the operation that ends it.
 */
static int print_offsets(const struct hb_packing *packing)
{
    puts("id,lower,upper,size,offset");
    for (uint64_t i = 0; i < packing->count; i++) {
        const struct hb_packed *object = &packing->objects[i];

        printf("%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", i, object->born_op,
               object->death_op, object->length, object->offset);
    }
    return hb_stdout_end();
}

static const char *over_the_bound(const struct hb_packing *packing, char *text, size_t bytes)
{
    double bound = (double)packing->peak_bytes;

    if (packing->extent_bytes == packing->peak_bytes)
        return "the optimum: nothing is smaller";
    snprintf(text, bytes, "%.3f %% over the bound; the optimum lies between",
             100 * ((double)packing->extent_bytes - bound) / bound);
    return text;
}

static int print_packing(const char *trace, const struct hb_packing *packing, uint64_t elapsed_ns)
{
    char over[80];

    hb_stdout_row("trace", "%s", trace);
    hb_stdout_row("objects", "%s", hb_show_count(packing->count).text);
    if (packing->unaligned > 0)
        hb_stdout_row("left out", "the alignments that %s asked for: they may lie anywhere",
                      hb_show_counted(packing->unaligned, "object").text);
    hb_stdout_row("bound", "%s live at once", hb_show_counted(packing->peak_bytes, "byte").text);
    hb_stdout_row("packing", "%s, %s", hb_show_counted(packing->extent_bytes, "byte").text,
                  over_the_bound(packing, over, sizeof over));
    hb_stdout_row("time", "%s", hb_show_seconds((double)elapsed_ns / 1e9).text);
    return hb_stdout_end_table();
}

static int run_packing(const struct options *options)
{
    struct hb_prepared *prepared = NULL;
    struct hb_packing *packing = NULL;
    struct hb_repairs repairs = {0};
    struct hb_error error;
    enum hb_status status = hb_prepare_file(options->traces[0], &prepared, &repairs, &error);
    uint64_t begin = hb_clock_ns();
    int exit_status;

    if (status == HB_OK)
        status = pack(prepared, &packing, &error);
    if (status != HB_OK)
        exit_status = hb_command_fail(&error);
    else if (options->offsets)
        exit_status = print_offsets(packing);
    else
        exit_status = (options->json ? print_packing_json : print_packing)(prepared->name, packing,
                                                                           hb_clock_ns() - begin);
    if (prepared != NULL)
        hb_command_tell_repairs(prepared->name, &repairs);
    hb_packing_free(packing);
    hb_prepared_free(prepared);
    return exit_status;
}

int hb_command_model(int argc, char **argv)
{
    struct options options = {.model = hb_command_simple_model};
    struct model_figures figures = {.objects = 0};
    struct hb_stream *stream = NULL;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if (options.all)
        return hb_command_model_all(argc, argv, options.traces, options.results);
    if (options.packing)
        return run_packing(&options);
    if (hb_stream_open(options.traces[0], &stream, &error) != HB_OK)
        return hb_command_fail(&error);
    if (run(&options, stream, &figures, &error) != HB_OK)
        exit_status = hb_command_fail(&error);
    else
        exit_status = (options.json ? print_json : print_rows)(&options, hb_stream_name(stream), &figures);
    hb_command_tell_repairs(hb_stream_name(stream), hb_stream_repairs(stream));
    hb_stream_close(stream);
    return exit_status;
}
