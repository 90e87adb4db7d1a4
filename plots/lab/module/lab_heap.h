/*
 * lab_heap.h - the heap of an instance: led through a trace by lab_heap.c, looked at by lab_look.c.
 */
#ifndef HB_PLOTS_LAB_MODULE_LAB_HEAP_H
#define HB_PLOTS_LAB_MODULE_LAB_HEAP_H

#include "allocator/model/model_heap.h"
#include "bench/replay/replay.h"
#include "plots/lab/module/lab.h"

enum { HEADER_BYTES = 8 };

/* What lies in a range, by its id; of a free one, since when. */
struct lab_holding {
    uint64_t size; /* asked for */
    uint32_t object;
    uint32_t since; /* the operation that made the range what it is */
};

/* Counted since the heap was made, the last three of the last operation. The page reads them as 64-bit
 * integers, in this order. */
struct lab_figures {
    uint64_t ops, walks, walk_total, walk_max, walk_allocated;
    uint64_t failures, first_failure, failure_reason;
    uint64_t live_bytes, live_objects, peak_live_bytes, high_water_bytes, ranges, splits;
    uint64_t broken;                      /* enum hb_status */
    uint64_t walk_length, walked, failed; /* the last operation's; a walk's length is the last walk's */
    uint64_t object, placed_at;           /* UINT64_MAX: nowhere */
    uint64_t stopped;                     /* enum lab_stop: why the last run did */
    uint64_t run_walk_max;                /* of the last run */
};

/* Why an operation failed: struct hb_failure in the page's terms, 64-bit integers. */
struct lab_why {
    uint64_t reason, size, need, free_bytes, largest_run_bytes;
};

struct lab_heap {
    struct hb_model *model;
    struct hb_model_options options;
    struct hb_allocator table; /* for who looks at any allocator */
    uint32_t *blocks;          /* by object: its range's id + 1; 0 where it is absent */
    struct lab_holding *held;  /* by range id */
    uint32_t held_count;
    struct lab_figures figures;
    struct hb_op last; /* that was done */
    struct lab_why why;
    struct hb_heap_state state;
    struct hb_error error;
};

extern struct lab_heap lab;

#endif
