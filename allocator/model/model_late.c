/*
 * model_late.c - merging put off until a walk fails, without the pass over all ranges that a heap makes then.
 *
 * Two free ranges come to lie side by side only where one of them was freed since free ranges were last
 * merged, or is the rest of one that was. Those are kept on a list, and the list alone is gone through.
 */
#include <assert.h>
#include <stdlib.h>

#include "allocator/model/model_heap.h"

enum { FIRST_CAPACITY = 1024 };

bool hb_model_late_reserve(struct hb_model *model)
{
    struct hb_model_late *late = &model->late;
    uint32_t capacity = late->capacity;
    uint8_t *listed;
    uint32_t *ids;

    while (capacity <= model->tree->places.used)
        capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    if (capacity == late->capacity)
        return true;
    ids = realloc(late->ids, capacity * sizeof *ids);
    if (ids == NULL)
        return false;
    late->ids = ids;
    listed = realloc(late->listed, capacity);
    if (listed == NULL)
        return false;
    for (uint32_t id = late->capacity; id < capacity; id++)
        listed[id] = false;
    late->listed = listed;
    late->capacity = capacity;
    return true;
}

void hb_model_late_note(struct hb_model *model, uint32_t id)
{
    struct hb_model_late *late = &model->late;

    assert(id < late->capacity && late->count <= late->capacity);
    if (late->listed[id])
        return;
    late->listed[id] = true;
    late->ids[late->count++] = id;
}

void hb_model_late_forget(struct hb_model *model, uint32_t gone)
{
    if (gone < model->late.capacity)
        model->late.listed[gone] = false;
}

void hb_model_late_clear(struct hb_model *model)
{
    free(model->late.listed);
    free(model->late.ids);
}

/* Until neither neighbour is free: what it takes in may have been the only one listed of its own neighbours.
 */
static void merge_around(struct hb_model *model, uint32_t id)
{
    uint64_t ranges;

    do {
        ranges = hb_range_tree_ranges(model->tree);
        id = hb_model_merge_free(model, id);
    } while (hb_range_tree_ranges(model->tree) < ranges);
}

/* One that was handed out since has nothing to merge, and one that another took in is no more. */
static void merge_all(struct hb_model *model)
{
    struct hb_model_late *late = &model->late;

    for (uint32_t i = 0; i < late->count; i++) {
        uint32_t id = late->ids[i];

        if (late->listed[id] && !hb_range_tree_is_allocated(model->tree, hb_range_tree_find(model->tree, id)))
            merge_around(model, id);
        late->listed[id] = false;
    }
    late->count = 0;
    late->freed = false;
}

struct hb_range_place hb_model_find_late(struct hb_model *model, uint64_t need)
{
    const struct hb_range_tree *tree = model->tree;
    struct hb_range_rank rank;
    struct hb_range_place found = hb_range_tree_first_fit(model->tree, need, &rank);
    uint64_t ranges = hb_range_tree_ranges(tree), free_ranges = hb_range_tree_free_ranges(tree);
    uint64_t chosen = hb_range_is_somewhere(found);

    model->walk.length = rank.ranges + chosen;
    model->walk.allocated = rank.ranges - rank.free_ranges;
    if ((chosen && !hb_range_tree_is_last(tree, found)) || !model->late.freed)
        return found;
    merge_all(model);
    model->walk.length = 2 * ranges;
    model->walk.allocated = 2 * (ranges - free_ranges);
    return hb_range_tree_first_fit(model->tree, need, &rank);
}
