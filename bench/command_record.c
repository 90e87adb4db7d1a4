/*
 * heapbench record - runs a program and keeps what it allocates as a trace.
 */
#include <argp.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/printable.h"
#include "bench/command.h"
#include "bench/command_common.h"
#include "workloads/record/collect.h"
#include "workloads/record/launch.h"

struct arguments {
    const char *out;     /* NULL: PROGRAM.trace */
    const char *convert; /* a folder of captures to convert instead of running anything */
    char *const *program;
    bool all;
    int level;
};

enum { OPTION_ALL = 256, OPTION_CONVERT, OPTION_LEVEL, MAX_LEVEL = 19 };

/* The best compression does about a million operations a second: beyond this, the wait is worth more. */
enum { MANY_EVENTS = 8000000, LEVEL_FOR_MANY = 6 };

static const struct argp_option options[] = {
    {"output", 'o', "OUT.trace", 0, "The trace to write (default: PROGRAM.trace)", 0},
    {"all", OPTION_ALL, NULL, 0, "Keep a trace of every process, not only of the busiest: OUT.PID.trace", 0},
    {"level", OPTION_LEVEL, "1-19", 0, "zstd's level; 3 is fast (default: 19, and 6 beyond 8 million events)",
     0},
    {"convert", OPTION_CONVERT, "FOLDER", 0, "Run nothing; convert the captures that a killed record left",
     0},
    {0},
};

static const char documentation[] = "Run PROGRAM and keep what it allocates as a trace.\v"
                                    "The exit status is the program's own, or 128 + the signal that ended "
                                    "it. Threads are recorded, and so are "
                                    "children: each process has a trace of its own, and the one with most "
                                    "operations is kept. A program that is "
                                    "killed leaves what it did until then.\n\n"
                                    "Example:\n"
                                    "  heapbench record -o sort.trace -- sort -n numbers.txt\n"
                                    "  heapbench run sort.trace";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    uint64_t level;

    switch (key) {
    case 'o':
        arguments->out = argument;
        return 0;
    case OPTION_ALL:
        arguments->all = true;
        return 0;
    case OPTION_CONVERT:
        arguments->convert = argument;
        return 0;
    case OPTION_LEVEL:
        if (!hb_number_parse(argument, &level) || level < 1 || level > MAX_LEVEL)
            argp_error(state, "--level is 1 to %d, not '%s'", MAX_LEVEL, argument);
        arguments->level = (int)level;
        return 0;
    case ARGP_KEY_ARG:
        /* The rest is the program's, options and all. */
        arguments->program = &state->argv[state->next - 1];
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if ((arguments->program == NULL) == (arguments->convert == NULL))
            argp_error(state, arguments->program == NULL ? "no program to run"
                                                         : "--convert runs nothing: no program goes with it");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* NAME.trace, for the last part of `program`. From malloc. */
static char *default_output(const char *program)
{
    char *copy = strdup(program), *out = NULL;

    if (copy == NULL || asprintf(&out, "%s.trace", basename(copy)) < 0)
        out = NULL;
    free(copy);
    return out;
}

/* The name that a person would call the capture's program. */
static const char *program_name(const struct hb_collected *item, char name[static NAME_MAX])
{
    const struct hb_capture_header *header = item->capture->header;
    char path[sizeof header->command + 1];

    memcpy(path, header->command, sizeof header->command);
    path[sizeof header->command] = '\0';
    snprintf(name, NAME_MAX, "%s", path[0] != '\0' ? basename(path) : "a program");
    for (char *c = name; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return name;
}

static void print_losses(const struct hb_capture_summary *summary, const struct hb_capture *capture)
{
    if (summary->lost_space > 0)
        fprintf(stderr, "heapbench: %" PRIu64 " events were not recorded for want of room: %s\n",
                summary->lost_space, strerror((int)(capture->header->stop_errno & INT_MAX)));
    if (summary->lost_nested > 0)
        fprintf(stderr, "heapbench: %" PRIu64 " events of signal handlers were not recorded\n",
                summary->lost_nested);
    if (summary->unknown_frees > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64 " frees were left out, of blocks that the process had before recording "
                "began (from its parent, where it was forked)\n",
                summary->unknown_frees);
    if (summary->held_births > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64
                " frees were made up, of blocks that were given out again without one\n",
                summary->held_births);
    if (summary->excess_births > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64 " allocations were left out: a trace numbers 2^32 - 1 objects\n",
                summary->excess_births);
}

static void print_summary(const struct hb_collected *item, const struct hb_capture_summary *summary,
                          const char *out)
{
    char name[NAME_MAX];
    struct stat info = {0};

    stat(out, &info);
    fprintf(stderr,
            "heapbench: recorded %" PRIu64 " operations by %" PRIu64
            " thread%s of %s into %s (%lld bytes, %.2f "
            "bytes an operation)\n",
            summary->ops, summary->threads, summary->threads == 1 ? "" : "s", program_name(item, name), out,
            (long long)info.st_size, summary->ops > 0 ? (double)info.st_size / (double)summary->ops : 0.0);
    print_losses(summary, item->capture);
}

static bool keep(const struct hb_collected *item, const char *out, int level)
{
    struct hb_capture_summary summary;
    enum hb_status status;
    struct hb_error error;

    if (level == 0 && item->events > MANY_EVENTS)
        level = LEVEL_FOR_MANY;
    hb_progress_begin("writing the trace");
    hb_progress_total(item->events);
    status = hb_capture_to_trace(item->capture, out, level, hb_progress_set, NULL, &summary, &error);
    hb_progress_end();
    if (status != HB_OK) {
        hb_command_fail(&error);
        return false;
    }
    print_summary(item, &summary, out);
    return true;
}

/* OUT.trace becomes OUT.PID.trace, or OUT.PID.N.trace for the image after the Nth exec. */
static bool keep_beside(const struct hb_collected *item, const char *out, int level)
{
    size_t stem = strlen(out);
    char path[PATH_MAX], image[16] = "";

    if (stem > 6 && strcmp(out + stem - 6, ".trace") == 0)
        stem -= 6;
    if (item->image > 0)
        snprintf(image, sizeof image, ".%" PRIu32, item->image);
    if (snprintf(path, sizeof path, "%.*s.%" PRIu32 "%s.trace", (int)stem, out, item->capture->header->pid,
                 image) >= (int)sizeof path) {
        hb_print_line(stderr, "heapbench: %s: the name is too long", out);
        return false;
    }
    return keep(item, path, level);
}

static void print_others(const struct hb_collection *collection)
{
    const struct hb_collected *kept = &collection->items[0];
    char name[NAME_MAX];

    fprintf(stderr,
            "heapbench: %zu processes were recorded; kept %s (process %" PRIu32
            "), which did most: --all keeps "
            "the others too\n",
            collection->count, program_name(kept, name), kept->capture->header->pid);
}

static void print_running(const struct hb_collection *collection)
{
    for (size_t i = 0; i < collection->count; i++) {
        uint32_t pid = collection->items[i].capture->header->pid;

        if (kill((pid_t)pid, 0) == 0)
            fprintf(stderr,
                    "heapbench: process %" PRIu32 " still runs; what it does from now on is not recorded\n",
                    pid);
    }
}

static bool keep_all(const struct hb_collection *collection, const struct arguments *arguments,
                     const char *out)
{
    bool kept = keep(&collection->items[0], out, arguments->level);

    for (size_t i = 1; arguments->all && i < collection->count; i++)
        kept = keep_beside(&collection->items[i], out, arguments->level) && kept;
    return kept;
}

enum outcome { KEPT, NOTHING_RECORDED, NOT_KEPT };

/* The trace's name: as asked for, else after the program that did most. From malloc. */
static char *output_of(const struct arguments *arguments, const struct hb_collection *collection)
{
    char name[NAME_MAX];

    if (arguments->out != NULL)
        return strdup(arguments->out);
    if (arguments->program != NULL)
        return default_output(arguments->program[0]);
    return default_output(program_name(&collection->items[0], name));
}

static enum outcome keep_collection(const struct hb_collection *collection, const struct arguments *arguments)
{
    char *out = output_of(arguments, collection);
    bool kept = out != NULL && keep_all(collection, arguments, out);

    if (kept && collection->count > 1 && !arguments->all)
        print_others(collection);
    free(out);
    return kept ? KEPT : NOT_KEPT;
}

/* Turns what is in the folder into traces; says what went wrong. */
static enum outcome convert(const struct arguments *arguments, const char *folder)
{
    struct hb_collection collection;
    enum outcome outcome = NOTHING_RECORDED;
    struct hb_error error;

    if (hb_collect(folder, &collection, &error) != HB_OK) {
        hb_command_fail(&error);
        return NOT_KEPT;
    }
    if (collection.count > 0 && collection.items[0].events > 0)
        outcome = keep_collection(&collection, arguments);
    if (collection.damaged > 0) {
        hb_command_fail(&collection.first_damage);
        outcome = NOT_KEPT;
    }
    if (arguments->program != NULL)
        print_running(&collection);
    hb_collection_clear(&collection);
    return outcome;
}

static int convert_folder(const struct arguments *arguments)
{
    enum outcome outcome = convert(arguments, arguments->convert);

    if (outcome == NOTHING_RECORDED)
        hb_print_line(stderr, "heapbench: %s: no captures there", arguments->convert);
    return outcome == KEPT ? HB_EXIT_DONE : HB_EXIT_FAILED;
}

static void print_nothing(const char *program)
{
    char why[PATH_MAX + 256];

    hb_launch_explain(program, why, sizeof why);
    fprintf(stderr, "heapbench: nothing was recorded: %s\n", why);
}

/* Converts what a run left, and cleans up. False where there is no trace. */
static bool finish(const struct arguments *arguments, const char *folder)
{
    enum outcome outcome = convert(arguments, folder);

    if (outcome == NOT_KEPT) {
        fprintf(stderr, "heapbench: the capture is kept: heapbench record --convert %s -o OUT.trace\n",
                folder);
        return false;
    }
    if (outcome == NOTHING_RECORDED)
        print_nothing(arguments->program[0]);
    hb_collect_folder_remove(folder);
    return outcome == KEPT;
}

static enum hb_status make_ready(const struct arguments *arguments, char **recorder, char **folder,
                                 struct hb_error *error)
{
    enum hb_status status = hb_launch_find_recorder(recorder, error);
    char *out;

    if (status != HB_OK)
        return status;
    out = arguments->out != NULL ? strdup(arguments->out) : default_output(arguments->program[0]);
    if (out == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    status = hb_collect_folder_create(out, folder, error);
    free(out);
    return status;
}

/* The program's own exit status; 1 where it was 0 and there is no trace all the same. */
static int record(const struct arguments *arguments)
{
    char *recorder = NULL, *folder = NULL;
    int exit_status = HB_EXIT_FAILED;
    struct hb_error error;

    if (make_ready(arguments, &recorder, &folder, &error) != HB_OK) {
        exit_status = hb_command_fail(&error);
    } else if (hb_launch_run(arguments->program, recorder, folder, &exit_status, &error) != HB_OK) {
        hb_command_fail(&error);
        hb_collect_folder_remove(folder);
    } else if (!finish(arguments, folder) && exit_status == HB_EXIT_DONE) {
        exit_status = HB_EXIT_FAILED;
    }
    free(recorder);
    free(folder);
    return exit_status;
}

int hb_command_record(int argc, char **argv)
{
    static const struct argp parser = {.options = options,
                                       .parser = parse_option,
                                       .args_doc = "-- PROGRAM [ARGUMENT...]",
                                       .doc = documentation};
    struct arguments arguments = {0};

    argp_err_exit_status = HB_EXIT_USAGE;
    if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &arguments) != 0)
        return HB_EXIT_USAGE;
    if (arguments.convert != NULL)
        return convert_folder(&arguments);
    return record(&arguments);
}
