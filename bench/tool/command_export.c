/*
 * command_export.c - heapbench export: a trace as text, to read, to edit, or for other people's tools.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/text/text_writer.h"

enum { TO_REP, TO_TEXT, TO_NOTHING };

struct options {
    const char *trace;
    const char *output; /* NULL: standard output */
    int form;
    bool force;
};

static const char *const form_words[] = {[TO_REP] = "rep", [TO_TEXT] = "text", NULL};

static const struct hb_option option_table[] = {
    HB_COMMAND_TRACE(struct options, trace),
    {HB_OPTION_WORD, 't', "to", "FORMAT", HB_AT(struct options, form), .words = form_words,
     .help = "rep or text (required)"},
    {HB_OPTION_TEXT, 'o', "output", "OUT", HB_AT(struct options, output),
     .help = "Write to the file OUT (default: standard output)"},
    {HB_OPTION_FLAG, 0, "force", NULL, HB_AT(struct options, force),
     .help = "Overwrite OUT even where it is no export of ours"},
    {0},
};

static const char needs[] = "a trace and --to FORMAT";

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->form == TO_NOTHING)
        hb_option_fail(state, "export needs %s", needs);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE",
    .doc =
        "Write a trace as text, one operation a line.\v"
        "text keeps everything, and 'heapbench import' makes the same trace of it again. rep is the form of "
        "teachers' tools; it has no calloc, no alignment, no threads and no times, and what it loses is "
        "said.\n\n"
        "Example: heapbench export demo --to text",
    .needs = needs,
    .check = check,
};

static void tell_losses(const struct hb_rep_losses *losses)
{
    if (losses->callocs > 0 || losses->aligned > 0)
        fprintf(stderr,
                "heapbench: a .rep has only plain allocation: %s calloc and %s aligned became malloc\n",
                hb_show_count(losses->callocs).text, hb_show_count(losses->aligned).text);
    if (losses->switches > 0)
        fprintf(stderr, "heapbench: a .rep has no threads: %s switches between them are lost\n",
                hb_show_count(losses->switches).text);
    if (losses->waits > 0 || losses->run_times)
        fprintf(stderr, "heapbench: a .rep has no times: it lacks %s between operations%s\n",
                hb_show_counted(losses->waits, "wait").text,
                losses->run_times ? ", and how long the program ran" : "");
    if (losses->touched > 0)
        fprintf(stderr, "heapbench: a .rep has only sizes: what is touched of %s is lost\n",
                hb_show_counted(losses->touched, "large block").text);
}

static void write_out(const struct hb_workload *workload, bool as_rep, FILE *out)
{
    struct hb_rep_losses losses = {0};

    if (as_rep)
        hb_text_write_rep(workload, out, &losses);
    else
        hb_text_write(workload, out);
    tell_losses(&losses);
}

static int write_standard_output(const struct hb_workload *workload, bool as_rep)
{
    write_out(workload, as_rep, stdout);
    return hb_stdout_end();
}

/* As this command writes it: the text by its first line, a .rep by four numbers and an operation. */
static bool is_export(const char *head)
{
    uint64_t number[4];
    char first = 'a'; /* of no operation */
    int found = sscanf(head, "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 " %c", &number[0], &number[1],
                       &number[2], &number[3], &first);

    return strncmp(head, "# a workload of heapbench: ", 27) == 0 ||
           (found >= 4 && strchr("arf", first) != NULL);
}

static int write_file(const struct hb_workload *workload, const struct options *options)
{
    const char *path = options->output;
    struct hb_file *file;
    struct hb_error error;
    enum hb_status status = hb_command_check_apart(path, workload->path, &error);

    if (status == HB_OK && !hb_command_may_replace(path, is_export, "export of ours", options->force, &error))
        status = HB_ERR_LIMIT;
    if (status == HB_OK)
        status = hb_file_begin(path, &file, &error);
    if (status == HB_OK) {
        write_out(workload, options->form == TO_REP, hb_file_stream(file));
        status = hb_file_commit(file, &error);
    }
    return status == HB_OK ? HB_EXIT_DONE : hb_command_fail(&error);
}

int hb_command_export(int argc, char **argv)
{
    struct options options = {.form = TO_NOTHING};
    struct hb_workload *workload;
    struct hb_error error;
    int result;

    hb_options_parse(&usage, argc, argv, &options);
    if (hb_command_load(options.trace, &workload, &error) != HB_OK)
        return hb_command_fail(&error);
    if (options.output != NULL)
        result = write_file(workload, &options);
    else
        result = write_standard_output(workload, options.form == TO_REP);
    hb_workload_free(workload);
    return result;
}
