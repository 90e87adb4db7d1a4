/*
 * convert.c - places the ordered events of a capture on objects.
 */
#include "workloads/record/convert.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/map.h"
#include "workloads/record/large.h"
#include "workloads/record/order.h"

enum {
    OPS_AT_ONCE = 4096,
    /* Reallocs that a thread can be inside of at once: one, and those of signal handlers above it. */
    PENDING_AT_MOST = 8,
    THREAD_AT_MOST = UINT16_MAX,
};

#define NO_OBJECT UINT32_MAX

/* A realloc between its two events. */
struct pending {
    uint64_t address;
    uint64_t born;   /* where it allocated for itself, as the program would; 0: it did not */
    uint32_t object; /* NO_OBJECT: the old block was not known */
};

struct stream_state {
    struct pending pending[PENDING_AT_MOST];
    unsigned depth;
    uint8_t last_kind; /* of the event before */
    uint64_t last_address;
};

struct converter {
    const struct hb_capture *capture;
    const struct hb_op_sink *sink;
    struct hb_capture_summary *summary;
    struct hb_map live;
    struct stream_state *streams;
    struct hb_op ops[OPS_AT_ONCE];
    size_t op_count;
    uint64_t time_ms;             /* that was passed on so far */
    struct hb_large_table *large; /* NULL: none is wanted */
};

static bool is_birth(uint8_t kind)
{
    return kind == HB_CAPTURE_MALLOC || kind == HB_CAPTURE_CALLOC || kind == HB_CAPTURE_ALIGNED;
}

static enum hb_status flush(struct converter *converter, struct hb_error *error)
{
    size_t count = converter->op_count;

    converter->op_count = 0;
    converter->summary->ops += count;
    return count == 0 ? HB_OK
                      : converter->sink->append(converter->sink->context, converter->ops, count, error);
}

static enum hb_status out_of_memory(const struct converter *converter, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", converter->capture->path);
}

/* The second pass: what the first found out of the block that operation `index` gives. */
static enum hb_status tell_large(struct converter *converter, uint64_t index, struct hb_error *error)
{
    const struct hb_large *row = hb_large_take(converter->large, index);
    struct hb_capture_summary *summary = converter->summary;
    enum hb_status status;

    if (row == NULL)
        return HB_OK;
    if (row->touched == HB_LARGE_UNKNOWN) {
        summary->unknown_blocks++;
        summary->unknown_bytes += row->size;
        return HB_OK;
    }
    summary->measured_blocks++;
    summary->likened_blocks += row->is_likened;
    summary->measured_bytes += row->size;
    summary->touched_bytes += row->touched;
    status = flush(converter, error);
    return status == HB_OK ? converter->sink->touch(converter->sink->context, row->touched, error) : status;
}

static enum hb_status note_large(struct converter *converter, const struct hb_op *op, struct hb_error *error)
{
    uint64_t index = converter->summary->ops + converter->op_count;

    if (!converter->large->is_filling)
        return tell_large(converter, index, error);
    return hb_large_add(converter->large, index, op) ? HB_OK : out_of_memory(converter, error);
}

static void note_touched(struct hb_large_table *large, uint32_t object, uint64_t bytes)
{
    if (large != NULL)
        hb_large_note(large, object, bytes);
}

static enum hb_status emit(struct converter *converter, const struct hb_op *op, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    if (converter->large != NULL && op->kind == HB_OP_FREE)
        hb_large_end_run(converter->large, op);
    else if (converter->large != NULL && op->size >= HB_CAPTURE_LARGE_BYTES)
        status = note_large(converter, op, error);
    if (status != HB_OK)
        return status;
    converter->ops[converter->op_count++] = *op;
    return converter->op_count == OPS_AT_ONCE ? flush(converter, error) : HB_OK;
}

/* Puts an object at an address; whatever was still held there was given back unseen. */
static enum hb_status settle(struct converter *converter, uint64_t address, const struct hb_op *op,
                             struct hb_error *error)
{
    struct hb_op unseen = {.kind = HB_OP_FREE, .thread = op->thread};
    enum hb_status status = HB_OK;

    if (hb_map_take(&converter->live, address, &unseen.object)) {
        converter->summary->held_births++;
        status = emit(converter, &unseen, error);
    }
    if (status == HB_OK && !hb_map_put(&converter->live, address, op->object))
        status = out_of_memory(converter, error);
    return status == HB_OK ? emit(converter, op, error) : status;
}

static enum hb_status bear(struct converter *converter, const struct hb_capture_event *event, struct hb_op op,
                           struct hb_error *error)
{
    if (converter->summary->objects == NO_OBJECT) {
        converter->summary->excess_births++;
        return HB_OK;
    }
    op.object = (uint32_t)converter->summary->objects++;
    op.size = event->size;
    return settle(converter, event->number, &op, error);
}

static enum hb_status bury(struct converter *converter, const struct hb_capture_event *event, struct hb_op op,
                           struct hb_error *error)
{
    if (!hb_map_take(&converter->live, event->number, &op.object)) {
        converter->summary->unknown_frees++;
        return HB_OK;
    }
    op.kind = HB_OP_FREE;
    return emit(converter, &op, error);
}

/* The old block leaves its address before the call: from now on another thread may be given it. */
static void begin_realloc(struct converter *converter, struct stream_state *stream, uint64_t address)
{
    struct pending pending = {.address = address, .object = NO_OBJECT};

    if (!hb_map_take(&converter->live, address, &pending.object))
        converter->summary->unknown_frees++;
    /* Only a realloc that never returned, left by a jump, can fill the stack; the oldest is such a one. */
    if (stream->depth == PENDING_AT_MOST) {
        for (unsigned i = 1; i < PENDING_AT_MOST; i++)
            stream->pending[i - 1] = stream->pending[i];
        stream->depth--;
    }
    stream->pending[stream->depth++] = pending;
}

/* What a realloc does by calling the program's malloc and free. True when that was all that
 * the event means. */
static bool is_part_of_realloc(const struct converter *converter, struct stream_state *stream,
                               const struct hb_capture_event *event)
{
    struct pending *pending = &stream->pending[stream->depth - 1];

    if (event->kind != HB_CAPTURE_FREE) {
        pending->born = event->number;
        return false;
    }
    return event->number == pending->address && pending->object != NO_OBJECT &&
           !hb_map_holds(&converter->live, event->number);
}

/* The second capture of one call, where the allocator passed it on to the program's function. */
static bool is_echo(const struct converter *converter, const struct stream_state *stream,
                    const struct hb_capture_event *event)
{
    bool held;

    if (event->number != stream->last_address || is_birth(event->kind) != is_birth(stream->last_kind))
        return false;
    held = hb_map_holds(&converter->live, event->number);
    return is_birth(event->kind) ? held : stream->last_kind == HB_CAPTURE_FREE && !held;
}

static enum hb_status end_realloc(struct converter *converter, struct stream_state *stream,
                                  const struct hb_capture_event *event, struct hb_op op,
                                  struct hb_error *error)
{
    struct pending pending = {.object = NO_OBJECT};

    if (stream->depth > 0)
        pending = stream->pending[--stream->depth];
    op.object = pending.object;
    if (pending.born == event->number && pending.born != 0) {
        op.kind = HB_OP_FREE;
        return pending.object == NO_OBJECT ? HB_OK : emit(converter, &op, error);
    }
    if (pending.object == NO_OBJECT) {
        op.kind = HB_OP_MALLOC;
        return bear(converter, event, op, error);
    }
    op.kind = HB_OP_REALLOC;
    op.size = event->size > 0 ? event->size : 1;
    return settle(converter, event->number, &op, error);
}

/* The old block stays where it was. */
static enum hb_status undo_realloc(struct converter *converter, struct stream_state *stream,
                                   struct hb_error *error)
{
    const struct pending *pending;
    uint32_t held;

    if (stream->depth == 0)
        return HB_OK;
    pending = &stream->pending[--stream->depth];
    if (pending->object == NO_OBJECT)
        return HB_OK;
    if (hb_map_take(&converter->live, pending->address, &held))
        converter->summary->held_births++;
    note_touched(converter->large, pending->object, HB_LARGE_UNKNOWN); /* it lives on */
    return hb_map_put(&converter->live, pending->address, pending->object) ? HB_OK
                                                                           : out_of_memory(converter, error);
}

/* A mark that was handed out. */
static enum hb_status obey(struct converter *converter, struct stream_state *stream,
                           const struct hb_capture_event *mark, struct hb_error *error)
{
    uint32_t object;

    if (mark->number != HB_CAPTURE_BARE_TOUCHED)
        return undo_realloc(converter, stream, error);
    if (hb_map_find(&converter->live, mark->address, &object))
        note_touched(converter->large, object, mark->size);
    return HB_OK;
}

static enum hb_status place_simple(struct converter *converter, struct stream_state *stream,
                                   const struct hb_capture_event *event, struct hb_op op,
                                   struct hb_error *error)
{
    if (stream->depth > 0 && is_part_of_realloc(converter, stream, event))
        return HB_OK;
    if (is_echo(converter, stream, event))
        return HB_OK;
    if (event->kind == HB_CAPTURE_FREE)
        return bury(converter, event, op, error);
    op.kind = event->kind == HB_CAPTURE_CALLOC    ? HB_OP_CALLOC
              : event->kind == HB_CAPTURE_ALIGNED ? HB_OP_ALIGNED
                                                  : HB_OP_MALLOC;
    op.align_log2 = event->align_log2;
    return bear(converter, event, op, error);
}

static enum hb_status place(struct converter *converter, const struct hb_capture_event *event,
                            uint32_t stream_index, uint32_t thread, struct hb_error *error)
{
    struct stream_state *stream = &converter->streams[stream_index];
    struct hb_op op = {.thread = (uint16_t)(thread < THREAD_AT_MOST ? thread : THREAD_AT_MOST)};
    enum hb_status status;

    if (thread >= converter->summary->threads)
        converter->summary->threads = (uint64_t)thread + 1;
    if (event->kind == HB_CAPTURE_MARK)
        return obey(converter, stream, event, error);
    if (event->kind == HB_CAPTURE_REALLOC_OLD) {
        begin_realloc(converter, stream, event->number);
        status = HB_OK;
    } else if (event->kind == HB_CAPTURE_REALLOC_NEW) {
        status = end_realloc(converter, stream, event, op, error);
    } else {
        status = place_simple(converter, stream, event, op, error);
    }
    stream->last_kind = event->kind;
    stream->last_address = event->number;
    return status;
}

/* The clock's first value is when the image began. */
static enum hb_status pass_time(struct converter *converter, uint64_t now_ms, struct hb_error *error)
{
    uint64_t passed = now_ms - converter->time_ms;
    bool first = converter->summary->events == 0;
    enum hb_status status;

    converter->time_ms = now_ms;
    if (first || passed == 0 || passed > UINT64_MAX / 1000 || converter->sink->pass_time == NULL)
        return HB_OK;
    status = flush(converter, error);
    return status == HB_OK ? converter->sink->pass_time(converter->sink->context, passed * 1000, error)
                           : status;
}

static enum hb_status place_all(struct converter *converter, struct hb_order *order, struct hb_error *error)
{
    for (;;) {
        struct hb_capture_event event;
        uint32_t stream, thread;
        enum hb_status status = hb_order_next(order, &event, &stream, &thread, error);

        if (status != HB_OK)
            return status;
        if (event.kind == HB_CAPTURE_END)
            return flush(converter, error);
        status = pass_time(converter, hb_order_time(order), error);
        if (status != HB_OK)
            return status;
        converter->summary->events += event.kind != HB_CAPTURE_MARK;
        status = place(converter, &event, stream, thread, error);
        if (status != HB_OK)
            return status;
    }
}

static void begin_summary(struct hb_capture_summary *summary, const struct hb_capture *capture)
{
    const struct hb_capture_header *header = capture->header;

    *summary = (struct hb_capture_summary){.lost_nested = header->lost_nested,
                                           .lost_space = header->lost_space,
                                           .lost_sealed = header->lost_sealed,
                                           .lost_early = header->lost_early,
                                           .wall_ns = capture->wall_ns,
                                           .cpu_ns = capture->cpu_ns};
}

static enum hb_status make_pass(const struct hb_capture *capture, const struct hb_op_sink *sink,
                                struct hb_large_table *large, struct hb_capture_summary *summary,
                                struct hb_error *error)
{
    struct converter *converter = calloc(1, sizeof *converter);
    struct hb_order *order = NULL;
    enum hb_status status = HB_ERR_MEMORY;

    if (converter != NULL) {
        *converter = (struct converter){.capture = capture, .sink = sink, .summary = summary, .large = large};
        converter->streams = calloc(capture->stream_count + 1, sizeof *converter->streams);
    }
    if (converter == NULL || converter->streams == NULL || !hb_map_init(&converter->live)) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
        goto done;
    }
    begin_summary(summary, capture);
    status = hb_order_create(capture, &order, error);
    if (status == HB_OK)
        status = place_all(converter, order, error);
done:
    hb_order_destroy(order);
    if (converter != NULL) {
        hb_map_clear(&converter->live);
        free(converter->streams);
    }
    free(converter);
    return status;
}

static enum hb_status discard(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    (void)context, (void)ops, (void)count, (void)error;
    return HB_OK;
}

/* What is touched of a block is known when it dies, and wanted when it is born. */
static enum hb_status make_two_passes(const struct hb_capture *capture, const struct hb_op_sink *sink,
                                      struct hb_capture_summary *summary, struct hb_error *error)
{
    static const struct hb_op_sink nowhere = {.append = discard};
    struct hb_large_table large;
    enum hb_status status;

    if (!hb_large_init(&large))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
    status = make_pass(capture, &nowhere, &large, summary, error);
    large.is_filling = false;
    hb_large_liken(&large);
    if (status == HB_OK)
        status = make_pass(capture, sink, &large, summary, error);
    hb_large_clear(&large);
    return status;
}

bool hb_capture_is_touched(const struct hb_capture *capture)
{
    return ((const struct hb_capture_shared *)(const void *)capture->data)->touch != 0;
}

enum hb_status hb_capture_convert(const struct hb_capture *capture, const struct hb_op_sink *sink,
                                  struct hb_capture_summary *summary, struct hb_error *error)
{
    if (capture->damage.status != HB_OK) {
        if (error != NULL)
            *error = capture->damage;
        return capture->damage.status;
    }
    if (sink->touch == NULL || !hb_capture_is_touched(capture))
        return make_pass(capture, sink, NULL, summary, error);
    return make_two_passes(capture, sink, summary, error);
}

uint64_t hb_capture_dropped(const struct hb_capture_summary *summary)
{
    return summary->unknown_frees + summary->held_births + summary->excess_births + summary->lost_nested +
           summary->lost_space + summary->lost_sealed + summary->lost_early;
}
