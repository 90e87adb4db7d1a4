/*
 * range_tree_valid.c - every invariant of a range tree, in O(n).
 */
#include "tests/allocator/model/range_tree_valid.h"

#include "allocator/model/range_nodes.h"

static bool keys_valid(const int16_t *keys, const int64_t *lengths, unsigned count)
{
    for (unsigned i = 0; i < HB_FANOUT; i++)
        if (keys[i] != (i < count ? hb_key(lengths[i]) : 0))
            return false;
    return true;
}

static bool leaf_valid(const struct hb_range_tree *tree, uint32_t index)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, index);

    for (unsigned i = 0; i < leaf->link.count; i++)
        if (*hb_place_of(tree, leaf->id[i]) >> HB_FANOUT_LOG2 != index || leaf->length[i] == 0)
            return false;
    for (unsigned i = leaf->link.count; i < HB_FANOUT; i++)
        if (leaf->id[i] != HB_RANGE_NONE)
            return false;
    if (!keys_valid(leaf->key, leaf->length, leaf->link.count))
        return false;
    return leaf->link.count > 0 && leaf->longest == hb_longest_in(leaf->length, leaf->link.count);
}

/* Whether an entry of `inner` says what its child says of itself. */
static bool entry_valid(const struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    const struct hb_inner *inner = hb_inner_at(tree, index);
    uint32_t child = inner->child[slot];
    const struct hb_link *link =
        inner->level == 1 ? &hb_leaf_at(tree, child)->link : &hb_inner_at(tree, child)->link;
    struct hb_inner expected = {.link = {.count = 0}};

    if (inner->level == 1)
        hb_leaf_write_entry(&expected, slot, child, hb_leaf_at(tree, child));
    else
        hb_inner_write_entry(&expected, slot, child, hb_inner_at(tree, child));
    return link->parent == index && link->slot == slot && expected.counts[slot] == inner->counts[slot] &&
           expected.longest[slot] == inner->longest[slot];
}

static bool inner_valid(const struct hb_range_tree *tree, uint32_t index)
{
    const struct hb_inner *inner = hb_inner_at(tree, index);

    for (unsigned slot = 0; slot < inner->link.count; slot++) {
        uint32_t child = inner->child[slot];

        if (!entry_valid(tree, index, slot))
            return false;
        if (inner->level == 1 ? !leaf_valid(tree, child) : !inner_valid(tree, child))
            return false;
    }
    if (!keys_valid(inner->key, inner->longest, inner->link.count))
        return false;
    return inner->link.count > 0 && inner->longest_of_all == hb_longest_in(inner->longest, inner->link.count);
}

/* The chain of leaves tiles the heap and counts what the tree counts. */
static bool chain_valid(const struct hb_range_tree *tree)
{
    uint32_t previous = HB_NO_NODE;
    uint64_t counts = 0, end = 0;

    for (uint32_t at = tree->first_leaf; at != HB_NO_NODE; at = hb_leaf_at(tree, at)->next) {
        const struct hb_leaf *leaf = hb_leaf_at(tree, at);

        if (leaf->previous != previous || leaf->start != end)
            return false;
        end += hb_bytes_before(leaf, leaf->link.count);
        counts += hb_leaf_counts(leaf, leaf->link.count);
        previous = at;
    }
    return previous == tree->last_leaf && counts == tree->counts;
}

bool range_tree_valid(const struct hb_range_tree *tree)
{
    const struct hb_inner *root = hb_inner_at(tree, tree->root);

    return root->link.parent == HB_NO_NODE && inner_valid(tree, tree->root) && chain_valid(tree);
}
