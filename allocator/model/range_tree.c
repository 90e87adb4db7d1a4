/*
 * range_tree.c - ranges taken, split, released and removed in the tree, and the searches from its root and
 * from a range on. How nodes split and join is in range_nodes.c.
 */
#include "allocator/model/range_tree.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/model/range_place.h"

/* -- changing -- */

/*
 * What the longest of a node becomes when that in `slot` shrinks to `after`. Most often it is the heap's tail
 * that is cut shorter, and has more than half of the heap still.
 */
static inline int64_t longest_after(const struct hb_range_tree *tree, const int16_t *keys,
                                    const int64_t *lengths, unsigned count, unsigned slot, int64_t after)
{
    if (after > tree->bytes / 2)
        return after;
    return hb_longer(after, hb_longest_but(keys, lengths, count, slot));
}

/* Says of the child in `slot` that its longest free range is `longest` now. */
static inline void raise_child(struct hb_inner *inner, unsigned slot, int64_t longest)
{
    inner->longest[slot] = longest;
    inner->key[slot] = hb_key(longest);
    if (longest > inner->longest_of_all)
        inner->longest_of_all = longest;
}

static inline void lower_child(const struct hb_range_tree *tree, struct hb_inner *inner, unsigned slot,
                               int64_t longest)
{
    if (inner->longest[slot] == inner->longest_of_all)
        inner->longest_of_all =
            longest_after(tree, inner->key, inner->longest, inner->link.count, slot, longest);
    inner->longest[slot] = longest;
    inner->key[slot] = hb_key(longest);
}

/* Carries a change of counts up to the root. */
static inline void climb_with_counts(struct hb_range_tree *tree, const struct hb_link *link, uint64_t change)
{
    while (link->parent != HB_NO_NODE) {
        struct hb_inner *inner = hb_inner_at(tree, link->parent);

        inner->counts[link->slot] += change;
        link = &inner->link;
    }
}

/* Carries a leaf's new longest free range, where it `rose` or fell, and its change of counts up to the root.
 */
static inline void climb(struct hb_range_tree *tree, const struct hb_link *link, int64_t longest, bool rose,
                         uint64_t change)
{
    assert(longest >= 0 && longest <= tree->bytes);
    while (link->parent != HB_NO_NODE) {
        struct hb_inner *inner = hb_inner_at(tree, link->parent);

        if (inner->longest[link->slot] == longest)
            break;
        inner->counts[link->slot] += change;
        if (rose)
            raise_child(inner, link->slot, longest);
        else
            lower_child(tree, inner, link->slot, longest);
        longest = inner->longest_of_all;
        link = &inner->link;
    }
    climb_with_counts(tree, link, change);
}

/* The free range in `slot` is free no more, or all that is left of it is a free range of `rest` bytes. */
static void shrink_range(struct hb_range_tree *tree, struct hb_leaf *leaf, unsigned slot, int64_t rest,
                         uint64_t change)
{
    if (leaf->length[slot] == leaf->longest)
        leaf->longest = longest_after(tree, leaf->key, leaf->length, leaf->link.count, slot, rest);
    leaf->key[slot] = 0;
    climb(tree, &leaf->link, leaf->longest, false, change);
}

/* The range in `slot` is free and `length` bytes long, no shorter than it was. */
static void grow_range(struct hb_range_tree *tree, struct hb_leaf *leaf, unsigned slot, int64_t length,
                       uint64_t change)
{
    leaf->key[slot] = hb_key(length);
    if (length > leaf->longest)
        leaf->longest = length;
    if (length > tree->others_at_most)
        tree->others_at_most = length;
    climb(tree, &leaf->link, leaf->longest, true, change);
}

static void count(struct hb_range_tree *tree, uint64_t change)
{
    tree->counts += change;
    assert(tree->counts >> 32 <= (uint32_t)tree->counts && (uint32_t)tree->counts >= 1);
}

/*
 * Opens slot `at` of a leaf that has room, but for its key. In one loop, with something in it that forbids
 * the compiler to make two calls of memmove of it: each would mispredict its branch on the length.
 */
static void open_slot(struct hb_leaf *leaf, unsigned at)
{
    assert(at <= leaf->link.count && leaf->link.count < HB_FANOUT);
    for (unsigned i = leaf->link.count++; i > at; i--) {
        leaf->length[i] = leaf->length[i - 1];
        leaf->id[i] = leaf->id[i - 1];
        __asm__ volatile("");
    }
}

static void insert_key(int16_t *keys, unsigned at, int16_t key)
{
    memmove(keys + at + 1, keys + at, (HB_FANOUT - 1 - at) * sizeof key);
    keys[at] = key;
}

static void remove_key(int16_t *keys, unsigned at)
{
    memmove(keys + at, keys + at + 1, (HB_FANOUT - 1 - at) * sizeof keys[0]);
    keys[HB_FANOUT - 1] = 0;
}

/* Opens slot `at` of a leaf that has room and puts a new free range there; returns its id. Counts nothing. */
static uint32_t put_range(struct hb_range_tree *tree, uint32_t leaf_index, unsigned at, int64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, leaf_index);
    uint32_t id = hb_pool_take(&tree->places);

    assert(length >= 1);
    open_slot(leaf, at);
    leaf->length[at] = length;
    leaf->id[at] = id;
    if (tree->is_searched)
        insert_key(leaf->key, at, hb_key(length));
    *hb_place_of(tree, id) = hb_place_word(leaf_index, at);
    return id;
}

struct hb_range_tree *hb_range_tree_create(uint64_t length, bool is_searched)
{
    struct hb_range_tree *tree = calloc(1, sizeof *tree);
    uint32_t leaf;

    assert(length >= 1 && length <= INT64_MAX);
    if (tree == NULL)
        return NULL;
    tree->bytes = (int64_t)length;
    tree->is_searched = is_searched;
    hb_pool_init(&tree->leaves, sizeof(struct hb_leaf), HB_MAX_LEAVES);
    hb_pool_init(&tree->inners, sizeof(struct hb_inner), HB_MAX_LEAVES);
    hb_pool_init(&tree->places, sizeof(uint32_t), HB_NO_NODE);
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
    count(tree, HB_ONE_RANGE + HB_ONE_FREE);
    if (is_searched)
        grow_range(tree, hb_leaf_at(tree, leaf), 0, (int64_t)length, tree->counts);
    tree->others_at_most = 0;
    return tree;
}

void hb_range_tree_destroy(struct hb_range_tree *tree)
{
    if (tree == NULL)
        return;
    hb_pool_clear(&tree->leaves);
    hb_pool_clear(&tree->inners);
    hb_pool_clear(&tree->places);
    free(tree);
}

void hb_range_tree_take(struct hb_range_tree *tree, struct hb_range_place place)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t length = leaf->length[place.slot];

    assert(length > 0);
    count(tree, -HB_ONE_FREE);
    if (tree->is_searched)
        shrink_range(tree, leaf, place.slot, 0, -HB_ONE_FREE);
    leaf->length[place.slot] = -length;
}

uint32_t hb_range_tree_take_part(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t whole = leaf->length[place.slot], part = (int64_t)length;
    uint32_t id = leaf->id[place.slot];

    assert(part >= 1 && part < whole);
    if (leaf->link.count == HB_FANOUT) {
        hb_leaf_split(tree, place.leaf, place.slot);
        place = hb_range_tree_find(tree, id);
        leaf = hb_leaf_at(tree, place.leaf);
    }
    count(tree, HB_ONE_RANGE); /* one free range less, one more */
    if (tree->is_searched)
        shrink_range(tree, leaf, place.slot, whole - part, HB_ONE_RANGE);
    leaf->length[place.slot] = -part;
    return put_range(tree, place.leaf, place.slot + 1, whole - part);
}

void hb_range_tree_release(struct hb_range_tree *tree, struct hb_range_place place, uint64_t length)
{
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t now = (int64_t)length;
    bool was_allocated = leaf->length[place.slot] < 0;
    uint64_t change = was_allocated ? HB_ONE_FREE : 0;

    assert(now >= 1 && now <= tree->bytes);
    assert(now >= leaf->length[place.slot] || was_allocated);
    leaf->length[place.slot] = now;
    count(tree, change);
    if (tree->is_searched)
        grow_range(tree, leaf, place.slot, now, change);
}

void hb_range_tree_remove(struct hb_range_tree *tree, uint32_t id)
{
    struct hb_range_place place = hb_range_tree_find(tree, id);
    struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    unsigned at = place.slot;
    uint64_t change = -HB_ONE_RANGE - (leaf->length[at] > 0 ? HB_ONE_FREE : 0);
    unsigned after = leaf->link.count - at - 1u;

    assert(hb_range_tree_ranges(tree) > 1);
    if (at == 0)
        leaf->start += hb_bytes_before(leaf, 1); /* the range before, in another leaf, takes it in */
    count(tree, change);
    if (tree->is_searched) {
        shrink_range(tree, leaf, at, 0, change);
        remove_key(leaf->key, at);
    }
    memmove(leaf->length + at, leaf->length + at + 1, after * sizeof leaf->length[0]);
    memmove(leaf->id + at, leaf->id + at + 1, after * sizeof leaf->id[0]);
    leaf->link.count--;
    leaf->id[leaf->link.count] = HB_RANGE_NONE;
    hb_pool_give_back(&tree->places, id);
    hb_leaf_shrink(tree, place.leaf);
}

/* -- asking -- */

void hb_range_tree_prefetch(const struct hb_range_tree *tree, uint32_t id, bool soon)
{
    const uint32_t *word = hb_place_of(tree, id);
    const struct hb_leaf *leaf;
    unsigned slot;

    if (!soon) {
        __builtin_prefetch(word);
        return;
    }
    leaf = hb_leaf_at(tree, *word >> HB_FANOUT_LOG2);
    slot = *word % HB_FANOUT;
    __builtin_prefetch(&leaf->id[slot]);
    __builtin_prefetch(&leaf->length[slot]);
    __builtin_prefetch(&leaf->link);
}

void hb_range_tree_get(const struct hb_range_tree *tree, struct hb_range_place place, struct hb_range *range)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    int64_t length = leaf->length[place.slot];

    range->offset = leaf->start + hb_bytes_before(leaf, place.slot);
    range->allocated = length < 0;
    range->length = (uint64_t)(length < 0 ? -length : length);
}

void hb_range_tree_visit(const struct hb_range_tree *tree,
                         bool (*visit)(void *context, const struct hb_range *range), void *context)
{
    struct hb_range range = {.offset = 0};

    for (uint32_t at = tree->first_leaf; at != HB_NO_NODE; at = hb_leaf_at(tree, at)->next) {
        const struct hb_leaf *leaf = hb_leaf_at(tree, at);

        assert(leaf->link.count > 0 && leaf->start == range.offset);
        for (unsigned slot = 0; slot < leaf->link.count; slot++) {
            int64_t length = leaf->length[slot];

            range.allocated = length < 0;
            range.length = (uint64_t)(length < 0 ? -length : length);
            if (!visit(context, &range))
                return;
            range.offset += range.length;
        }
    }
}

/* -- searching -- */

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

/*
 * Goes down from entry `slot` of `inner`, which holds something long enough, adding what is passed to
 * `*counts`. Each node is searched and added up in one loop: its end is the one branch that is mispredicted.
 * Inlined, it saves 2 % of all that an operation takes.
 */
static inline __attribute__((always_inline)) struct hb_range_place descend(const struct hb_range_tree *tree,
                                                                           const struct hb_inner *inner,
                                                                           unsigned slot, int64_t need,
                                                                           uint64_t *counts)
{
    uint64_t passed = *counts;
    const struct hb_leaf *leaf;
    uint32_t leaf_index;

    assert(slot < inner->link.count && inner->longest[slot] >= need);
    while (inner->level > 1) {
        inner = hb_inner_at(tree, inner->child[slot]);
        for (slot = 0; inner->longest[slot] < need; slot++)
            passed += inner->counts[slot];
    }
    leaf_index = inner->child[slot];
    leaf = hb_leaf_at(tree, leaf_index);
    slot = first_at_least(leaf->length, 0, HB_FANOUT, need);
    assert(slot < leaf->link.count);
    *counts = passed + slot * HB_ONE_RANGE + hb_free_before(leaf->key, slot) * HB_ONE_FREE;
    return (struct hb_range_place){leaf_index, slot};
}

static void set_rank(struct hb_range_rank *rank, uint64_t counts)
{
    rank->ranges = (uint32_t)counts;
    rank->free_ranges = counts >> 32;
    assert(rank->free_ranges <= rank->ranges);
}

/* The first range that fits, the last one at the latest, by going down from the root. */
static struct hb_range_place search(const struct hb_range_tree *tree, int64_t need, uint64_t *counts)
{
    const struct hb_inner *root = hb_inner_at(tree, tree->root);
    unsigned slot;

    *counts = 0;
    assert(root->longest_of_all >= need);
    for (slot = 0; root->longest[slot] < need; slot++)
        *counts += root->counts[slot];
    return descend(tree, root, slot, need, counts);
}

/*
 * A program that grows takes most of its memory from the tail, past which the whole tree would have to be
 * searched. What a search that ends at the tail has found out, that no other range is that long, is kept
 * until a range is freed.
 */
struct hb_range_place hb_range_tree_first_fit(struct hb_range_tree *tree, uint64_t need,
                                              struct hb_range_rank *rank)
{
    int64_t least = clamp(need);
    struct hb_range_place place;
    uint64_t counts;

    assert(need >= 1 && tree->is_searched);
    if (hb_inner_at(tree, tree->root)->longest_of_all < least) {
        set_rank(rank, tree->counts);
        return HB_NOWHERE;
    }
    if (least > tree->others_at_most) {
        assert(!hb_range_tree_is_allocated(tree, hb_range_tree_last(tree)));
        set_rank(rank, tree->counts - HB_ONE_RANGE - HB_ONE_FREE);
        return hb_range_tree_last(tree);
    }
    place = search(tree, least, &counts);
    assert(hb_range_tree_length(tree, place) >= need && !hb_range_tree_is_allocated(tree, place));
    if (hb_range_tree_is_last(tree, place))
        tree->others_at_most = least - 1;
    set_rank(rank, counts);
    return place;
}

struct hb_range_place hb_range_tree_first_fit_from(const struct hb_range_tree *tree,
                                                   struct hb_range_place from, uint64_t need)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, from.leaf);
    int64_t least = clamp(need);
    unsigned at = first_at_least(leaf->length, from.slot, leaf->link.count, least);
    const struct hb_link *link = &leaf->link;
    uint64_t unused = 0;

    assert(need >= 1 && from.slot < leaf->link.count && tree->is_searched);
    if (at < leaf->link.count)
        return (struct hb_range_place){from.leaf, at};
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);
        unsigned slot = first_at_least(inner->longest, link->slot + 1u, inner->link.count, least);

        if (slot < inner->link.count)
            return descend(tree, inner, slot, least, &unused);
        link = &inner->link;
    }
    return HB_NOWHERE;
}

void hb_range_tree_rank(const struct hb_range_tree *tree, struct hb_range_place place,
                        struct hb_range_rank *rank)
{
    const struct hb_leaf *leaf = hb_leaf_at(tree, place.leaf);
    const struct hb_link *link = &leaf->link;
    uint64_t counts = hb_leaf_counts(leaf, place.slot);

    assert(place.slot < leaf->link.count);
    while (link->parent != HB_NO_NODE) {
        const struct hb_inner *inner = hb_inner_at(tree, link->parent);

        counts += hb_sum(inner->counts, link->slot);
        link = &inner->link;
    }
    set_rank(rank, counts);
}
