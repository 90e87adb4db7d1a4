/*
 * model_speed_heap.c - the heap of a side: laid out, and led through the replacements.
 */
#include <inttypes.h>

#include "base/pages.h"
#include "bench/question/speed/model_speed_load.h"

/* A heap is laid out anew after a replacement for so many ranges. */
enum { RANGES_PER_REPLACEMENT = 10 };

uint64_t hb_speed_all_replacements(const struct hb_speed_load *load, enum hb_speed_side side)
{
    return (load->rounds + UINT64_C(1)) * load->replacements[side];
}

size_t hb_speed_blocks_bytes(const struct hb_speed_load *load)
{
    return (load->layout.range_count + 1) * sizeof(void *);
}

/* The loop that is timed. Inlined, it would be merged with what surrounds it. */
__attribute__((noinline)) static void replace(const struct hb_speed_heap *bench,
                                              const struct hb_speed_replacement *plan, uint64_t count)
{
    const struct hb_allocator *a = bench->allocator;

    for (uint64_t i = 0; i < count; i++) {
        void **block = &bench->blocks[plan[i].slot];

        a->dealloc(bench->heap, *block);
        *block = a->alloc(bench->heap, plan[i].size);
    }
}

static uint64_t mix(uint64_t digest, uint64_t value)
{
    digest = (digest ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return digest ^ digest >> 29;
}

static bool digest_range(void *context, const struct hb_range *range)
{
    uint64_t *digest = context;

    *digest = mix(*digest, 2 * range->offset + range->allocated);
    return true;
}

uint64_t hb_speed_heap_digest(const struct hb_speed_load *load, const struct hb_speed_heap *bench)
{
    uint64_t digest = bench->digest;

    bench->allocator->ranges(bench->heap, digest_range, &digest);
    for (uint64_t i = bench->laid_at; i < bench->done; i++) {
        const void *block = bench->blocks[load->plan[i].slot];

        digest = mix(digest, block != NULL ? bench->allocator->offset(bench->heap, block) : 0);
    }
    return digest;
}

static enum hb_status lay_out(const struct hb_speed_load *load, struct hb_speed_heap *bench,
                              struct hb_error *error)
{
    const struct hb_allocator *allocator = bench->allocator;

    bench->heap = allocator->create(allocator, 0, error);
    if (bench->heap == NULL)
        return error->status;
    bench->laid_at = bench->done;
    if (hb_layout_put(&load->layout, bench->order, allocator, bench->heap, bench->blocks))
        return HB_OK;
    return hb_error_set(error, HB_ERR_MEMORY, "%s: no room for %" PRIu64 " ranges", allocator->name,
                        load->ranges);
}

enum hb_status hb_speed_heap_open(const struct hb_speed_load *load, enum hb_speed_side side,
                                  struct hb_speed_heap *bench, struct hb_error *error)
{
    *bench = (struct hb_speed_heap){
        .allocator = load->allocators[side],
        .order = side == HB_SPEED_WALKING ? load->pair->walking_order : HB_LAYOUT_ADDRESSES,
    };
    bench->blocks = hb_pages_alloc(hb_speed_blocks_bytes(load));
    if (bench->blocks == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %" PRIu64 " blocks", load->layout.live);
    return lay_out(load, bench, error);
}

void hb_speed_heap_close(const struct hb_speed_load *load, struct hb_speed_heap *bench)
{
    if (bench->heap != NULL)
        bench->allocator->destroy(bench->heap);
    hb_pages_free(bench->blocks, hb_speed_blocks_bytes(load));
}

uint64_t hb_speed_heap_prepare(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count,
                               struct hb_error *error)
{
    uint64_t period = load->ranges / RANGES_PER_REPLACEMENT;
    uint64_t good = period - (bench->done - bench->laid_at);

    if (good == 0) {
        bench->digest = hb_speed_heap_digest(load, bench);
        bench->allocator->destroy(bench->heap);
        if (lay_out(load, bench, error) != HB_OK)
            return 0;
        good = period;
    }
    return good < count ? good : count;
}

void hb_speed_heap_advance(const struct hb_speed_load *load, struct hb_speed_heap *bench, uint64_t count)
{
    replace(bench, &load->plan[bench->done], count);
    bench->done += count;
}
