/*
 * packing.c - the two halves of a trace around a pivot, each packed by best fit.
 */
#include "bench/exact/packing.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "allocator/model/model.h"
#include "base/progress.h"

#define NOBODY    UINT32_MAX
#define TOO_LARGE (UINT64_C(1) << 62)

enum { MOST_PIVOTS = 4, PROGRESS_OPS = 1024 };

/* What one operation does, as indices of objects, or NOBODY. */
struct event {
    uint32_t dies, born;
};

struct pinned {
    uint64_t death_op;
    uint32_t object;
};

struct packer {
    struct hb_packing *packing;
    struct event *events; /* by operation */
    uint64_t op_count;
    uint64_t peak_op;
    struct pinned *stack; /* what lives after the pivot's operation, from offset 0 up */
    uint64_t stack_count;
    uint32_t *blocks; /* by object: what the model calls it */
};

/* A way to pack, and how it turned out. */
struct plan {
    uint64_t pivot_op;
    bool by_death; /* the stack: who lives longest lies lowest. Else: who was born first */
    uint64_t extent_bytes;
    uint64_t grown_op; /* when the extent came to be what it is */
};

/* -- the objects of a trace -- */

struct reader {
    struct packer *packer;
    uint32_t *object_of; /* by slot */
    uint64_t *size_of;   /* by slot */
    uint32_t header_bytes, align;
    uint64_t live_bytes;
};

static void end_object(struct reader *reader, uint64_t op, uint32_t slot)
{
    struct packer *packer = reader->packer;
    uint32_t object = reader->object_of[slot];

    if (object == NOBODY)
        return;
    packer->packing->objects[object].death_op = op;
    packer->events[op].dies = object;
    reader->live_bytes -= packer->packing->objects[object].length;
    reader->object_of[slot] = NOBODY;
}

/* False when that is more than a packing can hold. */
static bool begin_object(struct reader *reader, uint64_t op, const struct hb_op *what)
{
    struct packer *packer = reader->packer;
    struct hb_packing *packing = packer->packing;
    uint64_t mask = reader->align - 1, size = what->size, length;

    if (size == 0)
        return true;
    if (__builtin_add_overflow(size, reader->header_bytes + mask, &length) || length >= TOO_LARGE)
        return false;
    length &= ~mask;
    packing->objects[packing->count] =
        (struct hb_packed){.length = length, .born_op = op, .death_op = packer->op_count};
    packing->unaligned += what->kind == HB_OP_ALIGNED;
    packer->events[op].born = reader->object_of[what->object] = (uint32_t)packing->count++;
    reader->size_of[what->object] = size;
    reader->live_bytes += length;
    if (reader->live_bytes > packing->peak_bytes) {
        packing->peak_bytes = reader->live_bytes;
        packer->peak_op = op;
    }
    return reader->live_bytes < TOO_LARGE;
}

static bool read_operation(struct reader *reader, uint64_t op, const struct hb_op *what)
{
    uint32_t slot = what->object;

    if (what->kind == HB_OP_REALLOC && reader->object_of[slot] != NOBODY &&
        reader->size_of[slot] == what->size)
        return true;
    end_object(reader, op, slot);
    return what->kind == HB_OP_FREE || begin_object(reader, op, what);
}

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for an offline packing");
}

static enum hb_status read_operations(struct reader *reader, const struct hb_prepared *prepared,
                                      struct hb_error *error)
{
    for (uint64_t i = 0; i < prepared->slots; i++)
        reader->object_of[i] = NOBODY;
    for (uint64_t i = 0; i < prepared->op_count; i++) {
        reader->packer->events[i] = (struct event){NOBODY, NOBODY};
        if (!read_operation(reader, i, &prepared->ops[i]))
            return hb_error_set(error, HB_ERR_LIMIT,
                                "%s: 2^62 bytes or more would be live after operation %llu", prepared->name,
                                (unsigned long long)i);
    }
    return HB_OK;
}

static enum hb_status read_objects(struct packer *packer, const struct hb_prepared *prepared,
                                   uint32_t header_bytes, uint32_t align, struct hb_error *error)
{
    struct reader reader = {.packer = packer,
                            .object_of = malloc((prepared->slots + 1) * sizeof *reader.object_of),
                            .size_of = malloc((prepared->slots + 1) * sizeof *reader.size_of),
                            .header_bytes = header_bytes,
                            .align = align};
    enum hb_status status;

    if (reader.object_of != NULL && reader.size_of != NULL)
        status = read_operations(&reader, prepared, error);
    else
        status = out_of_memory(error);
    free(reader.object_of);
    free(reader.size_of);
    return status;
}

/* -- the stack at the pivot -- */

static int by_death(const void *a, const void *b)
{
    const struct pinned *x = a, *y = b;

    if (x->death_op != y->death_op)
        return x->death_op > y->death_op ? -1 : 1;
    return (x->object > y->object) - (x->object < y->object);
}

static void make_stack(struct packer *packer, const struct plan *plan)
{
    const struct hb_packing *packing = packer->packing;

    packer->stack_count = 0;
    for (uint32_t i = 0; i < packing->count && packing->objects[i].born_op <= plan->pivot_op; i++)
        if (packing->objects[i].death_op > plan->pivot_op)
            packer->stack[packer->stack_count++] = (struct pinned){packing->objects[i].death_op, i};
    if (plan->by_death)
        qsort(packer->stack, packer->stack_count, sizeof packer->stack[0], by_death);
}

/* -- the two halves -- */

static void place(struct packer *packer, struct hb_model *model, uint32_t object)
{
    struct hb_packed *packed = &packer->packing->objects[object];

    packer->blocks[object] = hb_model_alloc(model, packed->length);
    if (packer->blocks[object] != HB_MODEL_NO_BLOCK)
        packed->offset = hb_model_offset(model, packer->blocks[object]);
}

/* Moves the model past one operation, in either direction; a model without memory stays as it is. */
static void pass(struct packer *packer, struct hb_model *model, uint32_t leaves, uint32_t comes)
{
    if (hb_model_broken(model) != HB_OK)
        return;
    if (leaves != NOBODY)
        hb_model_free(model, packer->blocks[leaves]);
    if (comes != NOBODY)
        place(packer, model, comes);
}

static void note_extent(struct plan *plan, const struct hb_model *model, uint64_t op)
{
    uint64_t extent = hb_model_high_water(model);

    if (op % PROGRESS_OPS == 0)
        hb_progress_set(NULL, op);
    if (extent <= plan->extent_bytes)
        return;
    plan->extent_bytes = extent;
    plan->grown_op = op;
}

/* Given up where the extent comes to `limit`. */
static void pack_later_half(struct packer *packer, struct hb_model *model, struct plan *plan, uint64_t limit)
{
    for (uint64_t op = plan->pivot_op + 1; op < packer->op_count && plan->extent_bytes < limit; op++) {
        pass(packer, model, packer->events[op].dies, packer->events[op].born);
        note_extent(plan, model, op);
    }
}

static void pack_earlier_half(struct packer *packer, struct hb_model *model, struct plan *plan,
                              uint64_t limit)
{
    for (uint64_t op = plan->pivot_op + 1; op-- > 0 && plan->extent_bytes < limit;) {
        pass(packer, model, packer->events[op].born, packer->events[op].dies);
        note_extent(plan, model, op);
    }
}

static enum hb_status pack_half(struct packer *packer, struct plan *plan, bool later, uint64_t limit,
                                struct hb_error *error)
{
    const struct hb_model_options options = {.policy = HB_POLICY_BEST, .merge = true, .align = 1};
    struct hb_model *model;
    enum hb_status status = hb_model_create(&options, &model, error);

    if (status != HB_OK)
        return status;
    for (uint64_t i = 0; i < packer->stack_count && hb_model_broken(model) == HB_OK; i++)
        place(packer, model, packer->stack[i].object);
    note_extent(plan, model, plan->pivot_op);
    if (later)
        pack_later_half(packer, model, plan, limit);
    else
        pack_earlier_half(packer, model, plan, limit);
    if (hb_model_broken(model) == HB_ERR_LIMIT)
        status = hb_error_set(error, HB_ERR_LIMIT, "offline packing: %s", HB_MODEL_BROKEN_END);
    else if (hb_model_broken(model) != HB_OK)
        status = out_of_memory(error);
    hb_model_destroy(model);
    return status;
}

/* Carries out a plan and fills in its outcome, which is worth nothing where it came to `limit`. */
static enum hb_status carry_out(struct packer *packer, struct plan *plan, uint64_t limit,
                                struct hb_error *error)
{
    enum hb_status status;

    plan->extent_bytes = 0;
    make_stack(packer, plan);
    status = pack_half(packer, plan, true, limit, error);
    if (status == HB_OK && plan->extent_bytes < limit)
        status = pack_half(packer, plan, false, limit, error);
    return status;
}

/* -- choosing among plans -- */

/* Both orders of the stack at one pivot; `*best` is replaced where one of them is shorter. */
static enum hb_status try_pivot(struct packer *packer, uint64_t pivot_op, struct plan *best,
                                struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (unsigned order = 0; status == HB_OK && order < 2; order++) {
        struct plan plan = {.pivot_op = pivot_op, .by_death = order == 0};

        if (best->extent_bytes == packer->packing->peak_bytes)
            break;
        status = carry_out(packer, &plan, best->extent_bytes, error);
        if (status == HB_OK && plan.extent_bytes < best->extent_bytes)
            *best = plan;
    }
    return status;
}

static enum hb_status pack(struct packer *packer, struct hb_error *error)
{
    struct hb_packing *packing = packer->packing;
    struct plan best = {.extent_bytes = UINT64_MAX, .grown_op = packer->peak_op};
    uint64_t before = UINT64_MAX;
    enum hb_status status = HB_OK;

    if (packing->count == 0)
        return HB_OK;
    for (unsigned i = 0; status == HB_OK && i < MOST_PIVOTS; i++) {
        status = try_pivot(packer, best.grown_op, &best, error);
        if (best.extent_bytes == before)
            break;
        before = best.extent_bytes;
    }
    if (status == HB_OK)
        status = carry_out(packer, &best, UINT64_MAX, error); /* the last one tried need not be the best */
    packing->extent_bytes = best.extent_bytes;
    assert(status != HB_OK || packing->extent_bytes >= packing->peak_bytes);
    return status;
}

static bool open_packer(struct packer *packer, const struct hb_prepared *prepared)
{
    uint64_t ops = prepared->op_count + 1; /* there may be none */

    *packer = (struct packer){.packing = calloc(1, sizeof *packer->packing),
                              .events = malloc(ops * sizeof *packer->events),
                              .op_count = prepared->op_count,
                              .stack = malloc((prepared->slots + 1) * sizeof *packer->stack),
                              .blocks = malloc(ops * sizeof *packer->blocks)};
    if (packer->packing != NULL)
        packer->packing->objects = malloc(ops * sizeof *packer->packing->objects);
    return packer->packing != NULL && packer->packing->objects != NULL && packer->events != NULL &&
           packer->stack != NULL && packer->blocks != NULL;
}

enum hb_status hb_packing_create(const struct hb_prepared *prepared, uint32_t header_bytes, uint32_t align,
                                 struct hb_packing **out, struct hb_error *error)
{
    struct packer packer;
    enum hb_status status;

    assert(align > 0 && (align & (align - 1)) == 0);
    if (prepared->path != NULL)
        return hb_error_set(
            error, HB_ERR_LIMIT,
            "%s has %llu operations, and a packing needs to hold every object: of fewer than %llu "
            "operations",
            prepared->name, (unsigned long long)prepared->op_count, (unsigned long long)HB_STREAMED_OPS);
    if (open_packer(&packer, prepared))
        status = read_objects(&packer, prepared, header_bytes, align, error);
    else
        status = out_of_memory(error);
    if (status == HB_OK)
        status = pack(&packer, error);
    free(packer.events);
    free(packer.stack);
    free(packer.blocks);
    if (status == HB_OK)
        *out = packer.packing;
    else
        hb_packing_free(packer.packing);
    return status;
}

void hb_packing_free(struct hb_packing *packing)
{
    if (packing != NULL)
        free(packing->objects);
    free(packing);
}
