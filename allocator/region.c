/*
 * region.c - address space for a bounded heap, or as much as the system grants, at a round address.
 */
#include "allocator/region.h"

#include <assert.h>

#include "base/pages.h"

#define AMPLE_LEAST_BYTES ((size_t)64 << 20)

static_assert((HB_REGION_ALIGN_BYTES & (HB_REGION_ALIGN_BYTES - 1)) == 0, "an alignment is a power of two");
static_assert(HB_REGION_AMPLE_BYTES >= AMPLE_LEAST_BYTES, "there is an ample size to begin with");

static enum hb_status open_ample(struct hb_region *region, const char *name, struct hb_error *error)
{
    for (size_t bytes = HB_REGION_AMPLE_BYTES; bytes >= AMPLE_LEAST_BYTES; bytes /= 2) {
        void *start = hb_pages_reserve_aligned(bytes, HB_REGION_ALIGN_BYTES);

        if (start != NULL) {
            *region = (struct hb_region){.start = start, .bytes = bytes};
            return HB_OK;
        }
    }
    return hb_error_set_errno(error, HB_ERR_MEMORY, "%s: no address space for a heap of even %zu bytes", name,
                              AMPLE_LEAST_BYTES);
}

enum hb_status hb_region_open(struct hb_region *region, const char *name, size_t bytes,
                              struct hb_error *error)
{
    void *start;

    if (bytes == 0)
        return open_ample(region, name, error);
    start = hb_pages_reserve_aligned(bytes, HB_REGION_ALIGN_BYTES);
    if (start == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: no memory for a heap of %zu bytes", name, bytes);
    *region = (struct hb_region){.start = start, .bytes = bytes};
    assert((uintptr_t)start % HB_REGION_ALIGN_BYTES == 0);
    return HB_OK;
}

void hb_region_close(const struct hb_region *region)
{
    assert(region->start != NULL && region->bytes > 0);
    hb_pages_free(region->start, region->bytes);
}

void *hb_region_open_heap(struct hb_region *region, const char *name, size_t bytes, size_t struct_bytes,
                          struct hb_error *error)
{
    void *heap;

    if (hb_region_open(region, name, bytes, error) != HB_OK)
        return NULL;
    heap = hb_pages_alloc(struct_bytes);
    if (heap == NULL) {
        hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", name);
        hb_region_close(region);
    }
    return heap;
}

void hb_region_close_heap(const struct hb_region *region, void *heap, size_t struct_bytes)
{
    struct hb_region copy = *region;

    hb_pages_free(heap, struct_bytes);
    hb_region_close(&copy);
}
