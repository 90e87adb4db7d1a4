/*
 * command_info.c - heapbench info: what a trace holds, for a person or as JSON.
 *
 * Reading checks every operation, so that figures are shown of sound traces only. Nothing is held but what
 * lives, so a trace may be of any length.
 */
#include <stdio.h>

#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/scan.h"

struct options {
    const char *trace;
    bool json;
};

static const struct hb_option option_table[] = {
    HB_COMMAND_TRACE(struct options, trace),
    HB_COMMAND_JSON(struct options, json, "Print one JSON object"),
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE",
    .doc =
        "Show what a trace holds, and check it: every free and realloc must name an object that is live.\v"
        "TRACE is a .trace, a file in any format that 'heapbench import' takes, or the bare name of a "
        "shipped trace. Sizes are the bytes that the program asked for; a lifetime is the number of "
        "operations from an object's birth to its free.\n\n"
        "Of a trace with times it shows when things happened: the rate in operations a second, over all and "
        "in each tenth of the time; how much of the time is in bursts, waits of at most 10 ms; and the "
        "silences, its ten longest waits. They are times of the recording, with what the recorder took: a "
        "replay does not wait.\n\n"
        "Example: heapbench info demo",
    .needs = "a trace; 'heapbench list' names some",
};

static void add_spread(struct hb_json *json, const char *name, const struct hb_spread *spread)
{
    const struct {
        const char *suffix;
        uint64_t value;
    } parts[] = {{"p50", spread->p50}, {"p90", spread->p90}, {"p99", spread->p99}, {"max", spread->max}};
    char key[64];

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(key, sizeof key, "%s_%s", name, parts[i].suffix);
        hb_json_number(json, key, parts[i].value);
    }
    snprintf(key, sizeof key, "%s_mean", name);
    hb_json_real(json, key, spread->mean);
}

static double per_op(uint64_t bytes, const struct hb_workload *workload)
{
    return workload->op_count > 0 ? (double)bytes / (double)workload->op_count : 0;
}

static void add_file(struct hb_json *json, const struct hb_workload *workload)
{
    bool is_trace = workload->raw_bytes > 0 || workload->op_count == 0;

    hb_json_number(json, "file_bytes", workload->file_bytes);
    hb_json_real(json, "file_bytes_per_op", per_op(workload->file_bytes, workload));
    hb_json_known(json, "raw_bytes", workload->raw_bytes, is_trace);
    hb_json_put(json, "raw_bytes_per_op",
                is_trace ? json_real(per_op(workload->raw_bytes, workload)) : json_null());
}

static json_t *ops_by_tenth(const struct hb_times *times)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < HB_TIME_PARTS; i++)
        json_array_append_new(array, json_integer((json_int_t)times->ops_in_part[i]));
    return array;
}

static json_t *silences(const struct hb_times *times)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < times->silence_count; i++) {
        struct hb_json json = {.members = json_object()};

        hb_json_number(&json, "start_us", times->silences[i].start_us);
        hb_json_number(&json, "us", times->silences[i].wait.us);
        hb_json_number(&json, "before_op", times->silences[i].wait.before_op);
        json_array_append_new(array, hb_json_end(&json));
    }
    return array;
}

/* null is what is not known: all of it in a trace without times. */
static void add_times(struct hb_json *json, const struct hb_workload *workload)
{
    struct hb_times times = hb_workload_times(workload);
    double duration = (double)workload->time_us;
    bool timed = workload->time_us > 0;

    hb_json_known(json, "format_version", workload->version, workload->version > 0);
    hb_json_known(json, "duration_us", workload->time_us, timed);
    hb_json_known(json, "program_wall_ns", workload->wall_ns, workload->wall_ns > 0);
    hb_json_known(json, "program_cpu_ns", workload->cpu_ns, workload->cpu_ns > 0);
    hb_json_put(json, "ops_per_s",
                timed ? json_real((double)workload->op_count / duration * 1e6) : json_null());
    hb_json_put(json, "ops_by_tenth", timed ? ops_by_tenth(&times) : json_null());
    hb_json_known(json, "burst_us", times.burst_us, timed);
    hb_json_put(json, "burst_share", timed ? json_real((double)times.burst_us / duration) : json_null());
    hb_json_put(json, "silences", timed ? silences(&times) : json_null());
}

/* One by one where they are few enough to be listed. */
static json_t *ops_by_thread(const struct hb_workload *workload, const struct hb_summary *summary)
{
    json_t *array = workload->threads <= HB_THREADS_LISTED ? json_array() : json_null();

    for (uint32_t t = 0; t < workload->threads && t < HB_THREADS_LISTED; t++)
        json_array_append_new(array, json_integer((json_int_t)summary->ops_by_thread[t]));
    return array;
}

static void add_threads(struct hb_json *json, const struct hb_workload *workload,
                        const struct hb_summary *summary)
{
    hb_json_number(json, "threads", workload->threads);
    hb_json_put(json, "ops_by_thread", ops_by_thread(workload, summary));
    add_spread(json, "thread_ops", &summary->thread_ops);
    hb_json_number(json, "handed_objects", summary->handed_objects);
    hb_json_number(json, "handovers", summary->handovers);
}

static void add_workload(struct hb_json *json, const struct hb_workload *workload,
                         const struct hb_summary *summary)
{
    hb_json_text(json, "file", workload->path);
    hb_json_text(json, "name", workload->name);
    hb_json_number(json, "ops", workload->op_count);
    hb_json_number(json, "objects", workload->object_count);
    hb_json_number(json, "mallocs", summary->kinds[HB_OP_MALLOC]);
    hb_json_number(json, "callocs", summary->kinds[HB_OP_CALLOC]);
    hb_json_number(json, "reallocs", summary->kinds[HB_OP_REALLOC]);
    hb_json_number(json, "aligned", summary->kinds[HB_OP_ALIGNED]);
    hb_json_number(json, "frees", summary->kinds[HB_OP_FREE]);
    add_threads(json, workload, summary);
    hb_json_number(json, "peak_live_bytes", workload->peak_live_bytes);
    hb_json_number(json, "peak_live_objects", workload->peak_live_objects);
    hb_json_number(json, "live_bytes_at_end", workload->live_bytes_at_end);
    hb_json_number(json, "live_objects_at_end", workload->live_objects_at_end);
    hb_json_known(json, "touched_blocks", workload->touched_count, workload->info.touched);
    hb_json_known(json, "touched_bytes", summary->touched_bytes, workload->info.touched);
    hb_json_known(json, "touched_of_bytes", summary->measured_bytes, workload->info.touched);
    add_spread(json, "size", &summary->sizes);
    add_spread(json, "lifetime", &summary->lifetimes);
    add_times(json, workload);
    add_file(json, workload);
    hb_json_put(json, "sound", json_boolean(workload->dropped == 0));
    hb_json_number(json, "dropped", workload->dropped);
    hb_json_number(json, "null_reallocs", workload->repairs.null_reallocs);
    hb_json_number(json, "null_frees", workload->repairs.null_frees);
    hb_json_number(json, "suggested_heap_bytes", workload->suggested_heap_bytes);
    hb_json_text(json, "command", workload->info.command);
    hb_json_text(json, "origin", workload->info.origin);
}

static int print_json(const struct hb_workload *workload, const struct hb_summary *summary)
{
    struct hb_json json = {.members = json_object()};

    add_workload(&json, workload, summary);
    return hb_json_print(&json);
}

int hb_command_info(int argc, char **argv)
{
    struct options options = {0};
    struct hb_workload *workload;
    struct hb_summary summary;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if (hb_workload_scan_summary(options.trace, &workload, &summary, &error) != HB_OK)
        return hb_command_fail(&error);
    hb_command_tell_repairs(workload->path, &workload->repairs);
    exit_status = (options.json ? print_json : hb_command_print_info)(workload, &summary);
    hb_workload_free(workload);
    return exit_status;
}
