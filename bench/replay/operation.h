/*
 * operation.h - one operation of a trace done to an allocator, by the rules of replay.h.
 *
 * Whoever asks something after every operation does it through this; the hot loop (replay_time.c) has its
 * own.
 */
#ifndef HB_BENCH_REPLAY_OPERATION_H
#define HB_BENCH_REPLAY_OPERATION_H

#include <assert.h>

#include "allocator/allocator.h"
#include "workloads/workload.h"

/*
 * Does `op`, whose object holds `*block` (NULL: it is absent), and leaves there what it holds afterwards:
 * NULL after a free and where there was no room, but for a realloc without room, which leaves the block as it
 * was. False iff bytes were asked for and NULL was what came.
 */
static inline bool hb_operation_do(const struct hb_allocator *allocator, void *heap, const struct hb_op *op,
                                   void **block)
{
    void *got;

    switch ((enum hb_op_kind)op->kind) {
    case HB_OP_FREE:
        allocator->dealloc(heap, *block);
        *block = NULL;
        return true;
    case HB_OP_REALLOC:
        assert(op->size > 0);
        got = allocator->resize(heap, *block, op->size);
        if (got != NULL)
            *block = got;
        return got != NULL;
    case HB_OP_CALLOC:
        got = allocator->zalloc(heap, op->size);
        break;
    case HB_OP_ALIGNED:
        got = allocator->aligned(heap, (size_t)1 << op->align_log2, op->size);
        break;
    default:
        got = allocator->alloc(heap, op->size);
        break;
    }
    *block = got;
    return got != NULL || op->size == 0;
}

#endif
