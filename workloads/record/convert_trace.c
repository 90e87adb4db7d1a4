/*
 * convert_trace.c - a capture written as a trace file.
 */
#include "workloads/record/convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Where operations go, and who is told. */
struct trace_output {
    struct hb_trace_writer *writer;
    void (*progress)(void *context, uint64_t ops_done);
    void *context;
    uint64_t ops_done;
};

static enum hb_status append(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct trace_output *output = context;

    output->ops_done += count;
    if (output->progress != NULL)
        output->progress(output->context, output->ops_done);
    return hb_trace_writer_append(output->writer, ops, count, error);
}

static enum hb_status pass_time(void *context, uint64_t us, struct hb_error *error)
{
    const struct trace_output *output = context;

    return hb_trace_writer_pass_time(output->writer, us, error);
}

static enum hb_status touch(void *context, uint64_t bytes, struct hb_error *error)
{
    const struct trace_output *output = context;

    return hb_trace_writer_touch(output->writer, bytes, error);
}

/* The name is a stranger's: only what is text of it is kept. */
static char *make_origin(const struct hb_capture *capture)
{
    const char *library = capture->header->allocator;
    size_t length = strnlen(library, sizeof capture->header->allocator);
    struct utsname machine;
    char *origin = NULL;

    if (uname(&machine) != 0 || asprintf(&origin, "heapbench record " HB_VERSION ", malloc of %.*s, Linux %s",
                                         (int)length, library, machine.machine) < 0)
        return NULL;
    for (char *c = origin; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return origin;
}

static enum hb_status write_trace(const struct hb_capture *capture, struct trace_output *output,
                                  struct hb_capture_summary *summary, struct hb_error *error)
{
    struct hb_op_sink sink = {.append = append, .pass_time = pass_time, .touch = touch, .context = output};
    enum hb_status status = hb_capture_convert(capture, &sink, summary, error);

    if (status != HB_OK) {
        hb_trace_writer_abandon(output->writer);
        return status;
    }
    hb_trace_writer_set_dropped(output->writer, hb_capture_dropped(summary));
    hb_trace_writer_set_times(output->writer, summary->wall_ns, summary->cpu_ns);
    return hb_trace_writer_finish(output->writer, error);
}

enum hb_status hb_capture_to_trace(const struct hb_capture *capture, const char *path, int level,
                                   void (*progress)(void *context, uint64_t ops_done), void *context,
                                   struct hb_capture_summary *summary, struct hb_error *error)
{
    struct hb_trace_info info = {.command = hb_capture_command(capture),
                                 .origin = make_origin(capture),
                                 .touched = hb_capture_is_touched(capture)};
    struct trace_output output = {.progress = progress, .context = context};
    enum hb_status status = hb_trace_writer_open(path, &info, level, &output.writer, error);

    if (status == HB_OK)
        status = write_trace(capture, &output, summary, error);
    free(info.command);
    free(info.origin);
    return status;
}
