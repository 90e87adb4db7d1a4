/*
 * command_check.c - heapbench check: is an allocator right? One line, and the first wrong operation.
 *
 * The check is the one that `run` and the benchmarks do before they measure a library that nobody vouches
 * for (check.h); here any allocator can be asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/question/session.h"
#include "bench/sample/verdict.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    struct hb_session_options session;
    const char *trace;
    bool json;
};

static const struct hb_option option_table[] = {
    HB_COMMAND_TRACE(struct options, trace),
    HB_COMMAND_ALLOCATOR(struct options, session.allocators),
    HB_SESSION_PREFIX,
    HB_COMMAND_TOUCH(
        struct options, session.touch,
        "none: of blocks over 4096 bytes, write the ends alone; page (the default), every and all: a byte "
        "a page too"),
    HB_COMMAND_TIMEOUT(
        struct options, session.timeout_ms,
        "seconds; after half of them a check that still goes on ends, right so far. Default: ten "
        "times what glibc takes, at least 10; none for a built-in allocator that walks"),
    HB_COMMAND_JSON(struct options, json, "print one JSON object"),
    {0},
};

static void check_options(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (strchr(options->session.allocators, ',') != NULL)
        hb_option_fail(state, "check takes one allocator, not '%s'", options->session.allocators);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE -a ALLOCATOR",
    .doc =
        "Replay a trace once, not timed, and verify what every user of malloc relies on.\v"
        "No block overlaps a live one, its usable bytes included; alignment; contents until a free and "
        "over a realloc; calloc's zeros; the usable size; nothing printed; descriptors and threads as they "
        "were. Objects and operations are numbered from 0. A NULL where glibc gives memory is a failure.\n\n"
        "Exit status 0: right. 3: wrong, crashed, hung, failed or not there, as the line says.\n\n"
        "Example: heapbench check web.trace -a ./libmine.so",
    .needs = "a trace and -a ALLOCATOR",
    .check = check_options,
};

/* What a check found. */
struct check_findings {
    const struct hb_candidate *candidate;
    const char *trace;
    uint64_t trace_ops;
    struct hb_sample_result result;
    char problem[600], warning[200];
};

static enum hb_status check(struct hb_session *session, struct check_findings *found, struct hb_error *error)
{
    const struct hb_sample_request ample = {.mode = HB_SAMPLE_CHECK};
    const struct hb_sample_result *result;
    enum hb_status status = hb_session_trace_ops(session, 0, &found->trace_ops, error);

    found->candidate = &session->found.candidates[0];
    found->trace = session->found.traces[0].name;
    if (status == HB_OK && found->candidate->untouchable)
        return hb_error_set(error, HB_ERR_USAGE, "%s hands out no memory: there is nothing to check",
                            found->candidate->name);
    if (status != HB_OK)
        return status;
    if (!found->candidate->usable) {
        found->result.outcome = HB_SAMPLE_UNAVAILABLE;
        found->result.check.op = HB_CHECK_NO_OP;
        found->result.counts.first_failure = HB_NO_FAILURE;
        found->result.error = found->candidate->error;
        return HB_OK;
    }
    status = hb_checks_run(session, 0, found->candidate, &result, error);
    if (status != HB_OK)
        return status;
    found->result = *result;
    return hb_checks_judge(session, 0, found->candidate, &ample, &found->result, error);
}

static void print_findings(const struct check_findings *found)
{
    const struct hb_counts *counts = &found->result.counts;
    const char *name = found->candidate->name;

    if (found->problem[0] != '\0')
        printf("%s: %s\n", name, found->problem);
    else if (counts->ops < found->trace_ops)
        printf("%s: right on the first %s of the %s of %s; more with --timeout\n", name,
               hb_show_counted(counts->ops, "operation").text, hb_show_count(found->trace_ops).text,
               found->trace);
    else
        printf("%s: right on %s (%s)\n", name, found->trace, hb_show_counted(counts->ops, "operation").text);
    if (found->warning[0] != '\0')
        fprintf(stderr, "heapbench: warning: %s: %s\n", name, found->warning);
}

static int print_json(const struct check_findings *found)
{
    const struct hb_sample_result *result = &found->result;
    const struct hb_counts *counts = &result->counts;
    bool has_problem = found->problem[0] != '\0';
    uint64_t op = result->outcome == HB_SAMPLE_FAILED ? counts->first_failure : result->check.op;
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", found->trace);
    hb_json_text(&json, "allocator", found->candidate->name);
    hb_json_text(&json, "status",
                 has_problem ? hb_sample_outcome_name(result->outcome) : hb_verdict_status(result, false));
    hb_json_known(&json, "operation", op, op != HB_CHECK_NO_OP);
    hb_json_text(&json, "problem", has_problem ? found->problem : NULL);
    hb_json_text(&json, "warning", found->warning[0] != '\0' ? found->warning : NULL);
    hb_json_number(&json, "ops", counts->ops);
    hb_json_number(&json, "trace_ops", found->trace_ops);
    hb_json_number(&json, "failures", counts->failures);
    hb_json_known(&json, "first_failure", counts->first_failure, counts->first_failure != HB_CHECK_NO_OP);
    return hb_json_print(&json);
}

static int tell(const struct options *options, struct check_findings *found)
{
    int exit_status;

    if (hb_verdict_is_problem(&found->result))
        hb_verdict_describe(&found->result, found->problem, sizeof found->problem);
    hb_verdict_warn(&found->result, found->warning, sizeof found->warning);
    if (options->json) {
        exit_status = print_json(found);
    } else {
        print_findings(found);
        exit_status = hb_stdout_end();
    }
    return exit_status == HB_EXIT_DONE && found->problem[0] != '\0' ? HB_EXIT_PARTIAL : exit_status;
}

int hb_command_check(int argc, char **argv)
{
    struct options options = {.session = {.rounds_least = 1, .rounds_most = 1, .touch = HB_TOUCH_PAGE}};
    struct check_findings *found = calloc(1, sizeof *found);
    char *traces[2] = {NULL, NULL};
    struct hb_session session = {0};
    struct hb_error error;
    enum hb_status status;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    traces[0] = (char *)(uintptr_t)options.trace;
    options.session.traces = traces;
    if (found == NULL) {
        hb_error_set(&error, HB_ERR_MEMORY, "out of memory for a check");
        return hb_command_fail(&error);
    }
    status = hb_session_open(&session, &options.session, argc, argv, &error);
    if (status == HB_OK)
        status = check(&session, found, &error);
    hb_progress_clear(&session.progress);
    exit_status = status == HB_OK ? tell(&options, found) : hb_command_fail(&error);
    hb_session_close(&session);
    free(found);
    return exit_status;
}
