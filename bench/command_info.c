/*
 * command_info.c - heapbench info: what a trace holds, for a person or as JSON.
 *
 * Loading checks every operation, so that figures are shown of sound traces only.
 */
#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command.h"
#include "bench/command_common.h"
#include "bench/info_text.h"
#include "workloads/summary.h"

struct options {
    const char *trace;
    bool json;
};

static const struct argp_option option_table[] = {
    {"json", 'j', NULL, 0, "Print one flat JSON object", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        hb_option_argument(state, "trace", &options->trace, argument);
        return 0;
    case ARGP_KEY_END:
        if (options->trace == NULL)
            hb_option_fail(state, "info needs a trace; 'heapbench list' names some");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "TRACE",
    .doc = "Show what a trace holds, and check it: every free and realloc must name an object that is live.\v"
           "TRACE is a .trace, a file in any format that 'heapbench import' takes, or the bare name of a "
           "shipped trace. Sizes are the bytes "
           "that "
           "the program asked for; a lifetime is the number of operations from an object's birth to its "
           "free.\n\n"
           "Example: heapbench info demo",
};

/* Collects the members of one object; `failed` when memory ran out. */
struct members {
    json_t *object;
    bool failed;
};

static void add(struct members *members, const char *key, json_t *value)
{
    members->failed |= json_object_set_new(members->object, key, value) != 0;
}

/* JSON's integers are signed here: what is larger is given as a real. */
static void add_number(struct members *members, const char *key, uint64_t value)
{
    add(members, key, value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value));
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? hb_json_text(text) : json_null();
}

static void add_spread(struct members *members, const char *name, const struct hb_spread *spread)
{
    const struct {
        const char *suffix;
        uint64_t value;
    } parts[] = {{"p50", spread->p50}, {"p90", spread->p90}, {"p99", spread->p99}, {"max", spread->max}};
    char key[64];

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(key, sizeof key, "%s_%s", name, parts[i].suffix);
        add_number(members, key, parts[i].value);
    }
    snprintf(key, sizeof key, "%s_mean", name);
    add(members, key, json_real(spread->mean));
}

static double per_op(uint64_t bytes, const struct hb_workload *workload)
{
    return workload->op_count > 0 ? (double)bytes / (double)workload->op_count : 0;
}

static void add_file(struct members *members, const struct hb_workload *workload)
{
    bool is_trace = workload->raw_bytes > 0 || workload->op_count == 0;

    add_number(members, "file_bytes", workload->file_bytes);
    add(members, "file_bytes_per_op", json_real(per_op(workload->file_bytes, workload)));
    add(members, "raw_bytes", is_trace ? json_integer((json_int_t)workload->raw_bytes) : json_null());
    add(members, "raw_bytes_per_op",
        is_trace ? json_real(per_op(workload->raw_bytes, workload)) : json_null());
}

static void add_workload(struct members *members, const struct hb_workload *workload,
                         const struct hb_summary *summary)
{
    add(members, "file", hb_json_text(workload->path));
    add(members, "name", hb_json_text(workload->name));
    add_number(members, "ops", workload->op_count);
    add_number(members, "objects", workload->object_count);
    add_number(members, "mallocs", summary->kinds[HB_OP_MALLOC]);
    add_number(members, "callocs", summary->kinds[HB_OP_CALLOC]);
    add_number(members, "reallocs", summary->kinds[HB_OP_REALLOC]);
    add_number(members, "aligned", summary->kinds[HB_OP_ALIGNED]);
    add_number(members, "frees", summary->kinds[HB_OP_FREE]);
    add_number(members, "threads", workload->threads);
    add_number(members, "peak_live_bytes", workload->peak_live_bytes);
    add_number(members, "peak_live_objects", workload->peak_live_objects);
    add_number(members, "live_bytes_at_end", workload->live_bytes_at_end);
    add_number(members, "live_objects_at_end", workload->live_objects_at_end);
    add_spread(members, "size", &summary->sizes);
    add_spread(members, "lifetime", &summary->lifetimes);
    add_file(members, workload);
    add_number(members, "dropped", workload->dropped);
    add_number(members, "null_reallocs", workload->repairs.null_reallocs);
    add_number(members, "null_frees", workload->repairs.null_frees);
    add_number(members, "suggested_heap_bytes", workload->suggested_heap_bytes);
    add(members, "command", text_or_null(workload->info.command));
    add(members, "origin", text_or_null(workload->info.origin));
}

static int print_json(const struct hb_workload *workload, const struct hb_summary *summary)
{
    struct members members = {.object = json_object()};

    if (members.object != NULL)
        add_workload(&members, workload, summary);
    if (members.failed) {
        json_decref(members.object);
        members.object = NULL;
    }
    return hb_command_print_json(members.object);
}

static int print_text(const struct hb_workload *workload, const struct hb_summary *summary)
{
    hb_info_text_print(workload, summary, stdout);
    return hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

int hb_command_info(int argc, char **argv)
{
    struct options options = {0};
    struct hb_workload *workload;
    struct hb_summary summary;
    struct hb_error error;
    enum hb_status status;
    int result;

    argp_parse(&parser, argc, argv, 0, NULL, &options);
    status = hb_workload_load(options.trace, &workload, &error);
    if (status != HB_OK)
        return hb_command_fail(&error);
    hb_command_tell_repairs(workload->path, &workload->repairs);
    status = hb_workload_summarise(workload, &summary, &error);
    if (status == HB_OK)
        result = (options.json ? print_json : print_text)(workload, &summary);
    else
        result = hb_command_fail(&error);
    hb_workload_free(workload);
    return result;
}
