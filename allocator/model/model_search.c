/*
 * model_search.c - the policies: each finds a range and says how long the walk to it is.
 */
#include <assert.h>

#include "allocator/model/model_heap.h"

static void set_walk(struct hb_model *model, uint64_t length, uint64_t free_examined)
{
    assert(free_examined <= length && length <= hb_range_tree_ranges(model->tree));
    model->walk.length = length;
    model->walk.allocated = length - free_examined;
}

static struct hb_range_place find_first(struct hb_model *model, uint64_t need)
{
    struct hb_range_rank rank;
    struct hb_range_place found = hb_range_tree_first_fit(model->tree, need, &rank);
    uint64_t chosen = hb_range_is_somewhere(found);

    set_walk(model, rank.ranges + chosen, rank.free_ranges + chosen);
    return found;
}

/* The infinite heap's last range, where it is to be used when nothing else fits. */
static bool is_last_resort(const struct hb_model *model, struct hb_range_place place)
{
    return model->options.grows && hb_model_is_infinite(model) && hb_range_tree_is_last(model->tree, place);
}

/* The search came to the end and begins again at the first range. */
static struct hb_range_place find_round(struct hb_model *model, uint64_t need, struct hb_range_place rover)
{
    struct hb_range_tree *tree = model->tree;
    bool grows = model->options.grows && hb_model_is_infinite(model);
    uint64_t ranges = hb_range_tree_ranges(tree), free_ranges = hb_range_tree_free_ranges(tree);
    struct hb_range_rank start, end;
    struct hb_range_place found = hb_range_tree_first_fit(tree, need, &end);

    if (!hb_range_is_somewhere(found)) {
        set_walk(model, end.ranges, end.free_ranges);
        return found;
    }
    if (is_last_resort(model, found)) {
        set_walk(model, ranges, free_ranges);
        return found;
    }
    hb_range_tree_rank(tree, rover, &start); /* a heap that grows was left before its last range */
    set_walk(model, ranges - grows - start.ranges + end.ranges + 1,
             free_ranges - grows - start.free_ranges + end.free_ranges + 1);
    return found;
}

static struct hb_range_place find_next(struct hb_model *model, uint64_t need)
{
    const struct hb_range_tree *tree = model->tree;
    struct hb_range_place rover = hb_range_tree_find(tree, model->rover);
    struct hb_range_place found = hb_range_tree_first_fit_from(tree, rover, need);
    struct hb_range_rank start, end;

    if (!hb_range_is_somewhere(found) || is_last_resort(model, found))
        return find_round(model, need, rover);
    hb_range_tree_rank(tree, found, &end);
    hb_range_tree_rank(tree, rover, &start);
    set_walk(model, end.ranges - start.ranges + 1, end.free_ranges - start.free_ranges + 1);
    return found;
}

static struct hb_range_place find_best(struct hb_model *model, uint64_t need)
{
    const struct hb_range_tree *tree = model->tree;
    struct hb_range_place place;
    struct hb_fit_entry entry;

    set_walk(model, hb_range_tree_ranges(tree), hb_range_tree_free_ranges(tree));
    if (!hb_fit_index_best_fit(model->sizes, need, &entry))
        return HB_NOWHERE;
    place = hb_range_tree_find(tree, entry.id); /* an infinite heap's tail counts as longer than it is */
    return hb_range_tree_length(tree, place) >= need ? place : HB_NOWHERE;
}

struct hb_range_place hb_model_find_fit(struct hb_model *model, uint64_t need)
{
    switch (model->options.policy) {
    case HB_POLICY_NEXT:
        return find_next(model, need);
    case HB_POLICY_BEST:
        return find_best(model, need);
    case HB_POLICY_FIRST:
        break;
    }
    if (model->told.is_short)
        return hb_model_find_short(model, need);
    return model->options.merges_late ? hb_model_find_late(model, need) : find_first(model, need);
}
