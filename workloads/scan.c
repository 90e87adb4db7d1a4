/*
 * scan.c - a stream put through a builder that keeps nothing.
 */
#include "workloads/scan.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/pages.h"
#include "base/progress.h"
#include "workloads/stream.h"
#include "workloads/trace/trace_format.h"
#include "workloads/whole/builder.h"

struct scan {
    struct hb_builder builder;
    const struct hb_op_sink *also;
};

static enum hb_status append(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct scan *scan = context;
    enum hb_status status = hb_builder_append(&scan->builder, ops, count, error);

    return status == HB_OK ? scan->also->append(scan->also->context, ops, count, error) : status;
}

static enum hb_status pass_time(void *context, uint64_t us, struct hb_error *error)
{
    struct scan *scan = context;
    enum hb_status status = hb_builder_pass_time(&scan->builder, us, error);

    return status == HB_OK && scan->also->pass_time != NULL
               ? scan->also->pass_time(scan->also->context, us, error)
               : status;
}

static enum hb_status touch(void *context, uint64_t bytes, struct hb_error *error)
{
    struct scan *scan = context;
    enum hb_status status = hb_builder_touch(&scan->builder, bytes, error);

    return status == HB_OK && scan->also->touch != NULL ? scan->also->touch(scan->also->context, bytes, error)
                                                        : status;
}

static enum hb_status read_all(struct scan *scan, struct hb_stream *stream, struct hb_error *error)
{
    const struct hb_op_sink sink = {
        .append = append, .pass_time = pass_time, .touch = touch, .context = scan};
    const struct hb_op *ops;
    size_t count = 1;
    enum hb_status status = HB_OK;

    while (status == HB_OK && count > 0) {
        struct hb_op_run run;

        status = hb_stream_next(stream, &ops, &count, error);
        if (status != HB_OK)
            break;
        run = *hb_stream_run(stream);
        run.ops = ops; /* of slots */
        status = hb_op_sink_put(&sink, &run, error);
    }
    return status == HB_OK ? hb_stream_facts(stream, scan->builder.workload, error) : status;
}

static uint64_t bytes_of_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static enum hb_status scan_stream(struct hb_stream *stream, const struct hb_op_sink *also,
                                  struct hb_workload **out, struct hb_error *error)
{
    struct scan scan = {.also = also};
    char what[80];
    enum hb_status status = hb_builder_begin(&scan.builder, hb_stream_path(stream), error);

    if (status != HB_OK)
        return status;
    scan.builder.counts_only = true;
    hb_pages_free(scan.builder.workload->ops, scan.builder.workload->ops_capacity_bytes);
    scan.builder.workload->ops = NULL;
    snprintf(what, sizeof what, "reading %.60s", hb_stream_name(stream));
    hb_progress_begin(what);
    status = read_all(&scan, stream, error);
    hb_progress_end();
    if (status != HB_OK) {
        hb_builder_abandon(&scan.builder);
        return status;
    }
    scan.builder.workload->file_bytes = bytes_of_file(hb_stream_path(stream));
    *out = hb_builder_finish(&scan.builder);
    return HB_OK;
}

enum hb_status hb_workload_scan(const char *path_or_name, const struct hb_op_sink *also,
                                struct hb_workload **out, struct hb_error *error)
{
    struct hb_stream *stream = NULL;
    enum hb_status status = hb_stream_open(path_or_name, &stream, error);

    if (status == HB_OK)
        status = scan_stream(stream, also, out, error);
    hb_stream_close(stream);
    return status;
}

/* The last section of a file that begins as a trace does. */
static bool read_end(FILE *file, struct hb_trace_totals *totals)
{
    uint8_t head[HB_TRACE_HEADER_BYTES], end[HB_TRACE_END_BYTES + HB_TRACE_CHECKSUM_BYTES];
    struct hb_trace_header header;
    size_t bytes;

    if (fread(head, 1, sizeof head, file) != sizeof head || !hb_trace_unpack_header(head, &header))
        return false;
    bytes = hb_trace_end_bytes(header.version);
    return fseeko(file, -(off_t)(bytes + HB_TRACE_CHECKSUM_BYTES), SEEK_END) == 0 &&
           fread(end, 1, bytes + HB_TRACE_CHECKSUM_BYTES, file) == bytes + HB_TRACE_CHECKSUM_BYTES &&
           hb_trace_sealed(end, bytes) && hb_trace_section_kind(end) == HB_SECTION_END &&
           hb_trace_unpack_end(end, header.version, totals);
}

bool hb_workload_is_long(const char *path, uint64_t ops)
{
    struct hb_trace_totals totals = {.ops = 0};
    struct stat info;
    FILE *file;
    bool is_long;

    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || (file = fopen(path, "re")) == NULL)
        return false;
    is_long = read_end(file, &totals) && totals.ops >= ops;
    fclose(file);
    return is_long;
}

enum hb_status hb_workload_scan_summary(const char *path_or_name, struct hb_workload **workload,
                                        struct hb_summary *out, struct hb_error *error)
{
    struct hb_summarising *summarising = NULL;
    struct hb_op_sink sink;
    enum hb_status status = hb_summarising_open(&summarising, error);

    if (status != HB_OK)
        return status;
    sink = hb_summarising_sink(summarising);
    status = hb_workload_scan(path_or_name, &sink, workload, error);
    if (status == HB_OK) {
        status = hb_summarising_report(summarising, *workload, out, error);
        if (status != HB_OK)
            hb_workload_free(*workload);
    }
    hb_summarising_close(summarising);
    return status;
}
