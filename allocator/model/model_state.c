/*
 * model_state.c - what a model heap says of itself and of its blocks.
 */
#include <assert.h>

#include "allocator/model/model_heap.h"
#include "allocator/range_totals.h"

enum hb_status hb_model_broken(const struct hb_model *model)
{
    return model->broken;
}

uint64_t hb_model_offset(const struct hb_model *model, uint32_t block)
{
    struct hb_range range;

    hb_range_tree_get(model->tree, hb_range_tree_find(model->tree, block), &range);
    assert(range.allocated && range.offset + range.length <= model->total_bytes);
    return range.offset + model->options.header_bytes;
}

uint64_t hb_model_usable_bytes(const struct hb_model *model, uint32_t block)
{
    struct hb_range_place place = hb_range_tree_find(model->tree, block);

    return hb_range_tree_length(model->tree, place) - model->options.header_bytes;
}

uint64_t hb_model_high_water(const struct hb_model *model)
{
    return model->high_water_bytes;
}

uint64_t hb_model_reach(const struct hb_model *model)
{
    return model->reach_bytes > model->high_water_bytes ? model->reach_bytes : model->high_water_bytes;
}

void hb_model_last_walk(const struct hb_model *model, struct hb_walk *walk)
{
    *walk = model->walk;
    if (model->options.lists_free) {
        assert(walk->allocated <= walk->length);
        walk->length -= walk->allocated;
        walk->allocated = 0;
    }
    walk->ranges = hb_range_tree_ranges(model->tree);
    walk->high_water_bytes = model->high_water_bytes;
}

/* Totals that end before the tail of an infinite heap, which counts as a range and as nothing else. */
struct inspection {
    struct hb_range_totals totals;
    uint64_t tail_offset; /* UINT64_MAX: there is none */
};

static bool inspect_range(void *context, const struct hb_range *range)
{
    struct inspection *inspection = context;

    if (range->offset == inspection->tail_offset) {
        inspection->totals.state.ranges++;
        return false;
    }
    hb_totals_add(&inspection->totals, range);
    return true;
}

void hb_model_inspect(const struct hb_model *model, struct hb_heap_state *state)
{
    struct inspection inspection = {.tail_offset = UINT64_MAX};
    struct hb_range tail;

    if (hb_model_is_infinite(model)) {
        hb_range_tree_get(model->tree, hb_range_tree_last(model->tree), &tail);
        inspection.tail_offset = tail.offset;
    }
    hb_model_ranges(model, inspect_range, &inspection);
    *state = inspection.totals.state;
    assert(hb_model_is_infinite(model) ||
           state->allocated_range_bytes + state->free_bytes == model->total_bytes);
    assert(state->allocated_range_bytes <= model->high_water_bytes);
    state->high_water_bytes = model->high_water_bytes;
    state->header_bytes = model->options.header_bytes;
}

void hb_model_ranges(const struct hb_model *model, bool (*visit)(void *context, const struct hb_range *range),
                     void *context)
{
    hb_range_tree_visit(model->tree, visit, context);
}

void hb_model_expect(const struct hb_model *model, uint32_t block, bool soon)
{
    hb_range_tree_prefetch(model->tree, block, soon);
}
