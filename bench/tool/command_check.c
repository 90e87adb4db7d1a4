/*
 * command_check - heapbench check: is an allocator right? One line, and the first wrong operation.
 *
 * The check is the one that `run` and the benchmarks do before they measure a library that nobody vouches
 * for (check.h); here any allocator can be asked for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/question/session.h"
#include "bench/sample/verdict.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"

struct check_options {
    struct hb_session_options session;
    const char *trace;
    bool json;
};

enum { KEY_TOUCH = 1000, KEY_TIMEOUT };

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct check_options *options = state->input;

    switch (key) {
    case 'a':
        if (strchr(argument, ',') != NULL)
            hb_option_fail(state, "check takes one allocator, not '%s'", argument);
        options->session.allocators = argument;
        return 0;
    case KEY_TOUCH:
        options->session.touch = hb_option_touch(state, argument);
        return 0;
    case KEY_TIMEOUT:
        options->session.timeout_ms = hb_option_timeout(state, argument);
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->trace == NULL || options->session.allocators == NULL)
            hb_option_fail(state, "check needs a trace and -a ALLOCATOR");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"allocator", 'a', "A", 0, "a name from 'heapbench list', or the path of a shared library", 0},
    {"touch", KEY_TOUCH, "HOW", 0,
     "none: of blocks over 4096 bytes, write the ends alone; page (the default) and all: a byte a page too",
     0},
    {"timeout", KEY_TIMEOUT, "S", 0,
     "seconds; after half of them a check that still goes on ends, right so far. Default: ten times what "
     "glibc "
     "takes, at least 10; none for a built-in allocator that walks",
     0},
    {"json", 'j', NULL, 0, "print one JSON object", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .args_doc = "TRACE -a ALLOCATOR",
    .doc = "Replay a trace once, not timed, and verify what every user of malloc relies on.\v"
           "No block overlaps a live one, its usable bytes included; alignment; contents until a free and "
           "over a "
           "realloc; calloc's zeros; the usable size; nothing printed; descriptors and threads as they were. "
           "Objects and operations are numbered from 0. A NULL where glibc gives memory is a failure.\n\n"
           "Exit status 0: right. 3: wrong, crashed, hung, failed or not there, as the line says.\n\n"
           "Example: heapbench check web.trace -a ./libmine.so",
};

/* What there is to say of a check. */
struct answer {
    const struct hb_candidate *candidate;
    const char *trace;
    uint64_t trace_ops;
    struct hb_sample_result result;
    char problem[600], warning[200];
};

static enum hb_status check(struct hb_session *session, struct answer *answer, struct hb_error *error)
{
    const struct hb_sample_request ample = {.mode = HB_SAMPLE_CHECK};
    const struct hb_sample_result *result;
    enum hb_status status = hb_session_trace_ops(session, 0, &answer->trace_ops, error);

    answer->candidate = &session->found.candidates[0];
    answer->trace = session->found.traces[0].name;
    if (status == HB_OK && answer->candidate->untouchable)
        return hb_error_set(error, HB_ERR_USAGE, "%s hands out no memory: there is nothing to check",
                            answer->candidate->name);
    if (status != HB_OK)
        return status;
    if (!answer->candidate->usable) {
        answer->result.outcome = HB_SAMPLE_UNAVAILABLE;
        answer->result.check.op = HB_CHECK_NO_OP;
        answer->result.counts.first_failure = HB_NO_FAILURE;
        answer->result.error = answer->candidate->error;
        return HB_OK;
    }
    status = hb_checks_run(session, 0, answer->candidate, &result, error);
    if (status != HB_OK)
        return status;
    answer->result = *result;
    return hb_checks_judge(session, 0, answer->candidate, &ample, &answer->result, error);
}

static void print_answer(const struct answer *answer)
{
    const struct hb_counts *counts = &answer->result.counts;
    char done[64], all[64];

    hb_counted(done, sizeof done, counts->ops, "operation");
    hb_counted(all, sizeof all, answer->trace_ops, "");
    if (answer->problem[0] != '\0')
        printf("%s: %s\n", answer->candidate->name, answer->problem);
    else if (counts->ops < answer->trace_ops)
        printf("%s: right on the first %s of the %s of %s; more with --timeout\n", answer->candidate->name,
               done, all, answer->trace);
    else
        printf("%s: right on %s (%s)\n", answer->candidate->name, answer->trace, done);
    if (answer->warning[0] != '\0')
        fprintf(stderr, "heapbench: warning: %s: %s\n", answer->candidate->name, answer->warning);
}

static json_t *op_json(uint64_t op)
{
    return op != HB_CHECK_NO_OP ? json_integer((json_int_t)op) : json_null();
}

static json_t *text_json(const char *text)
{
    return text[0] != '\0' ? hb_json_text(text) : json_null();
}

static json_t *answer_json(const struct answer *answer)
{
    const struct hb_sample_result *result = &answer->result;
    const char *status = answer->problem[0] != '\0' ? hb_sample_outcome_name(result->outcome)
                                                    : hb_verdict_status(result, false);

    uint64_t op = result->outcome == HB_SAMPLE_FAILED ? result->counts.first_failure : result->check.op;

    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "trace", hb_json_text(answer->trace),
        "allocator", hb_json_text(answer->candidate->name), "status", status, "operation", op_json(op),
        "problem", text_json(answer->problem), "warning", text_json(answer->warning), "ops",
        (json_int_t)result->counts.ops, "trace_ops", (json_int_t)answer->trace_ops, "failures",
        (json_int_t)result->counts.failures, "first_failure", op_json(result->counts.first_failure));
}

static int give_answer(const struct check_options *options, struct answer *answer)
{
    int exit_status;

    if (hb_verdict_is_problem(&answer->result))
        hb_verdict_describe(&answer->result, answer->problem, sizeof answer->problem);
    hb_verdict_warn(&answer->result, answer->warning, sizeof answer->warning);
    if (options->json) {
        exit_status = hb_command_print_json(answer_json(answer));
    } else {
        print_answer(answer);
        exit_status = hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
    }
    return exit_status == HB_EXIT_DONE && answer->problem[0] != '\0' ? HB_EXIT_PARTIAL : exit_status;
}

int hb_command_check(int argc, char **argv)
{
    struct check_options options = {.session = {.rounds = 1, .touch = HB_TOUCH_PAGE}};
    char *traces[2] = {NULL, NULL};
    struct answer *answer = calloc(1, sizeof *answer);
    struct hb_session session = {0};
    struct hb_error error;
    enum hb_status status;
    int exit_status;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    traces[0] = (char *)(uintptr_t)options.trace;
    options.session.traces = traces;
    if (answer == NULL) {
        hb_error_set(&error, HB_ERR_MEMORY, "out of memory for a check");
        return hb_command_fail(&error);
    }
    status = hb_session_open(&session, &options.session, argc, argv, &error);
    if (status == HB_OK)
        status = check(&session, answer, &error);
    hb_progress_clear(&session.progress);
    exit_status = status == HB_OK ? give_answer(&options, answer) : hb_command_fail(&error);
    hb_session_close(&session);
    free(answer);
    return exit_status;
}
