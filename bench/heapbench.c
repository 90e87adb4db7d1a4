/*
 * heapbench - the tool: dispatches to a sub-command.
 */
#include "bench/command.h"

#include <stdio.h>
#include <string.h>

static const struct hb_command commands[] = {
    /* in the order in which a newcomer meets them; each sub-command's author adds its line */
    {"record", "run a program and keep what it allocates as a trace", hb_command_record},
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

int main(int argc, char **argv)
{
    const struct hb_command *command;

    if (argc < 2) {
        print_help(stderr);
        return HB_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return HB_EXIT_DONE;
    }
    command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "heapbench: no command '%s'; 'heapbench --help' lists them\n", argv[1]);
        return HB_EXIT_USAGE;
    }
    return command->run(argc - 1, argv + 1);
}
