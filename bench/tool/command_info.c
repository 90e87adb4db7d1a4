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

#include "bench/tool/command.h"
#include "bench/tool/command_common.h"
#include "bench/tool/info_text.h"
#include "workloads/whole/summary.h"

struct options {
    const char *trace;
    bool json;
};

static const struct argp_option option_table[] = {
    {"json", 'j', NULL, 0, "Print one JSON object", 0},
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
    .doc =
        "Show what a trace holds, and check it: every free and realloc must name an object that is live.\v"
        "TRACE is a .trace, a file in any format that 'heapbench import' takes, or the bare name of a "
        "shipped trace. Sizes are the bytes that the program asked for; a lifetime is the number of "
        "operations from an object's birth to its free.\n\n"
        "Of a trace with times it shows when things happened: the rate in operations a second, over all and "
        "in each tenth of the time; how much of the time is in bursts, waits of at most 10 ms; and the "
        "silences, its ten longest waits. They are times of the recording: a replay does not wait.\n\n"
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

static void add_number(struct members *members, const char *key, uint64_t value)
{
    add(members, key, json_integer((json_int_t)value));
}

static void add_number_or_null(struct members *members, const char *key, uint64_t value, bool known)
{
    add(members, key, known ? json_integer((json_int_t)value) : json_null());
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
    add_number_or_null(members, "raw_bytes", workload->raw_bytes, is_trace);
    add(members, "raw_bytes_per_op",
        is_trace ? json_real(per_op(workload->raw_bytes, workload)) : json_null());
}

static json_t *ops_by_tenth(const struct hb_times *times)
{
    json_t *array = json_array();

    for (unsigned i = 0; array != NULL && i < HB_TIME_PARTS; i++)
        if (json_array_append_new(array, json_integer((json_int_t)times->ops_in_part[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

static json_t *silences(const struct hb_times *times)
{
    json_t *array = json_array();

    for (unsigned i = 0; array != NULL && i < times->silence_count; i++) {
        const struct hb_silence *silence = &times->silences[i];
        json_t *object =
            json_pack("{s:I, s:I, s:I}", "start_us", (json_int_t)silence->start_us, "us",
                      (json_int_t)silence->wait.us, "before_op", (json_int_t)silence->wait.before_op);

        if (json_array_append_new(array, object) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

/* null is what is not known: all of it in a trace without times. */
static void add_times(struct members *members, const struct hb_workload *workload)
{
    struct hb_times times = hb_workload_times(workload);
    double duration = (double)workload->time_us;
    bool timed = workload->time_us > 0;

    add_number_or_null(members, "format_version", workload->version, workload->version > 0);
    add_number_or_null(members, "duration_us", workload->time_us, timed);
    add_number_or_null(members, "wall_ns", workload->wall_ns, workload->wall_ns > 0);
    add_number_or_null(members, "cpu_ns", workload->cpu_ns, workload->cpu_ns > 0);
    add(members, "ops_per_s", timed ? json_real((double)workload->op_count / duration * 1e6) : json_null());
    add(members, "ops_by_tenth", timed ? ops_by_tenth(&times) : json_null());
    add_number_or_null(members, "burst_us", times.burst_us, timed);
    add(members, "burst_share", timed ? json_real((double)times.burst_us / duration) : json_null());
    add(members, "silences", timed ? silences(&times) : json_null());
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
    add_times(members, workload);
    add_file(members, workload);
    add(members, "sound", json_boolean(workload->dropped == 0));
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
    return hb_command_table_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
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
