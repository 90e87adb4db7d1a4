/*
 * region.h - the address space that a bounded heap lies in.
 */
#ifndef HB_ALLOCATOR_REGION_H
#define HB_ALLOCATOR_REGION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What a region of ample room is where the system grants it; and a region begins at a multiple of the second,
 * wherever the system puts it, so that blocks of every alignment up to it lie at the offsets that the model
 * computes. Less where there is less, and under an emulator, which notes down every page of it. */
#if SIZE_MAX > UINT32_MAX && !defined(HB_EMULATED)
#define HB_REGION_AMPLE_BYTES ((size_t)64 << 30)
#define HB_REGION_ALIGN_BYTES ((size_t)1 << 30)
#else
#define HB_REGION_AMPLE_BYTES ((size_t)512 << 20)
#define HB_REGION_ALIGN_BYTES ((size_t)1 << 20)
#endif

struct hb_region {
    void *start;
    size_t bytes;
};

/*
 * Maps `bytes` bytes, zeroed, in whole pages that are faulted in when they are touched. 0 asks for ample
 * room: 64 GiB of address space, or the half, the quarter ... of it that the system grants, down to 64 MiB.
 * `name` begins the sentence on failure: HB_ERR_MEMORY. Close with hb_region_close.
 */
enum hb_status hb_region_open(struct hb_region *region, const char *name, size_t bytes,
                              struct hb_error *error);
void hb_region_close(const struct hb_region *region);

/*
 * The same, and zeroed memory of `struct_bytes` in pages apart, for what an allocator keeps of its heap: so
 * nothing but the heap is in the region. Returns that memory; NULL, with `error` set and nothing left open,
 * on failure. Close with hb_region_close_heap.
 */
void *hb_region_open_heap(struct hb_region *region, const char *name, size_t bytes, size_t struct_bytes,
                          struct hb_error *error);

/* `region` may lie in `heap`, whose length `struct_bytes` is. */
void hb_region_close_heap(const struct hb_region *region, void *heap, size_t struct_bytes);

#endif
