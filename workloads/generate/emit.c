/*
 * emit.c - births, frees and the ends of phases, as operations to whoever takes them.
 */
#include "workloads/generate/emit.h"

#include <assert.h>

void hb_emit_flush(struct hb_emitter *e)
{
    if (e->status == HB_OK && e->count > 0)
        e->status = e->sink->append(e->sink->context, e->ops, e->count, e->error);
    e->count = 0;
}

static inline void emit(struct hb_emitter *e, struct hb_op op)
{
    if (e->count == HB_EMIT_BATCH)
        hb_emit_flush(e);
    op.thread = e->thread;
    e->ops[e->count++] = op;
}

uint32_t hb_emit_birth(struct hb_emitter *e, const struct hb_op *birth)
{
    struct hb_op op = *birth;

    assert(e->births < HB_GENERATE_MAX_BIRTHS);
    op.object = e->births;
    emit(e, op);
    return e->births++;
}

uint32_t hb_emit_alloc(struct hb_emitter *e, uint64_t bytes)
{
    return hb_emit_birth(e, &(struct hb_op){.size = bytes, .kind = HB_OP_MALLOC});
}

void hb_emit_realloc(struct hb_emitter *e, uint32_t object, uint64_t bytes)
{
    assert(object < e->births);
    emit(e, (struct hb_op){.size = bytes > 0 ? bytes : 1, .object = object, .kind = HB_OP_REALLOC});
}

void hb_emit_free(struct hb_emitter *e, uint32_t object)
{
    assert(object < e->births);
    emit(e, (struct hb_op){.object = object, .kind = HB_OP_FREE});
}

uint32_t hb_emit_allocs(struct hb_emitter *e, uint64_t count, uint64_t bytes)
{
    uint32_t first = e->births;

    for (uint64_t i = 0; i < count; i++)
        hb_emit_alloc(e, bytes);
    return first;
}

void hb_emit_frees(struct hb_emitter *e, uint32_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        hb_emit_free(e, first + (uint32_t)i);
}

void hb_emit_phase(struct hb_emitter *e, uint64_t index, uint64_t size)
{
    hb_emit_flush(e);
    if (e->status == HB_OK && e->sink->phase != NULL)
        e->status = e->sink->phase(e->sink->context, index, size, e->error);
}

void hb_emit_wait(struct hb_emitter *e, uint64_t us)
{
    if (us == 0)
        return;
    hb_emit_flush(e);
    if (e->status == HB_OK && e->sink->pass_time != NULL)
        e->status = e->sink->pass_time(e->sink->context, us, e->error);
}

void hb_emit_silence(struct hb_emitter *e, uint64_t ms)
{
    hb_emit_wait(e, ms * 1000);
}

void hb_emit_touch(struct hb_emitter *e, uint64_t bytes)
{
    hb_emit_flush(e);
    if (e->status == HB_OK && e->sink->touch != NULL)
        e->status = e->sink->touch(e->sink->context, bytes, e->error);
}
