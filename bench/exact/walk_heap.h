/*
 * walk_heap.h - a simple heap that is led through a trace one operation at a time, for looking at.
 *
 * The heap is the exact model's, which places and walks as simple does, so that any moment of a long trace is
 * reached in a second. It is driven through the contract's table like any replay, but by birth ids, so that
 * what lies in a range can be named.
 */
#ifndef HB_BENCH_EXACT_WALK_HEAP_H
#define HB_BENCH_EXACT_WALK_HEAP_H

#include "allocator/allocator.h"
#include "workloads/workload.h"

/* Of the simple allocator: results/README.md, "The heap". */
enum { HB_WALK_RECORD_BYTES = 8 };

/* What an operation did. */
struct hb_step {
    uint64_t op; /* index */
    bool walked;
    struct hb_walk walk; /* the last one; this operation's if `walked` */
    bool failed;         /* asked for bytes and got NULL */
    bool absent;         /* a free or realloc of an object that holds nothing */
    bool held;           /* the object holds a block now */
    uint64_t offset;     /* of its payload, if held */
    bool moved;          /* a realloc that found another place */
    uint64_t old_offset; /* of the payload that was freed or left, if `!absent` */
};

struct hb_walk_heap {
    const struct hb_workload *workload;
    const struct hb_allocator *allocator; /* the model; its blocks are not memory */
    void *heap;
    uint64_t heap_bytes; /* 0: ample */
    uint64_t done;       /* operations done */
    void **blocks;       /* by birth id; NULL: holds nothing */
    uint64_t *sizes;     /* asked for */
    struct hb_walk last; /* as of the last operation */
};

/* A range, and what is in it. */
struct hb_held_range {
    struct hb_range range;
    bool has_object; /* an allocated range has one */
    uint32_t object;
    uint64_t size; /* asked for */
};

/* HB_ERR_USAGE or HB_ERR_MEMORY when there can be no such heap. Free with hb_walk_heap_destroy. */
enum hb_status hb_walk_heap_create(const struct hb_workload *workload, uint64_t heap_bytes,
                                   struct hb_walk_heap **out, struct hb_error *error);
void hb_walk_heap_destroy(struct hb_walk_heap *heap); /* NULL does nothing */

/* Does the next operation; there must be one. False, and `*step` worthless, when the model has no memory. */
bool hb_walk_heap_step(struct hb_walk_heap *heap, struct hb_step *step);

/* Will the next operation walk? False at the end. */
bool hb_walk_heap_next_walks(const struct hb_walk_heap *heap);

/*
 * All ranges in address order, with the objects in them, from malloc; the caller frees. `*count` of them.
 * NULL when out of memory.
 */
struct hb_held_range *hb_walk_heap_ranges(const struct hb_walk_heap *heap, uint64_t *count);

#endif
