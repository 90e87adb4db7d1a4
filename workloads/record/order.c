/*
 * order.c - merges the streams of a capture by epochs and clocks, up to a cut that is a real state.
 */
#include "workloads/record/order.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#define NONE UINT32_MAX

/* One stream's possession of one shard. */
struct tenure {
    uint64_t epoch;
    uint64_t events; /* that have not been handed out */
    uint64_t begin;  /* index of its mark among the stream's items */
    uint64_t end;    /* behind the last of its events */
    uint32_t shard;
    uint32_t stream;
    uint32_t next; /* the shard's next tenure, or NONE */
    bool may_begin;
};

struct stream {
    struct hb_capture_cursor cursor;
    uint64_t left; /* items up to the cut */
    uint64_t time, tick;
    uint32_t next_tenure; /* tenures of one stream are together, in its order */
    uint32_t tenure_end;
    uint32_t thread; /* NONE before the thread's first event */
    bool is_waiting;
};

struct hb_order {
    const struct hb_capture *capture;
    struct stream *streams;
    struct tenure *tenures;
    size_t tenure_count, tenure_capacity;
    uint32_t *holder; /* by shard: the tenure that events now belong to */
    uint32_t *heap;   /* of streams that may go on, by tick */
    size_t heap_count;
    uint64_t time; /* the latest that was seen */
    uint32_t thread_count;
};

static enum hb_status out_of_memory(const struct hb_order *order, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", order->capture->path);
}

static enum hb_status damaged(const struct hb_order *order, const char *what, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged: %s", order->capture->path, what);
}

/* First pass. */

static enum hb_status add_tenure(struct hb_order *order, uint32_t stream, const struct hb_capture_event *mark,
                                 uint64_t item, struct hb_error *error)
{
    if (order->tenure_count == order->tenure_capacity) {
        size_t capacity = order->tenure_capacity == 0 ? 1024 : order->tenure_capacity * 2;
        struct tenure *grown = capacity < NONE ? reallocarray(order->tenures, capacity, sizeof *grown) : NULL;

        if (grown == NULL)
            return out_of_memory(order, error);
        order->tenures = grown;
        order->tenure_capacity = capacity;
    }
    order->holder[mark->shard] = (uint32_t)order->tenure_count;
    order->tenures[order->tenure_count++] = (struct tenure){.epoch = mark->number,
                                                            .shard = mark->shard,
                                                            .stream = stream,
                                                            .begin = item,
                                                            .end = item + 1,
                                                            .next = NONE};
    return HB_OK;
}

static enum hb_status count_event(struct hb_order *order, uint32_t stream,
                                  const struct hb_capture_event *event, uint64_t item, struct hb_error *error)
{
    uint32_t holder = order->holder[event->shard];

    if (holder == NONE || order->tenures[holder].stream != stream)
        return damaged(order, "an event of a shard that its stream had not taken", error);
    order->tenures[holder].events++;
    order->tenures[holder].end = item + 1;
    return HB_OK;
}

static enum hb_status scan_stream(struct hb_order *order, uint32_t index, struct hb_error *error)
{
    struct hb_capture_cursor cursor;
    struct hb_capture_event event;
    enum hb_status status;
    uint64_t item = 0;

    order->streams[index].next_tenure = (uint32_t)order->tenure_count;
    hb_capture_cursor_begin(&cursor, order->capture, index);
    while ((status = hb_capture_cursor_next(&cursor, &event, error)) == HB_OK &&
           event.kind != HB_CAPTURE_END) {
        if (event.kind != HB_CAPTURE_MARK)
            status = count_event(order, index, &event, item, error);
        else if (event.mark == HB_CAPTURE_MARK_ORDER)
            status = add_tenure(order, index, &event, item, error);
        if (status != HB_OK)
            return status;
        item++;
    }
    order->streams[index].tenure_end = (uint32_t)order->tenure_count;
    return status;
}

static void forget_holders(struct hb_order *order)
{
    for (size_t i = 0; i < HB_CAPTURE_SHARDS; i++)
        order->holder[i] = NONE;
}

static enum hb_status scan_streams(struct hb_order *order, struct hb_error *error)
{
    forget_holders(order);
    for (size_t i = 0; i < order->capture->stream_count; i++) {
        enum hb_status status = scan_stream(order, (uint32_t)i, error);

        if (status != HB_OK)
            return status;
    }
    return HB_OK;
}

/* Between the passes: each shard's tenures are chained by epoch. */

static int compare_tenures(const void *a, const void *b)
{
    const struct tenure *x = *(const struct tenure *const *)a, *y = *(const struct tenure *const *)b;

    if (x->shard != y->shard)
        return x->shard < y->shard ? -1 : 1;
    return (x->epoch > y->epoch) - (x->epoch < y->epoch);
}

static enum hb_status chain(struct hb_order *order, struct tenure *const *sorted, struct hb_error *error)
{
    for (size_t i = 0; i < order->tenure_count; i++) {
        bool first = i == 0 || sorted[i - 1]->shard != sorted[i]->shard;

        if (first)
            sorted[i]->may_begin = true;
        else if (sorted[i - 1]->epoch == sorted[i]->epoch)
            return damaged(order, "two streams took a shard in the same epoch", error);
        else
            sorted[i - 1]->next = (uint32_t)(sorted[i] - order->tenures);
    }
    return HB_OK;
}

static enum hb_status chain_tenures(struct hb_order *order, struct hb_error *error)
{
    struct tenure **sorted = calloc(order->tenure_count + 1, sizeof(struct tenure *));
    enum hb_status status;

    if (sorted == NULL)
        return out_of_memory(order, error);
    for (size_t i = 0; i < order->tenure_count; i++)
        sorted[i] = &order->tenures[i];
    qsort(sorted, order->tenure_count, sizeof *sorted, compare_tenures);
    status = chain(order, sorted, error);
    free(sorted);
    return status;
}

/*
 * The cut. A stream's part is what was there at the first look. What precedes any of that in another stream
 * was there at the second: the cut grows until every tenure in it has all of the tenure before.
 */

/* Lets the stream go as far as the end of a tenure. True where it had not. */
static bool extend(struct hb_order *order, const struct tenure *tenure)
{
    struct stream *stream = &order->streams[tenure->stream];

    if (stream->left >= tenure->end)
        return false;
    stream->left = tenure->end;
    return true;
}

/* Goes through the tenures that have come into the cut: `seen` is how many of each stream's were looked at.
 */
static bool grow_cut(struct hb_order *order, const uint32_t *previous, uint32_t *seen, size_t index)
{
    const struct stream *stream = &order->streams[index];
    bool grown = false;

    while (seen[index] < stream->tenure_end && order->tenures[seen[index]].begin < stream->left) {
        uint32_t before = previous[seen[index]++];

        if (before != NONE)
            grown |= extend(order, &order->tenures[before]);
    }
    return grown;
}

static void settle_cut(struct hb_order *order, const uint32_t *previous, uint32_t *seen)
{
    bool grown = true;

    for (size_t i = 0; i < order->capture->stream_count; i++)
        seen[i] = order->streams[i].next_tenure;
    while (grown) {
        grown = false;
        for (size_t i = 0; i < order->capture->stream_count; i++)
            grown |= grow_cut(order, previous, seen, i);
    }
}

static enum hb_status find_cut(struct hb_order *order, struct hb_error *error)
{
    uint32_t *previous = calloc(order->tenure_count + 1, sizeof *previous);
    uint32_t *seen = calloc(order->capture->stream_count + 1, sizeof *seen);
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < order->capture->stream_count; i++)
        order->streams[i].left = order->capture->stream_items[i];
    if (previous == NULL || seen == NULL) {
        status = out_of_memory(order, error);
    } else {
        for (size_t i = 0; i < order->tenure_count; i++)
            previous[i] = NONE;
        for (size_t i = 0; i < order->tenure_count; i++)
            if (order->tenures[i].next != NONE)
                previous[order->tenures[i].next] = (uint32_t)i;
        settle_cut(order, previous, seen);
    }
    free(previous);
    free(seen);
    return status;
}

/* The streams that may go on, the one furthest behind first: a binary heap. */

static bool is_behind(const struct hb_order *order, size_t a, size_t b)
{
    const struct stream *x = &order->streams[order->heap[a]], *y = &order->streams[order->heap[b]];

    return x->time != y->time ? x->time < y->time : x->tick < y->tick;
}

static void swap(struct hb_order *order, size_t a, size_t b)
{
    uint32_t stream = order->heap[a];

    order->heap[a] = order->heap[b];
    order->heap[b] = stream;
}

static void sift_down(struct hb_order *order, size_t position)
{
    for (;;) {
        size_t least = position, child = 2 * position + 1;

        for (size_t i = child; i < child + 2 && i < order->heap_count; i++)
            if (is_behind(order, i, least))
                least = i;
        if (least == position)
            return;
        swap(order, position, least);
        position = least;
    }
}

static void push(struct hb_order *order, uint32_t stream)
{
    size_t position = order->heap_count++;

    assert(order->heap != NULL);
    order->heap[position] = stream;
    while (position > 0 && is_behind(order, position, (position - 1) / 2)) {
        swap(order, position, (position - 1) / 2);
        position = (position - 1) / 2;
    }
}

static void remove_first(struct hb_order *order)
{
    order->heap[0] = order->heap[--order->heap_count];
    sift_down(order, 0);
}

/* Second pass. */

static void end_tenure(struct hb_order *order, const struct tenure *tenure)
{
    struct tenure *next;
    struct stream *stream;

    if (tenure->next == NONE)
        return;
    next = &order->tenures[tenure->next];
    stream = &order->streams[next->stream];
    next->may_begin = true;
    if (stream->is_waiting && stream->next_tenure == tenure->next) {
        stream->is_waiting = false;
        push(order, next->stream);
    }
}

static void begin_tenure(struct hb_order *order, struct stream *stream)
{
    struct tenure *tenure = &order->tenures[stream->next_tenure];

    order->holder[tenure->shard] = stream->next_tenure++;
    if (tenure->events == 0)
        end_tenure(order, tenure);
}

static void hand_out(struct hb_order *order, const struct hb_capture_event *event)
{
    struct tenure *tenure = &order->tenures[order->holder[event->shard]];

    if (--tenure->events == 0)
        end_tenure(order, tenure);
}

/* What a mark means for its stream, which is the first of the heap. Returns true for one to hand out. */
static bool obey_mark(struct hb_order *order, struct stream *stream, const struct hb_capture_event *mark)
{
    switch ((enum hb_capture_mark)mark->mark) {
    case HB_CAPTURE_MARK_ORDER:
        begin_tenure(order, stream);
        return false;
    case HB_CAPTURE_MARK_TICK:
        stream->tick = mark->number;
        sift_down(order, 0);
        return false;
    case HB_CAPTURE_MARK_TIME:
        stream->time = mark->number;
        sift_down(order, 0);
        return false;
    case HB_CAPTURE_MARK_BARE:
        if (mark->number == HB_CAPTURE_BARE_THREAD)
            stream->thread = NONE;
        return mark->number == HB_CAPTURE_BARE_REALLOC_FAILED || mark->number == HB_CAPTURE_BARE_TOUCHED;
    }
    return false;
}

static bool must_wait(const struct hb_order *order, const struct stream *stream,
                      const struct hb_capture_event *event)
{
    return event->kind == HB_CAPTURE_MARK && event->mark == HB_CAPTURE_MARK_ORDER &&
           !order->tenures[stream->next_tenure].may_begin;
}

static uint32_t thread_of(struct hb_order *order, struct stream *stream)
{
    if (stream->thread == NONE)
        stream->thread = order->thread_count++;
    return stream->thread;
}

/* Some stream waits for what never comes. */
static enum hb_status check_end(const struct hb_order *order, struct hb_error *error)
{
    for (size_t i = 0; i < order->capture->stream_count; i++)
        if (order->streams[i].is_waiting)
            return damaged(order, "its streams wait for each other", error);
    return HB_OK;
}

/* Steps the first stream of the heap by one item. True when `*event` is to be handed out. */
static enum hb_status step(struct hb_order *order, struct hb_capture_event *event, bool *found,
                           struct hb_error *error)
{
    struct stream *stream = &order->streams[order->heap[0]];
    struct hb_capture_cursor before = stream->cursor;
    enum hb_status status = HB_OK;

    *found = false;
    *event = (struct hb_capture_event){.kind = HB_CAPTURE_END};
    if (stream->left > 0)
        status = hb_capture_cursor_next(&stream->cursor, event, error);
    if (status != HB_OK)
        return status;
    stream->left -= stream->left > 0;
    if (event->kind == HB_CAPTURE_END) {
        remove_first(order);
    } else if (must_wait(order, stream, event)) {
        stream->cursor = before;
        stream->left++;
        stream->is_waiting = true;
        remove_first(order);
    } else if (event->kind == HB_CAPTURE_MARK) {
        *found = obey_mark(order, stream, event);
    } else {
        hand_out(order, event);
        *found = true;
    }
    return HB_OK;
}

enum hb_status hb_order_next(struct hb_order *order, struct hb_capture_event *event, uint32_t *stream,
                             uint32_t *thread, struct hb_error *error)
{
    while (order->heap_count > 0) {
        uint32_t first = order->heap[0];
        bool found;
        enum hb_status status = step(order, event, &found, error);

        if (status != HB_OK)
            return status;
        if (found) {
            if (order->streams[first].time > order->time)
                order->time = order->streams[first].time;
            *stream = first;
            *thread = thread_of(order, &order->streams[first]);
            return HB_OK;
        }
    }
    *event = (struct hb_capture_event){.kind = HB_CAPTURE_END};
    return check_end(order, error);
}

uint64_t hb_order_time(const struct hb_order *order)
{
    return order->time;
}

static void start(struct hb_order *order)
{
    assert(order->streams != NULL);
    for (size_t i = 0; i < order->capture->stream_count; i++) {
        hb_capture_cursor_begin(&order->streams[i].cursor, order->capture, i);
        order->streams[i].thread = NONE;
        push(order, (uint32_t)i);
    }
}

enum hb_status hb_order_create(const struct hb_capture *capture, struct hb_order **out,
                               struct hb_error *error)
{
    struct hb_order *order = calloc(1, sizeof *order);
    size_t streams = capture->stream_count + 1;
    enum hb_status status;

    if (order == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
    order->capture = capture;
    order->streams = calloc(streams, sizeof *order->streams);
    order->heap = calloc(streams, sizeof *order->heap);
    order->holder = calloc(HB_CAPTURE_SHARDS, sizeof *order->holder);
    if (order->streams == NULL || order->heap == NULL || order->holder == NULL)
        status = out_of_memory(order, error);
    else
        status = scan_streams(order, error);
    if (status == HB_OK)
        status = chain_tenures(order, error);
    if (status == HB_OK)
        status = find_cut(order, error);
    if (status != HB_OK) {
        hb_order_destroy(order);
        return status;
    }
    start(order);
    *out = order;
    return HB_OK;
}

void hb_order_destroy(struct hb_order *order)
{
    if (order == NULL)
        return;
    free(order->streams);
    free(order->tenures);
    free(order->holder);
    free(order->heap);
    free(order);
}
