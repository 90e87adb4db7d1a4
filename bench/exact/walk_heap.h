/*
 * walk_heap.h - a heap of ranges that is led through a trace one operation at a time, for looking at.
 *
 * The heap is the exact model's where the allocator has one, which places and walks alike, so that any moment
 * of a long trace is reached in a second; else its own counting build. It is driven through the contract's
 * table like any replay, but by birth ids, so that what lies in a range can be named.
 */
#ifndef HB_BENCH_EXACT_WALK_HEAP_H
#define HB_BENCH_EXACT_WALK_HEAP_H

#include "allocator/allocator.h"
#include "bench/replay/foretell.h"
#include "workloads/workload.h"

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
    uint64_t need;       /* the shortest range that would do, record included; UINT64_MAX: no heap has it */
    uint64_t merged;     /* a free: with so many neighbours */
    uint64_t old_offset; /* of the payload that was freed or left, if `!absent` */
};

struct hb_walk_heap {
    const struct hb_workload *workload;
    const struct hb_allocator *subject;   /* that is looked at */
    const struct hb_allocator *allocator; /* which computes it: its model, or its counting build */
    bool is_first_fit;    /* a walk examines all ranges in address order, until one fits, and takes that */
    bool merges;          /* a free joins free neighbours */
    uint64_t split_bytes; /* of first fit: a rest of so many becomes a range */
    void *heap;
    struct hb_foretold foretold;
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

/* A heap of the allocator called `name`. HB_ERR_USAGE: it is none, or one that cannot show its ranges, or
 * there can be no such heap; HB_ERR_MEMORY. Free with hb_walk_heap_destroy. */
enum hb_status hb_walk_heap_create(const struct hb_workload *workload, const char *name, uint64_t heap_bytes,
                                   struct hb_walk_heap **out, struct hb_error *error);
void hb_walk_heap_destroy(struct hb_walk_heap *heap); /* NULL does nothing */

/* Does the next operation; there must be one. False, and `*step` worthless, when the model has no memory. */
bool hb_walk_heap_step(struct hb_walk_heap *heap, struct hb_step *step);

/* Will the next operation walk? False at the end. */
bool hb_walk_heap_next_walks(const struct hb_walk_heap *heap);

/* What the object is called: as in its file, or "object 5". At most HB_WALK_NAME_BYTES with its NUL. */
enum { HB_WALK_NAME_BYTES = 160 };
const char *hb_walk_heap_name(const struct hb_walk_heap *heap, uint32_t object,
                              char name[HB_WALK_NAME_BYTES]);

/* What an operation needs, as struct hb_step has it. */
uint64_t hb_walk_heap_need(const struct hb_walk_heap *heap, const struct hb_op *op);

/*
 * All ranges in address order, with the objects in them, from malloc; the caller frees. `*count` of them.
 * NULL when out of memory.
 */
struct hb_held_range *hb_walk_heap_ranges(const struct hb_walk_heap *heap, uint64_t *count);

#endif
