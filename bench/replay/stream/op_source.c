/*
 * op_source.c - a stream that can begin anew, held against what was prepared.
 */
#include "bench/replay/stream/op_source.h"

#include <assert.h>

#include "workloads/stream.h"

void hb_op_source_close(struct hb_op_source *source)
{
    hb_stream_close(source->stream);
    *source = (struct hb_op_source){.prepared = source->prepared};
}

/* Does what was read fit the tables that were made for it? */
static bool is_as_prepared(const struct hb_op_source *source)
{
    const struct hb_prepared *prepared = source->prepared;
    bool fits = source->count > 0 ? source->count <= prepared->op_count - source->first
                                  : source->first == prepared->op_count;

    for (size_t i = 0; i < source->count; i++)
        fits &= source->ops[i].object < prepared->slots;
    return fits;
}

static enum hb_status read_on(struct hb_op_source *source, struct hb_error *error)
{
    enum hb_status status;

    source->first += source->count;
    source->count = 0;
    status = hb_stream_next(source->stream, &source->ops, &source->count, error);
    if (status == HB_OK && !is_as_prepared(source))
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: this trace was changed while it was in use",
                              source->prepared->path);
    return status;
}

enum hb_status hb_op_source_reach(struct hb_op_source *source, uint64_t op, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    assert(op <= source->prepared->op_count);
    if (source->stream != NULL && op < source->first)
        hb_op_source_close(source);
    if (source->stream == NULL)
        status = hb_stream_open(source->prepared->path, &source->stream, error);
    while (status == HB_OK && op >= source->first + source->count &&
           (op < source->prepared->op_count || source->first < op))
        status = read_on(source, error);
    return status;
}
