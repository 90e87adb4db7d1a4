/*
 * validate.c - whether a ladder heap is what it should be, range by range.
 */
#include "allocator/ladder/ladder.h"
#include "allocator/ladder/record.h"

/* A range, and what the walk knows of the one before it. */
struct place {
    const struct hb_ladder *heap;
    const unsigned char *range;
    uint64_t length;
    bool allocated;
    uint64_t free_before; /* the predecessor's length if it is free, else 0 */
};

static const char *check_length(const struct place *place)
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

static const char *check_tag(const struct place *place)
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

static const char *check_range(const struct place *place)
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
    struct place place = {.heap = heap, .range = heap->base};
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
