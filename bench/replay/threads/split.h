/*
 * split.h - a prepared workload divided among the threads that made it.
 *
 * Each thread gets its own operations in an array of its own, with slots of its own. Where an object changes
 * hands, the thread that had it last has a GIVE behind its operation, and the one that has it next a TAKE
 * before its own; between them stands a cell, which is written once. So the operations themselves are
 * ordinary ones, done by the ordinary loop, and an object that never leaves its thread costs what it costs a
 * single thread. A realloc that moves an object another thread made is TAKE, realloc, and perhaps GIVE again:
 * each address that changes hands has its own cell.
 */
#ifndef HB_BENCH_REPLAY_THREADS_SPLIT_H
#define HB_BENCH_REPLAY_THREADS_SPLIT_H

#include "bench/replay/prepare.h"

/* Kinds of operations that only a split has. Both have a slot in `object` and a cell in `size`. */
enum hb_hand_kind {
    HB_HAND_TAKE = HB_OP_KINDS, /* waits for the cell, and puts what is in it into the slot */
    HB_HAND_GIVE,               /* puts into the cell what is in the slot; `thread` will take it */
};

/* Operations that one thread does without asking how far the others are. */
enum { HB_SPLIT_BLOCK_OPS = 1024 };

/* One thread's share. */
struct hb_part {
    struct hb_prepared own; /* ops, slots, touched and name alone; an operation more can be read */
    uint32_t *recorded;     /* of each of its operations, the index in the recorded order */
    uint32_t *ends;         /* of its blocks, ascending; the last is own.op_count */
    uint64_t end_count;
};

/* How far threads may go by themselves. */
enum hb_threading {
    HB_THREADING_NONE,   /* one thread does all operations */
    HB_THREADING_FREE,   /* each waits for nothing but the objects that it takes over, and the window */
    HB_THREADING_STRICT, /* in the recorded order: a thread waits for all that comes before */
};

struct hb_threads_plan {
    enum hb_threading threading;
    uint64_t window;  /* of FREE: how far, in operations of the recorded order, a thread may be ahead of the
                         slowest one; 0: HB_THREADS_WINDOW */
    double pace;      /* as in a struct hb_schedule */
    bool times_calls; /* each call alone (replay_latency.h) */
};

/* So wide that it costs nothing, and so narrow that hardly more is live than in the program. */
#define HB_THREADS_WINDOW (UINT64_C(1) << 17)

static inline uint64_t hb_threads_window(const struct hb_threads_plan *plan)
{
    return plan->window != 0 ? plan->window : HB_THREADS_WINDOW;
}

/* Where an address is when its object changes hands. */
struct hb_cell {
    void *_Atomic block; /* NULL: not written yet */
};

/* "one", "free", "strict", ended by NULL. */
extern const char *const hb_threading_names[];

struct hb_split {
    const struct hb_prepared *whole;
    uint64_t ops;       /* those divided: the first of `whole` */
    uint32_t threads;   /* 1 or more; all have numbers, some may have nothing to do */
    uint32_t working;   /* that have something to do */
    uint64_t handovers; /* how often an object changes hands */
    struct hb_part *parts;
    uint64_t cell_count;
    struct hb_cell *cells;
    struct hb_op *items; /* where the parts' operations are */
    uint32_t *numbers;   /* and their indices and ends */
    uint64_t item_count, end_count;
    struct hb_touched *touched; /* what is known of their blocks */
    uint64_t touched_count;
};

/*
 * Divides the first `ops` operations. Blocks end after HB_SPLIT_BLOCK_OPS; with a window (here 0 is none),
 * where the recorded order has gone on so far that half of it is used up; with a pace, where the recording
 * notes the time; in the STRICT order, wherever another thread is next. All of it is touched. HB_ERR_MEMORY.
 * Free with hb_split_free.
 */
enum hb_status hb_split_make(const struct hb_prepared *whole, uint64_t ops,
                             const struct hb_threads_plan *plan, struct hb_split **out,
                             struct hb_error *error);
void hb_split_free(struct hb_split *split); /* NULL does nothing */

#endif
