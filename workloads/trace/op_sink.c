/*
 * op_sink.c - a run of operations is cut where something is to be said, and put piece by piece.
 */
#include "workloads/trace/op_sink.h"

#include <stdbool.h>

/* The operations up to number `until`. */
static enum hb_status put_until(const struct hb_op_sink *sink, const struct hb_op_run *run, size_t *done,
                                uint64_t until, struct hb_error *error)
{
    size_t from = *done;

    assert(until >= run->first + from && until - run->first <= run->count);
    *done = (size_t)(until - run->first);
    return sink->append(sink->context, run->ops + from, *done - from, error);
}

enum hb_status hb_op_sink_put(const struct hb_op_sink *sink, const struct hb_op_run *run,
                              struct hb_error *error)
{
    size_t wait = 0, touched = 0, done = 0;
    enum hb_status status = HB_OK;

    while (status == HB_OK && (wait < run->wait_count || touched < run->touched_count)) {
        bool waits = wait < run->wait_count && (touched == run->touched_count ||
                                                run->waits[wait].before_op <= run->touched[touched].op);

        status =
            put_until(sink, run, &done, waits ? run->waits[wait].before_op : run->touched[touched].op, error);
        if (status == HB_OK && waits && sink->pass_time != NULL)
            status = sink->pass_time(sink->context, run->waits[wait].us, error);
        if (status == HB_OK && !waits && sink->touch != NULL)
            status = sink->touch(sink->context, run->touched[touched].bytes, error);
        wait += waits;
        touched += !waits;
    }
    return status == HB_OK ? put_until(sink, run, &done, run->first + run->count, error) : status;
}

static enum hb_status append_to_writer(void *context, const struct hb_op *ops, size_t count,
                                       struct hb_error *error)
{
    return hb_trace_writer_append(context, ops, count, error);
}

static enum hb_status pass_writer_time(void *context, uint64_t us, struct hb_error *error)
{
    return hb_trace_writer_pass_time(context, us, error);
}

static enum hb_status touch_in_writer(void *context, uint64_t bytes, struct hb_error *error)
{
    return hb_trace_writer_touch(context, bytes, error);
}

struct hb_op_sink hb_op_sink_to_writer(struct hb_trace_writer *writer)
{
    return (struct hb_op_sink){.append = append_to_writer,
                               .pass_time = pass_writer_time,
                               .touch = touch_in_writer,
                               .context = writer};
}
