/*
 * question_options.c - the options of a benchmark main: Google's are put aside, ours are a table.
 */
#include "bench/question/question_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/option.h"
#include "bench/results/provenance.h"

enum { ROUNDS_MAX = 1000, DEFAULT_SEED = 42 };

/* As they are typed. */
struct options {
    struct hb_session_options session;
    const char *results;
    char *traces; /* separated by commas */
    uint32_t rounds;
    bool full;
    const struct hb_question *question;
};

static void check(const struct argp_state *state, void *values)
{
    struct options *options = values;

    if (options->session.all_traces && options->traces != NULL)
        hb_option_fail(state, "--all is all shipped traces, and --traces is some: one of the two");
    if (options->full)
        options->session.step_limit = 0;
    hb_session_plan_rounds(&options->session, options->rounds, 0, 0);
}

static void print_defaults(FILE *out, const void *values)
{
    const struct options *options = values;
    const struct hb_question *question = options->question;
    char files[160];

    hb_question_files(question, files, sizeof files);
    fprintf(
        out,
        "Benchmarks are named %s/<allocator>/<trace>%s%s. --results writes %s. By default the step limit is "
        "%llu, and rounds are %u%s.\n\n"
        "Example: %s --benchmark_filter='/(simple|glibc)/' --benchmark_repetitions=5\n\n"
        "Google Benchmark's own options:\n",
        question->name, question->variant_name != NULL ? "/" : "",
        question->variant_name != NULL ? question->variant_name : "", files,
        (unsigned long long)question->step_limit,
        question->rounds > 0 ? question->rounds : (unsigned)HB_ROUNDS_LEAST,
        question->rounds > 0 ? "" : " or more, until ratios are known to 0.8 % or 15 s went into a trace",
        question->name);
}

static const struct hb_option option_table[] = {
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help = "run the whole plan and write its files to DIR"},
    {HB_OPTION_NAMES, 0, "allocators", "A,B,...", HB_AT(struct options, session.allocators),
     .help = "names from 'heapbench list', or paths of shared libraries. Default: all"},
    HB_SESSION_VARIANTS(struct options, session),
    HB_SESSION_PREFIX,
    {HB_OPTION_NAMES, 0, "traces", "T,U,...", HB_AT(struct options, traces),
     .help = "names of shipped traces, or files. Default: the few that stand for all"},
    HB_SESSION_ALL_TRACES(struct options, session),
    {HB_OPTION_NUMBER, 0, "step-limit", "N", HB_AT(struct options, session.step_limit),
     .help = "cut a trace, for an allocator that walks, after N ranges examined; 0: never"},
    {HB_OPTION_FLAG, 0, "full", NULL, HB_AT(struct options, full),
     .help = "the same as --step-limit=0: may take hours"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct options, rounds), .least = 1, .most = ROUNDS_MAX,
     .help = "rounds of --results, 1 to 1000, interleaved in shuffled order"},
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct options, session.seed),
     .help = "of that order. Default: 42"},
    {HB_OPTION_WORD, 0, "touch", "HOW", HB_AT(struct options, session.touch), .words = hb_touch_names,
     .help = "what is written of each block: none, page (the default), every or all"},
    {HB_OPTION_SECONDS, 0, "timeout", "S", HB_AT(struct options, session.timeout_ms),
     .most = HB_TIMEOUT_MAX_S,
     .help = "seconds that a sample may take. Default: ten times what glibc takes, at least 10; none for a "
             "built-in allocator that walks"},
    {HB_OPTION_FLAG, 0, "no-check", NULL, HB_AT(struct options, session.unchecked),
     .help = "measure libraries given by path as they are, without a check before"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .doc = "Answer one question about allocators: as benchmarks, or all of it as files of results.\v",
    .check = check,
    .more_help = print_defaults};

static struct options defaults(const struct hb_question *question)
{
    return (struct options){
        .session = {.step_limit = question->step_limit,
                    .recipes = question->recipes,
                    .decay_variants = question->decay_variants,
                    .seed = DEFAULT_SEED,
                    .touch = HB_TOUCH_PAGE,
                    .threads.threading = question->by_threads ? HB_THREADING_FREE : HB_THREADING_NONE},
        .rounds = question->rounds,
        .question = question};
}

/* Splits at commas, into a NULL-terminated array from malloc with a copy of the text behind it: the command
 * line is shown later. */
static char **split(const char *list)
{
    size_t count = 1;
    char **parts, *copy;

    for (const char *c = list; *c != '\0'; c++)
        count += *c == ',';
    parts = calloc(1, (count + 1) * sizeof *parts + strlen(list) + 1);
    if (parts == NULL)
        return NULL;
    copy = strcpy((char *)(parts + count + 1), list);
    for (size_t i = 0; i < count; i++)
        parts[i] = strsep(&copy, ",");
    return parts;
}

enum hb_status hb_question_options_take(int *argc, char **argv, const struct hb_question *question,
                                        struct hb_question_options *options, struct hb_error *error)
{
    struct options typed = defaults(question);
    int taken = 0;
    char **ours = hb_program_take_ours(argc, argv, &taken);

    if (ours == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the command line");
    hb_options_parse(&usage, taken, ours, &typed);
    free(ours);
    *options = (struct hb_question_options){.session = typed.session, .results = typed.results};
    if (typed.traces != NULL && (options->session.traces = split(typed.traces)) == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the command line");
    return HB_OK;
}

void hb_question_options_free(struct hb_question_options *options)
{
    free(options->session.traces);
    free(options->session.variants);
    options->session.traces = options->session.variants = NULL;
}

void hb_question_options_help(const struct hb_question *question)
{
    struct options typed = defaults(question);
    char *name = strdup(question->name);

    hb_options_help(&usage, name, &typed);
    free(name);
}
