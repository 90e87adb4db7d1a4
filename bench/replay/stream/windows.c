/*
 * windows.c - which window holds an operation, and who fills it.
 */
#include "bench/replay/stream/windows.h"

#include <assert.h>

#include "bench/replay/stream/feed.h"

void hb_windows_open(struct hb_windows *windows, const struct hb_prepared *prepared)
{
    *windows = (struct hb_windows){.prepared = prepared, .source.prepared = prepared, .ops = prepared->ops};
    if (prepared->path == NULL)
        windows->end = prepared->op_count;
}

void hb_windows_close(struct hb_windows *windows)
{
    hb_op_source_close(&windows->source);
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
    enum hb_status status = hb_op_source_reach(&windows->source, op, error);

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
