/*
 * heap_map.h - where in the heap its allocated bytes lie, as a program goes on.
 *
 * The addresses from 0 to the highest that the whole run uses are divided into equal buckets, the operations
 * into equal windows; at the end of each window it is counted, exactly, how many bytes of each bucket are in
 * allocated ranges. The heap is the exact model's (allocator/model/model.h).
 */
#ifndef HB_BENCH_EXACT_HEAP_MAP_H
#define HB_BENCH_EXACT_HEAP_MAP_H

#include "allocator/model/model.h"
#include "bench/replay/prepare.h"

enum { HB_MAP_BUCKETS = 80, HB_MAP_MOMENTS = 150 };

struct hb_map_moment {
    uint64_t op; /* operations done */
    uint64_t live_bytes;
    uint64_t extent_bytes;                    /* the high-water mark so far */
    uint64_t allocated_bytes[HB_MAP_BUCKETS]; /* in allocated ranges, records and slack included */
};

struct hb_heap_map {
    uint64_t bucket_bytes; /* 1 or more; the first begins at offset 0 */
    uint64_t failures;     /* allocations that got NULL */
    uint32_t count;
    struct hb_map_moment moments[HB_MAP_MOMENTS]; /* `count` of them, fewer for a trace of fewer operations */
};

/* From malloc; the caller frees it. Errors as those of hb_model_create. */
enum hb_status hb_heap_map_create(const struct hb_prepared *prepared, const struct hb_model_options *options,
                                  struct hb_heap_map **out, struct hb_error *error);

/* How many buckets the extent of a moment reaches into; there is nothing above them. */
uint32_t hb_heap_map_buckets_used(const struct hb_heap_map *map, const struct hb_map_moment *moment);

#endif
