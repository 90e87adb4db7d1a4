/*
 * command_replay.c - heapbench replay: one trace, one allocator, once.
 *
 * A timed run and, where the allocator can be inspected, a counting run in a heap of its own: two samples
 * (sample.h), each in a fresh child, as `run` takes them. With --here both are done in this very process, for
 * a debugger, a profiler or valgrind.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "bench/question/session.h"
#include "bench/sample/memory.h"
#include "bench/sample/sample.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    const char *trace, *allocator;
    bool has_heap;
    uint64_t heap_bytes;
    enum hb_touch touch;
    struct hb_threads_plan threads;
    uint64_t timeout_ms, idle_ms;
    double pace;
    enum hb_library_clock clock;
    bool json, here, streams;
};

/* What both runs say together. */
struct replay_figures {
    struct hb_sample_result timed;
    struct hb_counts counts; /* of the counting run, or of the timed one where there is none */
};

static const struct hb_option option_table[] = {
    HB_COMMAND_TRACE(struct options, trace),
    HB_COMMAND_ALLOCATOR(struct options, allocator),
    HB_SESSION_PREFIX,
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, heap_bytes),
     .given = HB_GIVEN(struct options, has_heap),
     .help = "bytes of the heap (K, M, G allowed); for an allocator that takes no heap, a budget on private "
             "writable memory, counted from before the library is loaded. Default: ample"},
    HB_COMMAND_TOUCH(
        struct options, touch,
        "none, page (the default: the first 8 bytes and a byte in each page; of a block of which the trace "
        "knows "
        "how much the program touched, as many pages), every (in each page all the same) or all"),
    HB_COMMAND_THREADS(struct options, threads),
    HB_COMMAND_PACED(struct options, pace),
    HB_COMMAND_CLOCK(struct options, clock),
    HB_COMMAND_TIMEOUT(struct options, timeout_ms,
                       "seconds that a replay may take, beside what --paced does. Default: any number"),
    HB_COMMAND_IDLE(struct options, idle_ms,
                    "then free what is left, wait S seconds, and say what is resident at once and after 1, "
                    "10 and S seconds"),
    HB_COMMAND_STREAM(struct options, streams),
    {HB_OPTION_FLAG, 0, "here", NULL, HB_AT(struct options, here),
     .help =
         "in this process, for gdb, perf and valgrind. Reading the trace has used glibc's heap already, so "
         "glibc's figures differ from those of a fresh one, and a crash is heapbench's own"},
    HB_COMMAND_JSON(struct options, json, "print one flat JSON object; results/README.md defines its keys"),
    {0},
};

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->idle_ms > 0 && options->threads.threading != HB_THREADING_NONE)
        hb_option_fail(state, "--idle frees what the replay by one thread has left: without --threads");
    if (options->here && options->timeout_ms != 0)
        hb_option_fail(state, "--timeout ends a process of its own, and --here has none");
    hb_command_check_threads(state, &options->threads);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE -a ALLOCATOR",
    .doc = "Replay a trace on one allocator, in a fresh process, and print what can be counted.\v"
           "TRACE is a .trace file, a .rep or text file, or the name of a trace in 'heapbench list'. An "
           "allocator that cannot be inspected has no walks, ranges or free bytes to tell.\n\n"
           "Example: heapbench replay demo -a simple --heap 4096 --json",
    .needs = "a trace and -a ALLOCATOR",
    .check = check,
};

/* A bounded allocator gets its heap; the others get a budget. */
static enum hb_status place_limit(const struct options *options, struct hb_sample_request *request,
                                  struct hb_error *error)
{
    const struct hb_allocator *builtin = hb_allocator_find(options->allocator);

    if (!options->has_heap)
        return HB_OK;
    if (builtin != NULL && (builtin->caps & HB_CAP_BOUNDED)) {
        request->heap_bytes = options->heap_bytes;
        return hb_command_check_heap(options->heap_bytes, error);
    }
    request->budget_bytes = options->heap_bytes;
    if (options->heap_bytes < hb_page_bytes())
        return hb_error_set(
            error, HB_ERR_USAGE, "%s gets its memory in pages: a budget of %s is out of range: %zu or more",
            options->allocator, hb_show_counted(options->heap_bytes, "byte").text, hb_page_bytes());
    return HB_OK;
}

/* A sample that has no figures is a failure, with its sentence. */
static enum hb_status refuse_failed(const struct hb_sample_result *result, struct hb_error *error)
{
    if (result->outcome == HB_SAMPLE_OK)
        return HB_OK;
    if (result->outcome == HB_SAMPLE_CRASHED)
        return hb_error_set(error, result->error.status,
                            "%s; 'heapbench check' names the operation, and with --here it can be run in gdb",
                            result->error.text);
    *error = result->error;
    return error->status;
}

/* How far a timed one is, nobody asks while its clock runs; a paced one says the microseconds that passed. */
static uint64_t progress_total(const struct hb_sample_request *request)
{
    const struct hb_prepared *prepared = request->prepared;

    return request->mode == HB_SAMPLE_COUNT
               ? prepared->op_count
               : (uint64_t)(1e6 * fmin(hb_paced_seconds(prepared, prepared->op_count, request->pace),
                                       HB_PACED_MOST_S));
}

/* One run of either kind, in a heap of its own. */
static enum hb_status run(const struct options *options, enum hb_sample_mode mode,
                          const struct hb_prepared *prepared, struct hb_sample_result *result,
                          struct hb_error *error)
{
    struct hb_sample_request request = {.prepared = prepared,
                                        .allocator = options->allocator,
                                        .mode = mode,
                                        .touch = options->touch,
                                        .threads = options->threads,
                                        .timeout_ms = options->timeout_ms,
                                        .rests = mode == HB_SAMPLE_TIME && options->idle_ms > 0,
                                        .clock = options->clock,
                                        .pace = mode == HB_SAMPLE_TIME ? options->pace : 0};
    enum hb_status status = place_limit(options, &request, error);
    char what[80];

    if (status != HB_OK)
        return status;
    request.idle_ms = request.rests ? options->idle_ms : 0;
    snprintf(what, sizeof what, "%s %.60s",
             request.rests            ? "idle after"
             : mode == HB_SAMPLE_TIME ? "timing"
                                      : "counting",
             prepared->name);
    hb_progress_begin(what);
    hb_progress_total(request.rests ? request.idle_ms : progress_total(&request));
    status = (options->here ? hb_sample_run_here : hb_sample_run)(&request, result, error);
    hb_progress_end();
    return status == HB_OK ? refuse_failed(result, error) : status;
}

static bool can_be_inspected(const char *name)
{
    const struct hb_allocator *builtin = hb_allocator_find(name);

    return builtin != NULL && builtin->inspect != NULL;
}

static enum hb_status run_both(const struct options *options, const struct hb_prepared *prepared,
                               struct replay_figures *figures, struct hb_error *error)
{
    enum hb_status status = run(options, HB_SAMPLE_TIME, prepared, &figures->timed, error);
    struct hb_sample_result counted;

    figures->counts = figures->timed.counts;
    if (status != HB_OK || !can_be_inspected(options->allocator))
        return status;
    status = run(options, HB_SAMPLE_COUNT, prepared, &counted, error);
    if (status == HB_OK)
        figures->counts = counted.counts;
    return status;
}

static int print_json(const struct options *options, const struct hb_prepared *prepared,
                      const struct replay_figures *figures)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", prepared->name);
    hb_json_text(&json, "allocator", hb_command_allocator_name(options->allocator));
    if (figures->timed.library.made[0] != '\0')
        hb_json_text(&json, "made", figures->timed.library.made);
    hb_json_number(&json, "heap_bytes", options->heap_bytes);
    hb_json_number(&json, "ops", figures->counts.ops);
    hb_json_put(&json, "streamed", json_boolean(prepared->path != NULL));
    hb_json_number(&json, "objects", prepared->object_count);
    hb_json_counts(&json, &figures->counts);
    hb_json_number(&json, "elapsed_ns", figures->timed.elapsed_ns);
    hb_json_number(&json, "cpu_ns", figures->timed.cpu_ns);
    hb_json_number(&json, "peak_resident_bytes", figures->timed.peak_resident_bytes);
    hb_json_number(&json, "page_faults", figures->timed.page_faults);
    hb_json_number(&json, "system_ns", figures->timed.system_ns);
    if (options->idle_ms > 0)
        hb_json_put(&json, "idle", hb_json_idle(&figures->timed.idle));
    hb_json_threads(&json, prepared->threads, &figures->timed.threads);
    hb_json_text(&json, "library_clock",
                 hb_library_clock_names[hb_recorded_is_known(prepared) ? options->clock : HB_CLOCK_MACHINE]);
    hb_json_put(&json, "reads_trace_clock", json_boolean(figures->timed.reads_trace_clock));
    if (figures->timed.paced_ns > 0) {
        hb_json_put(&json, "pace", json_real(options->pace));
        hb_json_number(&json, "paced_ns", figures->timed.paced_ns);
        hb_json_number(&json, "late_ns", figures->timed.late_ns);
    }
    return hb_json_print(&json);
}

/* "12.3 MiB, of it 2 MiB in huge pages; 1 MiB lazily freed" */
static void print_idle(const struct hb_idle_look *look)
{
    const struct hb_memory_look *memory = &look->memory;
    char label[40], more[160] = "";

    if (memory->huge_bytes != HB_MEMORY_NOT_KNOWN && memory->huge_bytes > 0)
        snprintf(more, sizeof more, ", %s in huge pages", hb_show_bytes(memory->huge_bytes).text);
    if (memory->lazy_free_bytes != HB_MEMORY_NOT_KNOWN && memory->lazy_free_bytes > 0)
        snprintf(more + strlen(more), sizeof more - strlen(more), ", and %s freed lazily",
                 hb_show_bytes(memory->lazy_free_bytes).text);
    snprintf(label, sizeof label, look->after_ms == 0 ? "all freed" : "%g s later",
             (double)look->after_ms / 1000);
    hb_stdout_row(label, "%s resident%s", hb_show_bytes(memory->resident_bytes).text, more);
}

static int print_rows(const struct options *options, const struct hb_prepared *prepared,
                      const struct replay_figures *figures)
{
    const struct hb_sample_result *timed = &figures->timed;
    uint64_t ops = figures->counts.ops;
    double seconds = (double)timed->elapsed_ns / 1e9;

    hb_stdout_row("trace", "%s", prepared->name);
    hb_stdout_row("allocator", "%s %s", hb_command_allocator_name(options->allocator),
                  timed->library.version);
    if (timed->library.made[0] != '\0')
        hb_stdout_row("its calls", "%s", timed->library.made);
    hb_stdout_row("heap", "%s",
                  options->has_heap ? hb_show_counted(options->heap_bytes, "byte").text : "ample");
    hb_stdout_row("operations", "%s%s", hb_show_count(ops).text,
                  prepared->path != NULL ? ", streamed: read in windows, off the clock" : "");
    hb_stdout_threads(prepared->threads, &figures->timed.threads);
    hb_stdout_row("time", "%s, %s an operation, touching %s", hb_show_seconds(seconds).text,
                  hb_show_seconds(ops == 0 ? 0 : seconds / (double)ops).text, hb_touch_name(options->touch));
    if (timed->reads_trace_clock)
        hb_stdout_row("clock", "the recording's: %s passed for the library",
                      hb_show_seconds(hb_paced_seconds(prepared, ops, 1)).text);
    if (timed->paced_ns > 0)
        hb_stdout_row("paced", "%s in all, an operation at most %s late",
                      hb_show_seconds((double)timed->paced_ns / 1e9).text,
                      hb_show_seconds((double)timed->late_ns / 1e9).text);
    hb_stdout_counts(&figures->counts);
    hb_stdout_row("resident", "%s at most, %s", hb_show_counted(timed->peak_resident_bytes, "byte").text,
                  hb_show_counted(timed->page_faults, "page fault").text);
    for (uint32_t i = 0; i < timed->idle.count; i++)
        print_idle(&timed->idle.looks[i]);
    return hb_stdout_end_table();
}

int hb_command_replay(int argc, char **argv)
{
    struct options options = {.touch = HB_TOUCH_PAGE};
    struct replay_figures figures = {.counts = {.ops = 0}};
    struct hb_prepared *prepared = NULL;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if (options.here && hb_allocator_find(options.allocator) == NULL)
        hb_command_reexec_for_libraries();
    if (hb_command_prepare(options.trace, options.streams, &prepared, &error) != HB_OK)
        return hb_command_fail(&error);
    hb_command_tell_pace(prepared, options.pace);
    if (run_both(&options, prepared, &figures, &error) != HB_OK)
        exit_status = hb_command_fail(&error);
    else
        exit_status = (options.json ? print_json : print_rows)(&options, prepared, &figures);
    hb_prepared_free(prepared);
    if (!options.here)
        return exit_status;
    fflush(NULL);
    _exit(
        exit_status); /* no exit handlers: they may be the library's, whose heap holds what the trace left */
}
