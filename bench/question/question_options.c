/*
 * question_options - see question_options.h.
 */
#include "bench/question/question_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { ROUNDS_MAX = 1000, DEFAULT_SEED = 42 };

enum hb_status hb_question_take_number(const char *name, const char *value, uint64_t least, uint64_t most,
                                       uint64_t *out, struct hb_error *error)
{
    uint64_t number;

    if (!hb_number_parse(value, &number) || number < least || number > most)
        return hb_error_set(error, HB_ERR_USAGE, "%s takes a number from %llu to %llu, not '%s'", name,
                            (unsigned long long)least, (unsigned long long)most, value);
    *out = number;
    return HB_OK;
}

static enum hb_status take_rounds(const char *value, struct hb_question_options *options,
                                  struct hb_error *error)
{
    uint64_t rounds = 0;
    enum hb_status status = hb_question_take_number("--rounds", value, 1, ROUNDS_MAX, &rounds, error);

    if (status == HB_OK)
        options->session.rounds = (uint32_t)rounds;
    return status;
}

static enum hb_status take_timeout(const char *value, struct hb_question_options *options,
                                   struct hb_error *error)
{
    uint64_t seconds = 0;
    enum hb_status status = hb_question_take_number("--timeout", value, 1, HB_TIMEOUT_MAX_S, &seconds, error);

    options->session.timeout_ms = seconds * 1000;
    return status;
}

static enum hb_status take_touch(const char *value, struct hb_question_options *options,
                                 struct hb_error *error)
{
    for (unsigned touch = HB_TOUCH_NONE; touch <= HB_TOUCH_ALL; touch++) {
        if (strcmp(value, hb_touch_name((enum hb_touch)touch)) == 0) {
            options->session.touch = (enum hb_touch)touch;
            return HB_OK;
        }
    }
    return hb_error_set(error, HB_ERR_USAGE, "--touch is none, page or all, not '%s'", value);
}

/* Splits at commas, in place, into a NULL-terminated array from malloc. */
static char **split(char *list)
{
    size_t count = 1;
    char **parts;

    for (const char *c = list; *c != '\0'; c++)
        count += *c == ',';
    parts = calloc(count + 1, sizeof *parts);
    for (size_t i = 0; parts != NULL && i < count; i++)
        parts[i] = strsep(&list, ",");
    return parts;
}

static enum hb_status take_traces(char *value, struct hb_question_options *options, struct hb_error *error)
{
    free(options->session.traces);
    options->session.traces = split(value);
    if (options->session.traces == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the command line");
    return HB_OK;
}

static enum hb_status take(const char *name, char *value, struct hb_question_options *options,
                           struct hb_error *error)
{
    struct hb_session_options *session = &options->session;

    if (strcmp(name, "--results") == 0) {
        if (value[0] == '\0')
            return hb_error_set(error, HB_ERR_USAGE, "--results takes a folder");
        options->results = value;
        return HB_OK;
    }
    if (strcmp(name, "--allocators") == 0) {
        session->allocators = value;
        return HB_OK;
    }
    if (strcmp(name, "--traces") == 0)
        return take_traces(value, options, error);
    if (strcmp(name, "--step-limit") == 0)
        return hb_question_take_number(name, value, 0, UINT64_MAX, &session->step_limit, error);
    if (strcmp(name, "--seed") == 0)
        return hb_question_take_number(name, value, 0, UINT64_MAX, &session->seed, error);
    if (strcmp(name, "--touch") == 0)
        return take_touch(value, options, error);
    if (strcmp(name, "--timeout") == 0)
        return take_timeout(value, options, error);
    return take_rounds(value, options, error);
}

/* The option of ours that `argument` is, or begins with and '='; NULL where it is none. */
static const char *our_name(const char *argument)
{
    static const char *const names[] = {"--results", "--allocators", "--traces", "--step-limit",
                                        "--rounds",  "--seed",       "--touch",  "--timeout"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t bytes = strlen(names[i]);

        if (strncmp(argument, names[i], bytes) == 0 && (argument[bytes] == '\0' || argument[bytes] == '='))
            return names[i];
    }
    return NULL;
}

enum hb_status hb_question_options_take(int *argc, char **argv, const struct hb_question *question,
                                        struct hb_question_options *options, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    int kept = 1;

    memset(options, 0, sizeof *options);
    options->session = (struct hb_session_options){.step_limit = question->step_limit,
                                                   .rounds = question->rounds,
                                                   .seed = DEFAULT_SEED,
                                                   .touch = HB_TOUCH_PAGE};
    for (int i = 1; i < *argc && status == HB_OK; i++) {
        const char *name = our_name(argv[i]);

        options->help = options->help || strcmp(argv[i], "--help") == 0;
        if (strcmp(argv[i], "--full") == 0)
            options->session.step_limit = 0;
        else if (strcmp(argv[i], "--no-check") == 0)
            options->session.unchecked = true;
        else if (name == NULL)
            argv[kept++] = argv[i];
        else if (argv[i][strlen(name)] == '=')
            status = take(name, argv[i] + strlen(name) + 1, options, error);
        else if (i + 1 < *argc)
            status = take(name, argv[++i], options, error);
        else
            status = hb_error_set(error, HB_ERR_USAGE, "%s takes a value", name);
    }
    if (status != HB_OK) {
        hb_question_options_free(options);
        return status;
    }
    argv[kept] = NULL;
    *argc = kept;
    return HB_OK;
}

void hb_question_options_free(struct hb_question_options *options)
{
    free(options->session.traces);
    options->session.traces = NULL;
}

void hb_question_options_help(const struct hb_question *question)
{
    char files[160];

    hb_question_files(question, files, sizeof files);
    printf("Usage: %s [OPTION...]\n"
           "Benchmarks are named %s/<allocator>/<trace>%s%s.\n\n"
           "  --results=DIR        run the whole plan and write %s to DIR\n"
           "  --allocators=A,B     names from 'heapbench list', or paths of shared libraries; default: all\n"
           "  --traces=T,U         names of shipped traces, or files; default: all shipped ones\n"
           "  --step-limit=N       cut a trace, for an allocator that walks, after N ranges examined;\n"
           "                       0: never; default %llu\n"
           "  --full               the same as --step-limit=0: may take hours\n"
           "  --rounds=R           of --results, interleaved in shuffled order; default %u\n"
           "  --seed=N             of that order; default %d\n"
           "  --touch=none|page|all  what is written of each block; default page\n"
           "  --timeout=S          seconds that a sample may take; default: ten times what glibc takes, at\n"
           "                       least 10; none for a built-in allocator that walks\n"
           "  --no-check           measure libraries given by path as they are, without a check before\n\n"
           "Example: %s --benchmark_filter='/(simple|glibc)/' --benchmark_repetitions=5\n\n"
           "Google Benchmark's own options:\n\n",
           question->name, question->name, question->variant_name != NULL ? "/" : "",
           question->variant_name != NULL ? question->variant_name : "", files,
           (unsigned long long)question->step_limit, question->rounds, (int)DEFAULT_SEED, question->name);
}
