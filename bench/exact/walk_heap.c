/*
 * walk_heap.c - the exact model led through a trace by birth ids, so that ranges can be named.
 */
#include "bench/exact/walk_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/model/model.h"
#include "allocator/region.h"
#include "base/number.h"
#include "base/pages.h"
#include "base/printable.h"
#include "bench/replay/operation.h"

static const struct hb_allocator *find_model(const struct hb_allocator *subject)
{
    if ((subject->caps & HB_CAP_MODEL) != 0)
        return subject;
    return subject->model != NULL ? hb_allocator_find(subject->model) : NULL;
}

/* What the marks on a picture are to be, as far as a model tells. */
static void take_policy(struct hb_walk_heap *heap, const struct hb_model_options *options)
{
    heap->merges = options == NULL || options->merge;
    heap->is_first_fit = options != NULL && options->policy == HB_POLICY_FIRST && !options->lists_free &&
                         !options->merges_late && !options->told;
    if (options != NULL)
        heap->split_bytes = options->header_bytes > options->align ? options->header_bytes : options->align;
}

/* Whom to ask: only what is built in has ranges to show, and is in this process. */
static enum hb_status choose_allocator(struct hb_walk_heap *heap, const char *name, struct hb_error *error)
{
    const struct hb_allocator *model;
    enum hb_status status = hb_allocator_check_name(name, error);

    if (status != HB_OK)
        return status;
    heap->subject = hb_allocator_find(name);
    if (heap->subject == NULL || heap->subject->ranges == NULL)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "'%.100s' cannot show its ranges; simple and every other rung of the ladder and its "
            "models can ('heapbench list')",
            name);
    model = find_model(heap->subject);
    heap->allocator = model != NULL ? model : heap->subject->counting;
    take_policy(heap, model != NULL ? model->state : NULL);
    return heap->allocator != NULL
               ? HB_OK
               : hb_error_set(error, HB_ERR_USAGE, "%s does not walk: there is nothing to show", name);
}

/* An ample heap of a model is as long as the one that its allocator gets, so that its last range is too. */
static uint64_t length_of(const struct hb_walk_heap *heap)
{
    bool is_model = (heap->allocator->caps & HB_CAP_MODEL) != 0;

    return heap->heap_bytes == 0 && is_model ? HB_REGION_AMPLE_BYTES : heap->heap_bytes;
}

static size_t table_bytes(const struct hb_walk_heap *heap)
{
    return (heap->workload->object_count + 1) * sizeof(uint64_t);
}

enum hb_status hb_walk_heap_create(const struct hb_workload *workload, const char *name, uint64_t heap_bytes,
                                   struct hb_walk_heap **out, struct hb_error *error)
{
    struct hb_walk_heap *heap = calloc(1, sizeof *heap);

    if (heap == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to walk through %s", workload->name);
    heap->workload = workload;
    heap->heap_bytes = heap_bytes;
    heap->blocks = hb_pages_reserve(table_bytes(heap));
    heap->sizes = hb_pages_reserve(table_bytes(heap));
    if (heap->blocks == NULL || heap->sizes == NULL)
        hb_error_set(error, HB_ERR_MEMORY, "no memory to walk through %s", workload->name);
    else if (choose_allocator(heap, name, error) == HB_OK && heap->allocator != NULL)
        heap->heap = heap->allocator->create(heap->allocator, length_of(heap), error);
    if (heap->heap == NULL ||
        hb_foretell_workload(workload, heap->allocator, heap->heap, &heap->foretold, error) != HB_OK) {
        hb_walk_heap_destroy(heap);
        return error->status;
    }
    heap->allocator->last_walk(heap->heap, &heap->last);
    *out = heap;
    return HB_OK;
}

void hb_walk_heap_destroy(struct hb_walk_heap *heap)
{
    if (heap == NULL)
        return;
    if (heap->heap != NULL)
        heap->allocator->destroy(heap->heap);
    hb_foretold_clear(&heap->foretold);
    hb_pages_free(heap->blocks, table_bytes(heap));
    hb_pages_free(heap->sizes, table_bytes(heap));
    free(heap);
}

const char *hb_walk_heap_name(const struct hb_walk_heap *heap, uint32_t object, char name[HB_WALK_NAME_BYTES])
{
    char *const *names = heap->workload->names;
    uint64_t number = object;

    if (names == NULL || hb_number_parse(names[object], &number))
        snprintf(name, HB_WALK_NAME_BYTES, "object %" PRIu64, number);
    else
        hb_printable(name, HB_WALK_NAME_BYTES, names[object], "");
    return name;
}

uint64_t hb_walk_heap_need(const struct hb_walk_heap *heap, const struct hb_op *op)
{
    size_t alignment = op->kind == HB_OP_ALIGNED ? (size_t)1 << op->align_log2 : 1;

    return op->kind == HB_OP_FREE || op->size == 0 ? 0
                                                   : heap->allocator->need(heap->heap, alignment, op->size);
}

/* Zeros are none of a walk's business, and would take as much memory as the program had. */
static struct hb_op without_zeros(const struct hb_op *op)
{
    struct hb_op plain = *op;

    if (plain.kind == HB_OP_CALLOC)
        plain.kind = HB_OP_MALLOC;
    return plain;
}

bool hb_walk_heap_step(struct hb_walk_heap *heap, struct hb_step *step)
{
    const struct hb_op asked = without_zeros(&heap->workload->ops[heap->done]), *op = &asked;
    void *before = op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC ? heap->blocks[op->object] : NULL;
    uint64_t old_offset = before != NULL ? heap->allocator->offset(heap->heap, before) : 0;
    void *after = before;
    bool served = hb_operation_do(heap->allocator, heap->heap, op, &after);
    struct hb_walk old = heap->last;

    *step = (struct hb_step){.op = heap->done++, .absent = before == NULL, .old_offset = old_offset};
    step->need = hb_walk_heap_need(heap, op);
    step->failed = !served;
    heap->allocator->last_walk(heap->heap, &heap->last);
    step->walk = heap->last;
    step->walked = heap->last.walks != old.walks;
    if (op->kind == HB_OP_FREE && heap->last.ranges < old.ranges)
        step->merged = old.ranges - heap->last.ranges;
    step->moved = before != NULL && after != NULL && after != before;
    if (served || op->kind != HB_OP_REALLOC) /* else it stays as it was */
        heap->sizes[op->object] = op->size;
    heap->blocks[op->object] = after;
    step->held = after != NULL;
    step->offset = step->held ? heap->allocator->offset(heap->heap, after) : 0;
    return heap->allocator->broken == NULL || heap->allocator->broken(heap->heap) == HB_OK;
}

bool hb_walk_heap_next_walks(const struct hb_walk_heap *heap)
{
    const struct hb_op *op = &heap->workload->ops[heap->done];
    void *block;

    if (heap->done == heap->workload->op_count || op->kind == HB_OP_FREE || op->size == 0)
        return false;
    if (hb_walk_heap_need(heap, op) == UINT64_MAX)
        return false; /* it overflows before it walks */
    block = op->kind == HB_OP_REALLOC ? heap->blocks[op->object] : NULL;
    return block == NULL || heap->allocator->usable_size(heap->heap, block) < op->size;
}

struct gathered_ranges {
    struct hb_held_range *ranges;
    uint64_t count;
};

static bool count_range(void *context, const struct hb_range *range)
{
    struct gathered_ranges *g = context;

    (void)range;
    g->count++;
    return true;
}

static bool gather_range(void *context, const struct hb_range *range)
{
    struct gathered_ranges *g = context;

    g->ranges[g->count++] = (struct hb_held_range){.range = *range};
    return true;
}

/* The range in which the payload at `offset` lies. */
static struct hb_held_range *find_range(const struct gathered_ranges *g, uint64_t offset)
{
    uint64_t low = 0, high = g->count;

    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (g->ranges[middle].range.offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return &g->ranges[low];
}

static void name_objects(const struct hb_walk_heap *heap, const struct gathered_ranges *g)
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
    struct gathered_ranges g = {0};

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
