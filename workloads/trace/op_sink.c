/*
 * op_sink.c - a run of operations is cut where time passed, and put piece by piece.
 */
#include "workloads/trace/op_sink.h"

enum hb_status hb_op_sink_put(const struct hb_op_sink *sink, const struct hb_op_run *run,
                              struct hb_error *error)
{
    size_t done = 0;
    enum hb_status status = HB_OK;

    for (size_t i = 0; status == HB_OK && i < run->wait_count; i++) {
        size_t until = (size_t)(run->waits[i].before_op - run->first);

        assert(run->waits[i].before_op >= run->first + done && until <= run->count);
        status = sink->append(sink->context, run->ops + done, until - done, error);
        if (status == HB_OK && sink->pass_time != NULL)
            status = sink->pass_time(sink->context, run->waits[i].us, error);
        done = until;
    }
    return status == HB_OK ? sink->append(sink->context, run->ops + done, run->count - done, error) : status;
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

struct hb_op_sink hb_op_sink_to_writer(struct hb_trace_writer *writer)
{
    return (struct hb_op_sink){.append = append_to_writer, .pass_time = pass_writer_time, .context = writer};
}
