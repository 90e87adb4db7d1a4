/*
 * command_replay - heapbench replay: one trace, one allocator, in this very process.
 *
 * The work is that of a sample (sample.h) without the child: a timed run and, where the allocator can be
 * inspected, a counting run in a fresh heap. Being in one process, it can be run under a debugger, a profiler
 * or valgrind.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/printable.h"
#include "bench/question/discover.h"
#include "bench/results/provenance.h"
#include "bench/sample/memory.h"
#include "bench/sample/sample.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "bench/tool/command_counts.h"

struct replay_options {
    const char *trace, *allocator;
    bool has_heap;
    uint64_t heap_bytes;
    enum hb_touch touch;
    bool json;
};

/* What both runs say together. */
struct answer {
    const struct hb_prepared *prepared;
    const struct replay_options *options;
    struct hb_sample_result timed;
    struct hb_counts counts; /* of the counting run, or of the timed one where there is none */
};

enum { KEY_HEAP = 1000, KEY_TOUCH };

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct replay_options *options = state->input;

    switch (key) {
    case 'a':
        options->allocator = argument;
        return 0;
    case KEY_HEAP:
        options->has_heap = true;
        options->heap_bytes = hb_option_size(state, "--heap", argument);
        return 0;
    case KEY_TOUCH:
        options->touch = hb_option_touch(state, argument);
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->trace == NULL || options->allocator == NULL)
            hb_option_fail(state, "replay needs a trace and -a ALLOCATOR");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"allocator", 'a', "A", 0, "a name from 'heapbench list', or the path of a shared library", 0},
    {"heap", KEY_HEAP, "N", 0,
     "bytes of the heap (K, M, G allowed); for an allocator that takes no heap, a budget on private writable "
     "memory, "
     "counted from before the library is loaded. Default: ample",
     0},
    {"touch", KEY_TOUCH, "HOW", 0,
     "none, page (the default: the first 8 bytes and a byte in each page) or all", 0},
    {"json", 'j', NULL, 0, "print one flat JSON object; results/README.md defines its keys", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .args_doc = "TRACE -a ALLOCATOR",
    .doc = "Replay a trace on one allocator, in this process, and print what can be counted.\v"
           "TRACE is a .trace file, a .rep or text file, or the name of a trace in 'heapbench list'. An "
           "allocator that "
           "cannot be inspected has no walks, ranges or free bytes to tell.\n\n"
           "Example: heapbench replay demo -a simple --heap 4096 --json",
};

/* A bounded allocator gets its heap; the others get a budget. */
static enum hb_status place_limit(const struct replay_options *options, struct hb_sample_request *request,
                                  struct hb_error *error)
{
    const struct hb_allocator *builtin = hb_allocator_find(options->allocator);

    if (!options->has_heap)
        return HB_OK;
    if (builtin != NULL && (builtin->caps & HB_CAP_BOUNDED)) {
        request->heap_bytes = options->heap_bytes;
        if (options->heap_bytes == 0)
            return hb_error_set(
                error, HB_ERR_USAGE,
                "a heap of 0 bytes is out of range: one record or more; leave --heap out for an ample one");
        return HB_OK;
    }
    request->budget_bytes = options->heap_bytes;
    if (options->heap_bytes < hb_page_bytes())
        return hb_error_set(
            error, HB_ERR_USAGE,
            "%s gets its memory in pages: a budget of %" PRIu64 " byte%s is out of range: %zu or more",
            options->allocator, options->heap_bytes, options->heap_bytes == 1 ? "" : "s", hb_page_bytes());
    return HB_OK;
}

/* One run of either kind, in a heap of its own. */
static enum hb_status run(const struct replay_options *options, enum hb_sample_mode mode,
                          const struct hb_prepared *prepared, struct hb_sample_result *result,
                          struct hb_error *error)
{
    struct hb_sample_request request = {
        .prepared = prepared, .allocator = options->allocator, .mode = mode, .touch = options->touch};
    enum hb_status status = place_limit(options, &request, error);
    char what[80];

    if (status != HB_OK)
        return status;
    snprintf(what, sizeof what, "%s %.60s", mode == HB_SAMPLE_TIME ? "timing" : "counting", prepared->name);
    hb_progress_begin(what);
    hb_progress_total(prepared->op_count);
    status = hb_sample_run_here(&request, result, error);
    hb_progress_end();
    return status;
}

static bool can_be_inspected(const char *name)
{
    const struct hb_allocator *builtin = hb_allocator_find(name);

    return builtin != NULL && builtin->inspect != NULL;
}

static enum hb_status fill_answer(struct answer *answer, struct hb_error *error)
{
    enum hb_status status = run(answer->options, HB_SAMPLE_TIME, answer->prepared, &answer->timed, error);
    struct hb_sample_result counted;

    answer->counts = answer->timed.counts;
    if (status != HB_OK || !can_be_inspected(answer->options->allocator))
        return status;
    status = run(answer->options, HB_SAMPLE_COUNT, answer->prepared, &counted, error);
    if (status == HB_OK)
        answer->counts = counted.counts;
    return status;
}

static const char *allocator_name(const struct replay_options *options)
{
    static char name[HB_PRINTABLE_BYTES(NAME_MAX)];
    const char *slash = strrchr(options->allocator, '/');

    return hb_printable(name, sizeof name, slash != NULL ? slash + 1 : options->allocator, "\\");
}

static json_t *answer_json(const struct answer *answer)
{
    json_t *object = json_object();

    json_object_set_new(object, "trace", hb_json_text(answer->prepared->name));
    json_object_set_new(object, "allocator", hb_json_text(allocator_name(answer->options)));
    hb_json_set(object, "heap_bytes", answer->options->heap_bytes);
    hb_json_set(object, "ops", answer->counts.ops);
    hb_json_set(object, "objects", answer->prepared->object_count);
    hb_json_set_counts(object, &answer->counts);
    hb_json_set(object, "elapsed_ns", answer->timed.elapsed_ns);
    hb_json_set(object, "peak_resident_bytes", answer->timed.peak_resident_bytes);
    hb_json_set(object, "page_faults", answer->timed.page_faults);
    return object;
}

static void print_answer(const struct answer *answer)
{
    const struct hb_counts *c = &answer->counts;
    double ns = (double)answer->timed.elapsed_ns;
    char number[48], other[48];

    hb_row("trace", "%s", answer->prepared->name);
    hb_row("allocator", "%s %s", allocator_name(answer->options), answer->timed.library.version);
    hb_row("heap", "%s",
           answer->options->has_heap ? hb_counted(number, sizeof number, answer->options->heap_bytes, "byte")
                                     : "ample");
    hb_row("operations", "%s", hb_counted(number, sizeof number, c->ops, ""));
    hb_row("time", "%.3f ms, %.1f ns an operation, touching %s", ns / 1e6,
           c->ops == 0 ? 0 : ns / (double)c->ops, hb_touch_name(answer->options->touch));
    hb_print_counts(c);
    hb_row("resident", "%s at most, %s",
           hb_counted(number, sizeof number, answer->timed.peak_resident_bytes, "byte"),
           hb_counted(other, sizeof other, answer->timed.page_faults, "page fault"));
}

int hb_command_replay(int argc, char **argv)
{
    struct replay_options options = {.touch = HB_TOUCH_PAGE};
    struct answer answer = {.options = &options};
    struct hb_prepared *prepared = NULL;
    struct hb_error error;
    int exit_status = HB_EXIT_DONE;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (hb_allocator_find(options.allocator) == NULL)
        hb_command_reexec_for_libraries();
    if (hb_command_prepare(options.trace, &prepared, &error) != HB_OK)
        return hb_command_fail(&error);
    answer.prepared = prepared;
    if (fill_answer(&answer, &error) != HB_OK) {
        exit_status = hb_command_fail(&error);
    } else if (options.json) {
        exit_status = hb_command_print_json(answer_json(&answer));
    } else {
        print_answer(&answer);
        exit_status = hb_command_table_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
    }
    hb_prepared_free(prepared);
    fflush(NULL);
    _exit(exit_status); /* no exit handlers: they may be the library's, and its heap holds what the trace left
                         */
}
