/*
 * stream.c - one block at a time from whatever source, its objects renumbered by a map and a stack of free
 * slots.
 */
#include "workloads/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/pages.h"
#include "workloads/import/import.h"
#include "workloads/workload.h"

enum { FIRST_SLOTS = 4096 };

struct hb_stream {
    char *path;
    char *name;
    struct hb_trace_reader *reader; /* of a .trace */
    struct hb_import *import;       /* of what is imported */
    struct hb_workload *loaded;     /* of what people write by hand */
    const struct hb_op *pending;    /* read and not yet handed out */
    size_t pending_count;
    struct hb_op_run
        rows; /* the waits and what is touched that belong to them; its operations are nobody's */
    struct hb_op_run handed; /* what was handed out last */
    struct hb_map slots_of;  /* the objects that live */
    uint32_t slots;          /* ever in use */
    uint32_t *unused;        /* a stack of slots that were freed */
    size_t unused_count, unused_room;
    uint64_t ops, objects;
    uint64_t max_bytes; /* of what live objects take; half of the machine's memory, else a test's */
    struct hb_op chunk[HB_STREAM_BLOCK_OPS];
};

static enum hb_status open_source(struct hb_stream *stream, struct hb_error *error)
{
    enum hb_workload_format format;
    enum hb_status status = hb_workload_recognise(stream->path, &format, error);

    if (status != HB_OK)
        return status;
    if (format == HB_FORMAT_TRACE)
        return hb_trace_reader_open(stream->path, &stream->reader, error);
    if (hb_import_format_name(format) != NULL)
        return hb_import_open(stream->path, format, &stream->import, error);
    status = hb_workload_load_as(stream->path, format, &stream->loaded, error);
    if (status == HB_OK) {
        stream->pending = stream->loaded->ops;
        stream->pending_count = stream->loaded->op_count;
        stream->rows = (struct hb_op_run){.waits = stream->loaded->waits,
                                          .wait_count = stream->loaded->wait_count,
                                          .touched = stream->loaded->touched,
                                          .touched_count = stream->loaded->touched_count};
    }
    return status;
}

enum hb_status hb_stream_open(const char *path_or_name, struct hb_stream **out, struct hb_error *error)
{
    struct hb_stream *stream = calloc(1, sizeof *stream);
    enum hb_status status = HB_ERR_MEMORY;

    if (stream == NULL || !hb_map_init(&stream->slots_of)) {
        hb_error_set(error, status, "%s: out of memory", path_or_name);
        goto fail;
    }
    stream->max_bytes = hb_half_of_memory();
    status = hb_workload_locate(path_or_name, &stream->path, error);
    if (status != HB_OK)
        goto fail;
    stream->name = hb_workload_name_of(stream->path);
    if (stream->name == NULL) {
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path_or_name);
        goto fail;
    }
    status = open_source(stream, error);
    if (status != HB_OK)
        goto fail;
    *out = stream;
    return HB_OK;
fail:
    hb_stream_close(stream);
    return status;
}

void hb_stream_close(struct hb_stream *stream)
{
    if (stream == NULL)
        return;
    hb_trace_reader_close(stream->reader);
    hb_import_close(stream->import);
    hb_workload_free(stream->loaded);
    hb_map_clear(&stream->slots_of);
    free(stream->unused);
    free(stream->path);
    free(stream->name);
    free(stream);
}

void hb_stream_limit(struct hb_stream *stream, uint64_t max_bytes)
{
    stream->max_bytes = max_bytes;
}

const char *hb_stream_name(const struct hb_stream *stream)
{
    return stream->name;
}

static enum hb_status refuse_op(const struct hb_stream *stream, const struct hb_op *op,
                                struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_FORMAT, "%s: operation %llu names object %lu, which does not live then",
                        stream->path, (unsigned long long)stream->ops, (unsigned long)op->object);
}

/* The slot that was freed last, or a new one, for the object of a birth. False when out of memory. */
static bool give_slot(struct hb_stream *stream, uint32_t *object)
{
    uint32_t slot = stream->unused_count > 0 ? stream->unused[stream->unused_count - 1] : stream->slots;

    if (!hb_map_put(&stream->slots_of, *object, slot))
        return false;
    if (stream->unused_count > 0)
        stream->unused_count--;
    else
        stream->slots++;
    *object = slot;
    return true;
}

/* Room in the stack for each slot there is. */
static bool make_room_for_slots(struct hb_stream *stream)
{
    size_t room = stream->unused_room == 0 ? FIRST_SLOTS : 2 * stream->unused_room;
    uint32_t *unused;

    if (stream->slots < stream->unused_room)
        return true;
    unused = realloc(stream->unused, room * sizeof *unused);
    if (unused == NULL)
        return false;
    stream->unused = unused;
    stream->unused_room = room;
    return true;
}

static enum hb_status renumber_birth(struct hb_stream *stream, struct hb_op *op, struct hb_error *error)
{
    if (stream->slots_of.count >= stream->max_bytes / HB_STREAM_LIVE_BYTES)
        return hb_error_set(error, HB_ERR_LIMIT,
                            "%s: more live objects than fit half of this machine's memory (%llu MiB)",
                            stream->path, (unsigned long long)(stream->max_bytes >> 20));
    if (!make_room_for_slots(stream) || !give_slot(stream, &op->object))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for %lu live objects", stream->path,
                            (unsigned long)stream->slots_of.count);
    stream->objects++;
    return HB_OK;
}

/* Puts the slot of the operation's object in its place. */
static enum hb_status renumber(struct hb_stream *stream, struct hb_op *op, struct hb_error *error)
{
    uint32_t slot;

    if (op->kind == HB_OP_FREE) {
        if (!hb_map_take(&stream->slots_of, op->object, &slot))
            return refuse_op(stream, op, error);
        stream->unused[stream->unused_count++] = slot;
    } else if (op->kind == HB_OP_REALLOC) {
        if (!hb_map_find(&stream->slots_of, op->object, &slot))
            return refuse_op(stream, op, error);
    } else {
        return renumber_birth(stream, op, error);
    }
    op->object = slot;
    return HB_OK;
}

static enum hb_status read_more(struct hb_stream *stream, struct hb_error *error)
{
    struct hb_op_run *rows = &stream->rows;
    enum hb_status status = HB_OK;

    if (stream->reader != NULL) {
        status = hb_trace_reader_next(stream->reader, &stream->pending, &stream->pending_count, error);
        rows->waits = hb_trace_reader_waits(stream->reader, &rows->wait_count);
        rows->touched = hb_trace_reader_touched(stream->reader, &rows->touched_count);
    } else if (stream->import != NULL) {
        status = hb_import_next(stream->import, &stream->pending, &stream->pending_count, error);
        rows->waits = hb_import_waits(stream->import, &rows->wait_count);
    }
    return status;
}

/* Takes the rows that belong to the operations up to now from the list; at the end, all that are left. */
static void hand_out_rows(struct hb_stream *stream, struct hb_op_run *run)
{
    struct hb_op_run *rows = &stream->rows;

    run->waits = rows->waits;
    run->touched = rows->touched;
    for (; rows->wait_count > 0 && (run->count == 0 || rows->waits->before_op < stream->ops); rows->waits++) {
        rows->wait_count--;
        run->wait_count++;
    }
    for (; rows->touched_count > 0 && rows->touched->op < stream->ops; rows->touched++) {
        rows->touched_count--;
        run->touched_count++;
    }
}

enum hb_status hb_stream_next(struct hb_stream *stream, const struct hb_op **ops, size_t *count,
                              struct hb_error *error)
{
    struct hb_op_run run = {.ops = stream->pending, .first = stream->ops};
    enum hb_status status = HB_OK;

    if (stream->pending_count == 0)
        status = read_more(stream, error);
    if (status != HB_OK)
        return status;
    run.ops = stream->pending;
    run.count = stream->pending_count < HB_STREAM_BLOCK_OPS ? stream->pending_count : HB_STREAM_BLOCK_OPS;
    for (size_t i = 0; i < run.count; i++) {
        if (i + 8 < run.count)
            hb_map_prefetch(&stream->slots_of, stream->pending[i + 8].object);
        stream->chunk[i] = stream->pending[i];
        status = renumber(stream, &stream->chunk[i], error);
        if (status != HB_OK)
            return status;
        stream->ops++;
    }
    stream->pending += run.count;
    stream->pending_count -= run.count;
    hand_out_rows(stream, &run);
    stream->handed = run;
    *ops = stream->chunk;
    *count = run.count;
    return HB_OK;
}

const struct hb_op_run *hb_stream_run(const struct hb_stream *stream)
{
    return &stream->handed;
}

static enum hb_status keep_info(struct hb_workload *out, const struct hb_trace_info *info,
                                struct hb_error *error)
{
    out->info = *info;
    out->info.command = info->command != NULL ? strdup(info->command) : NULL;
    out->info.origin = info->origin != NULL ? strdup(info->origin) : NULL;
    if ((info->command != NULL && out->info.command == NULL) ||
        (info->origin != NULL && out->info.origin == NULL))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", out->path);
    return HB_OK;
}

const struct hb_trace_info *hb_stream_info(const struct hb_stream *stream)
{
    if (stream->reader != NULL)
        return hb_trace_reader_info(stream->reader);
    return stream->import != NULL ? hb_import_info(stream->import) : &stream->loaded->info;
}

enum hb_status hb_stream_facts(const struct hb_stream *stream, struct hb_workload *out,
                               struct hb_error *error)
{
    const struct hb_trace_totals *totals;

    out->repairs = *hb_stream_repairs(stream);
    out->dropped = hb_repairs_dropped(&out->repairs);
    out->suggested_heap_bytes = hb_stream_info(stream)->suggested_heap_bytes;
    if (stream->loaded != NULL) {
        out->dropped = stream->loaded->dropped;
        out->wall_ns = stream->loaded->wall_ns;
        out->cpu_ns = stream->loaded->cpu_ns;
    }
    if (stream->reader != NULL) {
        totals = hb_trace_reader_totals(stream->reader);
        out->dropped = totals->dropped;
        out->wall_ns = totals->wall_ns;
        out->cpu_ns = totals->cpu_ns;
        out->version = hb_trace_reader_version(stream->reader);
        out->raw_bytes = hb_trace_reader_raw_bytes(stream->reader);
    }
    return keep_info(out, hb_stream_info(stream), error);
}

const struct hb_repairs *hb_stream_repairs(const struct hb_stream *stream)
{
    static const struct hb_repairs none;

    if (stream->import != NULL)
        return hb_import_repairs(stream->import);
    return stream->loaded != NULL ? &stream->loaded->repairs : &none;
}

uint64_t hb_stream_objects(const struct hb_stream *stream)
{
    return stream->objects;
}

const char *hb_stream_path(const struct hb_stream *stream)
{
    return stream->path;
}
