/*
 * command_run.c - heapbench run: the comparison of allocators on traces.
 *
 * Every sample is a process of its own; rounds are interleaved in an order that the seed shuffles. A trace's
 * block is printed as soon as its rounds are done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench/question/question.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "bench/tool/run/run_show.h"

struct options {
    struct hb_session_options session;
    const char *results, *histograms;
    uint32_t rounds;
    double until;
    uint64_t budget_ms;
    bool json, markdown, full, has_heap, times_only, returns, latency;
};

/* What is gathered while traces are run. */
struct comparison {
    const struct options *options;
    struct hb_session session;
    struct hb_run_style style;
    struct hb_run_json json; /* where --json asks for it */
    struct hb_run_means means;
    struct hb_run_files files; /* where there are results to be kept; begins zeroed */
    size_t shown_traces;
    unsigned failed_calls; /* allocators that failed while their calls were timed, and not before */
};

enum { BUDGET_MAX_S = 1000000, DEFAULT_SEED = 42, EXIT_INTERRUPTED = 130 };

/* Units are seen to before (command_cluster.c): this one was abbreviated. */
static void refuse_unit(const struct argp_state *state, void *values, char *text)
{
    (void)values;
    hb_option_fail(state, "write --unit %s in full", text);
}

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, session.traces)},
    HB_SESSION_ALL_TRACES(struct options, session),
    {HB_OPTION_NAMES, 'a', "allocators", "A,B,...", HB_AT(struct options, session.allocators),
     .help =
         "names from 'heapbench list', or paths of shared libraries. Default: glibc and the libraries that "
         "are known"},
    HB_SESSION_VARIANTS(struct options, session),
    HB_SESSION_PREFIX,
    {HB_OPTION_TEXT, 'b', "baseline", "A", HB_AT(struct options, session.baseline),
     .help = "what the others are compared with. Default: glibc; where -a leaves it out, the first of -a"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct options, rounds), .least = 1, .most = HB_ROUNDS_MOST,
     .help =
         "rounds, 1 to 10000, each in an order of its own. Default: 10, and more until 95 % intervals are "
         "0.8 % wide or 15 s went into a trace, 30 where a verdict is close"},
    {HB_OPTION_PERCENT, 0, "until", "P%", HB_AT(struct options, until),
     .help = "as many rounds as it takes until the 95 % interval of each ratio is P % wide"},
    {HB_OPTION_SECONDS, 0, "budget", "S", HB_AT(struct options, budget_ms), .most = BUDGET_MAX_S,
     .help = "no more rounds after S seconds on a trace"},
    {HB_OPTION_FLAG, 0, "latency", NULL, HB_AT(struct options, latency),
     .help =
         "also time each call alone, in three rounds more (fewer with --rounds): p50 to p99.99 and the most, "
         "of allocations and of frees"},
    {HB_OPTION_FOLDER, 0, "histograms", "DIR", HB_AT(struct options, histograms),
     .help =
         "as --latency, and write to DIR all of these times as HdrHistogram's plotter reads them (.hgrm)"},
    HB_COMMAND_IDLE(struct options, session.idle_ms,
                    "also say what stays resident: once an allocator and trace, after the last operation, "
                    "all is freed; what "
                    "is resident then, and after 1, 10 and S seconds. All allocators wait at the same time"),
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, session.heap_bytes),
     .given = HB_GIVEN(struct options, has_heap),
     .help = "bytes of the heap (K, M, G allowed); for an allocator that takes no heap, a budget on private "
             "writable memory. Default: ample"},
    HB_COMMAND_TOUCH(
        struct options, session.touch,
        "none, page (the default: the first 8 bytes and a byte in each page; of a block of which the trace "
        "knows "
        "how much the program touched, as many pages), every (in each page all the same) or all"),
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct options, session.seed),
     .help = "of the order, and of what intervals are computed by. Default: 42"},
    {HB_OPTION_NUMBER, 0, "step-limit", "N", HB_AT(struct options, session.step_limit),
     .help = "an allocator that walks does the operations in which it examines N ranges in all; 0: all. "
             "Default: 200000000"},
    {HB_OPTION_FLAG, 0, "full", NULL, HB_AT(struct options, full),
     .help = "the same as --step-limit 0: may take hours"},
    HB_COMMAND_THREADS(struct options, session.threads),
    HB_COMMAND_PACED(struct options, session.pace),
    HB_COMMAND_CLOCK(struct options, session.clock),
    HB_COMMAND_TIMEOUT(struct options, session.timeout_ms,
                       "seconds that a replay may take, beside what --paced does. Default: ten times what "
                       "glibc takes, at least 10; none "
                       "for a built-in allocator that walks"),
    {HB_OPTION_FLAG, 0, "no-check", NULL, HB_AT(struct options, session.unchecked),
     .help = "measure libraries given by path as they are; else each is checked first ('heapbench check')"},
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help =
         "write to DIR what 'heapbench report DIR' makes a page of: throughput.csv, and of the same traces "
         "and allocators memory over time and failure under a budget. With --threads: threads.csv, of traces "
         "that several threads made, and with --latency latency.csv, of the calls that are shown"},
    {HB_OPTION_FLAG, 0, "times-only", NULL, HB_AT(struct options, times_only),
     .help = "of --results, throughput.csv and variants.csv alone"},
    {HB_OPTION_FLAG, 0, "return", NULL, HB_AT(struct options, returns),
     .help = "with --results, also what comes back after the end: ten seconds more a trace"},
    {HB_OPTION_CALL, 0, "unit", "N", .take = refuse_unit,
     .help =
         "do the N-th unit of the plan that is the argument ('heapbench plan'), and nothing else; its other "
         "options: 'heapbench run --unit 1 --help'"},
    HB_COMMAND_JSON(struct options, json, "print one JSON object, with every round"),
    {HB_OPTION_FLAG, 0, "markdown", NULL, HB_AT(struct options, markdown),
     .help = "print the tables as Markdown"},
    {0},
};

static bool is_by_threads(const struct options *options)
{
    return options->session.threads.threading != HB_THREADING_NONE;
}

static void check(const struct argp_state *state, void *values)
{
    struct options *options = values;
    struct hb_error error;

    if (options->full)
        options->session.step_limit = 0;
    options->latency = options->latency || options->histograms != NULL;
    if (options->session.all_traces && options->session.traces != NULL)
        hb_option_fail(state, "--all is all shipped traces, and '%s' is one: one of the two",
                       options->session.traces[0]);
    if (options->rounds > 0 && options->until > 0)
        hb_option_fail(
            state, "--rounds says how many rounds there are, and --until how many it takes: one of the two");
    if (options->json && options->markdown)
        hb_option_fail(state, "--json is for programs, and --markdown for people: one of the two");
    hb_command_check_threads(state, &options->session.threads);
    if (options->times_only && options->results == NULL)
        hb_option_fail(state, "--times-only is of --results");
    if (options->returns && options->results == NULL)
        hb_option_fail(state,
                       "what comes back is written to a file, and is in no table: --return --results DIR");
    if (options->returns && options->times_only)
        hb_option_fail(state, "--times-only leaves out what --return asks for");
    if (is_by_threads(options) && (options->times_only || options->returns))
        hb_option_fail(state,
                       "--results of --threads are threads.csv, and latency.csv with --latency: "
                       "without --%s",
                       options->returns ? "return" : "times-only");
    if (options->session.pace > 0 && options->rounds == 0 && options->until <= 0 && options->budget_ms == 0)
        options->budget_ms = HB_BUDGET_MS; /* ten rounds of an hour each are nobody's default */
    hb_session_plan_rounds(&options->session, options->rounds, options->until, options->budget_ms);
    if (options->has_heap && hb_command_check_heap(options->session.heap_bytes, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "[TRACE...]\n--all",
    .doc =
        "Compare allocators on traces: time, memory, failures. Every sample is a process of its own.\v"
        "TRACE is a .trace file, a .rep or text file, or the name of a trace in 'heapbench list'; by default "
        "the few that stand for all that it lists, which takes minutes. One thread replays the operations of "
        "all threads, unless "
        "--threads is given. Ctrl-C "
        "ends it and keeps what is complete.\n\n"
        "Times are by the clock that the table names, the harness's own part included; 'net' is the ratio "
        "without that part. 'saves' is of the processor time of the recorded program. Neighbours "
        "whose intervals touch share a rank. results/README.md says what each column is.\n\n"
        "Exit status 3: some allocator is wrong, crashed, hung, returned NULL where glibc does not, or is "
        "not there, as the table says.\n\n"
        "Example: heapbench run web.trace -a glibc,jemalloc,./libmine.so --until 0.5%",
    .check = check,
};

static enum hb_status time_calls(struct comparison *comparison, struct hb_run_trace *trace,
                                 struct hb_rounds *calls, struct hb_error *error)
{
    uint32_t rounds = comparison->options->rounds;
    enum hb_status status;

    if (!comparison->options->latency || hb_session_is_interrupted())
        return HB_OK;
    if (rounds == 0 || rounds > HB_LATENCY_ROUNDS)
        rounds = HB_LATENCY_ROUNDS;
    trace->calls = calls;
    status = hb_rounds_time_calls(trace->rounds, rounds, calls, error);
    for (size_t i = 0; i < calls->cell_count; i++)
        comparison->failed_calls += hb_rounds_is_problem(&calls->cells[i]);
    if (status == HB_OK && comparison->options->histograms != NULL)
        status = hb_run_write_histograms(trace, comparison->options->histograms, error);
    return status;
}

static void announce_trace(void *context, const struct hb_plan *plan)
{
    struct comparison *comparison = context;

    if (comparison->options->session.pace <= 0)
        return;
    hb_progress_clear(&comparison->session.progress);
    hb_command_tell_pace(comparison->session.found.loaded, plan->session->options.pace);
}

/* The block of a trace whose rounds are done. */
static enum hb_status show_trace(void *context, const struct hb_plan *plan, struct hb_error *error)
{
    struct comparison *comparison = context;
    struct hb_run_trace trace;
    struct hb_rounds calls = {.cell_count = 0};
    enum hb_status status = hb_run_trace_find(&plan->rounds, &trace, error);

    if (status != HB_OK)
        return status;
    status = time_calls(comparison, &trace, &calls, error);
    hb_progress_clear(&comparison->session.progress);
    if (status == HB_OK)
        status = hb_run_means_add(&comparison->means, &trace, error);
    if (status == HB_OK)
        hb_run_files_add(&comparison->files, &trace);
    if (status == HB_OK && comparison->options->json)
        status = hb_run_json_add(&comparison->json, &trace, error);
    else if (status == HB_OK)
        hb_run_print_trace(&trace, &comparison->style);
    fflush(stdout);
    hb_run_trace_clear(&trace);
    hb_rounds_close(&calls);
    comparison->shown_traces++;
    return status;
}

/* A file that is no trace: a row of its own. */
static enum hb_status show_unusable(void *context, const char *trace, const struct hb_error *why,
                                    struct hb_error *error)
{
    struct comparison *comparison = context;

    hb_progress_clear(&comparison->session.progress);
    if (comparison->options->json)
        return hb_run_json_add_unusable(&comparison->json, trace, why->text, error);
    printf("%s: not usable: %s\n\n", trace, why->text);
    fflush(stdout);
    return HB_OK;
}

/* Interrupted before there was anything to keep? */
static bool has_nothing(const struct comparison *comparison)
{
    return hb_session_is_interrupted() && comparison->shown_traces == 0;
}

static enum hb_status write_files(const struct comparison *comparison, const char *folder,
                                  struct hb_error *error)
{
    enum hb_status status = is_by_threads(comparison->options)
                                ? HB_OK
                                : hb_run_means_write(&comparison->means, &comparison->session, folder, error);

    return status == HB_OK ? hb_run_files_write(&comparison->files, &comparison->means, &comparison->session,
                                                folder, error)
                           : status;
}

static enum hb_status run_traces(struct comparison *comparison, unsigned *failed_cells,
                                 struct hb_error *error)
{
    const struct hb_plan_watch watch = {
        .context = comparison, .begin = announce_trace, .done = show_trace, .unusable = show_unusable};
    const struct options *options = comparison->options;
    const char *folder = is_by_threads(options) ? NULL : options->results; /* else it has files of its own */
    enum hb_status status = hb_question_answer(&hb_question_throughput, &comparison->session, folder, &watch,
                                               failed_cells, error);

    if (status == HB_OK)
        status = hb_run_means_find(&comparison->means, comparison->options->session.seed, error);
    if (status == HB_OK && comparison->options->results != NULL && !has_nothing(comparison))
        status = write_files(comparison, comparison->options->results, error);
    return status;
}

static int print_foot(const struct comparison *comparison)
{
    const struct hb_provenance *provenance = &comparison->session.provenance;

    if (comparison->means.trace_count > 1)
        hb_run_print_means(&comparison->means, &comparison->style);
    if (provenance->null_ns > 0)
        printf("Floor: the null allocator takes %s per operation. Seed %llu, touch %s.\n",
               hb_show_seconds(provenance->null_ns / 1e9).text, (unsigned long long)provenance->seed,
               hb_touch_name(provenance->touch));
    hb_stdout_libraries(&comparison->session.found);
    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        printf("Left out: %s\n", provenance->left_out[i]);
    if (hb_session_is_interrupted())
        puts(has_nothing(comparison) ? "Interrupted before a round was complete."
                                     : "Interrupted: what is above is of complete rounds.");
    return hb_stdout_end_table();
}

static int print_all(const struct comparison *comparison)
{
    return comparison->options->json
               ? hb_run_json_print(&comparison->json, &comparison->session, &comparison->means)
               : print_foot(comparison);
}

/* Is it one of the variants? Their names are no part of the list of allocators. */
static bool is_variant(const struct hb_session_options *options, const char *name)
{
    size_t bytes = strlen(name), count;
    const struct hb_known_variant *known = hb_known_variants(&count);

    for (char **text = options->variants; text != NULL && *text != NULL; text++)
        if (strncmp(*text, name, bytes) == 0 && (*text)[bytes] == '=')
            return true;
    for (size_t i = 0; i < count; i++)
        if (options->known_variants && strcmp(known[i].name, name) == 0)
            return true;
    return false;
}

/* Is it one of the list, which may have it by path? */
static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; length > 0 && (at = strstr(at, name)) != NULL; at++)
        if ((at == list || at[-1] == ',' || at[-1] == '/') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* The rivals and the null allocator, unless the user has named others, and the baseline. From malloc; NULL
 * when out of memory. */
static char *list_allocators(const struct hb_session_options *options)
{
    const char *baseline = options->baseline;
    char *list = NULL;
    size_t bytes;
    FILE *out = open_memstream(&list, &bytes);

    if (out == NULL)
        return NULL;
    fputs(options->allocators != NULL ? options->allocators : HB_REFERENCE, out);
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        if (options->allocators == NULL)
            fprintf(out, ",%s", *name);
    if (options->allocators == NULL)
        fputs("," HB_FLOOR, out);
    if (baseline != NULL && !is_variant(options, baseline) &&
        (options->allocators == NULL || !is_listed(options->allocators, baseline)))
        fprintf(out, ",%s", baseline); /* named twice it is one */
    return fclose(out) == 0 ? list : NULL;
}

/* What one thread made is not in them: where there is nothing else, all would be measured for nothing. A
 * trace that is none has a row of its own later. */
static enum hb_status refuse_single_threads(struct hb_discovery *found, struct hb_error *error)
{
    const char *single = NULL;

    for (size_t i = 0; i < found->trace_count; i++) {
        const struct hb_prepared *prepared;

        if (hb_discovery_trace(found, i, &prepared, error) != HB_OK)
            continue;
        if (prepared->threads > 1)
            return HB_OK;
        single = found->traces[i].name;
    }
    if (single == NULL)
        return HB_OK;
    return hb_error_set(error, HB_ERR_USAGE,
                        "--results of --threads are of traces that several threads made; %s was made by one: "
                        "without --threads",
                        found->trace_count > 1 ? "each of these" : single);
}

/* Everything that can be known to be wrong is found before the first sample. */
static enum hb_status open_run(struct comparison *comparison, const char *allocators, int argc, char **argv,
                               struct hb_error *error)
{
    const struct options *options = comparison->options;
    struct hb_session_options session = options->session;
    struct hb_provenance early;
    enum hb_status status = HB_OK;

    session.allocators = allocators;
    session.any_baseline = true;
    if (allocators == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for the names of allocators");
    if (status == HB_OK && options->results != NULL) {
        hb_provenance_begin(&early, argc, argv);
        status = hb_results_check_folder(options->results, &early, error);
    }
    if (status == HB_OK && options->results != NULL)
        status = hb_run_files_open(&comparison->files, is_by_threads(options),
                                   options->latency && !options->times_only, error);
    if (status == HB_OK && options->histograms != NULL)
        status = hb_folder_create(options->histograms, error);
    if (status == HB_OK && options->json)
        status = hb_run_json_open(&comparison->json, error);
    if (status == HB_OK)
        status = hb_session_open(&comparison->session, &session, argc, argv, error);
    if (status == HB_OK && options->results != NULL && is_by_threads(options))
        status = refuse_single_threads(&comparison->session.found, error);
    if (status == HB_OK)
        hb_provenance_warn(&comparison->session.provenance, "heapbench");
    return status;
}

/* `last`: no page is made next, and it is said how. --times-only is how a unit of a plan asks, whose folder
 * nobody keeps. */
static int compare(int argc, char **argv, bool last)
{
    struct options options = {.session = {.step_limit = hb_question_throughput.step_limit,
                                          .seed = DEFAULT_SEED,
                                          .touch = HB_TOUCH_PAGE}};
    struct comparison comparison = {.options = &options};
    unsigned failed_cells = 0;
    struct hb_error error;
    enum hb_status status;
    char *allocators;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    allocators = list_allocators(&options.session);
    comparison.style = hb_run_style_find(options.markdown, options.session.allocators != NULL);
    status = open_run(&comparison, allocators, argc, argv, &error);
    hb_session_catch_interrupts();
    if (status == HB_OK)
        status = run_traces(&comparison, &failed_cells, &error);
    if (status == HB_OK && options.results != NULL && !options.times_only && !is_by_threads(&options))
        status = hb_command_measure_page(&comparison.session, options.results, !options.latency,
                                         options.returns, &failed_cells, &error);
    hb_progress_clear(&comparison.session.progress);
    exit_status = status == HB_OK ? print_all(&comparison) : hb_command_fail(&error);
    if (last && status == HB_OK && options.results != NULL && !options.times_only &&
        !has_nothing(&comparison))
        hb_run_files_tell(options.results);
    if (exit_status == HB_EXIT_DONE && failed_cells + comparison.failed_calls > 0)
        exit_status = HB_EXIT_PARTIAL;
    if (hb_session_is_interrupted())
        exit_status = EXIT_INTERRUPTED;
    hb_run_means_clear(&comparison.means);
    hb_run_files_close(&comparison.files);
    hb_run_json_close(&comparison.json);
    hb_session_close(&comparison.session);
    free(allocators);
    free(options.session.variants);
    return exit_status;
}

int hb_command_run(int argc, char **argv)
{
    return hb_command_is_unit(argc, argv) ? hb_command_run_unit(argc, argv) : compare(argc, argv, true);
}

int hb_command_run_for_page(int argc, char **argv)
{
    return compare(argc, argv, false);
}
