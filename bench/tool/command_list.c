/*
 * command_list.c - heapbench list: which allocators and traces there are, and why one cannot be used.
 *
 * Libraries are tried in child processes (discover.h), so that a bad one cannot hurt the tool. Each trace is
 * loaded, since its length and its peak are known only then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "bench/question/session.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

enum { NAMES_ALLOCATORS, NAMES_TRACES, NAMES_NONE };

struct options {
    const char *allocators; /* NULL: all that are known */
    bool json;
    int names; /* nothing but the names of these; NAMES_NONE: the tables */
};

static const char *const names_words[] = {[NAMES_ALLOCATORS] = "allocators", [NAMES_TRACES] = "traces", NULL};

static const struct hb_option option_table[] = {
    {HB_OPTION_NAMES, 'a', "allocators", "A,B,...", HB_AT(struct options, allocators),
     .help = "only these; names, or paths of shared libraries, to see whether they can be used"},
    HB_SESSION_PREFIX,
    HB_COMMAND_JSON(struct options, json,
                    "print one JSON object: {\"allocators\": [...], \"traces\": [...]}"),
    {HB_OPTION_WORD, 0, "names", "WHAT", HB_AT(struct options, names), .words = names_words,
     .help =
         "print only the names of the allocators, models included, or of the traces, one a line and untried"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .doc = "List the allocators that can be measured, with version and path, and the traces.\v"
           "Traces are the files in workloads/traces, or in share/heapbench/traces where heapbench is "
           "installed, or in the folder that $HEAPBENCH_TRACES names: the few that 'run' takes by default, "
           "and in its folder 'more' those that it takes with --all.\n\n"
           "Example: heapbench list --json | jq -r '.traces[].name'",
};

/* What there is to say about one trace. */
struct trace_facts {
    const char *name, *path;
    bool chosen;                  /* taken by default */
    struct hb_workload *workload; /* NULL: `error` says why */
    struct hb_error error;
};

/* Whether its folder is the folder of traces, and not one within it. */
static bool is_chosen(const char *path)
{
    return strchr(path + strlen(hb_traces_folder()) + 1, '/') == NULL;
}

static void load_facts(const struct hb_found_trace *trace, struct trace_facts *facts)
{
    *facts = (struct trace_facts){.name = trace->name, .path = trace->path, .chosen = is_chosen(trace->path)};
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
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "name", c->name);
    hb_json_put(&json, "usable", json_boolean(c->usable));
    hb_json_text(&json, "summary", summary_of(c));
    if (c->version[0] != '\0')
        hb_json_text(&json, "version", c->version);
    if (c->path[0] != '\0')
        hb_json_text(&json, "path", c->path);
    if (c->hash[0] != '\0')
        hb_json_text(&json, "hash", c->hash);
    if (c->made[0] != '\0')
        hb_json_text(&json, "made", c->made);
    if (!c->usable)
        hb_json_text(&json, "error", c->error.text);
    return hb_json_end(&json);
}

static json_t *trace_json(const struct trace_facts *facts)
{
    const struct hb_workload *w = facts->workload;
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "name", facts->name);
    hb_json_text(&json, "path", facts->path);
    hb_json_put(&json, "chosen", json_boolean(facts->chosen));
    if (w == NULL) {
        hb_json_text(&json, "error", facts->error.text);
        return hb_json_end(&json);
    }
    hb_json_number(&json, "ops", w->op_count);
    hb_json_number(&json, "objects", w->object_count);
    hb_json_number(&json, "threads", w->threads);
    hb_json_number(&json, "peak_live_bytes", w->peak_live_bytes);
    return hb_json_end(&json);
}

/* These two return an exit status; *whole becomes false where a trace is not usable. */
static int print_json(const struct hb_discovery *found, bool *whole)
{
    json_t *allocators = json_array(), *traces = json_array();
    struct hb_json json = {.members = json_object()};

    for (size_t i = 0; i < found->candidate_count; i++)
        json.failed |= json_array_append_new(allocators, allocator_json(&found->candidates[i])) != 0;
    for (size_t i = 0; i < found->trace_count; i++) {
        struct trace_facts facts;

        load_facts(&found->traces[i], &facts);
        json.failed |= json_array_append_new(traces, trace_json(&facts)) != 0;
        *whole &= facts.workload != NULL;
        hb_workload_free(facts.workload);
    }
    hb_json_put(&json, "allocators", allocators);
    hb_json_put(&json, "traces", traces);
    return hb_json_print(&json);
}

static void print_allocator(const struct hb_candidate *c)
{
    printf("  %-16s", c->name);
    if (!c->usable)
        printf(" not usable: %s\n", c->error.text);
    else if (c->library)
        hb_print_line(stdout, " %s%s%s%s%s", c->version, c->version[0] != '\0' ? "  " : "", c->path,
                      c->made[0] != '\0' ? "  " : "", c->made);
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
        printf("  %-16s %10s %8" PRIu32 " %16s\n", facts->name, hb_show_count(w->op_count).text, w->threads,
               hb_show_count(w->peak_live_bytes).text);
}

static int print_text(const struct hb_discovery *found, bool *whole)
{
    bool before_others = true;

    printf("allocators\n");
    for (size_t i = 0; i < found->candidate_count; i++)
        print_allocator(&found->candidates[i]);
    printf("\ntraces           operations  threads  peak live bytes\n");
    for (size_t i = 0; i < found->trace_count; i++) {
        struct trace_facts facts;

        load_facts(&found->traces[i], &facts);
        if (!facts.chosen && before_others)
            printf("more, with --all or by name\n");
        before_others &= facts.chosen;
        print_trace(&facts);
        *whole &= facts.workload != NULL;
        hb_workload_free(facts.workload);
    }
    return hb_stdout_end_table();
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

/* Whole where another one is called the same but for its ending. */
static void print_trace_name(char *const *paths, const char *path)
{
    const char *base = strrchr(path, '/') + 1;
    size_t stem = hb_workload_stem_bytes(base), bytes = stem;

    for (; *paths != NULL; paths++) {
        const char *other = strrchr(*paths, '/') + 1;

        if (*paths != path && hb_workload_stem_bytes(other) == stem && memcmp(other, base, stem) == 0)
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
        if (hb_traces_find_all(&paths, &count, &error) != HB_OK)
            return hb_command_fail(&error);
        for (size_t i = 0; i < count; i++)
            print_trace_name(paths, paths[i]);
        hb_traces_free(paths);
    }
    return hb_stdout_end();
}

int hb_command_list(int argc, char **argv)
{
    struct hb_candidate_choice choice = {.allocators = NULL};
    struct options options = {.names = NAMES_NONE};
    struct hb_discovery found;
    struct hb_error error;
    bool whole = true;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if (options.names != NAMES_NONE)
        return print_names(options.names == NAMES_TRACES);
    choice.allocators = options.allocators;
    if (hb_discover_all(&choice, &found, &error) != HB_OK)
        return hb_command_fail(&error);
    exit_status = (options.json ? print_json : print_text)(&found, &whole);
    hb_discovery_free(&found);
    return exit_status == HB_EXIT_DONE && !whole ? HB_EXIT_PARTIAL : exit_status;
}
