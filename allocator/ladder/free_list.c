/*
 * free_list.c - the third rung: simple-merge that walks free ranges only.
 *
 * The idea     The free ranges are on a list in address order, and first fit walks that: it places exactly as
 *              simple-merge does, and examines what simple-merge examines less the allocated ranges.
 * In header    Nothing: the links lie in the free ranges (links.h), which have 16 bytes at least. Three links
 *              a heap. A heap is at most 64 GiB.
 * In code      About seventy lines.
 * Buys         Walks shorter by the allocated ranges, which are most. What a failing walk costs depends on
 *              the free ranges alone.
 * Costs        A free has to find the range's place on the list. Beside a free neighbour that is its place:
 *              O(1). Otherwise two searches take turns, and the shorter decides: over the ranges behind, up
 *              to the first free one (two or three in a busy heap: Knuth's fifty-percent rule); and over the
 *              list, from the place where it was changed last (none or one where blocks are freed in order).
 *              The worst case is O(n) still. No walk's length counts this: only allocations have walks.
 * A walk       is first fit over the free ranges: none of those examined is allocated.
 */
#include "allocator/ladder/links.h"

struct free_list_heap {
    struct hb_ladder ladder; /* first: the shared functions take the heap for one */
    uint32_t first;
    uint32_t last;
    uint32_t finger; /* the range, or a neighbour of the place, where the list was changed last */
};

static_assert(offsetof(struct free_list_heap, ladder) == 0, "a heap is a struct hb_ladder");

static inline struct free_list_heap *whole(struct hb_ladder *heap)
{
    return (struct free_list_heap *)heap;
}

static inline void index_forget(struct hb_ladder *heap, unsigned char *range);
static inline void index_add(struct hb_ladder *heap, unsigned char *range);
static inline unsigned char *find_listed(struct hb_ladder *heap, uint64_t need);

#define LADDER_ALIGN   16
#define LADDER_MERGES  1
#define LADDER_INDEXED 1
#define LADDER_FIND    find_listed
#include "allocator/ladder/heap.h"

/* One step along the list from `*at` towards `self`; true, with the first link beyond `self`, on arrival. */
static inline bool step_along_list(struct hb_ladder *heap, uint32_t self, uint32_t *at, uint32_t *beyond)
{
    struct links links = links_load(linked(heap, *at));
    bool is_beyond = *at > self;
    uint32_t step = is_beyond ? links.previous : links.next;

    /* HB_LINK_NONE is beyond every range, which is right at the list's end and has to be said
     * at its start. */
    if (is_beyond ? step == HB_LINK_NONE || step < self : step > self) {
        *beyond = is_beyond ? *at : step;
        return true;
    }
    *at = step;
    return false;
}

/* The first free range beyond `range`, or HB_LINK_NONE. */
static inline uint32_t find_beyond(struct hb_ladder *heap, unsigned char *range)
{
    uint32_t self = link_of(heap, range), at = whole(heap)->finger, beyond = HB_LINK_NONE;
    unsigned char *next = range_end(range);

    if (at == HB_LINK_NONE)
        return HB_LINK_NONE;
    while (next < heap->end) {
        if (range_is_free(next))
            return link_of(heap, next);
        next = range_end(next);
        if (step_along_list(heap, self, &at, &beyond))
            return beyond;
    }
    return HB_LINK_NONE;
}

static inline void index_add(struct hb_ladder *heap, unsigned char *range)
{
    struct free_list_heap *list = whole(heap);
    struct links between = {.next = find_beyond(heap, range), .previous = list->last};

    assert(range_is_free(range) && between.next > link_of(heap, range));
    if (between.next != HB_LINK_NONE)
        between.previous = links_load(linked(heap, between.next)).previous;
    assert(between.previous == HB_LINK_NONE || between.previous < link_of(heap, range));
    links_insert(heap, &list->first, range, between);
    list->finger = link_of(heap, range);
    if (between.next == HB_LINK_NONE)
        list->last = list->finger;
}

static inline void index_forget(struct hb_ladder *heap, unsigned char *range)
{
    struct free_list_heap *list = whole(heap);
    struct links links = links_remove(heap, &list->first, range);

    if (links.next == HB_LINK_NONE)
        list->last = links.previous;
    list->finger = links.next != HB_LINK_NONE ? links.next : links.previous;
    assert((list->first == HB_LINK_NONE) == (list->last == HB_LINK_NONE));
}

static inline unsigned char *find_listed(struct hb_ladder *heap, uint64_t need)
{
    struct tally tally = {0, 0};
    uint32_t at = whole(heap)->first;

    while (at != HB_LINK_NONE) {
        unsigned char *range = linked(heap, at);

        if (record_fits(examine(heap, range, &tally), need))
            break;
        at = links_load(range).next;
    }
    note_walk(heap, &tally);
    return at != HB_LINK_NONE ? linked(heap, at) : NULL;
}

static void start(struct hb_ladder *heap)
{
    struct free_list_heap *list = whole(heap);

    list->first = list->last = list->finger = HB_LINK_NONE;
    index_add(heap, heap->base);
}

/* The list and the free ranges, side by side, from the first to the last. */
static struct hb_ladder_fault check_index(const struct hb_ladder *heap)
{
    const struct free_list_heap *list = (const struct free_list_heap *)heap;
    uint32_t at = list->first, previous = HB_LINK_NONE;
    struct hb_ladder_fault fault = {.offset = 0, .text = NULL};

    for (unsigned char *range = heap->base; range < heap->end; range = range_end(range)) {
        fault.offset = (uint64_t)(range - heap->base);
        if (!range_is_free(range))
            continue;
        if (at != link_of(heap, range))
            fault.text = "the free range is not where it belongs on the free list";
        else if (links_load(range).previous != previous)
            fault.text = "the free range's link back does not lead to the one before it";
        if (fault.text != NULL)
            return fault;
        previous = at;
        at = links_load(range).next;
    }
    if (at != HB_LINK_NONE || list->last != previous)
        fault.text = "the free list does not end with the last free range";
    else if (list->finger != HB_LINK_NONE && !range_is_free(linked(heap, list->finger)))
        fault.text = "the free list's finger is not at a free range";
    return fault;
}

static const struct hb_ladder_kind kind = {
    HB_LADDER_KIND_OF(struct free_list_heap, HB_LINK_HEAP_MAX),
    .start = start,
    .check_index = check_index,
};

HB_TABLE(free_list) = {
    .name = "free-list",
    .summary = "simple-merge that walks an address-ordered list of the free ranges",
    .model = "model-free-list",
    .before = "simple-merge",
    .idea = "walks free ranges alone",
    .group = HB_GROUP_LADDER,
    .colour = "#B8860B",
    .shape = 10,
    HB_LADDER_FUNCTIONS(free_list),
};
