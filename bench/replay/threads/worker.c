/*
 * worker.c - what a thread of a replay does while the clock runs.
 *
 * The loop is that of a single thread (replay_parts.h), with two kinds of operations more. Between blocks of
 * operations, and where it has to wait anyway, the thread notes the time, tells the others how far it is, and
 * asks for its turn. On the way it writes to nothing that another thread writes to, and others read only what
 * they take over.
 */
#include "bench/replay/threads/worker.h"

#include "base/clock.h"
#include "bench/replay/replay_parts.h"

/* In a cell: there is no block, since its allocation got NULL. No allocator has a block there. */
#define NO_BLOCK ((void *)UINTPTR_MAX)

static uint64_t recorded_of(const struct hb_worker *worker, const struct hb_op *op)
{
    return worker->part->recorded[op - worker->part->own.ops];
}

/* There is room for the last one, whatever came before. */
static void mark(struct hb_worker *worker, uint64_t done, uint64_t ns)
{
    if (worker->mark_count + (done < worker->part->own.op_count) < worker->mark_room)
        worker->marks[worker->mark_count++] = (struct hb_worker_mark){done, ns};
}

/* -- how far the others are -- */

static uint64_t find_least_progress(const struct hb_worker *worker)
{
    const struct hb_threads *all = worker->all;
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < all->split->threads; i++) {
        uint64_t progress = atomic_load(&all->workers[i].progress);

        if (&all->workers[i] != worker && progress < least)
            least = progress;
    }
    return least;
}

/* Wakes those that wait for the window and need not any more; a thousand woken for nothing would leave no
 * processor to who is behind. Of two threads that get here at the same time, one knows how far both are. */
static void release_held_back(struct hb_worker *worker, uint64_t recorded)
{
    struct hb_threads *all = worker->all;
    uint64_t least;

    atomic_exchange(&worker->progress, recorded);
    least = find_least_progress(worker);
    least = recorded < least ? recorded : least;
    for (uint32_t i = 0; i < all->split->threads; i++)
        if (atomic_load_explicit(&all->workers[i].needed, memory_order_relaxed) <= least)
            hb_waiter_wake(&all->workers[i].waiter, &all->held_back);
}

/* Tells the others that all operations of this thread before `recorded` are done. */
static void publish(struct hb_worker *worker, uint64_t recorded)
{
    struct hb_threads *all = worker->all;

    if (all->plan.window == 0)
        return;
    atomic_store_explicit(&worker->progress, recorded, memory_order_release);
    if (atomic_load_explicit(&all->held_back, memory_order_relaxed) != 0)
        release_held_back(worker, recorded);
}

/* A wait that goes on until the others have done all before `needed`. */
struct holding_back {
    struct hb_worker *worker;
    uint64_t needed;
};

static bool have_others_come(void *context)
{
    const struct holding_back *wait = context;

    wait->worker->least_progress = find_least_progress(wait->worker);
    return wait->worker->least_progress >= wait->needed;
}

/* Waits, before a block of which the last operation is `last`, for those that are too far behind. */
static void hold_back(struct hb_worker *worker, uint64_t last)
{
    struct hb_threads *all = worker->all;
    struct holding_back wait = {worker, last > all->plan.window ? last - all->plan.window : 0};

    if (worker->least_progress >= wait.needed || have_others_come(&wait))
        return;
    atomic_store_explicit(&worker->needed, wait.needed, memory_order_relaxed);
    atomic_fetch_add(&all->held_back, 1);
    hb_waiter_wait(&worker->waiter, &all->held_back, have_others_come, &wait);
    atomic_fetch_sub(&all->held_back, 1);
}

/* -- turns -- */

struct turn {
    const struct hb_worker *worker;
    uint64_t recorded;
};

static bool has_turn(void *context)
{
    const struct turn *turn = context;

    return atomic_load_explicit(&turn->worker->turn, memory_order_acquire) == turn->recorded;
}

static void await_turn(struct hb_worker *worker, uint64_t recorded)
{
    struct turn turn = {worker, recorded};

    if (!has_turn(&turn))
        hb_waiter_wait(&worker->waiter, &worker->turn, has_turn, &turn);
}

/* All operations before `recorded` are done: whose is that one? */
static void pass_turn(const struct hb_threads *all, uint64_t recorded)
{
    struct hb_worker *next;

    if (recorded >= all->split->ops)
        return;
    next = &all->workers[all->split->whole->ops[recorded].thread];
    atomic_store_explicit(&next->turn, recorded, memory_order_release);
    hb_waiter_wake(&next->waiter, &next->turn);
}

/* -- objects that change hands -- */

static bool is_written(void *context)
{
    struct hb_cell *cell = context;

    return atomic_load_explicit(&cell->block, memory_order_relaxed) != NULL;
}

static __attribute__((noinline, cold)) void *await_block(struct hb_worker *worker, const struct hb_op *op)
{
    struct hb_cell *cell = &worker->all->split->cells[op->size];
    uint64_t done = (uint64_t)(op - worker->part->own.ops);

    publish(worker, recorded_of(worker, op));
    hb_waiter_wait(&worker->waiter, cell, is_written, cell);
    mark(worker, done, worker->waiter.begun_ns);
    mark(worker, done, worker->waiter.ended_ns);
    return atomic_load_explicit(&cell->block, memory_order_acquire);
}

static inline __attribute__((always_inline)) void hand_over(void *context, const struct hb_op *op,
                                                            void **blocks)
{
    struct hb_worker *worker = context;
    struct hb_cell *cell = &worker->all->split->cells[op->size];
    void *block;

    if (op->kind == HB_HAND_GIVE) {
        block = blocks[op->object];
        atomic_store_explicit(&cell->block, block != NULL ? block : NO_BLOCK, memory_order_release);
        hb_waiter_wake(&worker->all->workers[op->thread].waiter, cell);
        return;
    }
    block = atomic_load_explicit(&cell->block, memory_order_acquire);
    if (__builtin_expect(block == NULL, 0))
        block = await_block(worker, op);
    blocks[op->object] = block != NO_BLOCK ? block : NULL;
}

/* -- the loop -- */

typedef void run_range(struct hb_worker *worker, uint64_t from, uint64_t to);

static __attribute__((noinline)) void run_touch_none(struct hb_worker *worker, uint64_t from, uint64_t to)
{
    replay_range(worker->replay, worker->all->allocator, worker->all->heap, from, to, HB_TOUCH_NONE,
                 hand_over, worker);
}

static __attribute__((noinline)) void run_touch_page(struct hb_worker *worker, uint64_t from, uint64_t to)
{
    replay_range(worker->replay, worker->all->allocator, worker->all->heap, from, to, HB_TOUCH_PAGE,
                 hand_over, worker);
}

static __attribute__((noinline)) void run_touch_all(struct hb_worker *worker, uint64_t from, uint64_t to)
{
    replay_range(worker->replay, worker->all->allocator, worker->all->heap, from, to, HB_TOUCH_ALL, hand_over,
                 worker);
}

static void run_touch_recorded(struct hb_worker *worker, uint64_t from, uint64_t to)
{
    const struct hb_touched *row;

    while ((row = next_partly(worker->replay, to)) != NULL) {
        run_touch_page(worker, from, row->op);
        run_touch_none(worker, row->op, row->op + 1);
        touch_partly(worker->replay, row, hb_page_bytes());
        from = row->op + 1;
    }
    run_touch_page(worker, from, to);
}

/* What is handed over is in no call's time. */
static void run_timed(struct hb_worker *worker, uint64_t from, uint64_t to)
{
    hb_replay_latency_range(worker->replay, worker->all->allocator, worker->all->heap, worker->all->touch,
                            from, to, &worker->times, hand_over, worker);
}

/* Waits until the recording's time has come to an operation. */
static void await_time(struct hb_worker *worker, uint64_t recorded)
{
    uint64_t begun_ns = hb_clock_ns();

    hb_schedule_reach(&worker->schedule, recorded, worker->all->split->ops);
    worker->silent_ns += hb_clock_ns() - begun_ns;
}

static void run_blocks(struct hb_worker *worker, run_range *run)
{
    const struct hb_threads *all = worker->all;
    const struct hb_part *part = worker->part;
    bool is_strict = all->plan.threading == HB_THREADING_STRICT;

    for (uint64_t block = 0, from = 0; block < part->end_count; from = part->ends[block++]) {
        uint64_t to = part->ends[block];

        if (all->plan.pace > 0)
            await_time(worker, part->recorded[from]);
        if (is_strict) {
            await_turn(worker, part->recorded[from]);
        } else if (all->plan.window != 0) {
            publish(worker, part->recorded[from]);
            hold_back(worker, part->recorded[to - 1]);
        }
        if (all->plan.pace <= 0)
            hb_schedule_reach(&worker->schedule, part->recorded[from], all->split->ops);
        if (worker->marks != NULL)
            mark(worker, from, hb_clock_ns());
        run(worker, from, to);
        if (is_strict)
            pass_turn(all, part->recorded[to - 1] + UINT64_C(1));
    }
}

/* Until all have arrived: they begin together. Those that have no processor each sleep meanwhile. */
static void await_all(struct hb_threads *all)
{
    uint32_t working = all->split->working, now = atomic_fetch_add(&all->arrived, 1) + 1;

    if (now == working)
        hb_futex_wake_all(&all->arrived);
    for (uint32_t i = 0; (now = atomic_load(&all->arrived)) < working; i++)
        if (working > all->processors || i > 1000)
            hb_futex_sleep(&all->arrived, now);
        else
            hb_waiter_pause();
}

void hb_worker_run(struct hb_worker *worker)
{
    static run_range *const loops[] = {
        [HB_TOUCH_NONE] = run_touch_none,
        [HB_TOUCH_PAGE] = run_touch_recorded,
        [HB_TOUCH_EVERY] = run_touch_page,
        [HB_TOUCH_ALL] = run_touch_all,
    };
    uint64_t begun_cpu_ns;

    await_all(worker->all);
    begun_cpu_ns = hb_clock_cpu_ns();
    worker->begun_ns = hb_clock_ns();
    run_blocks(worker, worker->times.ticks != NULL ? run_timed : loops[worker->all->touch]);
    worker->ended_ns = hb_clock_ns();
    worker->cpu_ns = hb_clock_cpu_ns() - begun_cpu_ns;
    mark(worker, worker->part->own.op_count, worker->ended_ns);
    publish(worker, UINT64_MAX);
    if (atomic_fetch_add(&worker->all->done, 1) + 1 == worker->all->split->working)
        hb_futex_wake_all(&worker->all->done);
}
