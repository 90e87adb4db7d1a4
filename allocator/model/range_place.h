/*
 * range_place.h - the questions to a range tree (range_tree.h) that cost less than a call would.
 */
#ifndef HB_ALLOCATOR_MODEL_RANGE_PLACE_H
#define HB_ALLOCATOR_MODEL_RANGE_PLACE_H

#include "allocator/model/range_nodes.h"

#define HB_NOWHERE ((struct hb_range_place){.leaf = HB_RANGE_NONE})

static inline bool hb_range_is_somewhere(struct hb_range_place place)
{
    return place.leaf != HB_RANGE_NONE;
}

/* Whether one more range can be added without asking for memory; asks for it now. False when there is none.
 */
static inline bool hb_range_tree_reserve(struct hb_range_tree *tree)
{
    return hb_pool_reserve(&tree->places, 1) && hb_pool_reserve(&tree->leaves, 1) &&
           hb_pool_reserve(&tree->inners, 2 * HB_MAX_LEVELS);
}

/* Ids are below this, those of two ranges to come included. */
static inline uint32_t hb_range_tree_ids(const struct hb_range_tree *tree)
{
    return tree->places.used + 2;
}

/* What was put elsewhere in its leaf since is found at once the next time. */
static inline struct hb_range_place hb_range_tree_find(const struct hb_range_tree *tree, uint32_t id)
{
    uint32_t *word = hb_place_of(tree, id), leaf = *word >> HB_FANOUT_LOG2;
    unsigned slot = hb_slot_in_leaf(hb_leaf_at(tree, leaf), *word % HB_FANOUT, id);

    assert(slot < hb_leaf_at(tree, leaf)->link.count);
    if (slot != *word % HB_FANOUT)
        *word = hb_place_word(leaf, slot);
    return (struct hb_range_place){leaf, slot};
}

static inline uint32_t hb_range_tree_id(const struct hb_range_tree *tree, struct hb_range_place place)
{
    assert(place.slot < hb_leaf_at(tree, place.leaf)->link.count);
    return hb_leaf_at(tree, place.leaf)->id[place.slot];
}

/* Its length alone, which is quicker than hb_range_tree_get: an offset is a sum. */
static inline uint64_t hb_range_tree_length(const struct hb_range_tree *tree, struct hb_range_place place)
{
    int64_t length = hb_leaf_at(tree, place.leaf)->length[place.slot];

    assert(length != 0);
    return (uint64_t)(length < 0 ? -length : length);
}

static inline bool hb_range_tree_is_allocated(const struct hb_range_tree *tree, struct hb_range_place place)
{
    return hb_leaf_at(tree, place.leaf)->length[place.slot] < 0;
}

static inline bool hb_range_tree_is_last(const struct hb_range_tree *tree, struct hb_range_place place)
{
    return place.leaf == tree->last_leaf && place.slot + 1 == hb_leaf_at(tree, place.leaf)->link.count;
}

/* Neighbours in address order, the first and the last range; nowhere at the ends. */
static inline struct hb_range_place hb_range_tree_first(const struct hb_range_tree *tree)
{
    return (struct hb_range_place){tree->first_leaf, 0};
}

static inline struct hb_range_place hb_range_tree_last(const struct hb_range_tree *tree)
{
    return (struct hb_range_place){tree->last_leaf, hb_leaf_at(tree, tree->last_leaf)->link.count - 1u};
}

static inline struct hb_range_place hb_range_tree_next(const struct hb_range_tree *tree,
                                                       struct hb_range_place place)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);

    if (place.slot + 1 < leaf->link.count)
        return (struct hb_range_place){place.leaf, place.slot + 1};
    return leaf->next == HB_NO_NODE ? HB_NOWHERE : (struct hb_range_place){leaf->next, 0};
}

static inline struct hb_range_place hb_range_tree_previous(const struct hb_range_tree *tree,
                                                           struct hb_range_place place)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);

    if (place.slot > 0)
        return (struct hb_range_place){place.leaf, place.slot - 1};
    if (leaf->previous == HB_NO_NODE)
        return HB_NOWHERE;
    return (struct hb_range_place){leaf->previous, hb_leaf_at(tree, leaf->previous)->link.count - 1u};
}

static inline uint64_t hb_range_tree_ranges(const struct hb_range_tree *tree)
{
    return (uint32_t)tree->counts;
}

static inline uint64_t hb_range_tree_free_ranges(const struct hb_range_tree *tree)
{
    return tree->counts >> 32;
}

#endif
