/*
 * command_generate.c - heapbench generate: a trace that no program made, streamed into a file.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/printable.h"
#include "bench/results/build_info.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "workloads/generate/empirical.h"
#include "workloads/generate/generate.h"

struct options {
    const char *out;
    int level;
    bool force;
    const struct hb_generator *generator;
    struct hb_generate_settings settings;
};

enum { OPTION_LEVEL = 256, OPTION_FORCE, DEFAULT_LEVEL = 3, MAX_LEVEL = 19, DESCRIPTION_BYTES = 1024 };

static const struct argp_option option_table[] = {
    {"output", 'o', "OUT.trace", 0, "The trace to write", 0},
    {"force", OPTION_FORCE, NULL, 0, "Overwrite OUT.trace even where it is no trace", 0},
    {"level", OPTION_LEVEL, "1-19", 0, "zstd's level; 19 is small and slow (default: 3)", 0},
    {0},
};

static const char documentation[] =
    "Write a trace that no program made: a workload whose outcome is known, or whose shape you choose.\v"
    "Sizes and counts take K, M and G (powers of 1024). Where there is a unit, sizes count the header, as "
    "the "
    "literature does: a block of s units is a request for s * unit - header bytes.\n\n";

static const char examples[] = "Examples:\n"
                               "  heapbench generate ramp live=64K ratio=256 -o ramp.trace\n"
                               "  heapbench generate steady live=1M steps=50M seed=7 -o steady.trace\n"
                               "  heapbench generate steady empirical=cc1 -o steady-cc1.trace";

/* As it may be typed: with K, M or G where that is exact. */
static const char *number_text(char text[static 32], uint64_t number)
{
    static const char *const suffixes[] = {"", "K", "M", "G"};
    int suffix = 0;

    while (suffix < 3 && number > 0 && number % 1024 == 0) {
        number /= 1024;
        suffix++;
    }
    snprintf(text, 32, "%" PRIu64 "%s", number, suffixes[suffix]);
    return text;
}

static void print_key(FILE *out, const struct hb_generate_key *key)
{
    char initial[32], low[32], high[32];

    if (key->words != NULL)
        fprintf(out, "    %-9s %s [%s]\n", key->name, key->summary, key->words[key->initial]);
    else
        fprintf(out, "    %-9s %s [%s], %s to %s\n", key->name, key->summary,
                number_text(initial, key->initial), number_text(low, key->low), number_text(high, key->high));
}

static void print_generators(FILE *out)
{
    size_t count;
    const struct hb_generator *const *generators = hb_generators(&count);

    for (size_t i = 0; i < count; i++) {
        fprintf(out, "  %s: %s\n", generators[i]->name, generators[i]->summary);
        for (const struct hb_generate_key *key = generators[i]->keys; key->name != NULL; key++) {
            print_key(out, key);
            if (strcmp(key->name, "sizes") == 0)
                fprintf(out, "    %-9s sizes as often as in that trace: empirical=TRACE\n", "empirical");
        }
        fputc('\n', out);
    }
}

/* argp wants the text in one piece, and frees it. */
static char *help_filter(int key, const char *text, void *input)
{
    char *filtered = NULL;
    size_t bytes;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC || (out = open_memstream(&filtered, &bytes)) == NULL)
        return (char *)(uintptr_t)text;
    fputs(text, out);
    fputs("Generators and their keys [default], range:\n", out);
    print_generators(out);
    fputs(examples, out);
    fclose(out);
    return filtered;
}

static void take_argument(struct argp_state *state, struct options *options, const char *argument)
{
    struct hb_error error;

    if (options->generator == NULL) {
        options->generator = hb_generator_find(argument, &error);
        if (options->generator == NULL)
            hb_option_fail(state, "%s", error.text);
        hb_generate_defaults(options->generator, &options->settings);
    } else if (hb_generate_set(options->generator, argument, &options->settings, &error) != HB_OK) {
        hb_option_fail(state, "%s", error.text);
    }
}

static void check(struct argp_state *state, const struct options *options)
{
    struct hb_error error;

    if (options->generator == NULL)
        hb_option_fail(state, "which generator? ramp, shredding, two-size, steady or sawtooth");
    if (options->out == NULL)
        hb_option_fail(state, "where to? -o OUT.trace");
    if (hb_generate_check(options->generator, &options->settings, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    uint64_t level;

    switch (key) {
    case 'o':
        options->out = argument;
        return 0;
    case OPTION_LEVEL:
        if (!hb_number_parse(argument, &level) || level < 1 || level > MAX_LEVEL)
            hb_option_fail(state, "--level is 1 to %d, not '%s'", MAX_LEVEL, argument);
        options->level = (int)level;
        return 0;
    case OPTION_FORCE:
        options->force = true;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(state, options, argument);
        return 0;
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The sink: a file, and a count for the line at the end. */
struct output {
    struct hb_trace_writer *writer;
    uint64_t ops;
    uint64_t births;
};

static enum hb_status append(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct output *output = context;

    output->ops += count;
    for (size_t i = 0; i < count; i++)
        if (ops[i].kind == HB_OP_MALLOC)
            output->births = ops[i].object + 1;
    hb_progress_set(NULL, output->births);
    return hb_trace_writer_append(output->writer, ops, count, error);
}

static enum hb_status write_trace(const struct options *options, struct output *output,
                                  struct hb_error *error)
{
    char command[DESCRIPTION_BYTES] = "heapbench generate ", origin[64];
    struct hb_trace_info info = {.command = command, .origin = origin};
    struct hb_generate_sink sink = {.context = output, .append = append};
    size_t used = strlen(command);
    enum hb_status status;

    hb_generate_describe(options->generator, &options->settings, command + used, sizeof command - used);
    snprintf(origin, sizeof origin, "heapbench generate %s", hb_build_info()->version);
    status = hb_trace_writer_open(options->out, &info, options->level, &output->writer, error);
    if (status != HB_OK)
        return status;
    hb_progress_begin("generating");
    hb_progress_total(options->generator->births(&options->settings));
    status = hb_generate_run(options->generator, &options->settings, &sink, error);
    hb_progress_end();
    if (status == HB_OK)
        return hb_trace_writer_finish(output->writer, error);
    hb_trace_writer_abandon(output->writer);
    return status;
}

static void print_summary(const struct options *options, const struct output *output)
{
    char description[DESCRIPTION_BYTES];

    hb_generate_describe(options->generator, &options->settings, description, sizeof description);
    hb_print_line(stderr, "heapbench: %s: %" PRIu64 " operations, %" PRIu64 " objects: %s", options->out,
                  output->ops, options->generator->births(&options->settings), description);
}

int hb_command_generate(int argc, char **argv)
{
    const struct argp parser = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "NAME [KEY=VALUE...]",
        .doc = documentation,
        .help_filter = help_filter,
    };
    struct options options = {.level = DEFAULT_LEVEL};
    struct output output = {0};
    struct hb_error error;
    enum hb_status status;

    argp_parse(&parser, argc, argv, 0, NULL, &options);
    if (!hb_command_may_overwrite(options.out, options.force, &error))
        return hb_command_fail(&error);
    status = hb_generate_load_sizes(&options.settings, &error);
    if (status == HB_OK)
        status = write_trace(&options, &output, &error);
    hb_generate_free_sizes(&options.settings);
    if (status != HB_OK)
        return hb_command_fail(&error);
    print_summary(&options, &output);
    return HB_EXIT_DONE;
}
