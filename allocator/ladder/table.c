/*
 * table.c - the functions of a ladder heap's table that do not search, and heaps of any size in pages of
 * their own.
 *
 * As with simple, the heap's struct lies in pages apart. Offset 0 is the first record; where payloads are
 * aligned it is placed so many bytes into the first page as make the first payload aligned.
 */
#include <inttypes.h>

#include "allocator/ladder/ladder.h"
#include "allocator/ladder/record.h"
#include "allocator/survey.h"
#include "base/pages.h"

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
    if (hb_region_open(&region, self->name, heap_bytes != 0 ? heap_bytes + lead : 0, error) != HB_OK)
        return NULL;
    heap = hb_pages_alloc(kind->heap_struct_bytes);
    if (heap == NULL) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", self->name);
        hb_region_close(&region);
        return NULL;
    }
    heap->kind = kind;
    heap->name = self->name;
    heap->region = region;
    make_fresh(heap, lead, heap_bytes);
    return heap;
}

void hb_ladder_destroy(void *heap)
{
    struct hb_ladder *whole = heap;
    struct hb_region region;

    if (heap == NULL)
        return;
    region = whole->region;
    hb_pages_free(whole, whole->kind->heap_struct_bytes);
    hb_region_close(&region);
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
}

void hb_ladder_inspect(const void *heap, struct hb_heap_state *state)
{
    const struct hb_ladder *whole = heap;
    struct hb_survey survey = {
        .state = {.high_water_bytes = (uint64_t)(whole->high_water - whole->base),
                  .header_bytes = HB_LADDER_RECORD_BYTES},
    };

    hb_ladder_ranges(heap, hb_survey_visit, &survey);
    *state = survey.state;
}

uint64_t hb_ladder_offset(const void *heap, const void *block)
{
    const struct hb_ladder *whole = heap;

    return (uint64_t)((const unsigned char *)block - whole->base);
}

void hb_ladder_last_walk(const void *heap, struct hb_walk *walk)
{
    const struct hb_ladder *whole = heap;

    *walk = whole->walk;
    walk->high_water_bytes = (uint64_t)(whole->high_water - whole->base);
}
