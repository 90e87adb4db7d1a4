/*
 * model_told.c - first fit that is told how long each object will live: where the short-lived go.
 */
#include <assert.h>

#include "allocator/ladder/ladder.h"
#include "allocator/model/model_heap.h"

void hb_model_foretell(struct hb_model *model, const uint32_t *lifetimes, uint64_t count)
{
    model->told = (struct hb_model_told){.lifetimes = lifetimes, .count = count};
}

void hb_model_tell(struct hb_model *model)
{
    struct hb_model_told *told = &model->told;

    told->is_short = told->next < told->count && told->lifetimes[told->next++] <= HB_ORACLE_SHORT_OPS;
}

/* What has to be aligned is placed as if it lived long. */
void hb_model_tell_aligned(struct hb_model *model, uint64_t alignment)
{
    hb_model_tell(model);
    model->told.is_short = model->told.is_short && alignment <= model->options.align;
}

/* The last free range of `need` bytes or more, but for the heap's last range. A leaf that has none is one
 * look. */
static struct hb_range_place last_fit(const struct hb_range_tree *tree, uint64_t need)
{
    for (uint32_t at = tree->last_leaf; at != HB_NO_NODE; at = hb_leaf_at(tree, at)->previous) {
        const struct hb_leaf *leaf = hb_leaf_at(tree, at);

        if (leaf->longest < (int64_t)need)
            continue;
        for (uint32_t slot = leaf->link.count; slot-- > 0;) {
            struct hb_range_place place = {at, slot};

            if (leaf->length[slot] >= (int64_t)need && !hb_range_tree_is_last(tree, place))
                return place;
        }
    }
    return HB_NOWHERE;
}

struct hb_range_place hb_model_find_short(struct hb_model *model, uint64_t need)
{
    uint64_t ranges = hb_range_tree_ranges(model->tree), rest;
    struct hb_range_place found = need <= INT64_MAX ? last_fit(model->tree, need) : HB_NOWHERE;
    struct hb_range_rank rank;
    struct hb_range range;

    model->walk.length = ranges;
    model->walk.allocated = ranges - hb_range_tree_free_ranges(model->tree);
    if (!hb_range_is_somewhere(found))
        return hb_range_tree_first_fit(model->tree, need, &rank);
    hb_range_tree_get(model->tree, found, &range);
    rest = range.length - need;
    if (rest < model->split_bytes)
        return found;
    if (!hb_range_tree_reserve(model->tree)) {
        model->broken = HB_ERR_MEMORY;
        return found;
    }
    return hb_model_leave_gap(model, found, &range, rest);
}
