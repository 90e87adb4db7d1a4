/*
 * workload.c - a format recognised by content, and a workload loaded from any and saved as a trace.
 */
#include "workloads/workload.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pages.h"
#include "base/progress.h"
#include "workloads/import/foreign.h"
#include "workloads/import/import.h"
#include "workloads/source/source.h"
#include "workloads/text/buffers.h"
#include "workloads/text/text_reader.h"
#include "workloads/trace/op_sink.h"
#include "workloads/trace/trace_format.h"
#include "workloads/whole/builder.h"

enum { HEAD_BYTES = 4096 };

static enum hb_status append_to_builder(void *context, const struct hb_op *ops, size_t count,
                                        struct hb_error *error)
{
    return hb_builder_append(context, ops, count, error);
}

static enum hb_status pass_builder_time(void *context, uint64_t us, struct hb_error *error)
{
    return hb_builder_pass_time(context, us, error);
}

static enum hb_status touch_in_builder(void *context, uint64_t bytes, struct hb_error *error)
{
    return hb_builder_touch(context, bytes, error);
}

static struct hb_op_sink sink_to_builder(struct hb_builder *builder)
{
    return (struct hb_op_sink){.append = append_to_builder,
                               .pass_time = pass_builder_time,
                               .touch = touch_in_builder,
                               .context = builder};
}

static enum hb_status append_all(struct hb_builder *builder, struct hb_trace_reader *reader,
                                 struct hb_error *error)
{
    struct hb_op_sink sink = sink_to_builder(builder);
    struct hb_op_run run = {0};
    enum hb_status status;

    do {
        run.first = builder->workload->op_count;
        status = hb_trace_reader_next(reader, &run.ops, &run.count, error);
        run.waits = hb_trace_reader_waits(reader, &run.wait_count);
        run.touched = hb_trace_reader_touched(reader, &run.touched_count);
        if (status == HB_OK)
            status = hb_op_sink_put(&sink, &run, error);
    } while (status == HB_OK && run.count > 0);
    return status;
}

static char *copy_or_null(const char *text, bool *failed)
{
    char *copy = text != NULL ? strdup(text) : NULL;

    *failed |= text != NULL && copy == NULL;
    return copy;
}

static enum hb_status keep_facts(struct hb_workload *workload, const struct hb_trace_reader *reader,
                                 struct hb_error *error)
{
    const struct hb_trace_info *info = hb_trace_reader_info(reader);
    const struct hb_trace_totals *totals = hb_trace_reader_totals(reader);
    bool failed = false;

    workload->info = (struct hb_trace_info){.command = copy_or_null(info->command, &failed),
                                            .origin = copy_or_null(info->origin, &failed),
                                            .suggested_heap_bytes = info->suggested_heap_bytes,
                                            .touched = info->touched};
    workload->dropped = totals->dropped;
    workload->wall_ns = totals->wall_ns;
    workload->cpu_ns = totals->cpu_ns;
    workload->version = hb_trace_reader_version(reader);
    workload->raw_bytes = hb_trace_reader_raw_bytes(reader);
    return failed ? hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path) : HB_OK;
}

static enum hb_status read_trace(struct hb_builder *builder, const char *path, struct hb_error *error)
{
    struct hb_trace_reader *reader;
    enum hb_status status = hb_trace_reader_open(path, &reader, error);

    if (status != HB_OK)
        return status;
    status = append_all(builder, reader, error);
    if (status == HB_OK)
        status = keep_facts(builder->workload, reader, error);
    hb_trace_reader_close(reader);
    return status;
}

static enum hb_status read_import(struct hb_builder *builder, const char *path,
                                  enum hb_workload_format format, struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    struct hb_op_sink sink = sink_to_builder(builder);
    struct hb_import *import;
    struct hb_op_run run = {0};
    bool failed = false;
    enum hb_status status = hb_import_open(path, format, &import, error);

    if (status != HB_OK)
        return status;
    do {
        run.first = workload->op_count;
        status = hb_import_next(import, &run.ops, &run.count, error);
        run.waits = hb_import_waits(import, &run.wait_count);
        if (status == HB_OK)
            status = hb_op_sink_put(&sink, &run, error);
    } while (status == HB_OK && run.count > 0);
    workload->info.command = copy_or_null(hb_import_info(import)->command, &failed);
    workload->repairs = *hb_import_repairs(import);
    workload->dropped = hb_repairs_dropped(&workload->repairs);
    hb_import_close(import);
    return status == HB_OK && failed ? hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path) : status;
}

/* The first bytes of what the file holds, and a NUL. */
static enum hb_status read_head(const char *path, uint8_t head[HEAD_BYTES + 1], size_t *got,
                                struct hb_error *error)
{
    struct hb_source *source;
    enum hb_status status = hb_source_open(path, &source, error);

    if (status != HB_OK)
        return status;
    *got = fread(head, 1, HEAD_BYTES, hb_source_stream(source));
    head[*got] = '\0';
    if (ferror(hb_source_stream(source)))
        status = hb_source_fault(source, error);
    hb_source_close(source);
    if (status == HB_OK && *got == 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: the file is empty", path);
    return status;
}

enum hb_status hb_workload_recognise(const char *path, enum hb_workload_format *out, struct hb_error *error)
{
    uint8_t head[HEAD_BYTES + 1];
    const char *text = (const char *)head, *foreign;
    size_t got = 0;
    enum hb_status status = read_head(path, head, &got, error);

    if (status != HB_OK)
        return status;
    if (got >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        text += 3;
    /* The first bytes of one that was cut off within its magic are no text. */
    if (memcmp(head, hb_trace_magic, got < HB_TRACE_MAGIC_BYTES ? got : HB_TRACE_MAGIC_BYTES) == 0)
        *out = HB_FORMAT_TRACE;
    else if (hb_buffers_recognise(text))
        *out = HB_FORMAT_BUFFERS;
    else if (hb_import_recognise(text, out))
        return HB_OK;
    else if ((foreign = hb_foreign_name(text, got)) != NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: this is %s; " HB_READABLE, path, foreign);
    else if (!hb_text_recognise(head, got, out))
        return hb_error_set(error, HB_ERR_FORMAT, "%s: byte 0: not a workload; " HB_READABLE, path);
    return HB_OK;
}

static uint64_t bytes_of_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static enum hb_status read_as(struct hb_builder *builder, const char *path, enum hb_workload_format format,
                              struct hb_error *error)
{
    char what[80];
    enum hb_status status;

    snprintf(what, sizeof what, "reading %.60s", builder->workload->name);
    hb_progress_begin(what);
    if (format == HB_FORMAT_TRACE)
        status = read_trace(builder, path, error);
    else if (hb_import_format_name(format) != NULL)
        status = read_import(builder, path, format, error);
    else if (format == HB_FORMAT_BUFFERS)
        status = hb_buffers_read(builder, path, error);
    else
        status = hb_text_read(builder, path, format, error);
    hb_progress_end();
    return status;
}

enum hb_status hb_workload_load_as(const char *path, enum hb_workload_format format, struct hb_workload **out,
                                   struct hb_error *error)
{
    struct hb_builder builder;
    enum hb_status status = HB_OK;

    if (format == HB_FORMAT_ANY)
        status = hb_workload_recognise(path, &format, error);
    if (status == HB_OK)
        status = hb_builder_begin(&builder, path, error);
    if (status != HB_OK)
        return status;
    status = read_as(&builder, path, format, error);
    if (status != HB_OK) {
        hb_builder_abandon(&builder);
        return status;
    }
    builder.workload->file_bytes = bytes_of_file(path);
    builder.workload->suggested_heap_bytes = builder.workload->info.suggested_heap_bytes;
    *out = hb_builder_finish(&builder);
    return HB_OK;
}

enum hb_status hb_workload_save(const struct hb_workload *workload, const char *path, int level,
                                struct hb_error *error)
{
    struct hb_trace_info info = workload->info;
    struct hb_op_run all = {.ops = workload->ops,
                            .count = workload->op_count,
                            .waits = workload->waits,
                            .wait_count = workload->wait_count,
                            .touched = workload->touched,
                            .touched_count = workload->touched_count};
    struct hb_trace_writer *writer;
    struct hb_op_sink sink;
    enum hb_status status;

    info.suggested_heap_bytes = workload->suggested_heap_bytes;
    status = hb_trace_writer_open(path, &info, level, &writer, error);
    if (status != HB_OK)
        return status;
    sink = hb_op_sink_to_writer(writer);
    status = hb_op_sink_put(&sink, &all, error);
    if (status != HB_OK) {
        hb_trace_writer_abandon(writer);
        return status;
    }
    hb_trace_writer_set_dropped(writer, workload->dropped);
    hb_trace_writer_set_times(writer, workload->wall_ns, workload->cpu_ns);
    return hb_trace_writer_finish(writer, error);
}
