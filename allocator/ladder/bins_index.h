/*
 * bins_index.h - the free ranges on lists by length, two levels of bitmaps over them, and the search in O(1).
 *
 * Not an interface: bins.c includes it, and whoever builds on it; it includes heap.h. bins.c says what it is.
 */
#ifndef HB_ALLOCATOR_LADDER_BINS_INDEX_H
#define HB_ALLOCATOR_LADDER_BINS_INDEX_H

#include "allocator/ladder/links.h"

/*
 * -- the lists --
 *
 * The first level is the power of two, the second divides it into 32 equal parts: no list is wider than 1/32
 * of its shortest range. Below 512 bytes the parts would be narrower than the 16 bytes by which lengths
 * differ, so there the first level is 0 and a list has one length. Lengths include records.
 */
enum {
    CLASS_UNIT_BYTES = 16,
    CLASS_SECOND_BITS = 5,
    CLASS_SECONDS = 1 << CLASS_SECOND_BITS,
    CLASS_LINEAR_BITS = 9, /* 2^9 is UNIT_BYTES * SECONDS */
    CLASS_LENGTH_BITS = 36,
    CLASS_FIRSTS = CLASS_LENGTH_BITS - CLASS_LINEAR_BITS + 1,
};

static_assert(1 << CLASS_LINEAR_BITS == CLASS_UNIT_BYTES * CLASS_SECONDS,
              "the linear part ends where its lists are as wide as those of the first power of two");

struct size_class {
    unsigned first;
    unsigned second;
};

/* The greatest power of two in `length`, which is 1 or more. */
static inline unsigned floor_log2(uint64_t length)
{
    assert(length >= 1);
    return 63 - (unsigned)__builtin_clzll(length);
}

/* The list that a range of `length` bytes belongs to. */
static inline struct size_class class_of(uint64_t length)
{
    unsigned log;

    if (length < UINT64_C(1) << CLASS_LINEAR_BITS)
        return (struct size_class){0, (unsigned)(length / CLASS_UNIT_BYTES)};
    log = floor_log2(length);
    return (struct size_class){log - CLASS_LINEAR_BITS + 1,
                               (unsigned)(length >> (log - CLASS_SECOND_BITS)) % CLASS_SECONDS};
}

/* What the first list begins with all of whose ranges have `need` bytes or more; `need` is below 2^63. */
static inline uint64_t class_start_from(uint64_t need)
{
    uint64_t part;

    if (need < UINT64_C(1) << CLASS_LINEAR_BITS)
        return need;
    part = UINT64_C(1) << (floor_log2(need) - CLASS_SECOND_BITS);
    return (need + part - 1) & ~(part - 1);
}

/* That list, in `*found`. False when no list of a heap this size is: `need` is then more than the longest
 * range's list begins with. */
static inline bool class_that_holds(uint64_t need, struct size_class *found)
{
    if (need >> CLASS_LENGTH_BITS != 0)
        return false;
    assert(class_start_from(need) >= need);
    *found = class_of(class_start_from(need));
    return found->first < CLASS_FIRSTS;
}

/* -- the heap -- */

struct bins_heap {
    struct hb_ladder ladder;                     /* first: the shared functions take the heap for one */
    uint32_t firsts;                             /* bit i: seconds[i] is not 0 */
    uint32_t seconds[CLASS_FIRSTS];              /* bit j of seconds[i]: heads[i][j] is a range */
    uint32_t heads[CLASS_FIRSTS][CLASS_SECONDS]; /* the youngest first; HB_LINK_NONE: empty */
};

static_assert(offsetof(struct bins_heap, ladder) == 0, "a heap is a struct hb_ladder");
static_assert(CLASS_FIRSTS <= 32 && CLASS_SECONDS <= 32, "a bitmap is 32 bits");
static_assert(HB_LINK_HEAP_MAX < UINT64_C(1) << CLASS_LENGTH_BITS, "every range has a list");

static inline struct bins_heap *whole(struct hb_ladder *heap)
{
    return (struct bins_heap *)heap;
}

static inline void index_forget(struct hb_ladder *heap, unsigned char *range);
static inline void index_add(struct hb_ladder *heap, unsigned char *range);
static inline unsigned char *find_good(struct hb_ladder *heap, uint64_t need);

static inline uint64_t length_found(uint64_t need)
{
    return need >> CLASS_LENGTH_BITS == 0 ? class_start_from(need) : need;
}

#define LADDER_ALIGN   16
#define LADDER_MERGES  1
#define LADDER_INDEXED 1
#define LADDER_FIND    find_good
#define LADDER_SOUGHT  length_found
#include "allocator/ladder/heap.h"

static inline void index_add(struct hb_ladder *heap, unsigned char *range)
{
    struct size_class class = class_of(range_length(range));
    struct bins_heap *bins = whole(heap);
    uint32_t *head = &bins->heads[class.first][class.second];

    assert(range_is_free(range) && class.first < CLASS_FIRSTS);
    links_insert(heap, head, range, (struct links){.next = *head, .previous = HB_LINK_NONE});
    bins->seconds[class.first] |= UINT32_C(1) << class.second;
    bins->firsts |= UINT32_C(1) << class.first;
}

static inline void index_forget(struct hb_ladder *heap, unsigned char *range)
{
    struct size_class class = class_of(range_length(range));
    struct bins_heap *bins = whole(heap);
    uint32_t *head = &bins->heads[class.first][class.second];

    assert(range_is_free(range) && (bins->seconds[class.first] >> class.second & 1) != 0);
    links_remove(heap, head, range);
    if (*head != HB_LINK_NONE)
        return;
    bins->seconds[class.first] &= ~(UINT32_C(1) << class.second);
    if (bins->seconds[class.first] == 0)
        bins->firsts &= ~(UINT32_C(1) << class.first);
}

/* The bits of `map` from `bit` on; `bit` is 0 to 31. */
static inline uint32_t from_bit(uint32_t map, unsigned bit)
{
    return map & (UINT32_MAX << bit);
}

/* The first list from `class` on that is not empty. False when all are empty. */
static inline bool find_list(const struct bins_heap *bins, struct size_class *class)
{
    uint32_t seconds = from_bit(bins->seconds[class->first], class->second);

    if (seconds == 0) {
        uint32_t firsts = from_bit(bins->firsts, class->first + 1);

        if (firsts == 0)
            return false;
        class->first = (unsigned)__builtin_ctz(firsts);
        seconds = bins->seconds[class->first];
    }
    class->second = (unsigned)__builtin_ctz(seconds);
    assert(bins->heads[class->first][class->second] != HB_LINK_NONE);
    return true;
}

static inline unsigned char *find_good(struct hb_ladder *heap, uint64_t need)
{
    const struct bins_heap *bins = whole(heap);
    struct size_class class;
    bool found = class_that_holds(need, &class) && find_list(bins, &class);

    note_walk(heap, &(struct tally){.examined = found, .allocated = 0});
    return found ? linked(heap, bins->heads[class.first][class.second]) : NULL;
}

static void start(struct hb_ladder *heap)
{
    struct bins_heap *bins = whole(heap);

    bins->firsts = 0;
    memset(bins->seconds, 0, sizeof bins->seconds);
    for (unsigned i = 0; i < CLASS_FIRSTS; i++)
        for (unsigned j = 0; j < CLASS_SECONDS; j++)
            bins->heads[i][j] = HB_LINK_NONE;
    index_add(heap, heap->base);
}

/* Every range on a list is free, in the heap, of that list's lengths, and linked both ways; adds them up. */
static struct hb_ladder_fault check_list(const struct hb_ladder *heap, struct size_class class,
                                         uint64_t *listed)
{
    const struct bins_heap *bins = (const struct bins_heap *)heap;
    uint32_t at = bins->heads[class.first][class.second], previous = HB_LINK_NONE;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};

    for (; at != HB_LINK_NONE && fault.text == NULL; (*listed)++) {
        const unsigned char *range = linked(heap, at);
        struct size_class own;

        fault.offset = (uint64_t)(range - heap->base);
        if (range > heap->end - HB_LINK_UNIT_BYTES) {
            fault.text = "a link leads out of the heap";
            break;
        }
        own = class_of(range_length(range));
        if (!range_is_free(range))
            fault.text = "an allocated range is on a list";
        else if (own.first != class.first || own.second != class.second)
            fault.text = "the free range is on a list for other lengths";
        else if (links_load(range).previous != previous)
            fault.text = "the free range's link back does not lead to the one before it";
        previous = at;
        at = links_load(range).next;
    }
    return fault;
}

static bool bits_agree(const struct bins_heap *bins, struct size_class class)
{
    bool any = bins->heads[class.first][class.second] != HB_LINK_NONE;
    bool first = (bins->firsts >> class.first & 1) != 0, seconds = bins->seconds[class.first] != 0;

    return any == ((bins->seconds[class.first] >> class.second & 1) != 0) && first == seconds;
}

static uint64_t free_ranges(const struct hb_ladder *heap)
{
    uint64_t count = 0;

    for (unsigned char *range = heap->base; range < heap->end; range = range_end(range))
        count += range_is_free(range);
    return count;
}

static struct hb_ladder_fault check_index(const struct hb_ladder *heap)
{
    const struct bins_heap *bins = (const struct bins_heap *)heap;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};
    uint64_t listed = 0;

    for (unsigned i = 0; i < CLASS_FIRSTS * CLASS_SECONDS && fault.text == NULL; i++) {
        struct size_class class = {i / CLASS_SECONDS, i % CLASS_SECONDS};

        fault = check_list(heap, class, &listed);
        if (fault.text == NULL && !bits_agree(bins, class))
            fault.text = "a bitmap does not agree with its lists";
    }
    if (fault.text == NULL && listed != free_ranges(heap))
        fault.text = "the lists do not hold every free range";
    return fault;
}

#endif
