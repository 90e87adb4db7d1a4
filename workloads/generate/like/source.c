/*
 * source.c - a ring of operations, filled from a stream, with the numbers that its objects were born by.
 */
#include "workloads/generate/like/source.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/pages.h"

/* What is in a slot of the stream. */
struct tenant {
    uint64_t size;
    uint64_t born_op;
    uint32_t birth;  /* its number */
    uint16_t thread; /* that had it last */
};

struct hb_like_source {
    const char *trace;
    struct hb_stream *stream;
    struct hb_like_op *ring; /* 2^k of them */
    uint64_t capacity;
    uint64_t read; /* operations so far */
    uint64_t births;
    uint64_t live_bytes;
    const struct hb_op *pending; /* of the stream's last block */
    size_t pending_count;
    const struct hb_wait *waits;
    const struct hb_touched *touched;
    size_t wait_count, touched_count;
    struct tenant *tenants;
    size_t tenant_room;
};

enum hb_status hb_like_source_open(const char *trace, uint64_t window, struct hb_like_source **out,
                                   struct hb_error *error)
{
    struct hb_like_source *source = calloc(1, sizeof *source);
    uint64_t capacity = HB_STREAM_BLOCK_OPS;
    enum hb_status status;

    if (source == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", trace);
    while (capacity < window)
        capacity *= 2;
    source->trace = trace;
    source->capacity = capacity;
    if (capacity > hb_half_of_memory() / sizeof *source->ring) {
        status = hb_error_set(error, HB_ERR_LIMIT,
                              "block: %" PRIu64
                              " operations at a time are more than fit half of this machine's memory",
                              window);
        goto fail;
    }
    source->ring = hb_pages_reserve(capacity * sizeof *source->ring);
    if (source->ring == NULL) {
        status =
            hb_error_set(error, HB_ERR_MEMORY, "%s: no memory for %" PRIu64 " operations", trace, capacity);
        goto fail;
    }
    status = hb_stream_open(trace, &source->stream, error);
    if (status != HB_OK)
        goto fail;
    *out = source;
    return HB_OK;
fail:
    hb_like_source_close(source);
    return status;
}

void hb_like_source_close(struct hb_like_source *source)
{
    if (source == NULL)
        return;
    hb_stream_close(source->stream);
    hb_pages_free(source->ring, source->capacity * sizeof *source->ring);
    hb_table_free(source->tenants, source->tenant_room * sizeof *source->tenants);
    free(source);
}

const struct hb_like_op *hb_like_source_at(const struct hb_like_source *source, uint64_t index)
{
    assert(index < source->read && index + source->capacity >= source->read);
    return &source->ring[index & (source->capacity - 1)];
}

static enum hb_status next_block(struct hb_like_source *source, struct hb_error *error)
{
    enum hb_status status = hb_stream_next(source->stream, &source->pending, &source->pending_count, error);
    const struct hb_op_run *run = hb_stream_run(source->stream);

    if (status != HB_OK)
        return status;
    source->waits = run->waits;
    source->wait_count = run->wait_count;
    source->touched = run->touched;
    source->touched_count = run->touched_count;
    return HB_OK;
}

/* The row of the slot, which may be a new one. */
static struct tenant *tenant_of(struct hb_like_source *source, uint32_t slot)
{
    size_t room = source->tenant_room;
    struct tenant *grown;

    if (slot < room)
        return &source->tenants[slot];
    while (room <= slot)
        room = room == 0 ? HB_STREAM_BLOCK_OPS : 2 * room;
    grown = hb_table_grow(source->tenants, source->tenant_room * sizeof *grown, room * sizeof *grown);
    if (grown == NULL)
        return NULL;
    source->tenants = grown;
    source->tenant_room = room;
    return &grown[slot];
}

/* Puts the number of its birth in the place of the operation's slot, and counts what lives. */
static enum hb_status follow(struct hb_like_source *source, struct hb_like_op *like, struct hb_error *error)
{
    struct hb_op *op = &like->op;
    struct tenant *tenant = tenant_of(source, op->object);
    bool birth = op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;

    if (tenant == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for its live objects", source->trace);
    if (birth)
        *tenant = (struct tenant){
            .birth = (uint32_t)source->births++, .born_op = source->read, .thread = op->thread};
    like->born_op = tenant->born_op;
    like->old_size = tenant->size;
    like->old_thread = tenant->thread;
    source->live_bytes -= tenant->size;
    tenant->size = op->size; /* 0 of a free */
    tenant->thread = op->thread;
    if (__builtin_add_overflow(source->live_bytes, op->size, &source->live_bytes))
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: operation %" PRIu64 " brings the live bytes above 2^64", source->trace,
                            source->read);
    op->object = tenant->birth;
    like->live_bytes = source->live_bytes;
    return HB_OK;
}

/* What the rows that come next say of operation `read`. */
static void take_rows(struct hb_like_source *source, struct hb_like_op *like)
{
    like->wait_us = 0;
    like->touched = HB_LIKE_NOT_SAID;
    if (source->wait_count > 0 && source->waits->before_op == source->read) {
        like->wait_us = source->waits->us;
        source->waits++;
        source->wait_count--;
    }
    if (source->touched_count > 0 && source->touched->op == source->read) {
        like->touched = source->touched->bytes;
        source->touched++;
        source->touched_count--;
    }
}

enum hb_status hb_like_source_read(struct hb_like_source *source, uint64_t ops, struct hb_error *error)
{
    while (source->read < ops) {
        struct hb_like_op *like = &source->ring[source->read & (source->capacity - 1)];
        enum hb_status status = source->pending_count == 0 ? next_block(source, error) : HB_OK;

        if (status != HB_OK)
            return status;
        if (source->pending_count == 0)
            return hb_error_set(error, HB_ERR_FORMAT, "%s: it is shorter than a moment ago", source->trace);
        take_rows(source, like);
        like->op = *source->pending++;
        source->pending_count--;
        status = follow(source, like, error);
        if (status != HB_OK)
            return status;
        source->read++;
    }
    return HB_OK;
}

enum hb_status hb_like_source_end(struct hb_like_source *source, uint64_t *wait_us, struct hb_error *error)
{
    enum hb_status status = source->pending_count == 0 ? next_block(source, error) : HB_OK;

    if (status != HB_OK)
        return status;
    if (source->pending_count > 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: it is longer than a moment ago", source->trace);
    *wait_us = source->wait_count > 0 ? source->waits->us : 0;
    return HB_OK;
}
