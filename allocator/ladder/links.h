/*
 * links.h - doubly linked lists of free ranges, in eight bytes of each.
 *
 * A free range's payload is nobody's, so the links lie there: the next range's and the previous one's offset
 * in units of 16 bytes, 32 bits each, so that even the shortest range, 16 bytes with its record, has room for
 * both. That bounds the heap to 64 GiB; pointers would have raised the shortest range to 32 bytes, and moved
 * every placement.
 */
#ifndef HB_ALLOCATOR_LADDER_LINKS_H
#define HB_ALLOCATOR_LADDER_LINKS_H

#include "allocator/ladder/ladder.h"
#include "allocator/ladder/record.h"

enum { HB_LINK_UNIT_BYTES = 16 };

#define HB_LINK_NONE UINT32_MAX

/* The longest heap: its last range's offset has to be less than HB_LINK_NONE units. */
#define HB_LINK_HEAP_MAX ((uint64_t)HB_LINK_NONE * HB_LINK_UNIT_BYTES)

struct links {
    uint32_t next;
    uint32_t previous;
};

static_assert(HB_LADDER_RECORD_BYTES + sizeof(struct links) <= HB_LINK_UNIT_BYTES,
              "the shortest range has room for its links");

static inline uint32_t link_of(const struct hb_ladder *heap, const unsigned char *range)
{
    assert(heap->base <= range && range < heap->end);
    return (uint32_t)((uint64_t)(range - heap->base) / HB_LINK_UNIT_BYTES);
}

/* `link` is not HB_LINK_NONE. */
static inline unsigned char *linked(const struct hb_ladder *heap, uint32_t link)
{
    assert(link != HB_LINK_NONE);
    return heap->base + (uint64_t)link * HB_LINK_UNIT_BYTES;
}

static inline struct links links_load(const unsigned char *range)
{
    struct links links;

    memcpy(&links, range + HB_LADDER_RECORD_BYTES, sizeof links);
    return links;
}

static inline void links_store(unsigned char *range, struct links links)
{
    memcpy(range + HB_LADDER_RECORD_BYTES, &links, sizeof links);
}

static inline void links_set_next(unsigned char *range, uint32_t next)
{
    memcpy(range + HB_LADDER_RECORD_BYTES + offsetof(struct links, next), &next, sizeof next);
}

static inline void links_set_previous(unsigned char *range, uint32_t previous)
{
    memcpy(range + HB_LADDER_RECORD_BYTES + offsetof(struct links, previous), &previous, sizeof previous);
}

/* Puts `range` between two neighbours, either of which may be HB_LINK_NONE; `*head` is the list's first. */
static inline void links_insert(struct hb_ladder *heap, uint32_t *head, unsigned char *range,
                                struct links between)
{
    uint32_t self = link_of(heap, range);

    assert(between.next != self && between.previous != self);
    assert(between.next ==
           (between.previous != HB_LINK_NONE ? links_load(linked(heap, between.previous)).next : *head));
    links_store(range, between);
    if (between.previous != HB_LINK_NONE)
        links_set_next(linked(heap, between.previous), self);
    else
        *head = self;
    if (between.next != HB_LINK_NONE)
        links_set_previous(linked(heap, between.next), self);
}

/* Takes `range` out; returns the neighbours it had. */
static inline struct links links_remove(struct hb_ladder *heap, uint32_t *head, const unsigned char *range)
{
    struct links links = links_load(range);

    assert(links.previous != HB_LINK_NONE || *head == link_of(heap, range));
    if (links.previous != HB_LINK_NONE)
        links_set_next(linked(heap, links.previous), links.next);
    else
        *head = links.next;
    if (links.next != HB_LINK_NONE)
        links_set_previous(linked(heap, links.next), links.previous);
    return links;
}

#endif
