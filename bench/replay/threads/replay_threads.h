/*
 * replay_threads.h - a trace that k threads made, replayed by k.
 *
 * Operations are divided beforehand (split.h), threads are started before anything is measured, and while the
 * clock runs each does its own by the loop of a single thread. It waits for an object that another thread has
 * not handed over yet; with a window, for those that are too far behind; in the strict order, for its turn;
 * and for nothing else.
 *
 * No circle of waiting can arise. The thread whose next operation comes first in the recorded order waits for
 * nobody: all that its operation needs was done, or handed over, by operations before that one; nobody is
 * behind it; and it is its turn. How far it has come, the others are told when it begins a block and when it
 * begins to wait.
 */
#ifndef HB_BENCH_REPLAY_THREADS_REPLAY_THREADS_H
#define HB_BENCH_REPLAY_THREADS_REPLAY_THREADS_H

#include "bench/replay/latency/replay_latency.h"
#include "bench/replay/replay.h"
#include "bench/replay/schedule.h"
#include "bench/replay/threads/split.h"

/* More threads than that are not started. */
enum { HB_THREADS_MOST = 4096 };

/* What a replay by threads took. All 0 where one thread did it. */
struct hb_threads_figures {
    uint32_t threads;         /* that did anything */
    bool one_lock;            /* the allocator is not made for threads, and was called under a lock */
    uint64_t handovers;       /* how often an object changed hands */
    uint64_t elapsed_ns;      /* from the start of the first to the end of the last; where it is paced, of the
                                 one that had most to do, without its silences */
    uint64_t cpu_ns;          /* processor time, of all threads */
    uint64_t wall_ns;         /* from start to end, of all threads together */
    uint64_t waiting_ns;      /* of that, waiting for one another */
    uint64_t peak_live_bytes; /* that the replay itself had; hb_threads_account */
};

struct hb_threads;

/*
 * Divides the first `ops` operations and starts their threads, but for the first one, which is whoever calls
 * hb_threads_run; they have touched their stacks and sleep. HB_ERR_LIMIT: more than HB_THREADS_MOST, or than
 * the system gives; HB_ERR_MEMORY.
 */
enum hb_status hb_threads_open(const struct hb_prepared *prepared, uint64_t ops,
                               const struct hb_threads_plan *plan, struct hb_threads **out,
                               struct hb_error *error);

/* Ends the threads. NULL does nothing. */
void hb_threads_close(struct hb_threads *threads);

/* Does all operations, once, and ends the threads, some with their last one. Each goes through a copy of
 * `schedule`, which was opened with the plan's pace, and which becomes that of the replay. Otherwise as
 * hb_replay_time. */
void hb_threads_run(struct hb_threads *threads, const struct hb_allocator *allocator, void *heap,
                    enum hb_touch touch, struct hb_schedule *schedule, struct hb_threads_figures *figures);

/* Puts the times of the calls of a run whose plan had them timed into `out`, which begins zeroed: each
 * thread's own, one behind the other. */
void hb_threads_gather(const struct hb_threads *threads, struct hb_latency *out);

/*
 * Enters into `replay`, which was opened for the same workload and has done nothing, what failed; and finds
 * the peak of live bytes, and what was live before the slowest calls of `latency` (NULL: they were not
 * timed), as results/README.md, "Threads", defines it. HB_ERR_MEMORY.
 */
enum hb_status hb_threads_account(const struct hb_threads *threads, struct hb_replay *replay,
                                  struct hb_threads_figures *figures, struct hb_latency *latency,
                                  struct hb_error *error);

#endif
