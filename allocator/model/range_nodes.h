/*
 * range_nodes.h - the nodes of a range tree, and how they split, join and go.
 *
 * Not an interface: the files of the tree share it. Leaves hold up to HB_FANOUT ranges, inner nodes up to
 * HB_FANOUT children; the root is an inner node. All live in growing tables (pools) and name each other by
 * index. A range is no record of its own: its length is in a leaf, its offset is the leaf's start and the
 * lengths before it, and all that is kept by id is which leaf that is, and about where in it. So an
 * allocation or a free touches one leaf and the path above it.
 *
 * HB_FANOUT 32: at 250 thousand ranges a search scans four nodes. It compares lengths one after the other,
 * and the loop's end is the one branch of a node that is mispredicted. Beside each length there is a key of
 * 16 bits, and the keys of a node are one cache line: so the longest that is left when the longest goes is
 * found without a branch, all at once. With that and fewer calls of memmove an operation takes 10 to 20 %
 * less than before. What else was tried, on the traces that are slowest beside glibc:
 *
 * - 16 or 64 entries a node: 3 to 10 % slower
 * - a search that compares all keys of a node at once and takes counts from partial sums: 15 to 50 % slower,
 *   for the next node waits for the comparison, where a loop's end is predicted. So at leaves alone: up to 5
 * %
 * - a search by keys one after the other, or unrolled: as fast
 * - a search that begins at the leaf where a range of that need was found or freed last, right two times in
 *   three, and proves upwards that none is before: 10 to 30 % slower; half of that are the counts, which the
 *   loops sum for nothing
 * - maxima of all lengths without a branch, but without keys: up to 3 % faster than with branches
 * - keys for leaves alone: 2 to 8 % slower; in a table of their own: 2 %
 * - keys written as whole vectors, so that they reach the next load sooner: as fast
 * - each change written to the parent, whether or not the maximum is another one: up to 5 % slower
 * - maxima that are only corrected when a search was led astray: slower
 * - AVX2 or AVX-512: as fast or up to 14 % slower; optimised as a whole at link time: as fast
 * - no counts at all, which would leave the lengths of walks out: 8 to 18 % faster, and on the slowest trace
 *   still 3.7 times what glibc takes, where it is 4.1 with them
 */
#ifndef HB_ALLOCATOR_MODEL_RANGE_NODES_H
#define HB_ALLOCATOR_MODEL_RANGE_NODES_H

#include <assert.h>
#include <stdalign.h>

#include "allocator/model/range_tree.h"

enum { HB_FANOUT = 32, HB_FANOUT_LOG2 = 5, HB_MAX_LEVELS = 12, HB_LINE_BYTES = 64 };

/* Lengths below this are their own keys. */
enum { HB_EXACT_KEYS = 1024 };

/* So that a leaf's index and a slot of it fit one word. */
#define HB_MAX_LEAVES (UINT32_C(1) << (32 - HB_FANOUT_LOG2))

#define HB_NO_NODE UINT32_MAX

static_assert(HB_FANOUT == 1 << HB_FANOUT_LOG2, "a slot is the low bits of a word");
static_assert(HB_FANOUT * sizeof(int16_t) == HB_LINE_BYTES, "the keys of a node are one cache line");
static_assert(HB_FANOUT <= UINT8_MAX, "a count of entries is one byte");

/* What both kinds of node have: where they hang, and how many entries are in use. */
struct hb_link {
    uint32_t parent; /* an inner node; HB_NO_NODE at the root */
    uint8_t slot;    /* which child of it */
    uint8_t count;
};

struct hb_leaf {
    alignas(HB_LINE_BYTES) int16_t key[HB_FANOUT]; /* hb_key; 0 where not free, and behind the last */
    int64_t length[HB_FANOUT]; /* negated where allocated, so that "free and long enough" is one comparison */
    uint32_t id[HB_FANOUT];    /* HB_RANGE_NONE behind the last */
    uint64_t start;            /* offset of the first range */
    int64_t longest;           /* free range; 0 when none is free */
    uint32_t next, previous;
    struct hb_link link;
};

/* Two numbers of ranges in one word, so that a search adds both up at once: all in the low half, the free
 * ones in the high. A change of them is a word too, modulo 2^64. */
#define HB_ONE_RANGE UINT64_C(1)
#define HB_ONE_FREE  (UINT64_C(1) << 32)

struct hb_inner {
    alignas(HB_LINE_BYTES) int16_t key[HB_FANOUT]; /* of the longest below each child; 0 behind the last */
    int64_t longest[HB_FANOUT];                    /* free range below each child */
    uint64_t counts[HB_FANOUT];
    uint32_t child[HB_FANOUT];
    int64_t longest_of_all;
    uint8_t level; /* 1: children are leaves */
    struct hb_link link;
};

struct hb_pool {
    void *items; /* a table (base/pages.h) */
    size_t item_bytes;
    uint32_t used, capacity;
    uint32_t most; /* items at most */
    /* Head of the list of items given back, linked through their first word; HB_NO_NODE: none. */
    uint32_t freed;
};

struct hb_range_tree {
    struct hb_pool leaves, inners;
    struct hb_pool places; /* by range id: hb_place_word of where it was put, or found last */
    uint32_t root;
    bool is_searched; /* else nodes do not know what is below them, and cost nothing to keep right */
    uint32_t first_leaf, last_leaf;
    uint64_t counts;
    int64_t bytes; /* of all ranges */
    int64_t
        others_at_most; /* no free range but the last is longer; it may be less, until a search finds out */
};

static inline struct hb_leaf *hb_leaf_at(const struct hb_range_tree *tree, uint32_t index)
{
    assert(index < tree->leaves.used);
    return (struct hb_leaf *)tree->leaves.items + index;
}

static inline struct hb_inner *hb_inner_at(const struct hb_range_tree *tree, uint32_t index)
{
    assert(index < tree->inners.used);
    return (struct hb_inner *)tree->inners.items + index;
}

static inline uint32_t *hb_place_of(const struct hb_range_tree *tree, uint32_t id)
{
    assert(id < tree->places.used);
    return (uint32_t *)tree->places.items + id;
}

static inline uint32_t hb_place_word(uint32_t leaf, unsigned slot)
{
    assert(leaf < HB_MAX_LEAVES && slot < HB_FANOUT);
    return leaf << HB_FANOUT_LOG2 | slot;
}

static inline int64_t hb_longer(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* Four at a time: one maximum would wait for the one before it, which takes longer than all the rest. */
static inline int64_t hb_longest_in(const int64_t *lengths, unsigned count)
{
    int64_t a = 0, b = 0, c = 0, d = 0;
    unsigned i = 0;

    for (; i + 4 <= count; i += 4) {
        a = hb_longer(a, lengths[i]);
        b = hb_longer(b, lengths[i + 1]);
        c = hb_longer(c, lengths[i + 2]);
        d = hb_longer(d, lengths[i + 3]);
    }
    for (; i < count; i++)
        a = hb_longer(a, lengths[i]);
    return hb_longer(hb_longer(a, b), hb_longer(c, d));
}

/*
 * A number of 16 bits that grows with the length of a free range: its exponent and its ten leading bits, so
 * that what is longer never has a lower key. 0 for what is not free.
 */
static inline int16_t hb_key(int64_t length)
{
    unsigned shift;

    if (length <= 0)
        return 0;
    shift = 54u - (unsigned)__builtin_clzll((uint64_t)length | HB_EXACT_KEYS / 2);
    return (int16_t)(shift * (HB_EXACT_KEYS / 2) + (unsigned)(length >> shift));
}

/* The highest key of a node but that in `slot`: plain enough to become a few comparisons of vectors. */
static inline int16_t hb_highest_key_but(const int16_t *keys, unsigned slot)
{
    int16_t highest = 0;

    for (int i = 0; i < HB_FANOUT; i++) {
        int16_t other = (int16_t) - ((int16_t)i != (int16_t)slot), key = (int16_t)(keys[i] & other);

        highest = (int16_t)(key > highest ? key : highest);
    }
    return highest;
}

/* How many of a leaf's first `count` ranges are free. */
static inline unsigned hb_free_before(const int16_t *keys, unsigned count)
{
    int16_t found = 0;

    for (int i = 0; i < HB_FANOUT; i++)
        found = (int16_t)(found + ((keys[i] > 0) & ((int16_t)i < (int16_t)count)));
    return (unsigned)found;
}

/* The longest of a node's lengths but that in `slot`. Long ones that share a key are compared themselves. */
static inline int64_t hb_longest_but(const int16_t *keys, const int64_t *lengths, unsigned count,
                                     unsigned slot)
{
    int16_t highest = hb_highest_key_but(keys, slot);

    assert(slot < count);
    if (highest < HB_EXACT_KEYS)
        return highest;
    return hb_longer(hb_longest_in(lengths, slot), hb_longest_in(lengths + slot + 1, count - slot - 1));
}

static inline uint64_t hb_sum(const uint64_t *values, unsigned count)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += values[i];
    return total;
}

/* The counts of the first `count` ranges of a leaf. */
static inline uint64_t hb_leaf_counts(const struct hb_leaf *leaf, unsigned count)
{
    uint64_t free_ranges = 0;

    assert(count <= leaf->link.count);
    for (unsigned i = 0; i < count; i++)
        free_ranges += leaf->length[i] > 0;
    return count * HB_ONE_RANGE + free_ranges * HB_ONE_FREE;
}

/* The bytes of the first `count` ranges of a leaf. */
static inline uint64_t hb_bytes_before(const struct hb_leaf *leaf, unsigned count)
{
    uint64_t total = 0;

    assert(count <= HB_FANOUT);
    for (unsigned i = 0; i < count; i++)
        total += (uint64_t)(leaf->length[i] < 0 ? -leaf->length[i] : leaf->length[i]);
    return total;
}

/*
 * Which of the leaf's ranges has this id; it must have one. `slot` is where it was found last; neighbours
 * that came and went since have moved it by a few at most, as a rule.
 */
static inline unsigned hb_slot_in_leaf(const struct hb_leaf *leaf, unsigned slot, uint32_t id)
{
    for (unsigned distance = 0; distance <= HB_FANOUT / 2; distance++) {
        if (leaf->id[(slot + distance) % HB_FANOUT] == id)
            return (slot + distance) % HB_FANOUT;
        if (leaf->id[(slot - distance) % HB_FANOUT] == id)
            return (slot - distance) % HB_FANOUT;
    }
    assert(false); /* its leaf has it */
    return 0;
}

void hb_pool_init(struct hb_pool *pool, size_t item_bytes, uint32_t most);
void hb_pool_clear(struct hb_pool *pool);
bool hb_pool_grow(struct hb_pool *pool, uint32_t count);

/* Room for `count` more items, counting none that were given back. False when there is no memory. */
static inline bool hb_pool_reserve(struct hb_pool *pool, uint32_t count)
{
    return pool->capacity - pool->used >= count || hb_pool_grow(pool, count);
}

uint32_t hb_pool_take(struct hb_pool *pool);
void hb_pool_give_back(struct hb_pool *pool, uint32_t index);

/* A leaf without ranges and an inner node without children, hanging nowhere. */
uint32_t hb_leaf_new(struct hb_range_tree *tree);
uint32_t hb_inner_new(struct hb_range_tree *tree, unsigned level);

/* Splits a full leaf, so that a range can be put behind slot `at` of it. */
void hb_leaf_split(struct hb_range_tree *tree, uint32_t index, unsigned at);

/* After a removal: takes an empty leaf out; joins a small one to its right neighbour where that leaves room.
 */
void hb_leaf_shrink(struct hb_range_tree *tree, uint32_t index);

/* What a parent's entry for a child says. */
void hb_inner_write_entry(struct hb_inner *parent, unsigned slot, uint32_t index,
                          const struct hb_inner *child);
void hb_leaf_write_entry(struct hb_inner *parent, unsigned slot, uint32_t index, const struct hb_leaf *leaf);

#endif
