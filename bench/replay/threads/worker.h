/*
 * worker.h - a thread of a replay: what it does, what others read of it, and the marks of how far it was
 * when.
 */
#ifndef HB_BENCH_REPLAY_THREADS_WORKER_H
#define HB_BENCH_REPLAY_THREADS_WORKER_H

#include <pthread.h>

#include "bench/replay/schedule.h"
#include "bench/replay/threads/handover.h"
#include "bench/replay/threads/one_lock.h"
#include "bench/replay/threads/replay_threads.h"

/* So many of its operations were done at that moment. */
struct hb_worker_mark {
    uint64_t done, ns;
};

struct hb_worker {
    struct hb_waiter waiter;
    _Alignas(HB_APART_BYTES) _Atomic uint64_t turn;     /* STRICT: the operation that it may begin with */
    _Alignas(HB_APART_BYTES) _Atomic uint64_t progress; /* all its operations before that one are done */
    _Atomic uint64_t needed; /* while it waits for the window: how far all others must have come */
    _Alignas(HB_APART_BYTES) struct hb_threads *all;
    const struct hb_part *part;
    struct hb_replay *replay; /* of its part: slots and failures */
    uint64_t least_progress;  /* of the others, when it looked last */
    struct hb_schedule schedule;
    struct hb_call_times times; /* of its part; without a table where calls are not timed */
    uint64_t begun_ns, ended_ns, cpu_ns;
    uint64_t silent_ns;           /* of the time between them: waited for the recording's time to pass */
    struct hb_worker_mark *marks; /* NULL: the order is the recorded one */
    uint64_t mark_count, mark_room;
    pthread_t thread;
    bool is_started; /* as a thread of its own, which runs */
    bool stays;      /* when it is done, until all are */
    void *stack;     /* its stack; NULL: none */
};

struct hb_threads {
    struct hb_split *split;
    struct hb_worker *workers;   /* by thread; those without operations have no tables */
    uint32_t first;              /* the one that runs in the thread of who calls */
    struct hb_threads_plan plan; /* a window of 0 is wider than all operations */
    uint32_t processors;
    /* What is run. */
    const struct hb_allocator *allocator;
    void *heap;
    enum hb_touch touch;
    struct hb_one_lock lock; /* where it is made for one thread */
    /* Apart from what every operation reads; written at the beginning, at the end, and by who is held back.
     */
    char apart[HB_APART_BYTES];
    _Atomic uint32_t stage;         /* a futex: 0 wait, 1 run, 2 end */
    _Atomic uint32_t arrived, done; /* threads; futexes */
    _Atomic uint32_t ready;         /* threads that wait for the stage; a futex */
    _Atomic uint32_t held_back;     /* threads that wait for the window */
};

/* Does the worker's operations, from the moment when all are there. */
void hb_worker_run(struct hb_worker *worker);

/* The peak of live bytes of a run that is over, and what was live before each of the slowest calls of
 * `latency`, unless it is NULL. `replay` says which operations failed. HB_ERR_MEMORY. */
enum hb_status hb_threads_find_live(const struct hb_threads *threads, const struct hb_replay *replay,
                                    uint64_t *peak_bytes, struct hb_latency *latency, struct hb_error *error);

#endif
