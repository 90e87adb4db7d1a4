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

/* Puts a new free range into slot `at` of a leaf that has room; returns its id. */
static uint32_t put_range(struct hb_range_tree *tree, uint32_t leaf_index, unsigned at, uint64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, leaf_index);
    uint32_t id = hb_pool_take(&tree->leaf_of);
    unsigned after = leaf->link.count - at;

    assert(length >= 1 && leaf->link.count < HB_FANOUT);
    memmove(leaf->length + at + 1, leaf->length + at, after * sizeof leaf->length[0]);
    memmove(leaf->id + at + 1, leaf->id + at, after * sizeof leaf->id[0]);
    leaf->length[at] = (int64_t)length;
    leaf->id[at] = id;
    leaf->link.count++;
    *hb_leaf_of(tree, id) = leaf_index;
    if (leaf->length[at] > leaf->longest)
        leaf->longest = leaf->length[at];
    climb(tree, &leaf->link, leaf->longest, 1, 1);
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
    put_range(tree, leaf, 0, length);
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

uint32_t hb_range_tree_insert_after(struct hb_range_tree *tree, uint32_t id, uint64_t length)
{
    uint32_t leaf = *hb_leaf_of(tree, id);
    unsigned at = hb_index_in_leaf(hb_leaf_at(tree, leaf), id);

    if (hb_leaf_at(tree, leaf)->link.count == HB_FANOUT) {
        hb_leaf_split(tree, leaf, at);
        leaf = *hb_leaf_of(tree, id);
        at = hb_index_in_leaf(hb_leaf_at(tree, leaf), id);
    }
    return put_range(tree, leaf, at + 1, length);
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

void hb_range_tree_set(struct hb_range_tree *tree, uint32_t id, uint64_t length, bool allocated)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    unsigned at = hb_index_in_leaf(leaf, id);
    int64_t before = leaf->length[at], now = allocated ? -(int64_t)length : (int64_t)length;

    assert(length >= 1);
    leaf->length[at] = now;
    leaf->longest = longest_after(leaf->longest, before, now, leaf->length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, 0, (uint32_t)(now > 0) - (uint32_t)(before > 0));
}

/* -- asking
 * -------------------------------------------------------------------------------------------------------- */

void hb_range_tree_get(const struct hb_range_tree *tree, uint32_t id, struct hb_range *range)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    unsigned at = hb_index_in_leaf(leaf, id);

    range->offset = leaf->start + hb_bytes_before(leaf, at);
    range->allocated = leaf->length[at] < 0;
    range->length = (uint64_t)(range->allocated ? -leaf->length[at] : leaf->length[at]);
}

uint64_t hb_range_tree_length(const struct hb_range_tree *tree, uint32_t id)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    int64_t length = leaf->length[hb_index_in_leaf(leaf, id)];

    return (uint64_t)(length < 0 ? -length : length);
}

uint32_t hb_range_tree_first(const struct hb_range_tree *tree)
{
    return hb_leaf_at(tree, tree->first_leaf)->id[0];
}

uint32_t hb_range_tree_last(const struct hb_range_tree *tree)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, tree->last_leaf);

    return leaf->id[leaf->link.count - 1];
}

uint32_t hb_range_tree_next(const struct hb_range_tree *tree, uint32_t id)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    unsigned at = hb_index_in_leaf(leaf, id) + 1;

    if (at < leaf->link.count)
        return leaf->id[at];
    return leaf->next == HB_NO_NODE ? HB_RANGE_NONE : hb_leaf_at(tree, leaf->next)->id[0];
}

uint32_t hb_range_tree_previous(const struct hb_range_tree *tree, uint32_t id)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    unsigned at = hb_index_in_leaf(leaf, id);

    if (at > 0)
        return leaf->id[at - 1];
    if (leaf->previous == HB_NO_NODE)
        return HB_RANGE_NONE;
    leaf = hb_leaf_at(tree, leaf->previous);
    return leaf->id[leaf->link.count - 1];
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
static uint32_t descend(const struct hb_range_tree *tree, const struct hb_inner *inner, unsigned slot,
                        int64_t need, struct hb_range_rank *rank)
{
    const struct hb_leaf *leaf;

    while (inner->level > 1) {
        inner = hb_inner_at(tree, inner->child[slot]);
        slot = first_at_least(inner->longest, 0, inner->link.count, need);
        rank->ranges += hb_sum(inner->ranges, slot);
        rank->free_ranges += hb_sum(inner->free_ranges, slot);
    }
    leaf = hb_leaf_at(tree, inner->child[slot]);
    slot = first_at_least(leaf->length, 0, leaf->link.count, need);
    assert(slot < leaf->link.count);
    rank->ranges += slot;
    rank->free_ranges += hb_count_free(leaf, slot);
    return leaf->id[slot];
}

uint32_t hb_range_tree_first_fit(const struct hb_range_tree *tree, uint64_t need, struct hb_range_rank *rank)
{
    const struct hb_inner *root = hb_inner_at(tree, tree->root);
    int64_t least = clamp(need);
    unsigned slot;

    assert(need >= 1);
    if (root->longest_of_all < least) {
        *rank = (struct hb_range_rank){tree->range_count, tree->free_count};
        return HB_RANGE_NONE;
    }
    slot = first_at_least(root->longest, 0, root->link.count, least);
    rank->ranges = hb_sum(root->ranges, slot);
    rank->free_ranges = hb_sum(root->free_ranges, slot);
    return descend(tree, root, slot, least, rank);
}

uint32_t hb_range_tree_first_fit_from(const struct hb_range_tree *tree, uint32_t id, uint64_t need)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    int64_t least = clamp(need);
    unsigned at = first_at_least(leaf->length, hb_index_in_leaf(leaf, id), leaf->link.count, least);
    const struct hb_link *link = &leaf->link;
    struct hb_range_rank unused = {0, 0};

    assert(need >= 1);
    if (at < leaf->link.count)
        return leaf->id[at];
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);
        unsigned slot = first_at_least(inner->longest, link->slot + 1u, inner->link.count, least);

        if (slot < inner->link.count)
            return descend(tree, inner, slot, least, &unused);
        link = &inner->link;
    }
    return HB_RANGE_NONE;
}

void hb_range_tree_rank(const struct hb_range_tree *tree, uint32_t id, struct hb_range_rank *rank)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, *hb_leaf_of(tree, id));
    const struct hb_link *link = &leaf->link;
    unsigned at = hb_index_in_leaf(leaf, id);

    rank->ranges = at;
    rank->free_ranges = hb_count_free(leaf, at);
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);

        rank->ranges += hb_sum(inner->ranges, link->slot);
        rank->free_ranges += hb_sum(inner->free_ranges, link->slot);
        link = &inner->link;
    }
}
