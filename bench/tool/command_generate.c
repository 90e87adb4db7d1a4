/*
 * command_generate.c - heapbench generate: a trace that no program made, streamed into a file.
 */
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "bench/results/build_info.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/generate/empirical.h"
#include "workloads/generate/generate.h"

struct options {
    const char *out;
    int level;
    bool force;
    const struct hb_generator *generator;
    struct hb_generate_settings settings;
};

enum { DEFAULT_LEVEL = 3, MAX_LEVEL = 19, DESCRIPTION_BYTES = 1024 };

static const char documentation[] =
    "Write a trace that no program made: a workload whose outcome is known, or whose shape you choose; or "
    "one "
    "that is like a recorded trace, and longer.\v"
    "Sizes and counts take K, M and G (powers of 1024). Where there is a unit, sizes count the header, as "
    "the "
    "literature does: a block of s units is a request for s * unit - header bytes.\n\n";

static const char examples[] = "Examples:\n"
                               "  heapbench generate ramp live=64K ratio=256 -o ramp.trace\n"
                               "  heapbench generate steady live=1M steps=50M seed=7 -o steady.trace\n"
                               "  heapbench generate steady empirical=cc1 -o steady-cc1.trace\n"
                               "  heapbench generate like=cc1 scale=10 -o longer.trace";

static void print_key(FILE *out, const struct hb_generate_key *key)
{
    if (key->words != NULL)
        fprintf(out, "    %-9s %s [%s]\n", key->name, key->summary, key->words[key->initial]);
    else
        fprintf(out, "    %-9s %s [%s], %s to %s\n", key->name, key->summary, hb_show_size(key->initial).text,
                hb_show_size(key->low).text, hb_show_size(key->high).text);
}

static void print_generators(FILE *out)
{
    size_t count;
    const struct hb_generator *const *generators = hb_generators(&count);

    for (size_t i = 0; i < count; i++) {
        fprintf(out, "  %s: %s\n", generators[i]->name, generators[i]->summary);
        if (generators[i]->notes != NULL)
            fputs(generators[i]->notes, out);
        if (generators[i]->load != NULL)
            fprintf(out, "    %-9s the trace, as any command takes it: %s=TRACE\n", generators[i]->name,
                    generators[i]->name);
        for (const struct hb_generate_key *key = generators[i]->keys; key->name != NULL; key++) {
            print_key(out, key);
            if (strcmp(key->name, "sizes") == 0)
                fprintf(out, "    %-9s sizes as often as in that trace: empirical=TRACE\n", "empirical");
        }
        fputc('\n', out);
    }
}

static void print_more_help(FILE *out, const void *values)
{
    (void)values;
    fputs("Generators and their keys [default], range:\n", out);
    print_generators(out);
    fputs(examples, out);
}

/* The generator's name, then its settings. */
static void take_argument(const struct argp_state *state, void *values, char *argument)
{
    struct options *options = values;
    struct hb_error error;

    if (options->generator == NULL) {
        options->generator = hb_generator_find(argument, &error);
        if (options->generator == NULL)
            hb_option_fail(state, "%s", error.text);
        hb_generate_defaults(options->generator, &options->settings);
        if (strchr(argument, '=') == NULL)
            return;
    }
    if (hb_generate_set(options->generator, argument, &options->settings, &error) != HB_OK) {
        hb_option_fail(state, "%s", error.text);
    }
}

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;
    struct hb_error error;

    if (options->generator == NULL)
        hb_option_fail(state,
                       "which generator? Name one, such as: heapbench generate steady -o steady.trace");
    if (options->out == NULL)
        hb_option_fail(state, "where to? -o OUT.trace");
    if (hb_generate_check(options->generator, &options->settings, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_EACH, .take = take_argument},
    {HB_OPTION_TEXT, 'o', "output", "OUT.trace", HB_AT(struct options, out), .help = "The trace to write"},
    HB_COMMAND_FORCE(struct options, force),
    {HB_OPTION_NUMBER, 0, "level", "1-19", HB_AT(struct options, level), .least = 1, .most = MAX_LEVEL,
     .help = "zstd's level; 19 is small and slow (default: 3)"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "NAME [KEY=VALUE...]\nlike=TRACE [scale=N] [KEY=VALUE...]",
    .doc = documentation,
    .check = check,
    .more_help = print_more_help,
};

/* What is being written: a file, and counts for the line at the end. */
struct generated {
    struct hb_trace_writer *writer;
    uint64_t ops;
    uint64_t births;
};

static enum hb_status append(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct generated *trace = context;

    trace->ops += count;
    for (size_t i = 0; i < count; i++)
        if (ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC)
            trace->births = ops[i].object + 1;
    hb_progress_set(NULL, trace->births);
    return hb_trace_writer_append(trace->writer, ops, count, error);
}

static enum hb_status pass_time(void *context, uint64_t us, struct hb_error *error)
{
    struct generated *trace = context;

    return hb_trace_writer_pass_time(trace->writer, us, error);
}

static enum hb_status touch(void *context, uint64_t bytes, struct hb_error *error)
{
    struct generated *trace = context;

    return hb_trace_writer_touch(trace->writer, bytes, error);
}

static enum hb_status write_trace(const struct options *options, struct generated *trace,
                                  struct hb_error *error)
{
    char command[DESCRIPTION_BYTES] = "heapbench generate ", origin[64];
    struct hb_trace_info info = {
        .command = command, .origin = origin, .touched = options->settings.like_touched};
    struct hb_generate_sink sink = {
        .context = trace, .append = append, .pass_time = pass_time, .touch = touch};
    size_t used = strlen(command);
    enum hb_status status;

    hb_generate_describe(options->generator, &options->settings, command + used, sizeof command - used);
    snprintf(origin, sizeof origin, "heapbench generate %s", hb_build_info()->version);
    status = hb_trace_writer_open(options->out, &info, options->level, &trace->writer, error);
    if (status != HB_OK)
        return status;
    hb_progress_begin("generating");
    hb_progress_total(options->generator->births(&options->settings));
    status = hb_generate_run(options->generator, &options->settings, &sink, error);
    hb_progress_end();
    if (status == HB_OK)
        return hb_trace_writer_finish(trace->writer, error);
    hb_trace_writer_abandon(trace->writer);
    return status;
}

static void print_summary(const struct options *options, const struct generated *trace)
{
    char description[DESCRIPTION_BYTES];

    hb_generate_describe(options->generator, &options->settings, description, sizeof description);
    hb_print_line(
        stderr, "heapbench: %s: %s, %s: %s", options->out, hb_show_counted(trace->ops, "operation").text,
        hb_show_counted(options->generator->births(&options->settings), "object").text, description);
}

int hb_command_generate(int argc, char **argv)
{
    struct options options = {.level = DEFAULT_LEVEL};
    struct generated trace = {0};
    struct hb_error error;
    enum hb_status status;

    hb_options_parse(&usage, argc, argv, &options);
    if (!hb_command_may_overwrite(options.out, options.force, &error))
        return hb_command_fail(&error);
    status = hb_generate_load(options.generator, &options.settings, &error);
    if (status == HB_OK)
        status = write_trace(&options, &trace, &error);
    hb_generate_free_sizes(&options.settings);
    if (status != HB_OK)
        return hb_command_fail(&error);
    print_summary(&options, &trace);
    return HB_EXIT_DONE;
}
