/*
 * replay_parts.h - what the timed replays share: the hot loop, touching a block, and noting a NULL.
 */
#ifndef HB_BENCH_REPLAY_REPLAY_PARTS_H
#define HB_BENCH_REPLAY_REPLAY_PARTS_H

#include <assert.h>
#include <string.h>

#include "base/pages.h"
#include "bench/replay/replay.h"

/* Out of the way of the loop; op is the index. */
static __attribute__((noinline, cold)) void note_null(struct hb_replay *replay, const struct hb_op *op)
{
    uint64_t index = replay->windows.first + (uint64_t)(op - replay->windows.ops);

    if (op->size == 0)
        return; /* malloc(0) may be NULL */
    if (replay->failures++ == 0)
        replay->first_failure = index;
    index = hb_replay_failed_bit(replay, index);
    replay->failed[index / 64] |= UINT64_C(1) << index % 64;
}

/* The first bytes: a constant length, which is one store, wherever there are that many. */
static inline void touch_head(char *block, uint64_t size)
{
    static const uint64_t head = UINT64_C(0x0101010101010101);

    if (__builtin_expect(size >= sizeof head, 1))
        memcpy(block, &head, sizeof head);
    else
        for (uint64_t i = 0; i < size; i++)
            ((volatile char *)block)[i] = 1;
}

static inline __attribute__((always_inline)) void touch_block(char *block, uint64_t size, enum hb_touch touch,
                                                              uint64_t page)
{
    if (touch == HB_TOUCH_ALL)
        memset(block, 1, size);
    if (touch != HB_TOUCH_PAGE && touch != HB_TOUCH_EVERY)
        return;
    touch_head(block, size);
    for (uint64_t at = page - (uintptr_t)block % page; at < size; at += page)
        ((volatile char *)block)[at] = 1;
}

/* What came of an allocation. */
static inline __attribute__((always_inline)) void keep_block(struct hb_replay *replay, void **blocks,
                                                             const struct hb_op *op, char *block,
                                                             enum hb_touch touch, uint64_t page)
{
    if (__builtin_expect(block == NULL, 0))
        note_null(replay, op);
    else
        touch_block(block, op->size, touch, page);
    blocks[op->object] = block;
}

/*
 * The hot loop: replay_time.c says what it costs and what was tried. `touch` is a constant at each place that
 * expands this, and so is `beside`, which is NULL where all operations are calls. The next operation's kind
 * is loaded before the calls of this one, so that the branch on it is found mispredicted a few cycles sooner;
 * one operation past the last can be read (prepare.h).
 */
static inline __attribute__((always_inline)) void
replay_range(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap, uint64_t from,
             uint64_t to, enum hb_touch touch, hb_replay_beside *beside, void *context)
{
    const struct hb_op *op = hb_windows_op(&replay->windows, from);
    const struct hb_op *end = hb_windows_op(&replay->windows, to);
    void **const blocks = replay->blocks;
    const uint64_t page = hb_page_bytes();
    void *(*const alloc)(void *, size_t) = allocator->alloc;
    void *(*const zalloc)(void *, size_t) = allocator->zalloc;
    void (*const dealloc)(void *, void *) = allocator->dealloc;
    unsigned next_kind = op->kind;

    for (; op < end; op++) {
        unsigned kind = next_kind;
        void *block;

        next_kind = op[1].kind;
        if (kind == HB_OP_MALLOC || kind == HB_OP_CALLOC) {
            block = (kind == HB_OP_MALLOC ? alloc : zalloc)(heap, op->size);
            keep_block(replay, blocks, op, block, touch, page);
            continue;
        }
        if (__builtin_expect(kind == HB_OP_FREE, 1)) {
            dealloc(heap, blocks[op->object]); /* of NULL, which does nothing, where the object is absent */
            continue;                          /* the slot is written before it is read again */
        }
        if (kind == HB_OP_REALLOC) {
            block = allocator->resize(heap, blocks[op->object], op->size);
            if (__builtin_expect(block == NULL, 0))
                note_null(replay, op); /* and the object stays as it was */
            else
                keep_block(replay, blocks, op, block, touch, page);
            continue;
        }
        if (beside != NULL && kind >= HB_OP_KINDS) {
            beside(context, op, blocks);
            continue;
        }
        block = allocator->aligned(heap, (size_t)1 << op->align_log2, op->size);
        keep_block(replay, blocks, op, block, touch, page);
    }
}

/* The next operation before `to` whose block the program did not touch wholly; NULL: there is none. */
static inline const struct hb_touched *next_partly(struct hb_replay *replay, uint64_t to)
{
    const struct hb_prepared *prepared = replay->prepared;

    if (replay->touched == prepared->touched_count || prepared->touched[replay->touched].op >= to)
        return NULL;
    return &prepared->touched[replay->touched++];
}

/*
 * The block that an operation gave, where it did not fail: as many of its first pages as the program touched.
 * `row->bytes` are of whole pages and of the parts of pages that a block begins and ends with, which count as
 * one.
 */
static inline void touch_partly(const struct hb_replay *replay, const struct hb_touched *row, uint64_t page)
{
    char *block = replay->blocks[hb_windows_op(&replay->windows, row->op)->object], *next;

    if (row->bytes == 0 || hb_replay_failed(replay, row->op))
        return;
    assert(block != NULL);
    touch_head(block, row->bytes);
    next = block + (page - (uintptr_t)block % page);
    for (uint64_t done = page; done < row->bytes; done += page, next += page)
        *(volatile char *)next = 1;
}

#endif
