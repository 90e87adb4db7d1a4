/*
 * heap_layout.c - a heap of exactly so many ranges, made and put into an allocator.
 */
#include "bench/question/speed/heap_layout.h"

#include <assert.h>
#include <inttypes.h>

#include "base/pages.h"
#include "workloads/generate/sizes.h"

enum { RECORD_BYTES = 8, UNIT_BYTES = 16, UNITS_MIN = 2, UNITS_MAX = 16 };

uint32_t hb_layout_draw_size(struct hb_random *random)
{
    static const struct hb_generate_settings settings = {
        .sizes = HB_SIZES_LOG_UNIFORM, .smallest = UNITS_MIN, .largest = UNITS_MAX};
    struct hb_sizes units;

    hb_sizes_init(&units, &settings);
    return (uint32_t)hb_sizes_draw(&units, random) * UNIT_BYTES - RECORD_BYTES;
}

/* -- making -- */

static bool take_memory(struct hb_layout *layout)
{
    layout->offsets = hb_pages_alloc((layout->range_count + 1) * sizeof *layout->offsets);
    layout->allocated = hb_pages_alloc((layout->range_count + 1) * sizeof *layout->allocated);
    return layout->offsets != NULL && layout->allocated != NULL;
}

/* One in three of those behind an allocated range is free: one in four of all. The first and the last are
 * allocated. */
static bool is_free(const struct hb_layout *layout, uint64_t range, struct hb_random *random)
{
    return range > 0 && range + 1 < layout->range_count && layout->allocated[range - 1] &&
           hb_random_below(random, 3) == 0;
}

enum hb_status hb_layout_make(uint64_t ranges, struct hb_random *random, struct hb_layout *layout,
                              struct hb_error *error)
{
    assert(ranges >= HB_LAYOUT_RANGES_MIN && ranges <= HB_LAYOUT_RANGES_MAX);
    *layout = (struct hb_layout){.range_count = ranges - 1};
    if (!take_memory(layout)) {
        hb_layout_clear(layout);
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the layout of %" PRIu64 " ranges", ranges);
    }
    for (uint64_t i = 0; i < layout->range_count; i++) {
        bool dust = is_free(layout, i, random);
        uint64_t length = dust ? UNIT_BYTES : hb_layout_draw_size(random) + RECORD_BYTES;

        layout->allocated[i] = !dust;
        layout->live += !dust;
        layout->offsets[i + 1] = layout->offsets[i] + length;
    }
    return HB_OK;
}

void hb_layout_clear(struct hb_layout *layout)
{
    hb_pages_free(layout->offsets, (layout->range_count + 1) * sizeof *layout->offsets);
    hb_pages_free(layout->allocated, (layout->range_count + 1) * sizeof *layout->allocated);
    *layout = (struct hb_layout){.live = 0};
}

/* -- putting it into a heap -- */

struct laying {
    const struct hb_layout *layout;
    const struct hb_allocator *allocator;
    void *heap;
    void **blocks; /* by range */
};

/* One block over the ranges from `low` to `high`. */
static void *place(const struct laying *laying, uint64_t low, uint64_t high)
{
    const uint64_t *offsets = laying->layout->offsets;

    return laying->allocator->alloc(laying->heap, offsets[high] - offsets[low] - RECORD_BYTES);
}

static bool place_in_address_order(const struct laying *laying)
{
    for (uint64_t i = 0; i < laying->layout->range_count; i++) {
        laying->blocks[i] = place(laying, i, i + 1);
        if (laying->blocks[i] == NULL)
            return false;
    }
    return true;
}

/*
 * The first free range long enough begins where range `low` is to begin. One block is put over the first half
 * while the second is laid out behind it, and then makes room: a first-fit walk passes one such block for
 * each time that was halved, and nothing else.
 */
static bool place_by_halves(const struct laying *laying, uint64_t low, uint64_t high)
{
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        void *first_half = place(laying, low, middle);

        if (first_half == NULL || !place_by_halves(laying, middle, high))
            return false;
        laying->allocator->dealloc(laying->heap, first_half);
        high = middle;
    }
    laying->blocks[low] = place(laying, low, high);
    return laying->blocks[low] != NULL;
}

/* Frees what is to be free, and moves the blocks together. */
static void free_holes(const struct laying *laying)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < laying->layout->range_count; i++) {
        if (laying->layout->allocated[i])
            laying->blocks[kept++] = laying->blocks[i];
        else
            laying->allocator->dealloc(laying->heap, laying->blocks[i]);
    }
    assert(kept == laying->layout->live);
}

bool hb_layout_put(const struct hb_layout *layout, enum hb_layout_order order,
                   const struct hb_allocator *allocator, void *heap, void **blocks)
{
    struct laying laying = {.layout = layout, .allocator = allocator, .heap = heap, .blocks = blocks};
    bool placed = order == HB_LAYOUT_HALVES ? place_by_halves(&laying, 0, layout->range_count)
                                            : place_in_address_order(&laying);

    if (placed)
        free_holes(&laying);
    return placed;
}
