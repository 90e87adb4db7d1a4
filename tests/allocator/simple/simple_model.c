/*
 * simple_model.c - the simple allocator as results/README.md describes it.
 */
#include "tests/allocator/simple/simple_model.h"

#include <assert.h>
#include <string.h>

void model_init(struct model *model, uint64_t bytes)
{
    model->ranges[0] = (struct model_range){.offset = 0, .length = bytes, .allocated = false};
    model->count = 1;
    model->high_water = 0;
    model->walks = model->walk_length = model->walk_allocated = 0;
}

/* Cuts range `i` after `length` bytes. */
static void cut(struct model *model, uint64_t i, uint64_t length)
{
    struct model_range *range = &model->ranges[i];

    assert(model->count < MODEL_RANGES_MAX);
    memmove(range + 2, range + 1, (model->count - i - 1) * sizeof *range);
    range[1].offset = range->offset + length;
    range[1].length = range->length - length;
    range[1].allocated = false;
    range->length = length;
    model->count++;
}

uint64_t model_malloc(struct model *model, uint64_t size)
{
    uint64_t need = size + 8;
    uint64_t examined = 0, allocated = 0, chosen = MODEL_NULL;

    if (size == 0 || need < size)
        return MODEL_NULL;
    for (uint64_t i = 0; i < model->count && chosen == MODEL_NULL; i++) {
        examined++;
        if (model->ranges[i].allocated)
            allocated++;
        else if (model->ranges[i].length >= need)
            chosen = i;
    }
    model->walks++;
    model->walk_length = examined;
    model->walk_allocated = allocated;
    if (chosen == MODEL_NULL)
        return MODEL_NULL;
    if (model->ranges[chosen].length - need >= 8)
        cut(model, chosen, need);
    model->ranges[chosen].allocated = true;
    if (model->ranges[chosen].offset + model->ranges[chosen].length > model->high_water)
        model->high_water = model->ranges[chosen].offset + model->ranges[chosen].length;
    return model->ranges[chosen].offset + 8;
}

static uint64_t find(const struct model *model, uint64_t payload)
{
    uint64_t i = 0;

    while (model->ranges[i].offset + 8 != payload) {
        i++;
        assert(i < model->count);
    }
    return i;
}

void model_free(struct model *model, uint64_t payload)
{
    if (payload != MODEL_NULL)
        model->ranges[find(model, payload)].allocated = false;
}

uint64_t model_usable(const struct model *model, uint64_t payload)
{
    return model->ranges[find(model, payload)].length - 8;
}

uint64_t model_realloc(struct model *model, uint64_t payload, uint64_t size)
{
    uint64_t moved;

    if (payload == MODEL_NULL)
        return model_malloc(model, size);
    if (size == 0) {
        model_free(model, payload);
        return MODEL_NULL;
    }
    if (size <= model_usable(model, payload))
        return payload;
    moved = model_malloc(model, size);
    if (moved != MODEL_NULL)
        model_free(model, payload);
    return moved;
}

struct model_totals model_totals(const struct model *model)
{
    struct model_totals totals = {.ranges = model->count};
    uint64_t run = 0;

    for (uint64_t i = 0; i < model->count; i++) {
        const struct model_range *range = &model->ranges[i];

        if (range->allocated) {
            totals.allocated_bytes += range->length;
            run = 0;
            continue;
        }
        totals.free_ranges++;
        totals.free_bytes += range->length;
        run += range->length;
        totals.largest_free = range->length > totals.largest_free ? range->length : totals.largest_free;
        totals.largest_run = run > totals.largest_run ? run : totals.largest_run;
    }
    return totals;
}
