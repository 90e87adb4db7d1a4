/*
 * command_adversary.c - heapbench adversary: the worst that is known, done to an allocator, beside what
 * theory says.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/adversary/adversary_suite.h"
#include "bench/tool/adversary_text.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"

struct options {
    struct hb_adversary_plan plan; /* name and allocator empty where they were not given */
    bool all, json;
    const char *results;
};

enum { KEY_LIVE = 1000, KEY_RATIO, KEY_UNIT, KEY_HEADER, KEY_HEAP, KEY_TIMEOUT, KEY_ALL, KEY_RESULTS };

static const struct argp_option option_table[] = {
    {"allocator", 'a', "A", 0, "a name from 'heapbench list', or the path of a shared library", 0},
    {"live", KEY_LIVE, "M", 0, "the most that is live, in units (steady, sawtooth: objects)", 0},
    {"ratio", KEY_RATIO, "N", 0, "the largest block over the smallest", 0},
    {"unit", KEY_UNIT, "BYTES", 0, "the smallest block, header included (default: 32)", 0},
    {"header", KEY_HEADER, "BYTES", 0,
     "what the allocator takes of a block for itself (default: what it says; 8 where it cannot say)", 0},
    {"heap", KEY_HEAP, "N", 0, "bytes of the heap, for an allocator that takes one (default: ample)", 0},
    {"timeout", KEY_TIMEOUT, "S", 0, "seconds after which an allocator is given up (default: none)", 0},
    {"all", KEY_ALL, NULL, 0, "every adversary, or the one named, against the allocators that it tells apart",
     0},
    {"results", KEY_RESULTS, "DIR", 0, "write DIR/adversary.csv", 0},
    {"json", 'j', NULL, 0,
     "print one flat JSON object, with an array over the phases where there are many values", 0},
    {0}};

static const char documentation[] = "Do to an allocator the worst that is known, and put what it needs "
                                    "beside what theory says, phase by phase.\v"
                                    "The heap's extent is measured where it can be asked for, else resident "
                                    "memory over the harness's own; each "
                                    "allocator runs in a process of its own. Options --live and --ratio are "
                                    "M and n of the literature; generators "
                                    "also take their own KEY=VALUE (see 'heapbench generate --help').\n\n";

static const char examples[] = "Examples:\n"
                               "  heapbench adversary robson -a glibc\n"
                               "  heapbench adversary first-fit -a model-first-merge --live 64K --ratio 256\n"
                               "  heapbench adversary steady -a model-first steps=1000000\n"
                               "  heapbench adversary --all --results results/latest";

static void print_adversary(const struct hb_adversary_info *info, FILE *out)
{
    fprintf(out, "  %-10s %s\n             M = %" PRIu64, info->name, info->summary, info->live);
    if (info->ratio != 0)
        fprintf(out, ", n = %" PRIu64, info->ratio);
    fputc('\n', out);
}

/* argp wants the text in one piece, and frees it. */
static char *help_filter(int key, const char *text, void *input)
{
    char *filtered = NULL;
    size_t bytes, count;
    const struct hb_adversary_info *adversaries = hb_adversaries(&count);
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC || (out = open_memstream(&filtered, &bytes)) == NULL)
        return (char *)(uintptr_t)text;
    fputs(text, out);
    fputs("Adversaries, and their M and n by default:\n", out);
    for (size_t i = 0; i < count; i++)
        print_adversary(&adversaries[i], out);
    fputc('\n', out);
    fputs(examples, out);
    fclose(out);
    return filtered;
}

static void take_text(const struct argp_state *state, char *field, size_t bytes, const char *text)
{
    if ((size_t)snprintf(field, bytes, "%s", text) >= bytes)
        hb_option_fail(state, "'%.40s...' is too long", text);
}

/* The name, then settings, which are kept as one text. */
static void take_argument(const struct argp_state *state, struct hb_adversary_plan *plan,
                          const char *argument)
{
    size_t used = strlen(plan->settings);

    if (strchr(argument, '=') == NULL) {
        if (plan->name[0] != '\0')
            hb_option_fail(state, "adversary takes one name, and '%.60s' is a second one", argument);
        take_text(state, plan->name, sizeof plan->name, argument);
        return;
    }
    if (strchr(argument, ' ') != NULL || used + strlen(argument) + 2 > sizeof plan->settings)
        hb_option_fail(state, "'%.60s' cannot be a setting", argument);
    sprintf(plan->settings + used, "%s%s", used > 0 ? " " : "", argument);
}

/* The two whose range depends on the adversary: hb_adversary_check refuses a 0, and names it. */
static void take_live(const struct argp_state *state, struct hb_adversary_plan *plan, const char *text)
{
    plan->live = hb_option_size(state, "--live", text);
    plan->live_given = true;
}

static void take_ratio(const struct argp_state *state, struct hb_adversary_plan *plan, const char *text)
{
    plan->ratio = hb_option_size(state, "--ratio", text);
    plan->ratio_given = true;
}

/* A number that may not be 0, which stands for the default in a plan. */
static uint64_t positive(const struct argp_state *state, const char *option, const char *text, uint64_t most)
{
    uint64_t value = hb_option_size(state, option, text);

    if (value == 0 || value > most)
        hb_option_fail(state, "%s %s: it must be 1 to %" PRIu64, option, text, most);
    return value;
}

/* The suite knows each adversary's own M and n, and its allocators. */
static void check_all(const struct argp_state *state, const struct options *options)
{
    const struct hb_adversary_plan *plan = &options->plan;
    struct hb_adversary_plan first;

    if (options->json)
        hb_option_fail(state, "--all prints tables; what a program can read is --results DIR");
    if (plan->allocator[0] != '\0' || plan->settings[0] != '\0' || plan->live_given || plan->ratio_given ||
        plan->unit != 0 || plan->heap_bytes != 0 || plan->header != HB_ADVERSARY_ASK)
        hb_option_fail(state,
                       "--all chooses allocators and sizes: only a NAME, --timeout and --results go with it");
    if (plan->name[0] != '\0' && !hb_adversary_suite(0, plan->name, &first))
        hb_option_fail(state, "--all has nothing called '%s'", plan->name);
}

static void check(const struct argp_state *state, struct options *options)
{
    struct hb_error error;

    if (options->all) {
        check_all(state, options);
        return;
    }
    if (options->plan.name[0] == '\0' || options->plan.allocator[0] == '\0')
        hb_option_fail(state, "adversary needs a name and -a ALLOCATOR");
    if (hb_adversary_check(&options->plan, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    struct hb_adversary_plan *plan = &options->plan;

    switch (key) {
    case 'a':
        take_text(state, plan->allocator, sizeof plan->allocator, argument);
        return 0;
    case KEY_LIVE:
        take_live(state, plan, argument);
        return 0;
    case KEY_RATIO:
        take_ratio(state, plan, argument);
        return 0;
    case KEY_UNIT:
        plan->unit = positive(state, "--unit", argument, HB_ADVERSARY_UNIT_MAX);
        return 0;
    case KEY_HEADER:
        plan->header = hb_option_size(state, "--header", argument);
        return 0;
    case KEY_HEAP:
        plan->heap_bytes = positive(state, "--heap", argument, INT64_MAX);
        return 0;
    case KEY_TIMEOUT:
        plan->timeout_s = (uint32_t)positive(state, "--timeout", argument, UINT32_MAX);
        return 0;
    case KEY_ALL:
        options->all = true;
        return 0;
    case KEY_RESULTS:
        options->results = argument;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(state, plan, argument);
        return 0;
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Results that are being gathered, and how it went so far. */
struct session {
    const struct options *options;
    struct hb_provenance provenance;
    struct hb_results *results;
    unsigned done, failed;
    bool unprinted; /* which was said already */
    struct hb_error last_error;
};

static void note_outcome(struct session *session, const struct hb_adversary_result *result)
{
    if (result->outcome == HB_ADVERSARY_OK) {
        session->done++;
        return;
    }
    session->failed++;
    session->last_error = result->error;
    fprintf(stderr, "heapbench: %s\n", result->error.text);
}

static void show(struct session *session, const struct hb_adversary_plan *plan,
                 const struct hb_adversary_result *result)
{
    if (session->options->json) {
        session->unprinted = hb_command_print_json(hb_adversary_json(plan, result)) != HB_EXIT_DONE;
        return;
    }
    if (result->phase_count == 0)
        return;
    if (session->done + session->failed > 0)
        putchar('\n');
    hb_adversary_print(plan, result, stdout);
}

/* "jemalloc 5.3.0; mimalloc 2.0.9": each that answered, once. */
static void note_library(struct hb_provenance *provenance, const struct hb_adversary_plan *plan,
                         const struct hb_library_info *library)
{
    char entry[sizeof library->version + 64];
    size_t used = strlen(provenance->libraries);

    if (library->version[0] == '\0')
        return;
    snprintf(entry, sizeof entry, "%.60s %s", hb_adversary_allocator(plan), library->version);
    if (strstr(provenance->libraries, entry) == NULL)
        snprintf(provenance->libraries + used, sizeof provenance->libraries - used, "%s%s",
                 used > 0 ? "; " : "", entry);
}

static enum hb_status attack(struct session *session, struct hb_adversary_plan *plan, struct hb_error *error)
{
    static struct hb_adversary_result result; /* large */
    enum hb_status status = hb_adversary_check(plan, error);
    char what[96];

    if (status != HB_OK)
        return status;
    snprintf(what, sizeof what, "%s against %.40s", plan->name, plan->allocator);
    hb_progress_begin(what);
    status = hb_adversary_run(plan, &result, error);
    hb_progress_end();
    if (status != HB_OK)
        return status;
    note_library(&session->provenance, plan, &result.library);
    show(session, plan, &result);
    note_outcome(session, &result);
    if (session->results != NULL)
        hb_adversary_results_add(session->results, plan, &result);
    return HB_OK;
}

static enum hb_status attack_all(struct session *session, struct hb_error *error)
{
    const char *name = session->options->plan.name[0] != '\0' ? session->options->plan.name : NULL;
    struct hb_adversary_plan plan;
    enum hb_status status = HB_OK;

    for (uint32_t i = 0; status == HB_OK && hb_adversary_suite(i, name, &plan); i++) {
        plan.timeout_s = session->options->plan.timeout_s;
        status = attack(session, &plan, error);
    }
    return status;
}

static enum hb_status run(struct session *session, struct hb_error *error)
{
    const char *folder = session->options->results;
    struct hb_adversary_plan plan = session->options->plan;
    enum hb_status status = HB_OK;

    if (folder != NULL) {
        status = hb_results_check_folder(folder, &session->provenance, error);
        session->results = hb_adversary_results_begin();
        if (status == HB_OK && session->results == NULL)
            status = hb_error_set(error, HB_ERR_MEMORY, "no memory for results");
    }
    if (status == HB_OK)
        status = session->options->all ? attack_all(session, error) : attack(session, &plan, error);
    if (status == HB_OK && folder != NULL)
        status = hb_results_write(session->results, folder, &session->provenance, error);
    hb_results_free(session->results);
    return status;
}

int hb_command_adversary(int argc, char **argv)
{
    const struct argp parser = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "NAME -a ALLOCATOR [KEY=VALUE...]\n--all [NAME]",
        .doc = documentation,
        .help_filter = help_filter,
    };
    struct options options = {.plan = {.header = HB_ADVERSARY_ASK}};
    struct session session = {.options = &options};
    struct hb_error error;

    hb_provenance_begin(&session.provenance, argc, argv);
    session.provenance.untimed = true;
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    if (run(&session, &error) != HB_OK)
        return hb_command_fail(&error);
    if (session.unprinted || (options.json ? hb_command_output_failed : hb_command_table_failed)())
        return HB_EXIT_FAILED;
    if (session.failed == 0)
        return HB_EXIT_DONE;
    if (session.last_error.status == HB_ERR_USAGE)
        return HB_EXIT_USAGE;
    return session.done > 0 ? HB_EXIT_PARTIAL : HB_EXIT_FAILED;
}
