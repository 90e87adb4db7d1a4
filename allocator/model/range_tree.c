/*
 * range_tree.c - see range_tree.h.
 *
 * Leaves hold up to FANOUT ranges, inner nodes up to FANOUT children. All live in two growing arrays and name
 * each other by index. Nodes are not rebalanced when ranges are removed: a node that becomes empty is taken
 * out, and one that could share a node with its right neighbour is joined to it, which keeps memory
 * proportional to ranges.
 *
 * FANOUT 32: at 250 thousand ranges a search then scans four nodes of four to eight cache lines each.
 */
#include "allocator/model/range_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FANOUT = 32, MAX_LEVELS = 12 };

#define NO_NODE UINT32_MAX

/* What both kinds of node begin with. */
struct link {
    uint32_t parent; /* an inner node, NO_NODE at the root */
    uint8_t slot;    /* which child of it */
    uint8_t count;   /* of entries */
};

struct leaf {
    uint64_t free_length[FANOUT]; /* 0 where allocated */
    uint32_t id[FANOUT];
    uint64_t longest; /* of free_length */
    uint32_t next, previous;
    struct link link;
};

struct inner {
    uint64_t longest[FANOUT];
    uint32_t ranges[FANOUT];
    uint32_t free_ranges[FANOUT];
    uint32_t child[FANOUT];
    uint64_t longest_of_all;
    uint8_t level; /* 1: children are leaves */
    struct link link;
};

struct range {
    uint64_t offset;
    uint64_t length;
    uint32_t leaf;
    bool allocated;
};

struct pool {
    void *items;
    uint32_t used, capacity;
    uint32_t freed; /* head of the list of items given back, linked through their first word; NO_NODE: none */
};

struct hb_range_tree {
    struct pool leaves, inners, ranges;
    uint32_t root; /* an inner node */
    uint32_t first_leaf, last_leaf;
    uint32_t range_count, free_count;
};

static struct leaf *leaf_at(const struct hb_range_tree *tree, uint32_t index)
{
    return (struct leaf *)tree->leaves.items + index;
}

static struct inner *inner_at(const struct hb_range_tree *tree, uint32_t index)
{
    return (struct inner *)tree->inners.items + index;
}

static struct range *range_at(const struct hb_range_tree *tree, uint32_t id)
{
    return (struct range *)tree->ranges.items + id;
}

/* -- pools
 * ----------------------------------------------------------------------------------------------------- */

/* Room for `count` more items of `bytes` each, counting none that were given back. */
static bool pool_reserve(struct pool *pool, uint32_t count, size_t bytes)
{
    uint32_t capacity = pool->capacity;
    void *grown;

    if (pool->capacity - pool->used >= count)
        return true;
    if (capacity > (UINT32_MAX - 1) / 2)
        return false;
    capacity = capacity < 64 ? 64 : capacity * 2;
    grown = realloc(pool->items, capacity * bytes);
    if (grown == NULL)
        return false;
    pool->items = grown;
    pool->capacity = capacity;
    return true;
}

static uint32_t pool_take(struct pool *pool, size_t bytes)
{
    uint32_t index = pool->freed;

    if (index != NO_NODE) {
        memcpy(&pool->freed, (char *)pool->items + index * bytes, sizeof pool->freed);
        return index;
    }
    assert(pool->used < pool->capacity);
    return pool->used++;
}

static void pool_give_back(struct pool *pool, uint32_t index, size_t bytes)
{
    memcpy((char *)pool->items + index * bytes, &pool->freed, sizeof pool->freed);
    pool->freed = index;
}

/* -- aggregates
 * ------------------------------------------------------------------------------------------------ */

static uint64_t longest_in(const uint64_t *lengths, unsigned count)
{
    uint64_t longest = 0;

    for (unsigned i = 0; i < count; i++)
        longest = lengths[i] > longest ? lengths[i] : longest;
    return longest;
}

/* The new maximum of `lengths` after one of them went from `before` to `after`. */
static uint64_t longest_after(uint64_t longest, uint64_t before, uint64_t after, const uint64_t *lengths,
                              unsigned count)
{
    if (after >= longest)
        return after;
    return before == longest ? longest_in(lengths, count) : longest;
}

/* Carries a leaf's changes of count up to the root, and its longest free range as far as it matters. */
static void climb(struct hb_range_tree *tree, const struct link *link, uint64_t longest,
                  uint32_t ranges_delta, uint32_t free_delta)
{
    while (link->parent != NO_NODE) {
        struct inner *inner = inner_at(tree, link->parent);
        unsigned slot = link->slot;
        uint64_t before = inner->longest[slot];

        inner->ranges[slot] += ranges_delta;
        inner->free_ranges[slot] += free_delta;
        inner->longest[slot] = longest;
        inner->longest_of_all =
            longest_after(inner->longest_of_all, before, longest, inner->longest, inner->link.count);
        longest = inner->longest_of_all;
        link = &inner->link;
    }
    tree->range_count += ranges_delta;
    tree->free_count += free_delta;
}

static unsigned index_in_leaf(const struct leaf *leaf, uint32_t id)
{
    unsigned i = 0;

    while (leaf->id[i] != id)
        i++;
    assert(i < leaf->link.count);
    return i;
}

static uint32_t free_in_leaf(const struct leaf *leaf)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < leaf->link.count; i++)
        count += leaf->free_length[i] != 0;
    return count;
}

/* -- making room
 * ------------------------------------------------------------------------------------------------ */

/* Points the children of `inner` from slot `from` on at their new place. */
static void renumber_children(struct hb_range_tree *tree, uint32_t index, unsigned from)
{
    struct inner *inner = inner_at(tree, index);

    for (unsigned i = from; i < inner->link.count; i++) {
        struct link *link = inner->level == 1 ? &leaf_at(tree, inner->child[i])->link
                                              : &inner_at(tree, inner->child[i])->link;

        link->parent = index;
        link->slot = (uint8_t)i;
    }
}

static void move_children(struct inner *to, unsigned to_slot, const struct inner *from, unsigned from_slot,
                          unsigned count)
{
    memmove(to->longest + to_slot, from->longest + from_slot, count * sizeof to->longest[0]);
    memmove(to->ranges + to_slot, from->ranges + from_slot, count * sizeof to->ranges[0]);
    memmove(to->free_ranges + to_slot, from->free_ranges + from_slot, count * sizeof to->free_ranges[0]);
    memmove(to->child + to_slot, from->child + from_slot, count * sizeof to->child[0]);
}

static uint32_t sum(const uint32_t *values, unsigned count)
{
    uint32_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += values[i];
    return total;
}

/* Writes what `child` holds in all into slot `slot` of its parent. */
static void write_entry(struct inner *parent, unsigned slot, uint32_t index, const struct inner *child)
{
    parent->child[slot] = index;
    parent->ranges[slot] = sum(child->ranges, child->link.count);
    parent->free_ranges[slot] = sum(child->free_ranges, child->link.count);
    parent->longest[slot] = child->longest_of_all;
}

static void write_leaf_entry(struct inner *parent, unsigned slot, uint32_t index, const struct leaf *leaf)
{
    parent->child[slot] = index;
    parent->ranges[slot] = leaf->link.count;
    parent->free_ranges[slot] = free_in_leaf(leaf);
    parent->longest[slot] = leaf->longest;
}

static uint32_t new_inner(struct hb_range_tree *tree, unsigned level)
{
    uint32_t index = pool_take(&tree->inners, sizeof(struct inner));
    struct inner *inner = inner_at(tree, index);

    memset(inner, 0, sizeof *inner);
    inner->level = (uint8_t)level;
    inner->link.parent = NO_NODE;
    return index;
}

static void grow_root(struct hb_range_tree *tree)
{
    uint32_t old = tree->root;
    uint32_t index = new_inner(tree, inner_at(tree, old)->level + 1u);
    struct inner *root = inner_at(tree, index);

    assert(root->level < MAX_LEVELS);
    root->link.count = 1;
    write_entry(root, 0, old, inner_at(tree, old));
    root->longest_of_all = root->longest[0];
    renumber_children(tree, index, 0);
    tree->root = index;
}

/* Opens an empty entry in slot `slot` of a node that is not full. */
static void open_slot(struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    struct inner *inner = inner_at(tree, index);
    unsigned after = inner->link.count - slot;

    assert(inner->link.count < FANOUT);
    move_children(inner, slot + 1, inner, slot, after);
    inner->link.count++;
    renumber_children(tree, index, slot + 1);
}

/* Where a full node is split for a newcomer in slot `slot`: at the end when a heap grows at its tail, so
 * nodes stay full. */
static unsigned split_point(unsigned slot)
{
    return slot >= FANOUT - 1 ? FANOUT - 1 : FANOUT / 2;
}

static void split_inner(struct hb_range_tree *tree, uint32_t index, unsigned at);

/* Makes sure that the parent of inner node or leaf `*link` exists and is not full; the node may get another
 * parent. */
static void ensure_parent_room(struct hb_range_tree *tree, const struct link *link)
{
    if (inner_at(tree, link->parent)->link.count == FANOUT)
        split_inner(tree, link->parent, split_point(link->slot));
}

/* Moves the entries of a full inner node from `at` on to a new right neighbour. */
static void split_inner(struct hb_range_tree *tree, uint32_t index, unsigned at)
{
    uint32_t right_index = new_inner(tree, inner_at(tree, index)->level);
    struct inner *left, *right, *parent;

    if (index == tree->root)
        grow_root(tree);
    ensure_parent_room(tree, &inner_at(tree, index)->link);
    left = inner_at(tree, index);
    right = inner_at(tree, right_index);
    parent = inner_at(tree, left->link.parent);
    open_slot(tree, left->link.parent, left->link.slot + 1u);
    right->link.parent = left->link.parent;
    right->link.slot = (uint8_t)(left->link.slot + 1);
    right->link.count = (uint8_t)(left->link.count - at);
    move_children(right, 0, left, at, right->link.count);
    left->link.count = (uint8_t)at;
    left->longest_of_all = longest_in(left->longest, at);
    right->longest_of_all = longest_in(right->longest, right->link.count);
    renumber_children(tree, right_index, 0);
    write_entry(parent, left->link.slot, index, left);
    write_entry(parent, right->link.slot, right_index, right);
}

static void write_parent_entry(struct hb_range_tree *tree, uint32_t index)
{
    const struct leaf *leaf = leaf_at(tree, index);

    write_leaf_entry(inner_at(tree, leaf->link.parent), leaf->link.slot, index, leaf);
}

/* Moves the ranges of leaf `from` from `at` on to the end of leaf `to`. */
static void move_ranges(struct hb_range_tree *tree, uint32_t to_index, uint32_t from_index, unsigned at)
{
    struct leaf *to = leaf_at(tree, to_index), *from = leaf_at(tree, from_index);
    unsigned count = from->link.count - at, end = to->link.count;

    memcpy(to->free_length + end, from->free_length + at, count * sizeof to->free_length[0]);
    memcpy(to->id + end, from->id + at, count * sizeof to->id[0]);
    to->link.count = (uint8_t)(end + count);
    from->link.count = (uint8_t)at;
    for (unsigned i = end; i < end + count; i++)
        range_at(tree, to->id[i])->leaf = to_index;
    to->longest = longest_in(to->free_length, to->link.count);
    from->longest = longest_in(from->free_length, at);
}

static uint32_t new_leaf(struct hb_range_tree *tree)
{
    uint32_t index = pool_take(&tree->leaves, sizeof(struct leaf));

    memset(leaf_at(tree, index), 0, sizeof(struct leaf));
    leaf_at(tree, index)->next = leaf_at(tree, index)->previous = NO_NODE;
    leaf_at(tree, index)->link.parent = NO_NODE;
    return index;
}

static void chain_after(struct hb_range_tree *tree, uint32_t left_index, uint32_t right_index)
{
    struct leaf *left = leaf_at(tree, left_index), *right = leaf_at(tree, right_index);

    right->previous = left_index;
    right->next = left->next;
    left->next = right_index;
    if (right->next == NO_NODE)
        tree->last_leaf = right_index;
    else
        leaf_at(tree, right->next)->previous = right_index;
}

static void unchain(struct hb_range_tree *tree, const struct leaf *leaf)
{
    if (leaf->previous == NO_NODE)
        tree->first_leaf = leaf->next;
    else
        leaf_at(tree, leaf->previous)->next = leaf->next;
    if (leaf->next == NO_NODE)
        tree->last_leaf = leaf->previous;
    else
        leaf_at(tree, leaf->next)->previous = leaf->previous;
}

/* Moves the ranges of a full leaf from `at` on to a new right neighbour. */
static void split_leaf(struct hb_range_tree *tree, uint32_t index, unsigned at)
{
    uint32_t right_index = new_leaf(tree);
    struct leaf *left, *right;

    ensure_parent_room(tree, &leaf_at(tree, index)->link);
    left = leaf_at(tree, index);
    right = leaf_at(tree, right_index);
    open_slot(tree, left->link.parent, left->link.slot + 1u);
    right->link.parent = left->link.parent;
    right->link.slot = (uint8_t)(left->link.slot + 1);
    chain_after(tree, index, right_index);
    move_ranges(tree, right_index, index, at);
    write_parent_entry(tree, index);
    write_parent_entry(tree, right_index);
}

/* -- taking nodes out
 * -------------------------------------------------------------------------------------------- */

/* Removes an entry that holds no ranges; an inner node left without entries goes too, up to the root, which
 * stays. */
static void close_slot(struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    struct inner *inner = inner_at(tree, index);

    move_children(inner, slot, inner, slot + 1, inner->link.count - slot - 1u);
    inner->link.count--;
    renumber_children(tree, index, slot);
    if (inner->link.count > 0 || index == tree->root)
        return;
    close_slot(tree, inner->link.parent, inner->link.slot);
    pool_give_back(&tree->inners, index, sizeof(struct inner));
}

static void drop_leaf(struct hb_range_tree *tree, uint32_t index)
{
    struct leaf *leaf = leaf_at(tree, index);

    assert(leaf->link.count == 0);
    unchain(tree, leaf);
    close_slot(tree, leaf->link.parent, leaf->link.slot);
    pool_give_back(&tree->leaves, index, sizeof(struct leaf));
}

/* Joins a leaf to its right neighbour where both hang on one parent and leave a quarter of a leaf free. */
static void join_leaf(struct hb_range_tree *tree, uint32_t index)
{
    const struct leaf *leaf = leaf_at(tree, index);
    uint32_t right = leaf->next;

    if (right == NO_NODE || leaf_at(tree, right)->link.parent != leaf->link.parent)
        return;
    if (leaf->link.count + leaf_at(tree, right)->link.count > FANOUT * 3 / 4)
        return;
    move_ranges(tree, index, right, 0);
    write_parent_entry(tree, index);
    write_parent_entry(tree, right);
    drop_leaf(tree, right);
}

/* -- public
 * ------------------------------------------------------------------------------------------------------ */

bool hb_range_tree_reserve(struct hb_range_tree *tree)
{
    return pool_reserve(&tree->ranges, 1, sizeof(struct range)) &&
           pool_reserve(&tree->leaves, 1, sizeof(struct leaf)) &&
           pool_reserve(&tree->inners, 2 * MAX_LEVELS, sizeof(struct inner));
}

static uint32_t new_range(struct hb_range_tree *tree, uint64_t offset, uint64_t length)
{
    uint32_t id = pool_take(&tree->ranges, sizeof(struct range));

    *range_at(tree, id) = (struct range){.offset = offset, .length = length};
    return id;
}

/* Writes a new free range into slot `at` of a leaf that has room. */
static void put_range(struct hb_range_tree *tree, uint32_t leaf_index, unsigned at, uint32_t id)
{
    struct leaf *leaf = leaf_at(tree, leaf_index);
    struct range *range = range_at(tree, id);
    unsigned after = leaf->link.count - at;

    assert(leaf->link.count < FANOUT);
    memmove(leaf->free_length + at + 1, leaf->free_length + at, after * sizeof leaf->free_length[0]);
    memmove(leaf->id + at + 1, leaf->id + at, after * sizeof leaf->id[0]);
    leaf->free_length[at] = range->length;
    leaf->id[at] = id;
    leaf->link.count++;
    range->leaf = leaf_index;
    if (range->length > leaf->longest)
        leaf->longest = range->length;
    climb(tree, &leaf->link, leaf->longest, 1, 1);
}

struct hb_range_tree *hb_range_tree_create(uint64_t length)
{
    struct hb_range_tree *tree = calloc(1, sizeof *tree);
    uint32_t leaf;

    assert(length >= 1);
    if (tree == NULL)
        return NULL;
    tree->leaves.freed = tree->inners.freed = tree->ranges.freed = NO_NODE;
    if (!hb_range_tree_reserve(tree)) {
        hb_range_tree_destroy(tree);
        return NULL;
    }
    tree->root = new_inner(tree, 1);
    leaf = new_leaf(tree);
    leaf_at(tree, leaf)->link.parent = tree->root;
    inner_at(tree, tree->root)->child[0] = leaf;
    inner_at(tree, tree->root)->link.count = 1;
    tree->first_leaf = tree->last_leaf = leaf;
    put_range(tree, leaf, 0, new_range(tree, 0, length));
    return tree;
}

void hb_range_tree_destroy(struct hb_range_tree *tree)
{
    if (tree == NULL)
        return;
    free(tree->leaves.items);
    free(tree->inners.items);
    free(tree->ranges.items);
    free(tree);
}

uint32_t hb_range_tree_insert_after(struct hb_range_tree *tree, uint32_t id, uint64_t offset, uint64_t length)
{
    uint32_t leaf = range_at(tree, id)->leaf;
    uint32_t newcomer = new_range(tree, offset, length);
    unsigned at = index_in_leaf(leaf_at(tree, leaf), id);

    assert(length >= 1);
    if (leaf_at(tree, leaf)->link.count == FANOUT) {
        split_leaf(tree, leaf, split_point(at));
        leaf = range_at(tree, id)->leaf;
        at = index_in_leaf(leaf_at(tree, leaf), id);
    }
    put_range(tree, leaf, at + 1, newcomer);
    return newcomer;
}

void hb_range_tree_remove(struct hb_range_tree *tree, uint32_t id)
{
    uint32_t index = range_at(tree, id)->leaf;
    struct leaf *leaf = leaf_at(tree, index);
    unsigned at = index_in_leaf(leaf, id);
    uint64_t gone = leaf->free_length[at];
    unsigned after = leaf->link.count - at - 1u;

    assert(tree->range_count > 1);
    memmove(leaf->free_length + at, leaf->free_length + at + 1, after * sizeof leaf->free_length[0]);
    memmove(leaf->id + at, leaf->id + at + 1, after * sizeof leaf->id[0]);
    leaf->link.count--;
    leaf->longest = longest_after(leaf->longest, gone, 0, leaf->free_length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, UINT32_MAX, gone != 0 ? UINT32_MAX : 0);
    pool_give_back(&tree->ranges, id, sizeof(struct range));
    if (leaf->link.count == 0)
        drop_leaf(tree, index);
    else if (leaf->link.count < FANOUT / 2)
        join_leaf(tree, index);
}

void hb_range_tree_set(struct hb_range_tree *tree, uint32_t id, uint64_t length, bool allocated)
{
    struct range *range = range_at(tree, id);
    struct leaf *leaf = leaf_at(tree, range->leaf);
    unsigned at = index_in_leaf(leaf, id);
    uint64_t before = leaf->free_length[at], now = allocated ? 0 : length;

    assert(length >= 1);
    range->length = length;
    range->allocated = allocated;
    leaf->free_length[at] = now;
    leaf->longest = longest_after(leaf->longest, before, now, leaf->free_length, leaf->link.count);
    climb(tree, &leaf->link, leaf->longest, 0, (uint32_t)(now != 0) - (uint32_t)(before != 0));
}

void hb_range_tree_set_length(struct hb_range_tree *tree, uint32_t id, uint64_t length)
{
    hb_range_tree_set(tree, id, length, range_at(tree, id)->allocated);
}

void hb_range_tree_set_allocated(struct hb_range_tree *tree, uint32_t id, bool allocated)
{
    hb_range_tree_set(tree, id, range_at(tree, id)->length, allocated);
}

uint64_t hb_range_tree_offset(const struct hb_range_tree *tree, uint32_t id)
{
    return range_at(tree, id)->offset;
}

uint64_t hb_range_tree_length(const struct hb_range_tree *tree, uint32_t id)
{
    return range_at(tree, id)->length;
}

bool hb_range_tree_allocated(const struct hb_range_tree *tree, uint32_t id)
{
    return range_at(tree, id)->allocated;
}

uint32_t hb_range_tree_first(const struct hb_range_tree *tree)
{
    return leaf_at(tree, tree->first_leaf)->id[0];
}

uint32_t hb_range_tree_last(const struct hb_range_tree *tree)
{
    const struct leaf *leaf = leaf_at(tree, tree->last_leaf);

    return leaf->id[leaf->link.count - 1];
}

uint32_t hb_range_tree_next(const struct hb_range_tree *tree, uint32_t id)
{
    const struct leaf *leaf = leaf_at(tree, range_at(tree, id)->leaf);
    unsigned at = index_in_leaf(leaf, id) + 1;

    if (at < leaf->link.count)
        return leaf->id[at];
    return leaf->next == NO_NODE ? HB_RANGE_NONE : leaf_at(tree, leaf->next)->id[0];
}

uint32_t hb_range_tree_previous(const struct hb_range_tree *tree, uint32_t id)
{
    const struct leaf *leaf = leaf_at(tree, range_at(tree, id)->leaf);
    unsigned at = index_in_leaf(leaf, id);

    if (at > 0)
        return leaf->id[at - 1];
    if (leaf->previous == NO_NODE)
        return HB_RANGE_NONE;
    leaf = leaf_at(tree, leaf->previous);
    return leaf->id[leaf->link.count - 1];
}

/* -- searching
 * --------------------------------------------------------------------------------------------------- */

/* The first of `count` lengths that is at least `need`, or `count`. */
static unsigned first_at_least(const uint64_t *lengths, unsigned from, unsigned count, uint64_t need)
{
    unsigned i = from;

    while (i < count && lengths[i] < need)
        i++;
    return i;
}

/* Goes down from entry `slot` of `inner`, which holds something long enough, adding up what is passed. */
static uint32_t descend(const struct hb_range_tree *tree, const struct inner *inner, unsigned slot,
                        uint64_t need, struct hb_range_rank *rank)
{
    const struct leaf *leaf;

    while (inner->level > 1) {
        inner = inner_at(tree, inner->child[slot]);
        slot = first_at_least(inner->longest, 0, inner->link.count, need);
        rank->ranges += sum(inner->ranges, slot);
        rank->free_ranges += sum(inner->free_ranges, slot);
    }
    leaf = leaf_at(tree, inner->child[slot]);
    slot = first_at_least(leaf->free_length, 0, leaf->link.count, need);
    assert(slot < leaf->link.count);
    rank->ranges += slot;
    for (unsigned i = 0; i < slot; i++)
        rank->free_ranges += leaf->free_length[i] != 0;
    return leaf->id[slot];
}

uint32_t hb_range_tree_first_fit(const struct hb_range_tree *tree, uint64_t need, struct hb_range_rank *rank)
{
    const struct inner *root = inner_at(tree, tree->root);
    unsigned slot;

    assert(need >= 1);
    if (root->longest_of_all < need) {
        *rank = (struct hb_range_rank){tree->range_count, tree->free_count};
        return HB_RANGE_NONE;
    }
    slot = first_at_least(root->longest, 0, root->link.count, need);
    rank->ranges = sum(root->ranges, slot);
    rank->free_ranges = sum(root->free_ranges, slot);
    return descend(tree, root, slot, need, rank);
}

uint32_t hb_range_tree_first_fit_from(const struct hb_range_tree *tree, uint32_t id, uint64_t need)
{
    const struct leaf *leaf = leaf_at(tree, range_at(tree, id)->leaf);
    unsigned at = first_at_least(leaf->free_length, index_in_leaf(leaf, id), leaf->link.count, need);
    const struct link *link = &leaf->link;
    struct hb_range_rank unused = {0, 0};

    assert(need >= 1);
    if (at < leaf->link.count)
        return leaf->id[at];
    while (link->parent != NO_NODE) {
        const struct inner *inner = inner_at(tree, link->parent);
        unsigned slot = first_at_least(inner->longest, link->slot + 1u, inner->link.count, need);

        if (slot < inner->link.count)
            return descend(tree, inner, slot, need, &unused);
        link = &inner->link;
    }
    return HB_RANGE_NONE;
}

void hb_range_tree_rank(const struct hb_range_tree *tree, uint32_t id, struct hb_range_rank *rank)
{
    const struct leaf *leaf = leaf_at(tree, range_at(tree, id)->leaf);
    const struct link *link = &leaf->link;

    rank->ranges = index_in_leaf(leaf, id);
    rank->free_ranges = 0;
    for (unsigned i = 0; i < rank->ranges; i++)
        rank->free_ranges += leaf->free_length[i] != 0;
    while (link->parent != NO_NODE) {
        const struct inner *inner = inner_at(tree, link->parent);

        rank->ranges += sum(inner->ranges, link->slot);
        rank->free_ranges += sum(inner->free_ranges, link->slot);
        link = &inner->link;
    }
}

uint64_t hb_range_tree_ranges(const struct hb_range_tree *tree)
{
    return tree->range_count;
}

uint64_t hb_range_tree_free_ranges(const struct hb_range_tree *tree)
{
    return tree->free_count;
}

uint64_t hb_range_tree_largest_free(const struct hb_range_tree *tree)
{
    return inner_at(tree, tree->root)->longest_of_all;
}

/* -- validation
 * -------------------------------------------------------------------------------------------------- */

static bool leaf_valid(const struct hb_range_tree *tree, uint32_t index)
{
    const struct leaf *leaf = leaf_at(tree, index);

    for (unsigned i = 0; i < leaf->link.count; i++) {
        const struct range *range = range_at(tree, leaf->id[i]);

        if (range->leaf != index || leaf->free_length[i] != (range->allocated ? 0 : range->length))
            return false;
    }
    return leaf->link.count > 0 && leaf->longest == longest_in(leaf->free_length, leaf->link.count);
}

/* Whether entry `slot` of `inner` says what the child says of itself, and the child itself is sound. */
static bool entry_valid(const struct hb_range_tree *tree, uint32_t index, unsigned slot);

static bool inner_valid(const struct hb_range_tree *tree, uint32_t index)
{
    const struct inner *inner = inner_at(tree, index);

    for (unsigned slot = 0; slot < inner->link.count; slot++)
        if (!entry_valid(tree, index, slot))
            return false;
    return inner->link.count > 0 && inner->longest_of_all == longest_in(inner->longest, inner->link.count);
}

static bool entry_valid(const struct hb_range_tree *tree, uint32_t index, unsigned slot)
{
    const struct inner *inner = inner_at(tree, index);
    uint32_t child = inner->child[slot];
    const struct link *link = inner->level == 1 ? &leaf_at(tree, child)->link : &inner_at(tree, child)->link;
    struct inner expected = {.link = {.count = 0}};

    if (link->parent != index || link->slot != slot)
        return false;
    if (inner->level == 1)
        write_leaf_entry(&expected, slot, child, leaf_at(tree, child));
    else
        write_entry(&expected, slot, child, inner_at(tree, child));
    if (expected.ranges[slot] != inner->ranges[slot] ||
        expected.free_ranges[slot] != inner->free_ranges[slot] ||
        expected.longest[slot] != inner->longest[slot])
        return false;
    return inner->level == 1 ? leaf_valid(tree, child) : inner_valid(tree, child);
}

bool hb_range_tree_valid(const struct hb_range_tree *tree)
{
    const struct inner *root = inner_at(tree, tree->root);
    uint64_t end = 0, ranges = 0;

    for (uint32_t id = hb_range_tree_first(tree); id != HB_RANGE_NONE; id = hb_range_tree_next(tree, id)) {
        if (range_at(tree, id)->offset != end)
            return false;
        end += range_at(tree, id)->length;
        ranges++;
    }
    return ranges == tree->range_count && sum(root->ranges, root->link.count) == tree->range_count &&
           sum(root->free_ranges, root->link.count) == tree->free_count && inner_valid(tree, tree->root);
}
