/*
 * walk_heap.c - the exact model led through a trace by birth ids, so that ranges can be named.
 */
#include "bench/exact/walk_heap.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/region.h"
#include "base/pages.h"
#include "bench/replay/operation.h"

/* Places as simple does. */
static const struct hb_allocator *open_model(struct hb_error *error)
{
    const struct hb_allocator *model;

    return hb_allocator_open("model-first", &model, NULL, error) == HB_OK ? model : NULL;
}

/* An ample heap is as long as the one that simple gets, so that its last range is too. */
static uint64_t length_of(uint64_t heap_bytes)
{
    return heap_bytes != 0 ? heap_bytes : HB_REGION_AMPLE_BYTES;
}

static size_t table_bytes(const struct hb_walk_heap *heap)
{
    return (heap->workload->object_count + 1) * sizeof(uint64_t);
}

enum hb_status hb_walk_heap_create(const struct hb_workload *workload, uint64_t heap_bytes,
                                   struct hb_walk_heap **out, struct hb_error *error)
{
    struct hb_walk_heap *heap = calloc(1, sizeof *heap);

    if (heap == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to walk through %s", workload->name);
    heap->workload = workload;
    heap->heap_bytes = heap_bytes;
    heap->allocator = open_model(error);
    heap->blocks = hb_pages_reserve(table_bytes(heap));
    heap->sizes = hb_pages_reserve(table_bytes(heap));
    if (heap->blocks == NULL || heap->sizes == NULL)
        hb_error_set(error, HB_ERR_MEMORY, "no memory to walk through %s", workload->name);
    else if (heap->allocator != NULL)
        heap->heap = heap->allocator->create(heap->allocator, length_of(heap_bytes), error);
    if (heap->heap == NULL) {
        hb_walk_heap_destroy(heap);
        return error->status;
    }
    *out = heap;
    return HB_OK;
}

void hb_walk_heap_destroy(struct hb_walk_heap *heap)
{
    if (heap == NULL)
        return;
    if (heap->heap != NULL)
        heap->allocator->destroy(heap->heap);
    hb_pages_free(heap->blocks, table_bytes(heap));
    hb_pages_free(heap->sizes, table_bytes(heap));
    free(heap);
}

bool hb_walk_heap_step(struct hb_walk_heap *heap, struct hb_step *step)
{
    const struct hb_op *op = &heap->workload->ops[heap->done];
    void *before = op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC ? heap->blocks[op->object] : NULL;
    uint64_t old_offset = before != NULL ? heap->allocator->offset(heap->heap, before) : 0;
    void *after = before;
    bool served = hb_operation_do(heap->allocator, heap->heap, op, &after);
    struct hb_walk old = heap->last;

    *step = (struct hb_step){.op = heap->done++, .absent = before == NULL, .old_offset = old_offset};
    step->failed = !served;
    heap->allocator->last_walk(heap->heap, &heap->last);
    step->walk = heap->last;
    step->walked = heap->last.walks != old.walks;
    step->moved = before != NULL && after != NULL && after != before;
    if (served || op->kind != HB_OP_REALLOC) /* else it stays as it was */
        heap->sizes[op->object] = op->size;
    heap->blocks[op->object] = after;
    step->held = after != NULL;
    step->offset = step->held ? heap->allocator->offset(heap->heap, after) : 0;
    return heap->allocator->broken(heap->heap) == HB_OK;
}

bool hb_walk_heap_next_walks(const struct hb_walk_heap *heap)
{
    const struct hb_op *op = &heap->workload->ops[heap->done];
    void *block;

    if (heap->done == heap->workload->op_count || op->kind == HB_OP_FREE || op->size == 0)
        return false;
    if (op->size > UINT64_MAX - HB_WALK_RECORD_BYTES)
        return false; /* it overflows before it walks */
    block = op->kind == HB_OP_REALLOC ? heap->blocks[op->object] : NULL;
    return block == NULL || heap->allocator->usable_size(heap->heap, block) < op->size;
}

struct gathering {
    struct hb_held_range *ranges;
    uint64_t count;
};

static bool count_range(void *context, const struct hb_range *range)
{
    struct gathering *g = context;

    (void)range;
    g->count++;
    return true;
}

static bool gather_range(void *context, const struct hb_range *range)
{
    struct gathering *g = context;

    g->ranges[g->count++] = (struct hb_held_range){.range = *range};
    return true;
}

/* The range in which the payload at `offset` lies. */
static struct hb_held_range *find_range(const struct gathering *g, uint64_t offset)
{
    uint64_t low = 0, high = g->count;

    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (g->ranges[middle].range.offset < offset)
            low = middle;
        else
            high = middle;
    }
    return &g->ranges[low];
}

static void name_objects(const struct hb_walk_heap *heap, const struct gathering *g)
{
    for (uint64_t object = 0; object < heap->workload->object_count; object++) {
        struct hb_held_range *held;

        if (heap->blocks[object] == NULL)
            continue;
        held = find_range(g, heap->allocator->offset(heap->heap, heap->blocks[object]));
        held->has_object = true;
        held->object = (uint32_t)object;
        held->size = heap->sizes[object];
    }
}

struct hb_held_range *hb_walk_heap_ranges(const struct hb_walk_heap *heap, uint64_t *count)
{
    struct gathering g = {0};

    heap->allocator->ranges(heap->heap, count_range, &g);
    g.ranges = calloc(g.count, sizeof *g.ranges);
    if (g.ranges == NULL)
        return NULL;
    g.count = 0;
    heap->allocator->ranges(heap->heap, gather_range, &g);
    name_objects(heap, &g);
    *count = g.count;
    return g.ranges;
}
