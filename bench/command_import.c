/*
 * command_import.c - heapbench import: a trace from a file in another format.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/build_info.h"
#include "bench/command.h"
#include "bench/command_common.h"
#include "workloads/workload.h"

struct options {
    const char *file;
    const char *output;
    enum hb_workload_format format;
};

static const struct {
    const char *name;
    enum hb_workload_format format;
} formats[] = {
    {"rep", HB_FORMAT_REP},
    {"text", HB_FORMAT_TEXT},
    {"trace", HB_FORMAT_TRACE},
};

static const struct argp_option option_table[] = {
    {"from", 'f', "FORMAT", 0, "rep, text or trace (default: recognised by content)", 0},
    {"output", 'o', "OUT.trace", 0, "Write the trace to OUT.trace (required)", 0},
    {0},
};

static enum hb_workload_format parse_format(const char *name, struct argp_state *state)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name) == 0)
            return formats[i].format;
    hb_option_fail(
        state, "--from takes rep, text or trace, which are all that this version imports, not '%s'", name);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'f':
        options->format = parse_format(argument, state);
        return 0;
    case 'o':
        options->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "file", &options->file, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->file == NULL || options->output == NULL)
            hb_option_fail(state, "import needs a file and -o OUT.trace");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE -o OUT.trace",
    .doc =
        "Make a trace of a file in another format, and check it.\v"
        "rep is the form of teachers' tools; text is the one that 'heapbench export' writes and people can "
        "write by hand (workloads/FORMAT.md). Every command reads both as they are; a trace is smaller and "
        "faster to load. The name of a file in workloads/traces/ will do for FILE.\n\n"
        "Example: heapbench import course.rep -o course.trace",
};

static enum hb_status load(const struct options *options, struct hb_workload **out, struct hb_error *error)
{
    if (options->format == HB_FORMAT_ANY)
        return hb_workload_load(options->file, out, error);
    return hb_workload_load_as(options->file, options->format, out, error);
}

/* A trace that does not know where it comes from learns it here. */
static enum hb_status note_origin(struct hb_workload *workload, struct hb_error *error)
{
    const char *slash = strrchr(workload->path, '/');

    if (workload->info.origin != NULL)
        return HB_OK;
    if (asprintf(&workload->info.origin, "heapbench import %s, of %s", hb_build_info()->version,
                 slash != NULL ? slash + 1 : workload->path) >= 0)
        return HB_OK;
    workload->info.origin = NULL;
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
}

int hb_command_import(int argc, char **argv)
{
    struct options options = {0};
    struct hb_workload *workload;
    struct hb_error error;
    enum hb_status status;

    argp_parse(&parser, argc, argv, 0, NULL, &options);
    status = load(&options, &workload, &error);
    if (status != HB_OK)
        return hb_command_fail(&error);
    status = note_origin(workload, &error);
    if (status == HB_OK)
        status = hb_workload_save(workload, options.output, 0, &error);
    if (status == HB_OK)
        hb_print_line(stdout, "%s: %llu operations on %llu objects", options.output,
                      (unsigned long long)workload->op_count, (unsigned long long)workload->object_count);
    hb_workload_free(workload);
    return status == HB_OK ? HB_EXIT_DONE : hb_command_fail(&error);
}
