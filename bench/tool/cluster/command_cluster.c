/*
 * command_cluster.c - heapbench plan, run --unit and merge: hands them to bench/cluster/cluster.py.
 *
 * The script makes and checks plans, has a unit measured by this very program, and merges results. It takes
 * the place of this process, so that whoever ends a unit ends the one process that holds it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "base/place.h"
#include "bench/results/build_info.h"
#include "bench/tool/command.h"

enum { ROUNDS_MAX = 1000, BLOCKS_MAX = 10000, DEFAULT_ROUNDS = 10, DEFAULT_BLOCKS = 3, DEFAULT_SEED = 42 };

struct options {
    char **traces, **variants;
    const char *questions, *allocators, *baseline, *output, *host, *place;
    uint32_t rounds, blocks, unit;
    uint64_t seed;
    bool known_variants, check, missing, force, again;
};

/* -- the command line of the script -- */

enum { WORDS_MAX = 32, NUMBER_BYTES = 24 };

struct script {
    const char **words; /* from malloc */
    size_t count;
    char tool[PATH_MAX], version[200], script[PATH_MAX];
    char numbers[4][NUMBER_BYTES];
    size_t number_count;
};

static void add(struct script *script, const char *word)
{
    script->words[script->count++] = word;
}

static void add_text(struct script *script, const char *name, const char *text)
{
    if (text == NULL)
        return;
    add(script, name);
    add(script, text);
}

static void add_number(struct script *script, const char *name, uint64_t value)
{
    char *text = script->numbers[script->number_count++];

    snprintf(text, NUMBER_BYTES, "%llu", (unsigned long long)value);
    add_text(script, name, text);
}

static void add_flag(struct script *script, const char *name, bool set)
{
    if (set)
        add(script, name);
}

static void add_rest(struct script *script, char *const *words)
{
    add(script, "--");
    for (; words != NULL && *words != NULL; words++)
        add(script, *words);
}

static size_t count_words(char *const *words)
{
    size_t count = 0;

    while (words != NULL && words[count] != NULL)
        count++;
    return count;
}

static void name_version(struct script *script)
{
    const struct hb_build_info *build = hb_build_info();
    bool clean = strcmp(build->tree, "clean") == 0;

    snprintf(script->version, sizeof script->version, "%s git %s%s%s", build->version, build->commit,
             clean ? "" : " ", clean ? "" : build->tree);
}

static enum hb_status begin(struct script *script, const struct options *options, const char *command,
                            struct hb_error *error)
{
    ssize_t bytes = readlink("/proc/self/exe", script->tool, sizeof script->tool - 1);
    size_t words = WORDS_MAX + 2 * count_words(options->variants) + count_words(options->traces);

    script->words = calloc(words, sizeof *script->words);
    if (script->words == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", command);
    if (bytes < 0)
        return hb_error_set_errno(error, HB_ERR_IO, "/proc/self/exe: cannot be read");
    script->tool[bytes] = '\0';
    name_version(script);
    snprintf(script->script, sizeof script->script, "%s/cluster.py", hb_place_of(HB_PLACE_CLUSTER));
    add(script, "python3");
    add(script, "-B"); /* an installed tree stays as it is */
    add(script, script->script);
    add_text(script, "--tool", script->tool);
    add_text(script, "--version-of-tool", script->version);
    add(script, command);
    return HB_OK;
}

/* Returns only where it could not be started. */
static int become(struct script *script)
{
    struct hb_error error;

    fflush(NULL);
    hb_command_hold_interrupt(true);
    execvp("python3", (char *const *)(uintptr_t)script->words);
    hb_error_set_errno(&error, HB_ERR_UNAVAILABLE,
                       "python3, which plans and merges, could not be started; Debian and Ubuntu: apt-get "
                       "install python3, or run ./setup");
    free(script->words);
    return hb_command_fail(&error);
}

static int fail(struct script *script, const struct hb_error *error)
{
    free(script->words);
    return hb_command_fail(error);
}

/* -- plan -- */

static const struct hb_option plan_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, traces)},
    {HB_OPTION_FOLDER, 'o', "output", "PLAN", HB_AT(struct options, output),
     .help = "the plan to write, such as study/plan.tsv; results go to units/ beside it"},
    {HB_OPTION_NAMES, 'q', "questions", "Q,R,...", HB_AT(struct options, questions),
     .help = "throughput, latency, threads, walk_cost, ladder, fragmentation, failure_points, curve or "
             "policies; the last two are exact. Default: what 'heapbench report TRACE' asks"},
    {HB_OPTION_NAMES, 'a', "allocators", "A,B,...", HB_AT(struct options, allocators),
     .help = "names from 'heapbench list', or paths of shared libraries. Default: glibc and the libraries "
             "that are here"},
    {HB_OPTION_LIST, 0, "variant", "V", HB_AT(struct options, variants),
     .help = "also a library with settings of its own, as 'heapbench run' has it. May be given again"},
    {HB_OPTION_FLAG, 0, "variants", NULL, HB_AT(struct options, known_variants),
     .help = "also the settings worth knowing of each library"},
    {HB_OPTION_TEXT, 'b', "baseline", "A", HB_AT(struct options, baseline),
     .help = "what the others are compared with. Default: glibc"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct options, rounds), .least = 1, .most = ROUNDS_MAX,
     .help = "rounds of a unit that takes some. Default: 10"},
    {HB_OPTION_NUMBER, 0, "blocks", "B", HB_AT(struct options, blocks), .least = 1, .most = BLOCKS_MAX,
     .help = "units of throughput a trace, each a block of rounds on one host. Default: 3"},
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct options, seed), .most = UINT32_MAX,
     .help = "of the first block; each further one has the next. Default: 42"},
    {HB_OPTION_FLAG, 0, "force", NULL, HB_AT(struct options, force),
     .help = "write over a plan though some of its finished units are not in the new one"},
    {HB_OPTION_FLAG, 'c', "check", NULL, HB_AT(struct options, check),
     .help = "read a plan, or the folder of several, and say what is missing, double or different"},
    {HB_OPTION_FLAG, 0, "missing", NULL, HB_AT(struct options, missing),
     .help = "of --check, only the numbers of the units that are missing, one a line"},
    {0},
};

static void check_plan(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->missing && !options->check)
        hb_option_fail(state, "--missing is of --check");
    if (options->check && count_words(options->traces) != 1)
        hb_option_fail(state, "--check is of one plan, or of the folder of several");
    if (!options->check && options->output == NULL)
        hb_option_fail(state, "-o PLAN says where the plan goes, such as -o study/plan.tsv");
    if (options->check && options->output != NULL)
        hb_option_fail(state, "--check writes nothing, and -o names what is written");
    if (options->check && options->force)
        hb_option_fail(state, "--check writes nothing, and --force is of what is written");
}

static const struct hb_usage plan_usage = {
    .options = plan_table,
    .arguments = "[TRACE...] -o PLAN\n--check PLAN",
    .doc =
        "Cut a measurement into units that GNU parallel, Slurm or a shell runs, on one machine or many.\v"
        "A plan has a unit a line; 'heapbench run --unit N PLAN' does one, 'heapbench merge DIR' makes the "
        "files of all, 'heapbench report DIR' the page. A unit is named after all that its result depends "
        "on. "
        "A unit of time has its host to itself and holds all allocators, since ratios are paired; one of "
        "exact figures is the same on every host. A trace that is a relative path is looked for from the "
        "plan's folder; without TRACE they are those that 'heapbench run' takes. Planned again, a unit that "
        "was there keeps its name and its result; a plan that would leave finished units out is not written "
        "without --force.\n\n"
        "Exit status of --check: 3 where something is missing, 1 where something must not be merged.\n\n"
        "Examples:\n"
        "  heapbench plan *.trace -o study/plan.tsv\n"
        "  heapbench plan --check --missing study/plan.tsv |\n"
        "    parallel -j2 --joblog study/log heapbench run --unit {} study/plan.tsv\n"
        "  heapbench merge study && heapbench report study",
    .check = check_plan,
};

/* Of a name that nothing has, every unit would fail. Whether a library is there is found when it is hashed.
 */
static enum hb_status check_allocators(const struct options *options, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    char *names = strdup(options->allocators != NULL ? options->allocators : ""), *rest = names;

    if (names == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    for (const char *name; status == HB_OK && (name = strsep(&rest, ",")) != NULL;)
        if (options->allocators != NULL)
            status = hb_allocator_check_name(name, error);
    free(names);
    /* A baseline may be one of the variants. */
    if (status == HB_OK && options->baseline != NULL && options->variants == NULL && !options->known_variants)
        status = hb_allocator_check_name(options->baseline, error);
    return status;
}

int hb_command_plan(int argc, char **argv)
{
    struct options options = {.rounds = DEFAULT_ROUNDS, .blocks = DEFAULT_BLOCKS, .seed = DEFAULT_SEED};
    struct script script = {.count = 0};
    struct hb_error error;

    hb_options_parse(&plan_usage, argc, argv, &options);
    if (check_allocators(&options, &error) != HB_OK)
        return hb_command_fail(&error);
    if (begin(&script, &options, options.check ? "check" : "plan", &error) != HB_OK)
        return fail(&script, &error);
    add_flag(&script, "--missing", options.missing);
    if (!options.check) {
        add_text(&script, "--questions", options.questions);
        add_text(&script, "--allocators", options.allocators);
        add_text(&script, "--baseline", options.baseline);
        for (char **variant = options.variants; variant != NULL && *variant != NULL; variant++)
            add_text(&script, "--variant", *variant);
        add_flag(&script, "--variants", options.known_variants);
        add_flag(&script, "--force", options.force);
        add_number(&script, "--rounds", options.rounds);
        add_number(&script, "--blocks", options.blocks);
        add_number(&script, "--seed", options.seed);
        add_text(&script, "--output", options.output);
    }
    add_rest(&script, options.traces);
    return become(&script);
}

/* -- run --unit -- */

static const struct hb_option unit_table[] = {
    {HB_ARGUMENT_ONE, .value = "plan", HB_AT(struct options, place), .rule = HB_OPTION_REQUIRED},
    {HB_OPTION_NUMBER, 0, "unit", "N", HB_AT(struct options, unit), .least = 1,
     .help = "which unit of the plan, from 1"},
    {HB_OPTION_TEXT, 0, "host", "NAME", HB_AT(struct options, host),
     .help = "what this host is called in results. Default: its own name"},
    {HB_OPTION_FLAG, 0, "again", NULL, HB_AT(struct options, again),
     .help = "also where another host has done it: exact figures must then be equal to the byte"},
    {0},
};

static const struct hb_usage unit_usage = {
    .options = unit_table,
    .arguments = "--unit N PLAN",
    .doc =
        "Do one unit of a plan ('heapbench plan'), and keep its result in units/ beside the plan, whole or "
        "not at all. Where it is there, nothing is done.\v"
        "What is asked stands in the plan, and no other option of 'heapbench run' goes with it. A trace, a "
        "library or a heapbench that is not the one that was planned is refused.\n\n"
        "Example: heapbench run --unit 3 study/plan.tsv",
    .needs = "a plan",
};

bool hb_command_is_unit(int argc, char *const *argv)
{
    static const char option[] = "--unit";

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], option, strlen(option)) == 0 &&
            (argv[i][strlen(option)] == '\0' || argv[i][strlen(option)] == '='))
            return true;
    return false;
}

int hb_command_run_unit(int argc, char **argv)
{
    struct options options = {.unit = 0};
    struct script script = {.count = 0};
    struct hb_error error;

    hb_options_parse(&unit_usage, argc, argv, &options);
    if (begin(&script, &options, "run", &error) != HB_OK)
        return fail(&script, &error);
    add_number(&script, "--unit", options.unit);
    add_text(&script, "--host", options.host);
    add_flag(&script, "--again", options.again);
    add_rest(&script, (char *[]){(char *)(uintptr_t)options.place, NULL});
    return become(&script);
}

/* -- merge -- */

static const struct hb_option merge_table[] = {
    {HB_ARGUMENT_ONE, .value = "folder", HB_AT(struct options, place), .rule = HB_OPTION_REQUIRED},
    {HB_OPTION_FOLDER, 'o', "output", "OUT", HB_AT(struct options, output),
     .help = "write the files to OUT. Default: DIR"},
    {0},
};

static const struct hb_usage merge_usage = {
    .options = merge_table,
    .arguments = "DIR",
    .doc =
        "Make the CSV files of a study whose units are done: DIR holds its plans, and their results in "
        "units/.\v"
        "Comparisons are computed anew from all rounds: ratios within a host, with hosts as a level of the "
        "bootstrap. No time of one host is put together with another's. What must not be merged is said "
        "with its line, and then nothing is written. Exit status 3: some units are missing, and the files "
        "say so.\n\n"
        "Example: heapbench merge study && heapbench report study",
    .needs = "the folder of a study",
};

int hb_command_merge(int argc, char **argv)
{
    struct options options = {.place = NULL};
    struct script script = {.count = 0};
    struct hb_error error;

    hb_options_parse(&merge_usage, argc, argv, &options);
    if (begin(&script, &options, "merge", &error) != HB_OK)
        return fail(&script, &error);
    add_text(&script, "--output", options.output);
    add_rest(&script, (char *[]){(char *)(uintptr_t)options.place, NULL});
    return become(&script);
}
