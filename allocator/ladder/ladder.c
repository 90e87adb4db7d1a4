/*
 * ladder.c - the functions of a ladder heap's table that do not search, heaps of any size in pages of their
 * own, and whether a heap is what it should be.
 *
 * As with simple, the heap's struct lies in pages apart. Offset 0 is the first record; where payloads are
 * aligned it is placed so many bytes into the first page as make the first payload aligned.
 */
#include <assert.h>
#include <inttypes.h>

#include "allocator/ladder/ladder.h"
#include "allocator/ladder/record.h"
#include "allocator/range_totals.h"

enum hb_status hb_ladder_check_bytes(const struct hb_allocator *self, size_t heap_bytes,
                                     struct hb_error *error)
{
    const struct hb_ladder_kind *kind = self->state;

    if (heap_bytes != 0 && heap_bytes < kind->shortest_bytes)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %zu byte%s is out of range: %" PRIu64 ", one %s, or more", heap_bytes,
                            heap_bytes == 1 ? "" : "s", kind->shortest_bytes,
                            kind->shortest_bytes > HB_LADDER_RECORD_BYTES ? "range" : "record");
    if (heap_bytes > kind->longest_bytes)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %zu bytes is out of range for %s: %" PRIu64 " to %" PRIu64, heap_bytes,
                            self->name, kind->shortest_bytes, kind->longest_bytes);
    return HB_OK;
}

/* One free range. `lead` bytes of the region lie before it. */
static void make_fresh(struct hb_ladder *heap, size_t lead, size_t heap_bytes)
{
    uint64_t bytes = heap->region.bytes - lead;

    if (heap_bytes == 0 && bytes > heap->kind->longest_bytes)
        bytes = heap->kind->longest_bytes;
    assert(bytes >= heap->kind->shortest_bytes);
    heap->base = (unsigned char *)heap->region.start + lead;
    heap->end = heap->base + bytes;
    heap->high_water = heap->base;
    heap->rover = heap->base;
    heap->walk.ranges = 1;
    record_store(heap->base, bytes);
    if (heap->kind->start != NULL)
        heap->kind->start(heap);
}

void *hb_ladder_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    const struct hb_ladder_kind *kind = self->state;
    size_t lead = -(size_t)HB_LADDER_RECORD_BYTES & (kind->align - 1);
    struct hb_region region;
    struct hb_ladder *heap;

    if (hb_ladder_check_bytes(self, heap_bytes, error) != HB_OK)
        return NULL;
    heap = hb_region_open_heap(&region, self->name, heap_bytes != 0 ? heap_bytes + lead : 0,
                               kind->heap_struct_bytes, error);
    if (heap == NULL)
        return NULL;
    heap->kind = kind;
    heap->name = self->name;
    heap->region = region;
    make_fresh(heap, lead, heap_bytes);
    return heap;
}

void hb_ladder_destroy(void *heap)
{
    struct hb_ladder *whole = heap;

    if (heap != NULL)
        hb_region_close_heap(&whole->region, whole, whole->kind->heap_struct_bytes);
}

void hb_ladder_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                      void *context)
{
    const struct hb_ladder *whole = heap;
    const unsigned char *at = whole->base;

    while (at < whole->end) {
        uint64_t record = record_load(at);
        struct hb_range range = {.offset = (uint64_t)(at - whole->base),
                                 .length = record_length(record),
                                 .allocated = record_allocated(record)};

        if (!visit(context, &range))
            return;
        at += range.length;
    }
    assert(at == whole->end);
}

void hb_ladder_inspect(const void *heap, struct hb_heap_state *state)
{
    const struct hb_ladder *whole = heap;
    struct hb_range_totals totals = {
        .state = {.high_water_bytes = (uint64_t)(whole->high_water - whole->base),
                  .header_bytes = HB_LADDER_RECORD_BYTES},
    };

    hb_ladder_ranges(heap, hb_totals_visit, &totals);
    *state = totals.state;
    assert(state->allocated_range_bytes + state->free_bytes == (uint64_t)(whole->end - whole->base));
}

uint64_t hb_ladder_offset(const void *heap, const void *block)
{
    const struct hb_ladder *whole = heap;

    assert((const unsigned char *)block >= whole->base + HB_LADDER_RECORD_BYTES);
    assert((const unsigned char *)block <= whole->end);
    return (uint64_t)((const unsigned char *)block - whole->base);
}

void hb_ladder_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct hb_ladder *whole = heap;

    *walk = whole->walk;
    walk->high_water_bytes = (uint64_t)(whole->high_water - whole->base);
}

/* -- validity, range by range -- */

/* A range, and what the walk knows of the one before it. */
struct visited_range {
    const struct hb_ladder *heap;
    const unsigned char *range;
    uint64_t length;
    bool allocated;
    uint64_t free_before; /* the predecessor's length if it is free, else 0 */
};

static const char *check_length(const struct visited_range *place)
{
    uint64_t left = (uint64_t)(place->heap->end - place->range);
    bool last = place->length == left;
    uint32_t align = place->heap->kind->align;

    if (place->length > left)
        return "the range reaches beyond the heap's end";
    if (place->length < HB_LADDER_RECORD_BYTES)
        return "the range is shorter than its record";
    /* The heap's own length, and so its last range's, is whatever it is. */
    if (!last && place->length % align != 0)
        return "the range's length is not a multiple of the alignment";
    return NULL;
}

static const char *check_tag(const struct visited_range *place)
{
    unsigned tag = record_tag(record_load(place->range));
    bool tagged = place->heap->kind->merges && place->free_before > 0;

    if (tag != (tagged ? tag_for(place->free_before) : HB_LADDER_TAG_NOT_FREE))
        return "the boundary tag does not speak of the range before";
    if (tag == HB_LADDER_TAG_FOOTER &&
        record_load(place->range - HB_LADDER_RECORD_BYTES) != place->free_before)
        return "the footer of the range before is not its length";
    return NULL;
}

static const char *check_range(const struct visited_range *place)
{
    const char *text = check_length(place);

    if (text == NULL)
        text = check_tag(place);
    if (text != NULL)
        return text;
    if (place->allocated && place->range + place->length > place->heap->high_water)
        return "an allocated range lies beyond the high-water mark";
    if (place->heap->kind->merges && !place->allocated && place->free_before > 0)
        return "two free ranges lie side by side";
    return NULL;
}

static struct hb_ladder_fault fault_at(const struct hb_ladder *heap, const unsigned char *range,
                                       const char *text)
{
    return (struct hb_ladder_fault){.offset = (uint64_t)(range - heap->base), .text = text};
}

/* Looks at every range, in `*ranges` of them. */
static struct hb_ladder_fault check_ranges(const struct hb_ladder *heap, uint64_t *ranges)
{
    struct visited_range place = {.heap = heap, .range = heap->base};
    bool rover_seen = false;

    for (*ranges = 0; place.range < heap->end; (*ranges)++) {
        const char *text;

        place.length = record_length(record_load(place.range));
        place.allocated = record_allocated(record_load(place.range));
        text = check_range(&place);
        if (text != NULL)
            return fault_at(heap, place.range, text);
        rover_seen = rover_seen || place.range == heap->rover;
        place.free_before = place.allocated ? 0 : place.length;
        place.range += place.length;
    }
    return fault_at(heap, heap->rover, rover_seen ? NULL : "the rover is not at a range's start");
}

struct hb_ladder_fault hb_ladder_validate_records(const void *heap)
{
    const struct hb_ladder *whole = heap;
    uint64_t ranges;
    struct hb_ladder_fault fault = check_ranges(whole, &ranges);

    if (fault.text != NULL)
        return fault;
    /* The timed build leaves the count at 1. */
    if (whole->walk.walks > 0 && whole->walk.ranges != ranges)
        return fault_at(whole, whole->base, "the ranges are not as many as were counted");
    return whole->kind->check_index != NULL ? whole->kind->check_index(whole) : fault;
}

struct hb_ladder_fault hb_ladder_validate(const struct hb_allocator *allocator, const void *heap)
{
    const struct hb_ladder_kind *kind = allocator->state;

    return kind->validate(heap);
}
