/*
 * emit.h - what generators say: a block is born, a block is freed, a phase is over.
 *
 * Operations are gathered and handed to the sink in batches. The first failure of the sink sticks: from then
 * on nothing is emitted, and a generator need only look at hb_emit_ok() once in a while. Threads first do
 * something in the order of their numbers.
 */
#ifndef HB_WORKLOADS_GENERATE_EMIT_H
#define HB_WORKLOADS_GENERATE_EMIT_H

#include <stdbool.h>

#include "workloads/generate/generate.h"

enum { HB_EMIT_BATCH = 4096 };

struct hb_emitter {
    const struct hb_generate_sink *sink;
    struct hb_error *error;
    enum hb_status status;
    uint32_t births;
    uint16_t thread; /* that does what is emitted next; 0 at first */
    size_t count;
    struct hb_op ops[HB_EMIT_BATCH];
};

/* A block of `bytes`; returns its object's id, by which it is freed. */
uint32_t hb_emit_alloc(struct hb_emitter *emitter, uint64_t bytes);
/* A birth of the same kind, size and alignment as this one's. */
uint32_t hb_emit_birth(struct hb_emitter *emitter, const struct hb_op *birth);
/* To 1 byte where `bytes` is 0: a realloc to nothing would be a free. */
void hb_emit_realloc(struct hb_emitter *emitter, uint32_t object, uint64_t bytes);
void hb_emit_free(struct hb_emitter *emitter, uint32_t object);

/* `count` blocks of `bytes` each, with consecutive ids; returns the first. And the reverse, oldest first. */
uint32_t hb_emit_allocs(struct hb_emitter *emitter, uint64_t count, uint64_t bytes);
void hb_emit_frees(struct hb_emitter *emitter, uint32_t first, uint64_t count);

/* Hands over what was gathered and tells the sink that phase `index` is over. */
void hb_emit_phase(struct hb_emitter *emitter, uint64_t index, uint64_t size);

/* Hands over what was gathered and lets so much time pass; 0 is nothing. */
void hb_emit_wait(struct hb_emitter *emitter, uint64_t us);
void hb_emit_silence(struct hb_emitter *emitter, uint64_t ms);

/* Hands over what was gathered and says what is touched of the block that is emitted next. */
void hb_emit_touch(struct hb_emitter *emitter, uint64_t bytes);

void hb_emit_flush(struct hb_emitter *emitter);

static inline bool hb_emit_ok(const struct hb_emitter *emitter)
{
    return emitter->status == HB_OK;
}

/* What to ask for to get a block of `units`. */
static inline uint64_t hb_request_bytes(const struct hb_generate_settings *settings, uint64_t units)
{
    return units * settings->unit - settings->header;
}

#endif
