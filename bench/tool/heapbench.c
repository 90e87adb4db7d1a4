/*
 * heapbench - the tool: dispatches to a sub-command.
 */
#include "bench/tool/command.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "bench/adversary/adversary.h"
#include "bench/results/build_info.h"
#include "bench/sample/sample.h"
#include "bench/tool/command_common.h"

static const struct hb_command commands[] = {
    /* in the order in which a newcomer meets them; each sub-command's author adds its line */
    {"list", "allocators and traces there are", hb_command_list},
    {"walk", "the ranges of the heap after an operation, and the walk", hb_command_walk},
    {"record", "run a program and keep what it allocates as a trace", hb_command_record},
    {"info", "what a trace holds: operations, sizes, lifetimes; and whether it is sound", hb_command_info},
    {"import", "make a trace of a file in another format", hb_command_import},
    {"export", "write a trace as text or as a .rep", hb_command_export},
    {"generate", "write a workload that no program made", hb_command_generate},
    {"model", "what a classic policy does with a trace, computed exactly", hb_command_model},
    {"curve", "the first failure, and why, of every heap size", hb_command_curve},
    {"adversary", "the worst that is known, done to an allocator, beside what theory says",
     hb_command_adversary},
    {"replay", "one trace on one allocator, in this process", hb_command_replay},
    {"check", "is an allocator right? the first wrong operation", hb_command_check},
    {"run", "the comparison: allocators on traces, in rounds", hb_command_run},
    {"report", "draw the figures and the page from result files", hb_command_report},
    {NULL, NULL, NULL},
};

static void print_help(FILE *out)
{
    fputs("Usage: heapbench COMMAND [OPTION...]\n"
          "Measure memory allocators with the allocation traces of real programs.\n\n",
          out);
    for (const struct hb_command *c = commands; c->name != NULL; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    fputs("\n'heapbench COMMAND --help' explains one, with an example.\n", out);
}

static const struct hb_command *find_command(const char *name)
{
    for (const struct hb_command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

int hb_command_fail(const struct hb_error *error)
{
    fprintf(stderr, "heapbench: %s\n", error->text);
    return error->status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

/* Runs a command under its full name, which is what argp shows in usage and errors. */
static int run(const struct hb_command *command, int argc, char **argv)
{
    static char name[64], version[64];

    snprintf(name, sizeof name, "heapbench %s", command->name);
    snprintf(version, sizeof version, "heapbench %s", hb_build_info()->version);
    argv[0] = name;
    argp_program_version = version;
    argp_err_exit_status = HB_EXIT_USAGE;
    return command->run(argc, argv);
}

int main(int argc, char **argv)
{
    const struct hb_command *command;

    hb_child_main(argc, argv, &hb_sample_job);
    hb_child_main(argc, argv, &hb_adversary_job);
    hb_command_init(argc, argv);
    if (argc < 2) {
        print_help(stderr);
        return HB_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return HB_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("heapbench %s\n", hb_build_info()->version);
        return HB_EXIT_DONE;
    }
    command = find_command(argv[1]);
    if (command == NULL) {
        hb_print_line(stderr, "heapbench: no command '%s'; 'heapbench --help' lists them", argv[1]);
        return HB_EXIT_USAGE;
    }
    return run(command, argc - 1, argv + 1);
}
