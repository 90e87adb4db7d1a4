/*
 * command_run.c - heapbench run: the comparison of allocators on traces.
 *
 * Every sample is a process of its own; rounds are interleaved in an order that the seed shuffles. A trace's
 * block is printed as soon as its rounds are done.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/question/question.h"
#include "bench/question/run_rows.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    struct hb_session_options session;
    const char *results;
    bool json, full, has_heap;
};

/* What is gathered while traces are run. */
struct comparison {
    const struct options *options;
    struct hb_session session;
    json_t *rows; /* NULL: a table is printed */
};

enum { ROUNDS_MAX = 1000, DEFAULT_SEED = 42 };

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, session.traces)},
    {HB_OPTION_TEXT, 'a', "allocators", "A,B,...", HB_AT(struct options, session.allocators),
     .help = "names from 'heapbench list', or paths of shared libraries. Default: every one that is real: "
             "neither a model nor, but for simple, one that walks"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct options, session.rounds), .least = 1,
     .most = ROUNDS_MAX, .help = "rounds, 1 to 1000, each in an order of its own. Default: 5"},
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, session.heap_bytes),
     .given = HB_GIVEN(struct options, has_heap),
     .help = "bytes of the heap (K, M, G allowed); for an allocator that takes no heap, a budget on private "
             "writable memory. Default: ample"},
    HB_COMMAND_TOUCH(struct options, session.touch,
                     "none, page (the default: the first 8 bytes and a byte in each page) or all"),
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct options, session.seed),
     .help = "of the order. Default: 42"},
    {HB_OPTION_NUMBER, 0, "step-limit", "N", HB_AT(struct options, session.step_limit),
     .help = "an allocator that walks does the operations in which it examines N ranges in all; 0: all. "
             "Default: 200000000"},
    {HB_OPTION_FLAG, 0, "full", NULL, HB_AT(struct options, full),
     .help = "the same as --step-limit 0: may take hours"},
    HB_COMMAND_TIMEOUT(
        struct options, session.timeout_ms,
        "seconds that a replay may take. Default: ten times what glibc takes, at least 10; none "
        "for a built-in allocator that walks"),
    {HB_OPTION_FLAG, 0, "no-check", NULL, HB_AT(struct options, session.unchecked),
     .help = "measure libraries given by path as they are; else each is checked first ('heapbench check')"},
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help =
         "write throughput.csv to DIR as well, and what 'heapbench report DIR' shows beside it: memory over "
         "time, failure under a budget"},
    HB_COMMAND_JSON(struct options, json, "print one JSON object; its rows are as the table's"),
    {0},
};

static void check(const struct argp_state *state, void *values)
{
    struct options *options = values;
    struct hb_error error;

    if (options->full)
        options->session.step_limit = 0;
    if (options->has_heap && hb_command_check_heap(options->session.heap_bytes, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "[TRACE...]",
    .doc =
        "Compare allocators on traces: time, memory, failures. Every sample is a process of its own.\v"
        "TRACE is a .trace file, a .rep or text file, or the name of a trace in 'heapbench list'; all of "
        "those by default. Exit status 3: some allocator is wrong, crashed, hung, returned NULL where glibc "
        "does not, or is not there, as the table says.\n\n"
        "Example: heapbench run web.trace -a glibc,jemalloc,./libmine.so --rounds 9",
    .check = check,
};

/* -- a trace's block: a heading, and a line for each allocator -- */

static int name_width(const struct hb_run_row *rows, size_t count)
{
    size_t width = 10;

    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].allocator) + rows[i].cut > width)
            width = strlen(rows[i].allocator) + rows[i].cut;
    return width > 40 ? 40 : (int)width;
}

static void print_figures(const struct hb_run_row *row)
{
    char span[2 * sizeof(struct hb_shown) + 3];

    snprintf(span, sizeof span, "%s - %s", hb_show_figure(row->ns_min).text,
             hb_show_figure(row->ns_max).text);
    printf(" %9s  %-17s", hb_show_figure(row->ns).text, span);
    printf(" %9s", row->ratio > 0 ? hb_show_figure(row->ratio).text : "");
    printf("  %10s", row->has_memory ? hb_show_bytes(row->peak_resident_bytes).text : "");
    printf("  %9s", row->over_live > 0 ? hb_show_figure(row->over_live).text : "");
    printf("  %8" PRIu64 "\n", row->failures);
}

static void print_row(const struct hb_run_row *row, int width)
{
    char name[64];

    hb_printable(name, sizeof name - 1, row->allocator, "");
    if (row->cut)
        strcat(name, "*");
    printf("  %-*s", width, name);
    if (row->problem[0] == '\0')
        print_figures(row);
    else
        printf(" %s\n", row->problem);
}

static void print_heading(const struct hb_run_row *rows, size_t count, int width)
{
    uint64_t peak_live = 0;

    for (size_t i = 0; i < count; i++)
        if (!rows[i].cut && rows[i].peak_live_bytes > peak_live)
            peak_live = rows[i].peak_live_bytes;
    printf("%s: %s", rows[0].trace, hb_show_counted(rows[0].trace_ops, "operation").text);
    if (peak_live > 0)
        printf(", %s live at most", hb_show_bytes(peak_live).text);
    printf("\n  %-*s %9s  %-17s %9s  %10s  %9s  %8s\n", width, "", "ns per op", "least - most",
           "to " HB_REFERENCE, "peak mem", "over live", "failures");
}

static bool any_broken(const struct hb_run_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].status, hb_sample_outcome_name(HB_SAMPLE_BROKEN)) == 0)
            return true;
    return false;
}

static void print_rows(const struct hb_run_row *rows, size_t count)
{
    int width = name_width(rows, count);

    if (count == 0)
        return;
    print_heading(rows, count, width);
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], width);
    if (any_broken(rows, count))
        puts("  ! broken: wrong in a check before the rounds; --no-check measures it all the same");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].warning[0] != '\0')
            printf("  ! %s: %s\n", rows[i].allocator, rows[i].warning);
        if (!rows[i].cut || !rows[i].has_figures)
            continue;
        printf("  * %s: the first %s only", rows[i].allocator,
               hb_show_counted(rows[i].ops, "operation").text);
        if (rows[i].reference_ns > 0)
            printf(", of which " HB_REFERENCE " takes %s ns each", hb_show_figure(rows[i].reference_ns).text);
        putchar('\n');
    }
    putchar('\n');
}

static void put_known(struct hb_json *json, const char *key, double value)
{
    hb_json_put(json, key, value > 0 ? json_real(value) : json_null());
}

static json_t *row_json(const struct hb_run_row *row, uint32_t rounds)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", row->trace);
    hb_json_text(&json, "allocator", row->allocator);
    hb_json_text(&json, "status", row->status);
    hb_json_number(&json, "ops", row->ops);
    hb_json_number(&json, "trace_ops", row->trace_ops);
    hb_json_number(&json, "rounds", rounds);
    if (row->problem[0] != '\0')
        hb_json_text(&json, "problem", row->problem);
    if (row->warning[0] != '\0')
        hb_json_text(&json, "warning", row->warning);
    if (!row->has_figures)
        return hb_json_end(&json);
    hb_json_real(&json, "ns_per_op", row->ns);
    hb_json_real(&json, "ns_per_op_min", row->ns_min);
    hb_json_real(&json, "ns_per_op_max", row->ns_max);
    put_known(&json, "ratio_to_glibc", row->ratio);
    hb_json_number(&json, "peak_live_bytes", row->peak_live_bytes);
    hb_json_number(&json, "peak_resident_bytes", row->peak_resident_bytes);
    put_known(&json, "memory_over_live", row->over_live);
    hb_json_number(&json, "failures", row->failures);
    hb_json_known(&json, "first_failure", row->first_failure, row->first_failure != HB_NO_FAILURE);
    return hb_json_end(&json);
}

static bool append_json(json_t *array, const struct hb_run_row *rows, size_t count, uint32_t rounds)
{
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(array, row_json(&rows[i], rounds)) != 0)
            return false;
    return true;
}

/* The block of a trace whose rounds are done. */
static enum hb_status show_trace(void *context, const struct hb_plan *plan, struct hb_error *error)
{
    struct comparison *comparison = context;
    size_t count;
    struct hb_run_row *rows = hb_run_rows(&plan->rounds, plan->trace_ops, &count);
    bool room = rows != NULL;

    hb_progress_clear(&comparison->session.progress);
    if (room && comparison->rows != NULL)
        room = append_json(comparison->rows, rows, count, plan->rounds.round_count);
    else if (room)
        print_rows(rows, count);
    fflush(stdout);
    free(rows);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
}

static json_t *unusable_json(const char *trace, const char *problem)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", trace);
    hb_json_text(&json, "allocator", NULL);
    hb_json_text(&json, "status", "unusable");
    hb_json_text(&json, "problem", problem);
    return hb_json_end(&json);
}

/* A file that is no trace: a row of its own. */
static enum hb_status show_unusable(void *context, const char *trace, const struct hb_error *why,
                                    struct hb_error *error)
{
    struct comparison *comparison = context;

    hb_progress_clear(&comparison->session.progress);
    if (comparison->rows == NULL)
        printf("%s: not usable: %s\n\n", trace, why->text);
    else if (json_array_append_new(comparison->rows, unusable_json(trace, why->text)) != 0)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
    fflush(stdout);
    return HB_OK;
}

static enum hb_status run_traces(struct comparison *comparison, unsigned *failed_cells,
                                 struct hb_error *error)
{
    const struct hb_plan_watch watch = {.context = comparison, .done = show_trace, .unusable = show_unusable};

    return hb_question_answer(&hb_question_throughput, &comparison->session, comparison->options->results,
                              &watch, failed_cells, error);
}

static int print_foot(const struct comparison *comparison)
{
    const struct hb_provenance *provenance = &comparison->session.provenance;

    printf("Floor: the null allocator takes %s per operation. %s, seed %" PRIu64 ", touch %s.\n",
           hb_show_seconds(provenance->null_ns / 1e9).text, hb_show_counted(provenance->rounds, "round").text,
           provenance->seed, hb_touch_name(provenance->touch));
    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        printf("Left out: %s\n", provenance->left_out[i]);
    return hb_stdout_end_table();
}

static json_t *left_out_json(const struct hb_provenance *provenance)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        json_array_append_new(array, hb_json_string(provenance->left_out[i]));
    return array;
}

static int print_json(const struct comparison *comparison)
{
    const struct hb_provenance *provenance = &comparison->session.provenance;
    struct hb_json json = {.members = json_object()};

    hb_json_number(&json, "seed", provenance->seed);
    hb_json_number(&json, "rounds", provenance->rounds);
    hb_json_text(&json, "touch", hb_touch_name(provenance->touch));
    hb_json_real(&json, "floor_ns_per_op", provenance->null_ns);
    hb_json_number(&json, "clock_pair_ns", provenance->clock_pair_ns);
    hb_json_put(&json, "rows", json_incref(comparison->rows));
    hb_json_put(&json, "left_out", left_out_json(provenance));
    return hb_json_print(&json);
}

/* Everything that can be known to be wrong is found before the first sample. */
static enum hb_status open_run(struct comparison *comparison, int argc, char **argv, struct hb_error *error)
{
    const struct options *options = comparison->options;
    struct hb_provenance early;
    enum hb_status status = HB_OK;

    if (options->results != NULL) {
        hb_provenance_begin(&early, argc, argv);
        status = hb_results_check_folder(options->results, &early, error);
    }
    if (status == HB_OK && options->json)
        comparison->rows = json_array();
    if (status == HB_OK && options->json && comparison->rows == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    return status == HB_OK ? hb_session_open(&comparison->session, &options->session, argc, argv, error)
                           : status;
}

int hb_command_run(int argc, char **argv)
{
    struct options options = {.session = {.step_limit = hb_question_throughput.step_limit,
                                          .rounds = hb_question_throughput.rounds,
                                          .seed = DEFAULT_SEED,
                                          .touch = HB_TOUCH_PAGE}};
    struct comparison comparison = {.options = &options};
    unsigned failed_cells = 0;
    struct hb_error error;
    enum hb_status status;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    status = open_run(&comparison, argc, argv, &error);
    if (status == HB_OK)
        hb_provenance_warn(&comparison.session.provenance, "heapbench");
    if (status == HB_OK)
        status = run_traces(&comparison, &failed_cells, &error);
    if (status == HB_OK && options.results != NULL)
        status = hb_command_measure_page(&comparison.session, options.results, &failed_cells, &error);
    hb_progress_clear(&comparison.session.progress);
    if (status != HB_OK)
        exit_status = hb_command_fail(&error);
    else
        exit_status = (options.json ? print_json : print_foot)(&comparison);
    if (exit_status == HB_EXIT_DONE && failed_cells > 0)
        exit_status = HB_EXIT_PARTIAL;
    json_decref(comparison.rows);
    hb_session_close(&comparison.session);
    return exit_status;
}
