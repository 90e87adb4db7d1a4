/* range_tree.c - see range_tree.h; how nodes split and join is in range_nodes.c. */
#include "allocator/model/range_tree.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/model/range_nodes.h"

/* -- changing
 * ------------------------------------------------------------------------------------------------------ */

/* The new maximum of `lengths` after one of them went from `before` to `after`. */
static int64_t longest_after(int64_t longest, int64_t before, int64_t after, const int64_t *lengths,
                             unsigned count)
{
    if (after >= longest)
        return after;
    return before == longest ? hb_longest_in(lengths, count) : longest;
}

/* Carries a leaf's new longest free range and its change of counts (modulo 2^32) up to the root. */
static void climb(struct hb_range_tree *tree, const struct hb_link *link, int64_t longest,
                  uint32_t ranges_delta, uint32_t free_delta)
{
    tree->range_count += ranges_delta;
    tree->free_count += free_delta;
    while (link->parent != HB_NO_NODE) {
        struct hb_inner *inner = hb_inner_at(tree, link->parent);
        unsigned slot = link->slot;
        int64_t before = inner->longest[slot];

        inner->ranges[slot] += ranges_delta;
        inner->free_ranges[slot] += free_delta;
        inner->longest[slot] = longest;
        longest = longest_after(inner->longest_of_all, before, longest, inner->longest, inner->link.count);
        inner->longest_of_all = longest;
        link = &inner->link;
    }
}

bool hb_range_tree_reserve(struct hb_range_tree *tree)
{
    return hb_pool_reserve(&tree->leaf_of, 1) && hb_pool_reserve(&tree->leaves, 1) &&
           hb_pool_reserve(&tree->inners, 2 * HB_MAX_LEVELS);
}

/* Opens slot `at` of a leaf that has room and puts a new free range there; returns its id. Counts nothing. */
static uint32_t put_range(struct hb_range_tree *tree, uint32_t leaf_index, unsigned at, int64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, leaf_index);
    uint32_t id = hb_pool_take(&tree->leaf_of);
    unsigned after = leaf->link.count - at;

    assert(length >= 1 && leaf->link.count < HB_FANOUT);
    memmove(leaf->length + at + 1, leaf->length + at, after * sizeof leaf->length[0]);
    memmove(leaf->id + at + 1, leaf->id + at, after * sizeof leaf->id[0]);
    leaf->length[at] = length;
    leaf->id[at] = id;
    leaf->link.count++;
    *hb_leaf_of(tree, id) = leaf_index;
    return id;
}

struct hb_range_tree *hb_range_tree_create(uint64_t length)
{
    struct hb_range_tree *tree = calloc(1, sizeof *tree);
    uint32_t leaf;

    if (tree == NULL)
        return NULL;
    hb_pool_init(&tree->leaves, sizeof(struct hb_leaf));
    hb_pool_init(&tree->inners, sizeof(struct hb_inner));
    hb_pool_init(&tree->leaf_of, sizeof(uint32_t));
    if (!hb_range_tree_reserve(tree)) {
        hb_range_tree_destroy(tree);
        return NULL;
    }
    tree->root = hb_inner_new(tree, 1);
    leaf = hb_leaf_new(tree);
    hb_leaf_at(tree, leaf)->link.parent = tree->root;
    hb_inner_at(tree, tree->root)->child[0] = leaf;
    hb_inner_at(tree, tree->root)->link.count = 1;
    tree->first_leaf = tree->last_leaf = leaf;
    put_range(tree, leaf, 0, (int64_t)length);
    hb_leaf_at(tree, leaf)->longest = (int64_t)length;
    climb(tree, &hb_leaf_at(tree, leaf)->link, (int64_t)length, 1, 1);
    return tree;
}

void hb_range_tree_destroy(struct hb_range_tree *tree)
{
    if (tree == NULL)
        return;
    free(tree->leaves.items);
    free(tree->inners.items);
    free(tree->leaf_of.items);
    free(tree);
}

void hb_range_tree_take(struct hb_range_tree *tree, struct hb_range_place place)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t length = leaf->length[place.slot];

    assert(length > 0);
    leaf->length[place.slot] = -length;
    leaf->longest = longest_after(leaf->longest, length, 0, leaf->length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, 0, UINT32_MAX);
}

uint32_t hb_range_tree_take_part(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t whole = leaf->length[place.slot], part = (int64_t)length;
    uint32_t id = leaf->id[place.slot], rest;

    assert(part >= 1 && part < whole);
    if (leaf->link.count == HB_FANOUT) {
        hb_leaf_split(tree, place.leaf, place.slot);
        place = hb_range_tree_find(tree, id);
        leaf = hb_leaf_at(tree, place.leaf);
    }
    leaf->length[place.slot] = -part;
    rest = put_range(tree, place.leaf, place.slot + 1, whole - part);
    leaf->longest = longest_after(leaf->longest, whole, whole - part, leaf->length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, 1, 0); /* one free range less, one more */
    return rest;
}

void hb_range_tree_release(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t now = (int64_t)length;
    bool was_allocated = leaf->length[place.slot] < 0;

    assert(now >= 1);
    leaf->length[place.slot] = now;
    if (now > leaf->longest)
        leaf->longest = now;
    climb(tree, &leaf->link, leaf->longest, 0, was_allocated);
}

void hb_range_tree_remove(struct hb_range_tree *tree, uint32_t id)
{
    uint32_t index = *hb_leaf_of(tree, id);
    struct hb_leaf *leaf = hb_leaf_at(tree, index);
    unsigned at = hb_index_in_leaf(leaf, id);
    int64_t gone = leaf->length[at];
    unsigned after = leaf->link.count - at - 1u;

    assert(tree->range_count > 1);
    if (at == 0)
        leaf->start += hb_bytes_before(leaf, 1); /* the range before, in another leaf, takes it in */
    memmove(leaf->length + at, leaf->length + at + 1, after * sizeof leaf->length[0]);
    memmove(leaf->id + at, leaf->id + at + 1, after * sizeof leaf->id[0]);
    leaf->link.count--;
    leaf->longest = longest_after(leaf->longest, gone, 0, leaf->length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, UINT32_MAX, gone > 0 ? UINT32_MAX : 0);
    hb_pool_give_back(&tree->leaf_of, id);
    hb_leaf_shrink(tree, index);
}

/* -- asking
 * -------------------------------------------------------------------------------------------------------- */

static const struct hb_range_place nowhere = {.leaf = HB_RANGE_NONE};

struct hb_range_place hb_range_tree_find(const struct hb_range_tree *tree, uint32_t id)
{
    uint32_t leaf = *hb_leaf_of(tree, id);

    return (struct hb_range_place){leaf, hb_index_in_leaf(hb_leaf_at(tree, leaf), id)};
}

uint32_t hb_range_tree_id(const struct hb_range_tree *tree, struct hb_range_place place)
{
    return hb_leaf_at(tree, place.leaf)->id[place.slot];
}

void hb_range_tree_get(const struct hb_range_tree *tree, struct hb_range_place place, struct hb_range *range)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t length = leaf->length[place.slot];

    range->offset = leaf->start + hb_bytes_before(leaf, place.slot);
    range->allocated = length < 0;
    range->length = (uint64_t)(length < 0 ? -length : length);
}

struct hb_range_place hb_range_tree_first(const struct hb_range_tree *tree)
{
    return (struct hb_range_place){tree->first_leaf, 0};
}

struct hb_range_place hb_range_tree_last(const struct hb_range_tree *tree)
{
    return (struct hb_range_place){tree->last_leaf, hb_leaf_at(tree, tree->last_leaf)->link.count - 1u};
}

struct hb_range_place hb_range_tree_next(const struct hb_range_tree *tree, struct hb_range_place place)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);

    if (place.slot + 1 < leaf->link.count)
        return (struct hb_range_place){place.leaf, place.slot + 1};
    return leaf->next == HB_NO_NODE ? nowhere : (struct hb_range_place){leaf->next, 0};
}

struct hb_range_place hb_range_tree_previous(const struct hb_range_tree *tree, struct hb_range_place place)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);

    if (place.slot > 0)
        return (struct hb_range_place){place.leaf, place.slot - 1};
    if (leaf->previous == HB_NO_NODE)
        return nowhere;
    return (struct hb_range_place){leaf->previous, hb_leaf_at(tree, leaf->previous)->link.count - 1u};
}

uint64_t hb_range_tree_ranges(const struct hb_range_tree *tree)
{
    return tree->range_count;
}

uint64_t hb_range_tree_free_ranges(const struct hb_range_tree *tree)
{
    return tree->free_count;
}

/* -- searching
 * ------------------------------------------------------------------------------------------------------- */

/* The first of the lengths from slot `from` on that is at least `need`, or `count`. */
static unsigned first_at_least(const int64_t *lengths, unsigned from, unsigned count, int64_t need)
{
    unsigned i = from;

    while (i < count && lengths[i] < need)
        i++;
    return i;
}

/* Longer than any range: nothing fits. */
static int64_t clamp(uint64_t need)
{
    return need > INT64_MAX ? INT64_MAX : (int64_t)need;
}

/* Goes down from entry `slot` of `inner`, which holds something long enough, adding up what is passed. */
static struct hb_range_place descend(const struct hb_range_tree *tree, const struct hb_inner *inner,
                                     unsigned slot, int64_t need, struct hb_range_rank *rank)
{
    const struct hb_leaf *leaf;
    unsigned leaf_slot;

    while (inner->level > 1) {
        inner = hb_inner_at(tree, inner->child[slot]);
        slot = first_at_least(inner->longest, 0, inner->link.count, need);
        rank->ranges += hb_sum(inner->ranges, slot);
        rank->free_ranges += hb_sum(inner->free_ranges, slot);
    }
    leaf_slot = slot;
    leaf = hb_leaf_at(tree, inner->child[leaf_slot]);
    slot = first_at_least(leaf->length, 0, leaf->link.count, need);
    assert(slot < leaf->link.count);
    rank->ranges += slot;
    rank->free_ranges += hb_count_free(leaf, slot);
    return (struct hb_range_place){inner->child[leaf_slot], slot};
}

struct hb_range_place hb_range_tree_first_fit(const struct hb_range_tree *tree, uint64_t need,
                                              struct hb_range_rank *rank)
{
    const struct hb_inner *root = hb_inner_at(tree, tree->root);
    int64_t least = clamp(need);
    unsigned slot;

    assert(need >= 1);
    if (root->longest_of_all < least) {
        *rank = (struct hb_range_rank){tree->range_count, tree->free_count};
        return nowhere;
    }
    slot = first_at_least(root->longest, 0, root->link.count, least);
    rank->ranges = hb_sum(root->ranges, slot);
    rank->free_ranges = hb_sum(root->free_ranges, slot);
    return descend(tree, root, slot, least, rank);
}

struct hb_range_place hb_range_tree_first_fit_from(const struct hb_range_tree *tree,
                                                   struct hb_range_place from, uint64_t need)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, from.leaf);
    int64_t least = clamp(need);
    unsigned at = first_at_least(leaf->length, from.slot, leaf->link.count, least);
    const struct hb_link *link = &leaf->link;
    struct hb_range_rank unused = {0, 0};

    assert(need >= 1);
    if (at < leaf->link.count)
        return (struct hb_range_place){from.leaf, at};
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);
        unsigned slot = first_at_least(inner->longest, link->slot + 1u, inner->link.count, least);

        if (slot < inner->link.count)
            return descend(tree, inner, slot, least, &unused);
        link = &inner->link;
    }
    return nowhere;
}

void hb_range_tree_rank(const struct hb_range_tree *tree, struct hb_range_place place,
                        struct hb_range_rank *rank)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    const struct hb_link *link = &leaf->link;

    rank->ranges = place.slot;
    rank->free_ranges = hb_count_free(leaf, place.slot);
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);

        rank->ranges += hb_sum(inner->ranges, link->slot);
        rank->free_ranges += hb_sum(inner->free_ranges, link->slot);
        link = &inner->link;
    }
}
