/*
 * command_list - heapbench list: which allocators and traces there are, and why one cannot be used.
 *
 * Libraries are tried in child processes (discover.h), so that a bad one cannot hurt the tool. Each trace is
 * loaded, since its length and its peak are known only then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "bench/question/discover.h"
#include "bench/tool/command.h"
#include "bench/tool/command_common.h"

struct list_options {
    bool json;
    const char *names; /* "allocators" or "traces": nothing but these; NULL: the tables */
};

enum { KEY_NAMES = 1000 };

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct list_options *options = state->input;

    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case KEY_NAMES:
        if (strcmp(argument, "allocators") != 0 && strcmp(argument, "traces") != 0)
            hb_option_fail(state, "--names takes allocators or traces, not '%s'", argument);
        options->names = argument;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_fail(state, "list takes no argument such as '%s'", argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"json", 'j', NULL, 0, "print one JSON object: {\"allocators\": [...], \"traces\": [...]}", 0},
    {"names", KEY_NAMES, "WHAT", 0,
     "print only the names of the allocators, models included, or of the traces, one a line and untried", 0},
    {0}};

static const struct argp argp = {
    .options = option_table,
    .parser = parse,
    .doc = "List the allocators that can be measured, with version and path, and the traces.\v"
           "Traces are the files in workloads/traces, or in share/heapbench/traces where heapbench is "
           "installed, or in "
           "the folder that $HEAPBENCH_TRACES names.\n\n"
           "Example: heapbench list --json | jq -r '.traces[].name'",
};

/* What there is to say about one trace. */
struct trace_facts {
    const char *name, *path;
    struct hb_workload *workload; /* NULL: `error` says why */
    struct hb_error error;
};

static void load_facts(const struct hb_found_trace *trace, struct trace_facts *facts)
{
    *facts = (struct trace_facts){.name = trace->name, .path = trace->path};
    if (hb_workload_load_as(trace->path, HB_FORMAT_ANY, &facts->workload, &facts->error) != HB_OK)
        facts->workload = NULL;
}

static const char *summary_of(const struct hb_candidate *candidate)
{
    const struct hb_allocator *builtin = hb_allocator_find(candidate->spec);

    return builtin != NULL ? builtin->summary : "shared library";
}

static json_t *allocator_json(const struct hb_candidate *c)
{
    json_t *object = json_pack("{s:o, s:b, s:s}", "name", hb_json_text(c->name), "usable", c->usable,
                               "summary", summary_of(c));

    if (c->version[0] != '\0')
        json_object_set_new(object, "version", hb_json_text(c->version));
    if (c->path[0] != '\0')
        json_object_set_new(object, "path", hb_json_text(c->path));
    if (!c->usable)
        json_object_set_new(object, "error", hb_json_text(c->error.text));
    return object;
}

static json_t *trace_json(const struct trace_facts *facts)
{
    const struct hb_workload *w = facts->workload;
    json_t *object =
        json_pack("{s:o, s:o}", "name", hb_json_text(facts->name), "path", hb_json_text(facts->path));

    if (w == NULL) {
        json_object_set_new(object, "error", hb_json_text(facts->error.text));
        return object;
    }
    json_object_set_new(object, "ops", json_integer((json_int_t)w->op_count));
    json_object_set_new(object, "objects", json_integer((json_int_t)w->object_count));
    json_object_set_new(object, "threads", json_integer((json_int_t)w->threads));
    json_object_set_new(object, "peak_live_bytes", json_integer((json_int_t)w->peak_live_bytes));
    return object;
}

/* These two: false, having said so, when it could not be printed; *whole becomes false where a trace is not
 * usable. */
static bool print_json(const struct hb_discovery *found, bool *whole)
{
    json_t *allocators = json_array(), *traces = json_array();

    for (size_t i = 0; i < found->candidate_count; i++)
        json_array_append_new(allocators, allocator_json(&found->candidates[i]));
    for (size_t i = 0; i < found->trace_count; i++) {
        struct trace_facts facts;

        load_facts(&found->traces[i], &facts);
        json_array_append_new(traces, trace_json(&facts));
        *whole &= facts.workload != NULL;
        hb_workload_free(facts.workload);
    }
    return hb_command_print_json(json_pack("{s:o, s:o}", "allocators", allocators, "traces", traces)) ==
           HB_EXIT_DONE;
}

static void print_allocator(const struct hb_candidate *c)
{
    printf("  %-16s", c->name);
    if (!c->usable)
        printf(" not usable: %s\n", c->error.text);
    else if (c->library)
        hb_print_line(stdout, " %s%s%s", c->version, c->version[0] != '\0' ? "  " : "", c->path);
    else
        printf(" %s%s%s%s\n", summary_of(c), c->version[0] != '\0' ? " (" : "", c->version,
               c->version[0] != '\0' ? ")" : "");
}

static void print_trace(const struct trace_facts *facts)
{
    const struct hb_workload *w = facts->workload;

    if (w == NULL)
        printf("  %-16s not usable: %s\n", facts->name, facts->error.text);
    else
        printf("  %-16s %10" PRIu64 " %8" PRIu32 " %16" PRIu64 "\n", facts->name, w->op_count, w->threads,
               w->peak_live_bytes);
}

static bool print_text(const struct hb_discovery *found, bool *whole)
{
    printf("allocators\n");
    for (size_t i = 0; i < found->candidate_count; i++)
        print_allocator(&found->candidates[i]);
    printf("\ntraces           operations  threads  peak live bytes\n");
    for (size_t i = 0; i < found->trace_count; i++) {
        struct trace_facts facts;

        load_facts(&found->traces[i], &facts);
        print_trace(&facts);
        *whole &= facts.workload != NULL;
        hb_workload_free(facts.workload);
    }
    return !hb_command_table_failed();
}

/* A line for a name; none for one that would not be a line. */
static void print_name(const char *name, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 127)
            return;
    printf("%.*s\n", (int)bytes, name);
}

static void print_allocator_names(void)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);

    for (size_t i = 0; i < count; i++)
        print_name(builtin[i]->name, strlen(builtin[i]->name));
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        print_name(*name, strlen(*name));
}

/* The part of a trace's file name that names it: all before the ending, if there is one. */
static size_t stem_length(const char *base)
{
    const char *dot = strrchr(base, '.');

    return dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
}

/* Whole where another one is called the same but for its ending. */
static void print_trace_name(char *const *paths, const char *path)
{
    const char *base = strrchr(path, '/') + 1;
    size_t stem = stem_length(base), bytes = stem;

    for (; *paths != NULL; paths++) {
        const char *other = strrchr(*paths, '/') + 1;

        if (*paths != path && stem_length(other) == stem && memcmp(other, base, stem) == 0)
            bytes = strlen(base);
    }
    print_name(base, bytes);
}

/* For scripts and completion: nothing is loaded. */
static int print_names(bool traces)
{
    char **paths;
    size_t count;
    struct hb_error error;

    if (!traces) {
        print_allocator_names();
    } else {
        if (hb_traces_find(&paths, &count, &error) != HB_OK)
            return hb_command_fail(&error);
        for (size_t i = 0; i < count; i++)
            print_trace_name(paths, paths[i]);
        hb_traces_free(paths);
    }
    return hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

int hb_command_list(int argc, char **argv)
{
    struct list_options options = {0};
    struct hb_discovery found;
    struct hb_error error;
    bool printed, whole = true;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (options.names != NULL)
        return print_names(strcmp(options.names, "traces") == 0);
    if (hb_discover(NULL, NULL, &found, &error) != HB_OK)
        return hb_command_fail(&error);
    printed = (options.json ? print_json : print_text)(&found, &whole);
    hb_discovery_free(&found);
    if (!printed)
        return HB_EXIT_FAILED;
    return whole ? HB_EXIT_DONE : HB_EXIT_PARTIAL;
}
