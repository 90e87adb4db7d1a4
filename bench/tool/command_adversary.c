/*
 * command_adversary.c - heapbench adversary: the worst that is known, done to an allocator, beside what
 * theory says.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/adversary/adversary.h"
#include "bench/question/session.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    struct hb_adversary_plan plan; /* name and allocator empty where they were not given */
    const char *allocator;
    uint64_t timeout_ms;
    bool all, json;
    const char *results;
};

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

static void print_more_help(FILE *out, const void *values)
{
    size_t count;
    const struct hb_adversary_info *adversaries = hb_adversaries(&count);

    (void)values;
    fputs("Adversaries, and their M and n by default:\n", out);
    for (size_t i = 0; i < count; i++)
        print_adversary(&adversaries[i], out);
    fputc('\n', out);
    fputs(examples, out);
}

static void copy_name(const struct argp_state *state, char *field, size_t bytes, const char *name)
{
    if ((size_t)snprintf(field, bytes, "%s", name) >= bytes)
        hb_option_fail(state, "'%.40s...' is too long", name);
}

/* The name, then settings, which are kept as one text. */
static void take_argument(const struct argp_state *state, void *values, char *argument)
{
    struct hb_adversary_plan *plan = &((struct options *)values)->plan;
    size_t used = strlen(plan->settings);

    if (strchr(argument, '=') == NULL) {
        if (plan->name[0] != '\0')
            hb_option_fail(state, "adversary takes one name, and '%.60s' is a second one", argument);
        copy_name(state, plan->name, sizeof plan->name, argument);
        return;
    }
    if (strchr(argument, ' ') != NULL || used + strlen(argument) + 2 > sizeof plan->settings)
        hb_option_fail(state, "'%.60s' cannot be a setting", argument);
    sprintf(plan->settings + used, "%s%s", used > 0 ? " " : "", argument);
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

static void check(const struct argp_state *state, void *values)
{
    struct options *options = values;
    struct hb_adversary_plan *plan = &options->plan;
    struct hb_error error;

    if (options->allocator != NULL)
        copy_name(state, plan->allocator, sizeof plan->allocator, options->allocator);
    plan->timeout_s = (uint32_t)(options->timeout_ms / 1000);
    if (options->all) {
        check_all(state, options);
        return;
    }
    if (plan->name[0] == '\0' || plan->allocator[0] == '\0')
        hb_option_fail(state, "adversary needs a name and -a ALLOCATOR");
    if (hb_adversary_check(plan, &error) != HB_OK)
        hb_option_fail(state, "%s", error.text);
}

/* hb_adversary_check knows the ranges of --live and --ratio, which depend on the adversary. */
static const struct hb_option option_table[] = {
    {HB_ARGUMENT_EACH, .take = take_argument},
    {HB_OPTION_TEXT, 'a', "allocator", "A", HB_AT(struct options, allocator),
     .help = "a name from 'heapbench list', or the path of a shared library"},
    HB_SESSION_PREFIX,
    {HB_OPTION_SIZE, 0, "live", "M", HB_AT(struct options, plan.live),
     .given = HB_GIVEN(struct options, plan.live_given),
     .help = "the most that is live, in units (steady, sawtooth: objects)"},
    {HB_OPTION_SIZE, 0, "ratio", "N", HB_AT(struct options, plan.ratio),
     .given = HB_GIVEN(struct options, plan.ratio_given), .help = "the largest block over the smallest"},
    {HB_OPTION_SIZE, 0, "unit", "BYTES", HB_AT(struct options, plan.unit), .least = 1,
     .most = HB_ADVERSARY_UNIT_MAX, .help = "the smallest block, header included (default: 32)"},
    {HB_OPTION_SIZE, 0, "header", "BYTES", HB_AT(struct options, plan.header),
     .help = "what the allocator takes of a block for itself (default: what it says; 8 where it cannot say)"},
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, plan.heap_bytes), .least = 1,
     .help = "bytes of the heap, for an allocator that takes one (default: ample)"},
    HB_COMMAND_TIMEOUT(struct options, timeout_ms,
                       "seconds after which an allocator is given up (default: none)"),
    {HB_OPTION_FLAG, 0, "all", NULL, HB_AT(struct options, all),
     .help = "every adversary, or the one named, against the allocators that it tells apart"},
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results),
     .help = "write DIR/adversary.csv"},
    HB_COMMAND_JSON(struct options, json,
                    "print one flat JSON object, with an array over the phases where there are many values"),
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "NAME -a ALLOCATOR [KEY=VALUE...]\n--all [NAME]",
    .doc = documentation,
    .check = check,
    .more_help = print_more_help,
};

/* -- what it found, for people -- */

static double over_live(const struct hb_adversary_result *result, uint64_t bytes)
{
    return result->most_live_bytes == 0 ? 0 : (double)bytes / (double)result->most_live_bytes;
}

/* steady and sawtooth have neither units nor sizes. */
static bool counts_objects(const struct hb_adversary_plan *plan)
{
    return strcmp(plan->name, "steady") == 0 || strcmp(plan->name, "sawtooth") == 0;
}

static void print_setting(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    printf("%s against %s%s%s\nM is %s, ", plan->name, hb_command_allocator_name(plan->allocator),
           result->library.version[0] != '\0' ? " " : "", result->library.version,
           hb_show_bytes(result->most_live_bytes).text);
    if (counts_objects(plan))
        printf("the most that %s took, headers included", hb_show_counted(result->live, "object").text);
    else
        printf("%s of %s (header %" PRIu64 ")", hb_show_counted(result->live, "unit").text,
               hb_show_counted(result->unit, "byte").text, result->header);
    if (!counts_objects(plan) && result->ratio != 0)
        printf(", blocks of 1 to %s", hb_show_counted(result->ratio, "unit").text);
    printf("; %s as multiples of M\n\n", result->inspected ? "the heap's extent" : "resident memory");
}

static void print_multiple(const struct hb_adversary_result *result, uint64_t bytes)
{
    if (bytes == 0)
        printf(" %10s", "");
    else
        printf(" %10.3f", over_live(result, bytes));
}

static const char *bound_title(enum hb_bound bound)
{
    return bound == HB_BOUND_LEAST ? "at least" : bound == HB_BOUND_MOST ? "at most" : "";
}

static const char *size_title(const struct hb_adversary_plan *plan)
{
    if (strcmp(plan->name, "steady") == 0)
        return "steps";
    if (strcmp(plan->name, "sawtooth") == 0)
        return "teeth";
    return strcmp(plan->name, "two-size") == 0 ? "cycles" : "size";
}

static void print_phases(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    printf("%6s %10s %12s %10s %10s %10s\n", "phase", size_title(plan), "live blocks", "expected", "measured",
           bound_title(result->bound));
    for (uint32_t i = 0; i < result->phase_count; i++) {
        const struct hb_adversary_phase *phase = &result->phases[i];

        printf("%6" PRIu64 " %10s %12s", phase->index, hb_show_count(phase->size).text,
               hb_show_count(phase->live_blocks).text);
        print_multiple(result, phase->expected_bytes);
        print_multiple(result, phase->measured_bytes);
        print_multiple(result, phase->bound_bytes);
        putchar('\n');
    }
}

/* What grows with the logarithm of time is told by its slope: M per decade of steps, over the last decade. */
static void print_slope(const struct hb_adversary_result *result)
{
    const struct hb_adversary_phase *last, *first;
    uint32_t from = result->phase_count;

    if (result->phase_count < 2)
        return;
    last = &result->phases[result->phase_count - 1];
    while (from > 1 && result->phases[from - 1].size * 10 > last->size)
        from--;
    first = &result->phases[from - 1];
    printf("\n%.3f M a decade from %s to %s steps\n",
           (over_live(result, last->measured_bytes) - over_live(result, first->measured_bytes)) /
               log10((double)last->size / (double)first->size),
           hb_show_count(first->size).text, hb_show_count(last->size).text);
}

static void print_expects(const struct hb_adversary_plan *plan)
{
    const struct hb_adversary_info *info = hb_adversary_info(plan->name, NULL);

    if (info != NULL && info->expects != NULL)
        printf("\nexpected: %s\n", info->expects);
}

static void print_result(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    print_setting(plan, result);
    print_phases(plan, result);
    if (strcmp(plan->name, "steady") == 0)
        print_slope(result);
    print_expects(plan);
}

/* -- as JSON -- */

/* One array of a phase's members; `offset` is the member's. */
static json_t *phase_array(const struct hb_adversary_result *result, size_t offset, bool zero_is_null)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < result->phase_count; i++) {
        uint64_t value;

        memcpy(&value, (const char *)&result->phases[i] + offset, sizeof value);
        json_array_append_new(array,
                              zero_is_null && value == 0 ? json_null() : json_integer((json_int_t)value));
    }
    return array;
}

static void put_phases(struct hb_json *json, const struct hb_adversary_result *result)
{
    static const struct {
        const char *key;
        size_t offset;
        bool zero_is_null;
    } members[] = {
        {"phase", offsetof(struct hb_adversary_phase, index), false},
        {"size", offsetof(struct hb_adversary_phase, size), false},
        {"live_blocks", offsetof(struct hb_adversary_phase, live_blocks), false},
        {"live_bytes", offsetof(struct hb_adversary_phase, live_bytes), false},
        {"expected_bytes", offsetof(struct hb_adversary_phase, expected_bytes), true},
        {"measured_bytes", offsetof(struct hb_adversary_phase, measured_bytes), false},
        {"bound_bytes", offsetof(struct hb_adversary_phase, bound_bytes), true},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        hb_json_put(json, members[i].key, phase_array(result, members[i].offset, members[i].zero_is_null));
}

static int print_json(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "adversary", plan->name);
    hb_json_text(&json, "allocator", hb_command_allocator_name(plan->allocator));
    hb_json_text(&json, "version", result->library.version);
    hb_json_text(&json, "status", hb_adversary_outcome_name(result->outcome));
    hb_json_number(&json, "live", result->live);
    hb_json_known(&json, "ratio", result->ratio, result->ratio != 0);
    hb_json_number(&json, "unit_bytes", result->unit);
    hb_json_number(&json, "header_bytes", result->header);
    hb_json_number(&json, "most_live_bytes", result->most_live_bytes);
    hb_json_text(&json, "measured", result->inspected ? "extent" : "resident");
    hb_json_text(&json, "bound", result->bound == HB_BOUND_NONE ? NULL : hb_bound_name(result->bound));
    hb_json_number(&json, "allocations", result->allocations);
    hb_json_number(&json, "elapsed_ns", result->elapsed_ns);
    put_phases(&json, result);
    return hb_json_print(&json);
}

/* -- the runs -- */

/* Results that are being gathered, and how it went so far. */
struct attacks {
    const struct options *options;
    struct hb_provenance provenance;
    struct hb_results *results;
    unsigned done, failed;
    bool unprinted; /* which was said already */
    struct hb_error last_error;
};

static void note_outcome(struct attacks *attacks, const struct hb_adversary_result *result)
{
    if (result->outcome == HB_ADVERSARY_OK) {
        attacks->done++;
        return;
    }
    attacks->failed++;
    attacks->last_error = result->error;
    fprintf(stderr, "heapbench: %s\n", result->error.text);
}

static void show(struct attacks *attacks, const struct hb_adversary_plan *plan,
                 const struct hb_adversary_result *result)
{
    if (attacks->options->json) {
        attacks->unprinted = print_json(plan, result) != HB_EXIT_DONE;
        return;
    }
    if (result->phase_count == 0)
        return;
    if (attacks->done + attacks->failed > 0)
        putchar('\n');
    print_result(plan, result);
}

/* "jemalloc 5.3.0; mimalloc 2.0.9": each that answered, once. */
static void note_library(struct hb_provenance *provenance, const struct hb_adversary_plan *plan,
                         const struct hb_library_info *library)
{
    char entry[sizeof library->version + 64];
    size_t used = strlen(provenance->libraries);

    if (library->version[0] == '\0')
        return;
    snprintf(entry, sizeof entry, "%.60s %s", hb_command_allocator_name(plan->allocator), library->version);
    if (strstr(provenance->libraries, entry) == NULL)
        snprintf(provenance->libraries + used, sizeof provenance->libraries - used, "%s%s",
                 used > 0 ? "; " : "", entry);
}

static enum hb_status attack(struct attacks *attacks, struct hb_adversary_plan *plan, struct hb_error *error)
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
    note_library(&attacks->provenance, plan, &result.library);
    show(attacks, plan, &result);
    note_outcome(attacks, &result);
    if (attacks->results != NULL)
        hb_adversary_results_add(attacks->results, plan, &result);
    return HB_OK;
}

static enum hb_status attack_all(struct attacks *attacks, struct hb_error *error)
{
    const char *name = attacks->options->plan.name[0] != '\0' ? attacks->options->plan.name : NULL;
    struct hb_adversary_plan plan;
    enum hb_status status = HB_OK;

    for (uint32_t i = 0; status == HB_OK && hb_adversary_suite(i, name, &plan); i++) {
        plan.timeout_s = attacks->options->plan.timeout_s;
        status = attack(attacks, &plan, error);
    }
    return status;
}

static enum hb_status run(struct attacks *attacks, struct hb_error *error)
{
    const char *folder = attacks->options->results;
    struct hb_adversary_plan plan = attacks->options->plan;
    enum hb_status status = HB_OK;

    if (folder != NULL) {
        status = hb_results_check_folder(folder, &attacks->provenance, error);
        attacks->results = hb_adversary_results_begin();
        if (status == HB_OK && attacks->results == NULL)
            status = hb_error_set(error, HB_ERR_MEMORY, "no memory for results");
    }
    if (status == HB_OK)
        status = attacks->options->all ? attack_all(attacks, error) : attack(attacks, &plan, error);
    if (status == HB_OK && folder != NULL)
        status = hb_results_write(&attacks->results, 1, folder, &attacks->provenance, error);
    hb_results_free(attacks->results);
    return status;
}

int hb_command_adversary(int argc, char **argv)
{
    struct options options = {.plan = {.header = HB_ADVERSARY_ASK}};
    struct attacks attacks = {.options = &options};
    struct hb_error error;

    hb_provenance_begin(&attacks.provenance, argc, argv);
    attacks.provenance.untimed = true;
    hb_options_parse(&usage, argc, argv, &options);
    if (run(&attacks, &error) != HB_OK)
        return hb_command_fail(&error);
    if (attacks.unprinted || (options.json ? hb_stdout_end : hb_stdout_end_table)() != HB_EXIT_DONE)
        return HB_EXIT_FAILED;
    if (attacks.failed == 0)
        return HB_EXIT_DONE;
    if (attacks.last_error.status == HB_ERR_USAGE)
        return HB_EXIT_USAGE;
    return attacks.done > 0 ? HB_EXIT_PARTIAL : HB_EXIT_FAILED;
}
