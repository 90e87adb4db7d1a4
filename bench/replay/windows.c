/*
 * windows.c - which window holds an operation, and who fills it.
 */
#include "bench/replay/windows.h"

#include <assert.h>

#include "bench/replay/feed.h"
#include "workloads/stream.h"

/* -- a file that is read again -- */

void hb_reread_close(struct hb_reread *source)
{
    hb_stream_close(source->stream);
    *source = (struct hb_reread){.prepared = source->prepared};
}

/* Does what was read fit the tables that were made for it? */
static bool is_as_prepared(const struct hb_reread *source)
{
    const struct hb_prepared *prepared = source->prepared;
    bool fits = source->count > 0 ? source->count <= prepared->op_count - source->first
                                  : source->first == prepared->op_count;

    for (size_t i = 0; i < source->count; i++)
        fits &= source->ops[i].object < prepared->slots;
    return fits;
}

static enum hb_status read_on(struct hb_reread *source, struct hb_error *error)
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

enum hb_status hb_reread_reach(struct hb_reread *source, uint64_t op, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    assert(op <= source->prepared->op_count);
    if (source->stream != NULL && op < source->first)
        hb_reread_close(source);
    if (source->stream == NULL)
        status = hb_stream_open(source->prepared->path, &source->stream, error);
    while (status == HB_OK && op >= source->first + source->count &&
           (op < source->prepared->op_count || source->first < op))
        status = read_on(source, error);
    return status;
}

/* -- windows -- */

void hb_windows_open(struct hb_windows *windows, const struct hb_prepared *prepared)
{
    static const struct hb_op nothing[1]; /* what is looked at of a streamed workload without operations */

    *windows = (struct hb_windows){.prepared = prepared, .source.prepared = prepared, .ops = nothing};
    if (prepared->path == NULL) {
        windows->ops = prepared->ops;
        windows->end = prepared->op_count;
    }
}

void hb_windows_close(struct hb_windows *windows)
{
    hb_reread_close(&windows->source);
}

static enum hb_status take_from_feed(struct hb_windows *windows, uint64_t op, struct hb_error *error)
{
    struct hb_feed *feed = windows->prepared->feed;
    enum hb_status status = hb_feed_take(feed, op - op % windows->prepared->window_ops, error);

    if (status != HB_OK)
        return status;
    windows->ops = feed->ops;
    windows->first = feed->first;
    windows->end = feed->first + feed->count;
    return HB_OK;
}

static enum hb_status read_here(struct hb_windows *windows, uint64_t op, struct hb_error *error)
{
    enum hb_status status = hb_reread_reach(&windows->source, op, error);

    if (status != HB_OK)
        return status;
    windows->ops = windows->source.ops;
    windows->first = windows->source.first;
    windows->end = windows->first + windows->source.count;
    return HB_OK;
}

bool hb_windows_have(const struct hb_windows *windows)
{
    const struct hb_feed *feed = windows->prepared->feed;

    return feed == NULL || feed->first == windows->first;
}

enum hb_status hb_windows_fetch(struct hb_windows *windows, uint64_t op, struct hb_error *error)
{
    assert(windows->prepared->path != NULL && op < windows->prepared->op_count);
    return (windows->prepared->feed != NULL ? take_from_feed : read_here)(windows, op, error);
}
