/*
 * command_import.c - heapbench import: a trace from a file in another format.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/results/build_info.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/import/import.h"
#include "workloads/stream.h"
#include "workloads/trace/op_sink.h"

struct options {
    const char *file, *output;
    bool force;
    int from; /* of these; -1: recognised by content */
};

static const char *const format_words[] = {"rep",       "text",     "trace",   "android", "mtrace",
                                           "heaptrack", "valgrind", "buffers", NULL};
static const enum hb_workload_format formats[] = {HB_FORMAT_REP,      HB_FORMAT_TEXT,   HB_FORMAT_TRACE,
                                                  HB_FORMAT_ANDROID,  HB_FORMAT_MTRACE, HB_FORMAT_HEAPTRACK,
                                                  HB_FORMAT_VALGRIND, HB_FORMAT_BUFFERS};

static_assert(sizeof formats / sizeof formats[0] + 1 == sizeof format_words / sizeof format_words[0],
              "a word for each format");

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_ONE, .value = "file", HB_AT(struct options, file), .rule = HB_OPTION_REQUIRED},
    {HB_OPTION_WORD, 'f', "from", "FORMAT", HB_AT(struct options, from), .words = format_words,
     .help = "rep, text, trace, android, mtrace, heaptrack, valgrind or buffers (default: recognised by "
             "content)"},
    {HB_OPTION_TEXT, 'o', "output", "OUT.trace", HB_AT(struct options, output), .rule = HB_OPTION_REQUIRED,
     .help = "Write the trace to OUT.trace (required)"},
    HB_COMMAND_FORCE(struct options, force),
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "FILE -o OUT.trace",
    .doc =
        "Make a trace of a file in another format, and check it.\v"
        "FILE is what a teacher's tool (.rep), Android's memory_replay, glibc's mtrace, heaptrack --raw or "
        "valgrind --trace-malloc=yes wrote, a CSV of buffers with their lifetimes (id,lower,upper,size), or "
        "text as 'heapbench export' writes it and people write it by "
        "hand; or one of these packed by gzip, zstd or zip. workloads/FORMAT.md, which is installed in "
        "share/doc/heapbench, says how to get each.\n\n"
        "Where addresses are out of order or unknown the trace is repaired; how often is said, and kept in "
        "it. "
        "Every command reads all of these as they are; a trace is smaller and faster to load. The name of a "
        "shipped trace will do for FILE. Only another trace is overwritten, unless --force is given.\n\n"
        "Example: valgrind --trace-malloc=yes --log-file=p.log ./program; heapbench import p.log -o p.trace",
    .needs = "a file and -o OUT.trace",
};

/* "heapbench import VERSION, of FILE"; from malloc. */
static char *make_origin(const char *path)
{
    char *origin = NULL;

    if (asprintf(&origin, "heapbench import %s, of %s", hb_build_info()->version, basename(path)) < 0)
        return NULL;
    return origin;
}

static void tell_written(const char *output, uint64_t ops, uint64_t objects)
{
    hb_print_line(stdout, "%s: %s on %s", output, hb_show_counted(ops, "operation").text,
                  hb_show_counted(objects, "object").text);
}

static enum hb_status import_loaded(const char *path, enum hb_workload_format format, const char *output,
                                    struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_workload_load_as(path, format, &workload, error);

    if (status != HB_OK)
        return status;
    if (workload->info.origin == NULL && (workload->info.origin = make_origin(workload->path)) == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    if (status == HB_OK)
        status = hb_workload_save(workload, output, 0, error);
    if (status == HB_OK)
        tell_written(output, workload->op_count, workload->object_count);
    hb_workload_free(workload);
    return status;
}

/* Operations with their objects as the file numbers them; the stream has found them sound. */
static enum hb_status copy_stream(struct hb_stream *stream, struct hb_trace_writer *writer,
                                  uint64_t *ops_done, struct hb_error *error)
{
    const struct hb_op_sink sink = hb_op_sink_to_writer(writer);
    const struct hb_op *ops;
    size_t count = 1;
    enum hb_status status = HB_OK;

    while (status == HB_OK && count > 0) {
        status = hb_stream_next(stream, &ops, &count, error);
        if (status == HB_OK)
            status = hb_op_sink_put(&sink, hb_stream_run(stream), error);
        *ops_done += count;
        hb_progress_set(NULL, *ops_done);
    }
    return status;
}

static enum hb_status write_stream(struct hb_stream *stream, const struct hb_trace_info *info,
                                   const char *output, struct hb_error *error)
{
    struct hb_trace_writer *writer;
    struct hb_workload facts = {.path = NULL};
    uint64_t ops = 0;
    enum hb_status status = hb_trace_writer_open(output, info, 0, &writer, error);

    if (status != HB_OK)
        return status;
    hb_progress_begin("importing");
    status = copy_stream(stream, writer, &ops, error);
    hb_progress_end();
    if (status == HB_OK)
        status = hb_stream_facts(stream, &facts, error);
    free(facts.info.command);
    free(facts.info.origin);
    if (status != HB_OK) {
        hb_trace_writer_abandon(writer);
        return status;
    }
    hb_trace_writer_set_dropped(writer, facts.dropped);
    hb_trace_writer_set_times(writer, facts.wall_ns, facts.cpu_ns);
    status = hb_trace_writer_finish(writer, error);
    if (status == HB_OK)
        tell_written(output, ops, hb_stream_objects(stream));
    return status;
}

/* A trace that does not know where it comes from learns it here. */
static enum hb_status import_trace(const char *path, const char *output, struct hb_error *error)
{
    struct hb_stream *stream;
    struct hb_trace_info info;
    char *origin = NULL;
    enum hb_status status = hb_stream_open(path, &stream, error);

    if (status != HB_OK)
        return status;
    info = *hb_stream_info(stream);
    if (info.origin == NULL)
        info.origin = origin = make_origin(path);
    status = info.origin == NULL ? hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path)
                                 : write_stream(stream, &info, output, error);
    free(origin);
    hb_stream_close(stream);
    return status;
}

/* From one to the other, some operations at a time. */
static enum hb_status copy_all(struct hb_import *import, struct hb_trace_writer *writer, uint64_t *ops_done,
                               uint64_t *objects, struct hb_error *error)
{
    struct hb_op_sink sink = hb_op_sink_to_writer(writer);
    struct hb_op_run run = {0};
    enum hb_status status;

    do {
        run.first = *ops_done;
        status = hb_import_next(import, &run.ops, &run.count, error);
        run.waits = hb_import_waits(import, &run.wait_count);
        if (status == HB_OK)
            status = hb_op_sink_put(&sink, &run, error);
        for (size_t i = 0; status == HB_OK && i < run.count; i++)
            *objects += run.ops[i].kind != HB_OP_FREE && run.ops[i].kind != HB_OP_REALLOC;
        *ops_done += status == HB_OK ? run.count : 0;
        hb_progress_set(NULL, *ops_done);
    } while (status == HB_OK && run.count > 0);
    return status;
}

static enum hb_status copy_trace(struct hb_import *import, struct hb_trace_writer *writer, const char *output,
                                 struct hb_error *error)
{
    uint64_t ops = 0, objects = 0;
    enum hb_status status;

    hb_progress_begin("importing");
    status = copy_all(import, writer, &ops, &objects, error);
    hb_progress_end();
    if (status != HB_OK) {
        hb_trace_writer_abandon(writer);
        return status;
    }
    hb_trace_writer_set_dropped(writer, hb_repairs_dropped(hb_import_repairs(import)));
    status = hb_trace_writer_finish(writer, error);
    if (status == HB_OK)
        tell_written(output, ops, objects);
    return status;
}

/* A file of another tool's may be of any length: it is never held whole. */
static enum hb_status import_streamed(const char *path, enum hb_workload_format format, const char *output,
                                      struct hb_error *error)
{
    struct hb_trace_info info = {.origin = make_origin(path)};
    struct hb_trace_writer *writer;
    struct hb_import *import = NULL;
    enum hb_status status = hb_import_open(path, format, &import, error);

    if (status == HB_OK && info.origin == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    if (status == HB_OK) {
        info.command = hb_import_info(import)->command;
        status = hb_trace_writer_open(output, &info, 0, &writer, error);
    }
    if (status == HB_OK)
        status = copy_trace(import, writer, output, error);
    if (status == HB_OK)
        hb_command_tell_repairs(path, hb_import_repairs(import));
    hb_import_close(import);
    free(info.origin);
    return status;
}

/* By its first bytes, whatever it was said to be. */
static bool is_trace(const char *path)
{
    enum hb_workload_format format;
    struct hb_error ignored;

    return hb_workload_recognise(path, &format, &ignored) == HB_OK && format == HB_FORMAT_TRACE;
}

static enum hb_status import_file(const struct options *options, struct hb_error *error)
{
    enum hb_workload_format format = options->from >= 0 ? formats[options->from] : HB_FORMAT_ANY;
    char *path = NULL;
    enum hb_status status = hb_workload_locate(options->file, &path, error);

    if (status == HB_OK && !hb_command_may_overwrite(options->output, options->force, error))
        status = error->status;
    if (status == HB_OK && format == HB_FORMAT_ANY)
        status = hb_workload_recognise(path, &format, error);
    if (status == HB_OK && format == HB_FORMAT_TRACE && is_trace(path))
        status = import_trace(path, options->output, error);
    else if (status == HB_OK)
        status = (hb_import_format_name(format) != NULL ? import_streamed : import_loaded)(
            path, format, options->output, error);
    free(path);
    return status;
}

int hb_command_import(int argc, char **argv)
{
    struct options options = {.from = -1};
    struct hb_error error;

    hb_options_parse(&usage, argc, argv, &options);
    if (import_file(&options, &error) != HB_OK)
        return hb_command_fail(&error);
    return hb_stdout_end();
}
