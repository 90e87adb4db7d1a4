/*
 * replay_threads.c - the threads of a replay: started, run and ended; and what their runs come to.
 */
#include "bench/replay/threads/replay_threads.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "bench/replay/threads/worker.h"

enum { STAGE_WAIT, STAGE_RUN, STAGE_END };
/* Where threads have to share processors, who spins holds up whom it waits for. In the strict order a turn is
 * as far away as there are threads, and a thousand that yield hold up the one that has it. */
enum { SPINS = 200, YIELDS = 20, FEW_YIELDS = 2 };
enum { STACK_BYTES = 1 << 20, WARM_BYTES = 32 << 10, MARKS_BESIDE = 1024 };

static void sleep_while(_Atomic uint32_t *word, uint32_t value)
{
    while (atomic_load(word) == value)
        hb_futex_sleep(word, value);
}

static void set_stage(struct hb_threads *threads, uint32_t stage)
{
    atomic_store(&threads->stage, stage);
    hb_futex_wake_all(&threads->stage);
}

/* -- a thread -- */

/* Faults in the stack, so that no page of it is the heap's. */
static __attribute__((noinline)) void warm_stack(void)
{
    volatile char pages[WARM_BYTES];

    for (size_t i = 0; i < sizeof pages; i += 512)
        pages[i] = 1;
}

/*
 * What a library keeps for a thread, it gives back when that ends; and when threads end, no trace says. A
 * program that begins another one after the last operation of this one is taken to start threads as it needs
 * them, and to let them end. Else it is one of several that stay: it ends with the replay.
 */
static void *work(void *context)
{
    struct hb_worker *worker = context;
    struct hb_threads *all = worker->all;

    warm_stack();
    atomic_fetch_add(&all->ready, 1);
    hb_futex_wake_all(&all->ready);
    sleep_while(&all->stage, STAGE_WAIT);
    if (atomic_load(&all->stage) == STAGE_END)
        return NULL;
    hb_worker_run(worker);
    if (worker->stays)
        sleep_while(&all->stage, STAGE_RUN);
    return NULL;
}

/* Until the word, which only grows, is so large. */
static void await_count(_Atomic uint32_t *word, uint32_t count)
{
    uint32_t now;

    while ((now = atomic_load(word)) < count)
        sleep_while(word, now);
}

/* Until all have ended. */
static void join_threads(struct hb_threads *threads)
{
    for (uint32_t i = 0; threads->workers != NULL && i < threads->split->threads; i++) {
        struct hb_worker *worker = &threads->workers[i];

        if (worker->is_started)
            pthread_join(worker->thread, NULL);
        worker->is_started = false;
    }
}

/* On a stack of ours: the C library gives pages of its own back when a thread ends, and they would be missed.
 */
static int start_thread(struct hb_worker *worker, pthread_attr_t *attributes)
{
    int failure;

    worker->stack = hb_pages_reserve(STACK_BYTES);
    if (worker->stack == NULL)
        return ENOMEM;
    failure = pthread_attr_setstack(attributes, worker->stack, STACK_BYTES);
    return failure == 0 ? pthread_create(&worker->thread, attributes, work, worker) : failure;
}

static enum hb_status start_threads(struct hb_threads *threads, struct hb_error *error)
{
    const struct hb_split *split = threads->split;
    pthread_attr_t attributes;
    uint32_t started = 1; /* the caller's own */
    int failure = pthread_attr_init(&attributes);

    for (uint32_t i = 0; i < split->threads && failure == 0; i++) {
        struct hb_worker *worker = &threads->workers[i];

        if (i == threads->first || split->parts[i].own.op_count == 0)
            continue;
        failure = start_thread(worker, &attributes);
        worker->is_started = failure == 0;
        started += failure == 0;
    }
    pthread_attr_destroy(&attributes);
    await_count(&threads->ready, started - 1);
    if (failure == 0)
        return HB_OK;
    errno = failure;
    return hb_error_set_errno(error, HB_ERR_LIMIT, "%s needs %u threads, and only %u could be started",
                              split->whole->name, (unsigned)split->working, (unsigned)started);
}

/* -- opened and closed -- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static size_t workers_bytes(const struct hb_split *split)
{
    return split->threads * sizeof(struct hb_worker);
}

static size_t marks_bytes(const struct hb_worker *worker)
{
    return worker->mark_room * sizeof *worker->marks;
}

/* Marks are of use where the order of the replay is not the recorded one. */
static enum hb_status open_worker(struct hb_threads *threads, uint32_t index, uint64_t begun,
                                  struct hb_error *error)
{
    struct hb_worker *worker = &threads->workers[index];
    const struct hb_part *part = &threads->split->parts[index];

    worker->all = threads;
    worker->part = part;
    worker->turn = index == threads->first ? 0 : UINT64_MAX;
    worker->progress = part->own.op_count > 0 ? part->recorded[0] : UINT64_MAX;
    worker->waiter.spins = threads->split->working <= threads->processors ? SPINS : 0;
    worker->waiter.yields = threads->plan.threading == HB_THREADING_STRICT ? FEW_YIELDS : YIELDS;
    if (part->own.op_count == 0)
        return HB_OK;
    worker->stays = part->recorded[part->own.op_count - 1] >= begun;
    if (threads->plan.threading == HB_THREADING_FREE && threads->split->working > 1) {
        worker->mark_room = 3 * part->end_count + MARKS_BESIDE;
        worker->marks = hb_pages_alloc(marks_bytes(worker));
        if (worker->marks == NULL)
            return hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", part->own.name);
    }
    if (threads->plan.times_calls && hb_call_times_open(&worker->times, &part->own, error) != HB_OK)
        return error->status;
    return hb_replay_open(&part->own, &worker->replay, error);
}

/* When the last thread began. */
static uint64_t last_beginning(const struct hb_split *split)
{
    uint64_t last = 0;

    for (uint32_t i = 0; i < split->threads; i++)
        if (split->parts[i].own.op_count > 0)
            last = larger(last, split->parts[i].recorded[0]);
    return last;
}

static enum hb_status open_workers(struct hb_threads *threads, struct hb_error *error)
{
    uint64_t last = last_beginning(threads->split);
    enum hb_status status = HB_OK;

    threads->workers = hb_pages_alloc(workers_bytes(threads->split));
    if (threads->workers == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", threads->split->whole->name);
    for (uint32_t i = 0; i < threads->split->threads && status == HB_OK; i++)
        status = open_worker(threads, i, last, error);
    return status == HB_OK ? start_threads(threads, error) : status;
}

enum hb_status hb_threads_open(const struct hb_prepared *prepared, uint64_t ops,
                               const struct hb_threads_plan *plan, struct hb_threads **out,
                               struct hb_error *error)
{
    struct hb_threads_plan own = *plan;
    struct hb_threads *threads = hb_pages_alloc(sizeof *threads);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    enum hb_status status;

    assert(plan->threading != HB_THREADING_NONE);
    if (threads == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", prepared->name);
    own.window = hb_threads_window(plan);
    if (own.threading == HB_THREADING_STRICT || own.window >= ops)
        own.window = 0;
    threads->plan = own;
    threads->processors = processors > 0 ? (uint32_t)processors : 1;
    status = hb_split_make(prepared, ops, &own, &threads->split, error);
    if (status == HB_OK && threads->split->working > HB_THREADS_MOST)
        status = hb_error_set(error, HB_ERR_LIMIT, "%s is of %u threads; up to %d can replay a trace",
                              prepared->name, (unsigned)threads->split->working, HB_THREADS_MOST);
    if (status == HB_OK)
        threads->first = ops > 0 ? prepared->ops[0].thread : 0;
    if (status == HB_OK)
        status = open_workers(threads, error);
    if (status == HB_OK)
        *out = threads;
    else
        hb_threads_close(threads);
    return status;
}

static void close_worker(struct hb_worker *worker)
{
    hb_pages_free(worker->stack, STACK_BYTES);
    hb_pages_free(worker->marks, marks_bytes(worker));
    hb_call_times_close(&worker->times);
    hb_replay_close(worker->replay);
}

void hb_threads_close(struct hb_threads *threads)
{
    if (threads == NULL)
        return;
    set_stage(threads, STAGE_END);
    join_threads(threads);
    for (uint32_t i = 0; threads->workers != NULL && i < threads->split->threads; i++)
        close_worker(&threads->workers[i]);
    if (threads->workers != NULL)
        hb_pages_free(threads->workers, workers_bytes(threads->split));
    hb_split_free(threads->split);
    hb_pages_free(threads, sizeof *threads);
}

/* -- run -- */

/* What all of them took. Of a paced replay the elapsed time is that of the busiest, without its silences. */
static void sum_up(const struct hb_threads *threads, struct hb_threads_figures *figures)
{
    uint64_t begun_ns = UINT64_MAX, ended_ns = 0, longest_ns = 0;

    for (uint32_t i = 0; i < threads->split->threads; i++) {
        const struct hb_worker *worker = &threads->workers[i];
        uint64_t wall_ns = worker->ended_ns - worker->begun_ns - worker->silent_ns;

        if (worker->replay == NULL)
            continue;
        begun_ns = worker->begun_ns < begun_ns ? worker->begun_ns : begun_ns;
        ended_ns = larger(ended_ns, worker->ended_ns);
        longest_ns = larger(longest_ns, wall_ns);
        figures->wall_ns += wall_ns;
        figures->cpu_ns += worker->cpu_ns;
        figures->waiting_ns += worker->waiter.waited_ns;
    }
    figures->elapsed_ns = threads->plan.pace > 0 ? longest_ns : ended_ns - begun_ns;
}

/* Each goes through the recording's time by itself. */
static void share_schedule(struct hb_threads *threads, const struct hb_schedule *schedule)
{
    for (uint32_t i = 0; i < threads->split->threads; i++) {
        threads->workers[i].schedule = *schedule;
        threads->workers[i].schedule.silent = i != threads->first;
    }
    hb_schedule_begin_clock(schedule);
}

/* The schedule of the first, as late as the latest. */
static void take_schedule(const struct hb_threads *threads, struct hb_schedule *schedule)
{
    *schedule = threads->workers[threads->first].schedule;
    schedule->silent = false;
    for (uint32_t i = 0; i < threads->split->threads; i++)
        schedule->late_ns = larger(schedule->late_ns, threads->workers[i].schedule.late_ns);
}

void hb_threads_run(struct hb_threads *threads, const struct hb_allocator *allocator, void *heap,
                    enum hb_touch touch, struct hb_schedule *schedule, struct hb_threads_figures *figures)
{
    const struct hb_split *split = threads->split;

    *figures = (struct hb_threads_figures){.threads = split->working, .handovers = split->handovers};
    figures->one_lock = split->working > 1 && (allocator->caps & HB_CAP_THREADS) == 0;
    threads->allocator = allocator;
    threads->heap = heap;
    if (figures->one_lock) {
        hb_one_lock_open(&threads->lock, allocator, heap);
        threads->allocator = &threads->lock.table;
        threads->heap = &threads->lock;
    }
    threads->touch = (allocator->caps & HB_CAP_UNTOUCHABLE) != 0 ? HB_TOUCH_NONE : touch;
    if (split->working == 0)
        return;
    share_schedule(threads, schedule);
    set_stage(threads, STAGE_RUN);
    hb_worker_run(&threads->workers[threads->first]);
    await_count(&threads->done, split->working);
    set_stage(threads, STAGE_END);
    join_threads(threads);
    sum_up(threads, figures);
    take_schedule(threads, schedule);
    if (figures->one_lock)
        hb_one_lock_close(&threads->lock);
}

/* -- what came of it -- */

void hb_threads_gather(const struct hb_threads *threads, struct hb_latency *out)
{
    const struct hb_split *split = threads->split;
    double ns_per_tick = hb_call_times_calibrate(&threads->workers[threads->first].times);

    for (uint32_t i = 0; i < split->threads; i++)
        hb_latency_add(out, &threads->workers[i].times, ns_per_tick, split->parts[i].own.ops,
                       split->parts[i].recorded);
    hb_latency_end(out, ns_per_tick);
}

/* Enters what failed in one thread's part. */
static void enter_failures(const struct hb_worker *worker, struct hb_replay *replay)
{
    for (uint64_t i = 0; i < worker->part->own.op_count && worker->replay->failures > 0; i++) {
        uint64_t recorded = worker->part->recorded[i];

        if (!hb_replay_failed(worker->replay, i))
            continue;
        replay->failed[recorded / 64] |= UINT64_C(1) << recorded % 64;
        replay->first_failure = recorded < replay->first_failure ? recorded : replay->first_failure;
        replay->failures++;
    }
}

enum hb_status hb_threads_account(const struct hb_threads *threads, struct hb_replay *replay,
                                  struct hb_threads_figures *figures, struct hb_latency *latency,
                                  struct hb_error *error)
{
    for (uint32_t i = 0; i < threads->split->threads; i++)
        if (threads->workers[i].replay != NULL)
            enter_failures(&threads->workers[i], replay);
    return hb_threads_find_live(threads, replay, &figures->peak_live_bytes, latency, error);
}
