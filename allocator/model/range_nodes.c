/*
 * range_nodes.c - pools of nodes; inner nodes and leaves that split, join and go.
 *
 * Nodes are not rebalanced as in a textbook's B+ tree: one that becomes empty is taken out, and a leaf that
 * could share a node with its right neighbour is joined to it, which keeps memory proportional to ranges.
 */
#include "allocator/model/range_nodes.h"

#include <string.h>

#include "base/pages.h"

/* -- pools -- */

void hb_pool_init(struct hb_pool *pool, size_t item_bytes, uint32_t most)
{
    assert(item_bytes >= sizeof pool->freed); /* an item that was given back holds a link */
    *pool = (struct hb_pool){.item_bytes = item_bytes, .most = most, .freed = HB_NO_NODE};
}

void hb_pool_clear(struct hb_pool *pool)
{
    hb_table_free(pool->items, pool->capacity * pool->item_bytes);
}

bool hb_pool_grow(struct hb_pool *pool, uint32_t count)
{
    size_t bytes = pool->capacity * pool->item_bytes;
    uint64_t wanted = hb_table_room(bytes == 0 ? 1 : 2 * bytes) / pool->item_bytes;
    void *grown;

    assert(pool->used <= pool->capacity && count > pool->capacity - pool->used);
    if (wanted > pool->most)
        wanted = pool->most;
    if (wanted < (uint64_t)pool->used + count)
        return false;
    grown = hb_table_grow(pool->items, bytes, wanted * pool->item_bytes);
    if (grown == NULL)
        return false;
    pool->items = grown;
    pool->capacity = (uint32_t)wanted;
    assert(pool->capacity - pool->used >= count);
    return true;
}

static void *pool_item(const struct hb_pool *pool, uint32_t index)
{
    return (char *)pool->items + index * pool->item_bytes;
}

uint32_t hb_pool_take(struct hb_pool *pool)
{
    uint32_t index = pool->freed;

    if (index != HB_NO_NODE) {
        memcpy(&pool->freed, pool_item(pool, index), sizeof pool->freed);
        return index;
    }
    assert(pool->used < pool->capacity);
    return pool->used++;
}

void hb_pool_give_back(struct hb_pool *pool, uint32_t index)
{
    assert(index < pool->used && index != pool->freed);
    memcpy(pool_item(pool, index), &pool->freed, sizeof pool->freed);
    pool->freed = index;
}

/* -- inner nodes -- */

uint32_t hb_inner_new(struct hb_range_tree *tree, unsigned level)
{
    uint32_t index = hb_pool_take(&tree->inners);
    struct hb_inner *inner = hb_inner_at(tree, index);

    assert(level >= 1 && level < HB_MAX_LEVELS);
    memset(inner, 0, sizeof *inner);
    inner->level = (uint8_t)level;
    inner->link.parent = HB_NO_NODE;
    return index;
}

static struct hb_link *link_of_child(const struct hb_range_tree *tree, const struct hb_inner *inner,
                                     unsigned slot)
{
    return inner->level == 1 ? &hb_leaf_at(tree, inner->child[slot])->link
                             : &hb_inner_at(tree, inner->child[slot])->link;
}

/* Tells the children from slot `from` on where they hang now. */
static void renumber_children(struct hb_range_tree *tree, uint32_t index, unsigned from)
{
    const struct hb_inner *inner = hb_inner_at(tree, index);

    for (unsigned i = from; i < inner->link.count; i++) {
        struct hb_link *link = link_of_child(tree, inner, i);

        link->parent = index;
        link->slot = (uint8_t)i;
    }
}

static void move_entries(struct hb_inner *to, unsigned to_slot, const struct hb_inner *from,
                         unsigned from_slot, unsigned count)
{
    memmove(to->key + to_slot, from->key + from_slot, count * sizeof to->key[0]);
    memmove(to->longest + to_slot, from->longest + from_slot, count * sizeof to->longest[0]);
    memmove(to->counts + to_slot, from->counts + from_slot, count * sizeof to->counts[0]);
    memmove(to->child + to_slot, from->child + from_slot, count * sizeof to->child[0]);
}

void hb_inner_write_entry(struct hb_inner *parent, unsigned slot, uint32_t index,
                          const struct hb_inner *child)
{
    parent->child[slot] = index;
    parent->counts[slot] = hb_sum(child->counts, child->link.count);
    parent->longest[slot] = child->longest_of_all;
    parent->key[slot] = hb_key(child->longest_of_all);
    assert(parent->counts[slot] >> 32 <= (uint32_t)parent->counts[slot]);
}

void hb_leaf_write_entry(struct hb_inner *parent, unsigned slot, uint32_t index, const struct hb_leaf *leaf)
{
    parent->child[slot] = index;
    parent->counts[slot] = hb_leaf_counts(leaf, leaf->link.count);
    parent->longest[slot] = leaf->longest;
    parent->key[slot] = hb_key(leaf->longest);
}

static void grow_root(struct hb_range_tree *tree)
{
    uint32_t old = tree->root;
    uint32_t index = hb_inner_new(tree, hb_inner_at(tree, old)->level + 1u);
    struct hb_inner *root = hb_inner_at(tree, index);

    root->link.count = 1;
    hb_inner_write_entry(root, 0, old, hb_inner_at(tree, old));
    root->longest_of_all = root->longest[0];
    renumber_children(tree, index, 0);
    tree->root = index;
}

/* Opens an entry in slot `slot` of a node that is not full. */
static void open_slot(struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    struct hb_inner *inner = hb_inner_at(tree, index);

    assert(inner->link.count < HB_FANOUT && slot <= inner->link.count);
    move_entries(inner, slot + 1, inner, slot, inner->link.count - slot);
    inner->link.count++;
    renumber_children(tree, index, slot + 1);
}

/* Closes an entry that holds no ranges; an inner node left without entries goes too, but for the root. */
static void close_slot(struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    struct hb_inner *inner = hb_inner_at(tree, index);

    assert(slot < inner->link.count && (inner->counts[slot] == 0 || !tree->is_searched));
    move_entries(inner, slot, inner, slot + 1, inner->link.count - slot - 1u);
    inner->link.count--;
    inner->key[inner->link.count] = 0;
    renumber_children(tree, index, slot);
    if (inner->link.count > 0 || index == tree->root)
        return;
    close_slot(tree, inner->link.parent, inner->link.slot);
    hb_pool_give_back(&tree->inners, index);
}

/* Where a full node is split for a newcomer behind slot `slot`: in the middle; behind the last, just before
 * it, so that nodes stay full while a heap grows at its tail. */
static unsigned split_point(unsigned slot)
{
    return slot == HB_FANOUT - 1 ? HB_FANOUT - 1 : HB_FANOUT / 2;
}

static void inner_split(struct hb_range_tree *tree, uint32_t index, unsigned at);

/* Makes sure that what hangs at `link` has a parent with room for one more; it may be another parent
 * afterwards. */
static void ensure_parent_room(struct hb_range_tree *tree, const struct hb_link *link)
{
    if (hb_inner_at(tree, link->parent)->link.count == HB_FANOUT)
        inner_split(tree, link->parent, split_point(link->slot));
    assert(hb_inner_at(tree, link->parent)->link.count < HB_FANOUT);
}

/* Hangs `right`, without entry values, behind `left`. */
static void hang_behind(struct hb_range_tree *tree, const struct hb_link *left, struct hb_link *right)
{
    open_slot(tree, left->parent, left->slot + 1u);
    right->parent = left->parent;
    right->slot = (uint8_t)(left->slot + 1);
}

/* Moves the entries of a full inner node from `at` on to a new right neighbour. */
static void inner_split(struct hb_range_tree *tree, uint32_t index, unsigned at)
{
    uint32_t right_index = hb_inner_new(tree, hb_inner_at(tree, index)->level);
    struct hb_inner *left = hb_inner_at(tree, index), *right = hb_inner_at(tree, right_index), *parent;

    assert(left->link.count == HB_FANOUT && at >= 1 && at < HB_FANOUT);
    if (index == tree->root)
        grow_root(tree);
    ensure_parent_room(tree, &left->link);
    hang_behind(tree, &left->link, &right->link);
    right->link.count = (uint8_t)(left->link.count - at);
    move_entries(right, 0, left, at, right->link.count);
    left->link.count = (uint8_t)at;
    memset(left->key + at, 0, right->link.count * sizeof left->key[0]);
    left->longest_of_all = hb_longest_in(left->longest, at);
    right->longest_of_all = hb_longest_in(right->longest, right->link.count);
    renumber_children(tree, right_index, 0);
    parent = hb_inner_at(tree, left->link.parent);
    hb_inner_write_entry(parent, left->link.slot, index, left);
    hb_inner_write_entry(parent, right->link.slot, right_index, right);
}

/* -- leaves -- */

uint32_t hb_leaf_new(struct hb_range_tree *tree)
{
    uint32_t index = hb_pool_take(&tree->leaves);
    struct hb_leaf *leaf = hb_leaf_at(tree, index);

    memset(leaf, 0, sizeof *leaf);
    memset(leaf->id, 0xff, sizeof leaf->id); /* HB_RANGE_NONE */
    leaf->next = leaf->previous = HB_NO_NODE;
    leaf->link.parent = HB_NO_NODE;
    return index;
}

static void write_parent_entry(struct hb_range_tree *tree, uint32_t index)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, index);

    hb_leaf_write_entry(hb_inner_at(tree, leaf->link.parent), leaf->link.slot, index, leaf);
}

/* Moves the ranges of leaf `from` from slot `at` on to the end of leaf `to`, its left neighbour or an empty
 * one. */
static void move_ranges(struct hb_range_tree *tree, uint32_t to_index, uint32_t from_index, unsigned at)
{
    struct hb_leaf *to = hb_leaf_at(tree, to_index), *from = hb_leaf_at(tree, from_index);
    unsigned count = from->link.count - at, end = to->link.count;

    assert(at <= from->link.count && end + count <= HB_FANOUT);
    assert(end == 0 || to->next == from_index);
    if (end == 0)
        to->start = from->start + hb_bytes_before(from, at);
    memcpy(to->key + end, from->key + at, count * sizeof to->key[0]);
    memcpy(to->length + end, from->length + at, count * sizeof to->length[0]);
    memcpy(to->id + end, from->id + at, count * sizeof to->id[0]);
    to->link.count = (uint8_t)(end + count);
    from->link.count = (uint8_t)at;
    for (unsigned i = end; i < end + count; i++)
        *hb_place_of(tree, to->id[i]) = hb_place_word(to_index, i);
    memset(from->id + at, 0xff, count * sizeof from->id[0]); /* HB_RANGE_NONE */
    memset(from->key + at, 0, count * sizeof from->key[0]);
    to->longest = hb_longest_in(to->length, to->link.count);
    from->longest = hb_longest_in(from->length, at);
}

static void chain_behind(struct hb_range_tree *tree, uint32_t left_index, uint32_t right_index)
{
    struct hb_leaf *left = hb_leaf_at(tree, left_index), *right = hb_leaf_at(tree, right_index);

    right->previous = left_index;
    right->next = left->next;
    left->next = right_index;
    if (right->next == HB_NO_NODE)
        tree->last_leaf = right_index;
    else
        hb_leaf_at(tree, right->next)->previous = right_index;
}

static void unchain(struct hb_range_tree *tree, const struct hb_leaf *leaf)
{
    if (leaf->previous == HB_NO_NODE)
        tree->first_leaf = leaf->next;
    else
        hb_leaf_at(tree, leaf->previous)->next = leaf->next;
    if (leaf->next == HB_NO_NODE)
        tree->last_leaf = leaf->previous;
    else
        hb_leaf_at(tree, leaf->next)->previous = leaf->previous;
}

void hb_leaf_split(struct hb_range_tree *tree, uint32_t index, unsigned at)
{
    uint32_t right = hb_leaf_new(tree);
    const struct hb_link *link = &hb_leaf_at(tree, index)->link;

    assert(link->count == HB_FANOUT);
    ensure_parent_room(tree, link);
    hang_behind(tree, link, &hb_leaf_at(tree, right)->link);
    chain_behind(tree, index, right);
    move_ranges(tree, right, index, split_point(at));
    write_parent_entry(tree, index);
    write_parent_entry(tree, right);
}

static void leaf_drop(struct hb_range_tree *tree, uint32_t index)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, index);

    assert(leaf->link.count == 0 && tree->first_leaf != tree->last_leaf);
    unchain(tree, leaf);
    close_slot(tree, leaf->link.parent, leaf->link.slot);
    hb_pool_give_back(&tree->leaves, index);
}

/* Where both hang on one parent and a quarter of the leaf stays free. */
static void join_right(struct hb_range_tree *tree, uint32_t index)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, index);
    uint32_t right = leaf->next;

    if (right == HB_NO_NODE || hb_leaf_at(tree, right)->link.parent != leaf->link.parent)
        return;
    if (leaf->link.count + hb_leaf_at(tree, right)->link.count > HB_FANOUT * 3 / 4)
        return;
    move_ranges(tree, index, right, 0);
    write_parent_entry(tree, index);
    write_parent_entry(tree, right);
    leaf_drop(tree, right);
}

void hb_leaf_shrink(struct hb_range_tree *tree, uint32_t index)
{
    unsigned count = hb_leaf_at(tree, index)->link.count;

    if (count == 0)
        leaf_drop(tree, index);
    else if (count < HB_FANOUT / 2)
        join_right(tree, index);
}
