/*
 * command_run - heapbench run: the comparison of allocators on traces.
 *
 * Every sample is a process of its own; rounds are interleaved in an order that the seed shuffles. A trace's
 * block is printed as soon as its rounds are done.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/question/question.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "bench/tool/run_rows.h"

struct run_options {
    struct hb_session_options session;
    const char *results;
    bool json;
};

/* What is gathered while traces are run. */
struct run {
    const struct run_options *options;
    struct hb_session session;
    json_t *rows; /* NULL: a table is printed */
};

enum {
    KEY_HEAP = 1000,
    KEY_TOUCH,
    KEY_ROUNDS,
    KEY_SEED,
    KEY_RESULTS,
    KEY_STEP_LIMIT,
    KEY_FULL,
    KEY_TIMEOUT,
    KEY_NO_CHECK
};
enum { ROUNDS_MAX = 1000, DEFAULT_SEED = 42 };

static uint32_t parse_rounds(const struct argp_state *state, const char *argument)
{
    uint64_t rounds = hb_option_number(state, "--rounds", argument);

    if (rounds < 1 || rounds > ROUNDS_MAX)
        hb_option_fail(state, "--rounds is 1 to %d, not '%s'", (int)ROUNDS_MAX, argument);
    return (uint32_t)rounds;
}

static uint64_t parse_heap(const struct argp_state *state, const char *argument)
{
    uint64_t bytes = hb_option_size(state, "--heap", argument);

    if (bytes == 0)
        hb_option_fail(
            state,
            "a heap of 0 bytes is out of range: one record or more; leave --heap out for an ample one");
    return bytes;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run_options *options = state->input;
    struct hb_session_options *session = &options->session;

    switch (key) {
    case 'a':
        session->allocators = argument;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case KEY_ROUNDS:
        session->rounds = parse_rounds(state, argument);
        return 0;
    case KEY_HEAP:
        session->heap_bytes = parse_heap(state, argument);
        return 0;
    case KEY_TOUCH:
        session->touch = hb_option_touch(state, argument);
        return 0;
    case KEY_SEED:
        session->seed = hb_option_number(state, "--seed", argument);
        return 0;
    case KEY_TIMEOUT:
        session->timeout_ms = hb_option_timeout(state, argument);
        return 0;
    case KEY_NO_CHECK:
        session->unchecked = true;
        return 0;
    case KEY_RESULTS:
        options->results = argument;
        return 0;
    case KEY_STEP_LIMIT:
        session->step_limit = hb_option_number(state, "--step-limit", argument);
        return 0;
    case KEY_FULL:
        session->step_limit = 0;
        return 0;
    case ARGP_KEY_ARGS:
        session->traces = state->argv + state->next;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"allocators", 'a', "A,B,...", 0,
     "names from 'heapbench list', or paths of shared libraries. Default: every one that "
     "is real: neither a model nor, but for simple, one that walks",
     0},
    {"rounds", KEY_ROUNDS, "R", 0, "rounds, 1 to 1000, each in an order of its own. Default: 5", 0},
    {"heap", KEY_HEAP, "N", 0,
     "bytes of the heap (K, M, G allowed); for an allocator that takes no heap, a budget on private writable "
     "memory. "
     "Default: ample",
     0},
    {"touch", KEY_TOUCH, "HOW", 0,
     "none, page (the default: the first 8 bytes and a byte in each page) or all", 0},
    {"seed", KEY_SEED, "N", 0, "of the order. Default: 42", 0},
    {"step-limit", KEY_STEP_LIMIT, "N", 0,
     "an allocator that walks does the operations in which it examines N ranges in all; 0: all. Default: "
     "200000000",
     0},
    {"full", KEY_FULL, NULL, 0, "the same as --step-limit 0: may take hours", 0},
    {"timeout", KEY_TIMEOUT, "S", 0,
     "seconds that a replay may take. Default: ten times what glibc takes, at least 10; none for a built-in "
     "allocator that walks",
     0},
    {"no-check", KEY_NO_CHECK, NULL, 0,
     "measure libraries given by path as they are; else each is checked first ('heapbench check')", 0},
    {"results", KEY_RESULTS, "DIR", 0, "write throughput.csv to DIR as well", 0},
    {"json", 'j', NULL, 0, "print one JSON object; its rows are as the table's", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .args_doc = "[TRACE...]",
    .doc =
        "Compare allocators on traces: time, memory, failures. Every sample is a process of its own.\v"
        "TRACE is a .trace file, a .rep or text file, or the name of a trace in 'heapbench list'; all of "
        "those by "
        "default. Exit status 3: some allocator is wrong, crashed, hung, returned NULL where glibc does not, "
        "or is not there, as the table says.\n\n"
        "Example: heapbench run web.trace -a glibc,jemalloc,./libmine.so --rounds 9",
};

/* The block of a trace whose rounds are done. */
static enum hb_status show_trace(void *context, const struct hb_plan *plan, struct hb_error *error)
{
    struct run *run = context;
    size_t count;
    struct hb_run_row *rows = hb_run_rows(&plan->rounds, plan->trace_ops, &count);
    bool room = rows != NULL;

    hb_progress_clear(&run->session.progress);
    if (room && run->rows != NULL)
        room = hb_run_rows_append_json(run->rows, rows, count, plan->rounds.round_count);
    else if (room)
        hb_run_rows_print(stdout, rows, count);
    fflush(stdout);
    free(rows);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
}

/* A file that is no trace: a row of its own. */
static enum hb_status show_unusable(void *context, const char *trace, const struct hb_error *why,
                                    struct hb_error *error)
{
    struct run *run = context;

    hb_progress_clear(&run->session.progress);
    if (run->rows == NULL)
        printf("%s: not usable: %s\n\n", trace, why->text);
    else if (json_array_append_new(run->rows, json_pack("{s:o, s:n, s:s, s:o}", "trace", hb_json_text(trace),
                                                        "allocator", "status", "unusable", "problem",
                                                        hb_json_text(why->text))) != 0)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
    fflush(stdout);
    return HB_OK;
}

static enum hb_status run_traces(struct run *run, unsigned *failed_cells, struct hb_error *error)
{
    const struct hb_plan_watch watch = {.context = run, .done = show_trace, .unusable = show_unusable};

    return hb_question_answer(&hb_question_throughput, &run->session, run->options->results, &watch,
                              failed_cells, error);
}

static void print_foot(const struct run *run)
{
    const struct hb_provenance *provenance = &run->session.provenance;

    printf("Floor: the null allocator takes %.2f ns per operation. %u %s, seed %" PRIu64 ", touch %s.\n",
           provenance->null_ns, provenance->rounds, provenance->rounds == 1 ? "round" : "rounds",
           provenance->seed, hb_touch_name(provenance->touch));
    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        printf("Left out: %s\n", provenance->left_out[i]);
}

static int print_json(struct run *run)
{
    const struct hb_provenance *provenance = &run->session.provenance;
    json_t *left_out = json_array();

    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        json_array_append_new(left_out, hb_json_text(provenance->left_out[i]));
    /* Both arrays are taken over, and the object is NULL if one of them is. */
    return hb_command_print_json(
        json_pack("{s:I, s:i, s:s, s:f, s:I, s:o, s:o}", "seed", (json_int_t)provenance->seed, "rounds",
                  (int)provenance->rounds, "touch", hb_touch_name(provenance->touch), "floor_ns_per_op",
                  provenance->null_ns, "clock_pair_ns", (json_int_t)provenance->clock_pair_ns, "rows",
                  json_incref(run->rows), "left_out", left_out));
}

/* Everything that can be known to be wrong is found before the first sample. */
static enum hb_status open_run(struct run *run, int argc, char **argv, struct hb_error *error)
{
    const struct run_options *options = run->options;
    struct hb_provenance early;
    enum hb_status status = HB_OK;

    if (options->results != NULL) {
        hb_provenance_begin(&early, argc, argv);
        status = hb_results_check_folder(options->results, &early, error);
    }
    if (status == HB_OK && options->json)
        run->rows = json_array();
    if (status == HB_OK && options->json && run->rows == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    return status == HB_OK ? hb_session_open(&run->session, &options->session, argc, argv, error) : status;
}

int hb_command_run(int argc, char **argv)
{
    struct run_options options = {.session = {.step_limit = hb_question_throughput.step_limit,
                                              .rounds = hb_question_throughput.rounds,
                                              .seed = DEFAULT_SEED,
                                              .touch = HB_TOUCH_PAGE}};
    struct run run = {.options = &options};
    unsigned failed_cells = 0;
    struct hb_error error;
    enum hb_status status;
    int exit_status = HB_EXIT_DONE;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    status = open_run(&run, argc, argv, &error);
    if (status == HB_OK)
        hb_provenance_warn(&run.session.provenance, "heapbench");
    if (status == HB_OK)
        status = run_traces(&run, &failed_cells, &error);
    hb_progress_clear(&run.session.progress);
    if (status != HB_OK)
        exit_status = hb_command_fail(&error);
    else if (options.json)
        exit_status = print_json(&run);
    else
        print_foot(&run);
    if (exit_status == HB_EXIT_DONE && (options.json ? hb_command_output_failed : hb_command_table_failed)())
        exit_status = HB_EXIT_FAILED;
    if (exit_status == HB_EXIT_DONE && failed_cells > 0)
        exit_status = HB_EXIT_PARTIAL;
    json_decref(run.rows);
    hb_session_close(&run.session);
    return exit_status;
}
