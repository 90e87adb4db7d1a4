/*
 * command_export.c - heapbench export: a trace as text, to read, to edit, or for other people's tools.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "workloads/text/text_writer.h"

struct options {
    const char *trace;
    const char *output; /* NULL: standard output */
    bool rep;
    bool chosen;
};

static const struct argp_option option_table[] = {
    {"to", 't', "FORMAT", 0, "rep or text (required)", 0},
    {"output", 'o', "OUT", 0, "Write to the file OUT (default: standard output)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 't':
        options->rep = strcmp(argument, "rep") == 0;
        options->chosen = true;
        if (!options->rep && strcmp(argument, "text") != 0)
            hb_option_fail(state, "--to takes rep or text, not '%s'", argument);
        return 0;
    case 'o':
        options->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->trace == NULL || !options->chosen)
            hb_option_fail(state, "export needs a trace and --to FORMAT");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "TRACE",
    .doc =
        "Write a trace as text, one operation a line.\v"
        "text keeps everything, and 'heapbench import' makes the same trace of it again. rep is the form of "
        "teachers' tools; it has no calloc, no alignment, no threads and no times, and what it loses is "
        "said.\n\n"
        "Example: heapbench export demo --to text",
};

static void tell_losses(const struct hb_rep_losses *losses)
{
    char waits[48];

    if (losses->callocs > 0 || losses->aligned > 0)
        fprintf(stderr,
                "heapbench: a .rep has only plain allocation: %llu calloc and %llu aligned became malloc\n",
                (unsigned long long)losses->callocs, (unsigned long long)losses->aligned);
    if (losses->switches > 0)
        fprintf(stderr, "heapbench: a .rep has no threads: %llu switches between them are lost\n",
                (unsigned long long)losses->switches);
    if (losses->waits > 0 || losses->run_times)
        fprintf(stderr, "heapbench: a .rep has no times: it lacks %s between operations%s\n",
                hb_counted(waits, sizeof waits, losses->waits, "wait"),
                losses->run_times ? ", and how long the program ran" : "");
}

static void write_out(const struct hb_workload *workload, bool rep, FILE *out)
{
    struct hb_rep_losses losses = {0};

    if (rep)
        hb_text_write_rep(workload, out, &losses);
    else
        hb_text_write(workload, out);
    tell_losses(&losses);
}

static int write_standard_output(const struct hb_workload *workload, bool rep)
{
    write_out(workload, rep, stdout);
    return hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

static int write_file(const struct hb_workload *workload, bool rep, const char *path)
{
    struct hb_file *file;
    struct hb_error error;
    enum hb_status status = hb_file_begin(path, &file, &error);

    if (status == HB_OK) {
        write_out(workload, rep, hb_file_stream(file));
        status = hb_file_commit(file, &error);
    }
    return status == HB_OK ? HB_EXIT_DONE : hb_command_fail(&error);
}

int hb_command_export(int argc, char **argv)
{
    struct options options = {0};
    struct hb_workload *workload;
    struct hb_error error;
    enum hb_status status;
    int result;

    argp_parse(&parser, argc, argv, 0, NULL, &options);
    status = hb_workload_load(options.trace, &workload, &error);
    if (status != HB_OK)
        return hb_command_fail(&error);
    hb_command_tell_repairs(workload->path, &workload->repairs);
    if (options.output != NULL)
        result = write_file(workload, options.rep, options.output);
    else
        result = write_standard_output(workload, options.rep);
    hb_workload_free(workload);
    return result;
}
