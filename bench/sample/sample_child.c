/*
 * sample_child.c - the child's side of a sample.
 *
 * The order matters. Tables and the image first, then the line is drawn (what is resident now is the
 * harness's own), then the budget, then the library, then the heap. Nothing here calls malloc before the heap
 * under test does, except the loader, which has to.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "allocator/library/library.h"
#include "allocator/library/virtual_clock.h"
#include "base/clock.h"
#include "base/pages.h"
#include "bench/replay/counting.h"
#include "bench/replay/feed.h"
#include "bench/replay/foretell.h"
#include "bench/replay/replay_ledger.h"
#include "bench/replay/schedule.h"
#include "bench/sample/check_parts.h"
#include "bench/sample/memory.h"
#include "bench/sample/sample_exchange.h"

/* The state of one sample's run. */
struct sample {
    struct hb_sample_exchange *exchange;
    const struct hb_prepared *prepared;
    struct hb_replay *replay;
    struct hb_threads *threads;  /* that replay; NULL: this one does */
    struct hb_call_times times;  /* LATENCY */
    struct hb_schedule schedule; /* of all but COUNT and CHECK */
    struct hb_memory memory;
    const struct hb_allocator *allocator;
    const struct hb_allocator *heap_of; /* the build that made the heap: `allocator` or its counting one */
    void *heap;
    struct hb_foretold foretold;
    uint64_t ops;                 /* to do */
    struct hb_ledger ledger;      /* of one that is followed: what is live */
    uint64_t silence_op;          /* likewise: at which the last silence was */
    struct hb_belongings *before; /* CHECK: what there was before the library was loaded */
    enum hb_status stream_status; /* of the windows of a streamed workload */
};

static bool is_by_threads(const struct sample *s)
{
    const struct hb_sample_request *request = &s->exchange->request;

    return (request->mode == HB_SAMPLE_TIME || request->mode == HB_SAMPLE_LATENCY) &&
           s->prepared->threads > 1 && request->threads.threading != HB_THREADING_NONE;
}

static enum hb_status open_heap(struct sample *s, const struct hb_allocator *allocator,
                                struct hb_error *error)
{
    s->heap_of = allocator;
    s->heap = allocator->create(allocator, s->exchange->request.heap_bytes, error);
    if (s->heap == NULL)
        return error->status;
    hb_foretold_clear(&s->foretold);
    return is_by_threads(s) ? HB_OK : hb_foretell(s->prepared, allocator, s->heap, &s->foretold, error);
}

static enum hb_status run_count(struct sample *s, struct hb_error *error)
{
    struct hb_sample_exchange *x = s->exchange;
    const struct hb_sample_request *request = &x->request;
    const struct hb_allocator *counting =
        s->allocator->counting != NULL ? s->allocator->counting : s->allocator;
    struct hb_count_options options = {.step_limit = request->step_limit,
                                       .failure_limit = request->failure_limit,
                                       .op_limit = s->ops,
                                       .points = request->points > 0 ? x->points : NULL,
                                       .point_count = request->points};
    struct hb_counting *counter = NULL;
    enum hb_status status = open_heap(s, counting, error);

    if (status != HB_OK)
        return status;
    hb_memory_pause_limit(&s->memory);
    status =
        hb_counting_open(counting, s->heap, s->prepared->slots, &options, &x->result.counts, &counter, error);
    hb_memory_resume_limit(&s->memory);
    if (status == HB_OK)
        status = hb_counting_run(counter, s->prepared, &x->result.point_count, error);
    hb_memory_pause_limit(&s->memory);
    if (status == HB_OK && x->result.counts.ops < s->ops)
        x->result.outcome = HB_SAMPLE_STOPPED;
    hb_counting_close(counter);
    return status;
}

/* Says where it is: operations before `op` are done, and it is to be waited for `op`. */
static void follow(struct sample *s, uint64_t op)
{
    const struct hb_wait *next = s->schedule.next;
    struct hb_course *course = &s->exchange->course;

    for (; course->op < op; course->op++)
        hb_ledger_enter(&s->ledger, &s->prepared->ops[course->op], hb_replay_failed(s->replay, course->op));
    course->live_bytes = s->ledger.live_bytes;
    if (next == s->schedule.end || next->before_op > op || next->us < HB_SILENCE_US)
        return;
    course->stage = course->live_bytes > 0 ? HB_STAGE_SILENCE : HB_STAGE_FREED;
    s->silence_op = op;
}

/* As hb_schedule_reach. */
static uint64_t reach(struct sample *s, uint64_t op, uint64_t to)
{
    uint64_t end;

    if (!s->exchange->request.is_followed)
        return hb_schedule_reach(&s->schedule, op, to);
    follow(s, op);
    end = hb_schedule_reach(&s->schedule, op, to);
    if (end - s->silence_op >= HB_STAGE_BEAT)
        s->exchange->course.stage = HB_STAGE_WORK;
    return end;
}

/* What a timed replay that is over took, and what came of it; of the slowest calls that threads made, what
 * was live. */
static enum hb_status account(struct sample *s, struct hb_point *points, uint32_t point_count,
                              struct hb_latency *latency, struct hb_error *error)
{
    struct hb_sample_result *result = &s->exchange->result;
    struct hb_memory_peak peak;
    enum hb_status status = s->stream_status;

    if (status != HB_OK)
        return status;
    reach(s, s->ops, s->ops); /* time that passed after the last one is of it too */
    result->paced_ns = s->schedule.taken_ns;
    result->late_ns = s->schedule.late_ns;
    hb_memory_peak(&s->memory, &peak);
    result->peak_resident_bytes = peak.resident_bytes;
    result->end_resident_bytes = peak.end_bytes;
    result->page_faults = peak.page_faults;
    status = hb_replay_check_heap(s->allocator, s->heap, error);
    if (status != HB_OK)
        return status;
    hb_memory_pause_limit(&s->memory); /* the account is the harness's own */
    if (s->threads != NULL)
        status = hb_threads_account(s->threads, s->replay, &result->threads, latency, error);
    return status != HB_OK
               ? status
               : hb_replay_account(s->replay, s->ops, points, point_count, &result->counts, error);
}

/* Of all its threads: some libraries give memory back in one of their own. */
static uint64_t system_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_stime.tv_sec * 1000000000 + (uint64_t)usage.ru_stime.tv_usec * 1000;
}

/* Does the operations [from, to) and returns the time that they took. */
static uint64_t replay_range(struct sample *s, uint64_t from, uint64_t to)
{
    const struct hb_sample_request *request = &s->exchange->request;

    if (request->mode == HB_SAMPLE_LATENCY)
        return hb_replay_latency(s->replay, s->allocator, s->heap, request->touch, from, to, &s->times);
    return hb_replay_time(s->replay, s->allocator, s->heap, request->touch, from, to);
}

/* Likewise, in pieces that no clock stands between: only the virtual one is told. */
static uint64_t replay_pieces(struct sample *s, uint64_t from, uint64_t to, uint64_t end)
{
    const enum hb_touch touch = s->exchange->request.touch;
    uint64_t begun_ns = hb_clock_ns();

    for (;;) {
        hb_replay_range(s->replay, s->allocator, s->heap, touch, from, end);
        if (end == to)
            return hb_clock_ns() - begun_ns;
        from = end;
        end = hb_schedule_reach(&s->schedule, from, to);
    }
}

/* Has the operations from `from` on, off the clock, and returns up to which one: `to`, or less where they are
 * streamed; `from` where there was a failure. */
static uint64_t window_end(struct sample *s, uint64_t from, uint64_t to)
{
    struct hb_windows *windows = &s->replay->windows;

    if (from == to)
        return to;
    s->stream_status = hb_windows_reach(windows, from, &s->exchange->result.error);
    if (s->stream_status != HB_OK)
        return from;
    return windows->end < to ? windows->end : to;
}

/* Times the operations [from, to) by both clocks, into the result; what is waited between them is no part of
 * it. The elapsed time of these alone is returned. */
static uint64_t time_range(struct sample *s, uint64_t from, uint64_t to)
{
    struct hb_sample_result *result = &s->exchange->result;
    const bool waits = s->schedule.pace > 0 || s->exchange->request.mode == HB_SAMPLE_LATENCY;
    uint64_t elapsed_ns = 0;

    do {
        uint64_t limit = window_end(s, from, to), end = reach(s, from, limit);
        uint64_t begun_system_ns = system_ns(), begun_cpu_ns = hb_clock_cpu_ns();

        if (!waits && end < limit) {
            elapsed_ns += replay_pieces(s, from, limit, end);
            end = limit;
        } else {
            elapsed_ns += replay_range(s, from, end);
        }
        result->cpu_ns += hb_clock_cpu_ns() - begun_cpu_ns;
        result->system_ns += system_ns() - begun_system_ns;
        from = end;
    } while (from < to && s->stream_status == HB_OK);
    result->elapsed_ns += elapsed_ns;
    return elapsed_ns;
}

/* Frees what is left, off the clock, and waits. */
static enum hb_status rest(struct sample *s, struct hb_error *error)
{
    struct hb_sample_exchange *x = s->exchange;
    enum hb_status status = hb_replay_release(s->replay, s->allocator, s->heap, s->ops, error);

    if (status != HB_OK)
        return status;
    x->course.live_bytes = 0;
    x->course.stage = HB_STAGE_FREED;
    hb_idle_wait(x->request.idle_ms, &s->memory.base_look, &x->result.idle);
    return HB_OK;
}

static void time_threads(struct sample *s)
{
    struct hb_sample_result *result = &s->exchange->result;
    uint64_t begun_system_ns = system_ns();

    hb_threads_run(s->threads, s->allocator, s->heap, s->exchange->request.touch, &s->schedule,
                   &result->threads);
    result->system_ns = system_ns() - begun_system_ns;
    result->cpu_ns = result->threads.cpu_ns;
    result->elapsed_ns = result->threads.elapsed_ns;
}

static enum hb_status run_time(struct sample *s, struct hb_error *error)
{
    const struct hb_sample_request *request = &s->exchange->request;
    enum hb_status status = open_heap(s, s->allocator, error);

    if (status != HB_OK)
        return status;
    s->exchange->course.begun_ns = hb_clock_ns();
    s->exchange->course.stage = HB_STAGE_WORK;
    hb_memory_calls_begin();
    if (s->threads != NULL)
        time_threads(s);
    else
        time_range(s, 0, s->ops);
    hb_memory_calls_end();
    status = account(s, NULL, 0, NULL, error);
    return status == HB_OK && request->rests ? rest(s, error) : status;
}

/* Times one window and looks at the heap after it. */
static void run_window(struct sample *s, struct hb_point *point, uint64_t from, uint64_t to)
{
    point->op = to;
    point->ops = to - from;
    point->elapsed_ns = time_range(s, from, to);
    point->resident_bytes = hb_memory_resident_bytes(&s->memory);
    hb_replay_inspect(s->allocator, s->heap, s->exchange->request.heap_bytes == 0, &point->state);
}

/* How many operations a counting run does before it reaches the step limit. */
static enum hb_status apply_step_limit(struct sample *s, struct hb_error *error)
{
    struct hb_count_options options = {.step_limit = s->exchange->request.step_limit, .op_limit = s->ops};
    const struct hb_allocator *counting = s->allocator->counting;
    struct hb_counts *counts = &s->exchange->result.counts;
    enum hb_status status;

    if (options.step_limit == 0 || counting == NULL)
        return HB_OK;
    status = open_heap(s, counting, error);
    if (status == HB_OK)
        status = hb_replay_count(s->prepared, counting, s->heap, &options, counts, NULL, error);
    if (status != HB_OK)
        return status;
    if (counts->ops < s->ops)
        s->exchange->result.outcome = HB_SAMPLE_STOPPED;
    s->ops = counts->ops;
    counting->destroy(s->heap);
    s->heap = NULL;
    return HB_OK;
}

static enum hb_status run_series(struct sample *s, struct hb_error *error)
{
    struct hb_sample_exchange *x = s->exchange;
    struct hb_sample_result *result = &x->result;
    enum hb_status status = apply_step_limit(s, error);
    uint64_t span = x->request.window_ops > s->ops ? x->request.window_ops : s->ops;
    uint32_t windows = hb_window_count(span, x->request.points);

    if (status == HB_OK)
        status = open_heap(s, s->allocator, error);
    if (status != HB_OK)
        return status;
    for (uint64_t done = 0; result->point_count < windows && done < s->ops; result->point_count++) {
        struct hb_point *point = &x->points[result->point_count];
        uint64_t end = hb_window_end(span, windows, result->point_count);

        if (end > s->ops)
            end = s->ops;
        run_window(s, point, done, end);
        done = end;
    }
    return account(s, x->points, result->point_count, NULL, error);
}

/* An empty heap again, and a replay that has done nothing. */
static enum hb_status begin_again(struct sample *s, struct hb_error *error)
{
    s->heap_of->destroy(s->heap);
    s->heap = NULL;
    hb_replay_close(s->replay);
    s->replay = NULL;
    return hb_replay_open(s->prepared, &s->replay, error) == HB_OK ? open_heap(s, s->allocator, error)
                                                                   : error->status;
}

/* In the order in which they were made, whatever that of their times. That of threads that ran freely is not
 * known, and so not what the heap was. */
static enum hb_status inspect_slowest(struct sample *s, struct hb_latency *latency, struct hb_error *error)
{
    const struct hb_sample_request *request = &s->exchange->request;
    uint64_t done = 0;
    enum hb_status status;

    if (!request->inspects_slowest || s->allocator->inspect == NULL || latency->slowest_count == 0 ||
        (s->threads != NULL && request->threads.threading == HB_THREADING_FREE))
        return HB_OK;
    status = begin_again(s, error);
    while (status == HB_OK) {
        struct hb_slow_call *next = NULL;
        struct hb_heap_state state;

        for (uint32_t i = 0; i < latency->slowest_count; i++)
            if (latency->slowest[i].ranges == 0 && (next == NULL || latency->slowest[i].op < next->op))
                next = &latency->slowest[i];
        if (next == NULL)
            break;
        hb_replay_time(s->replay, s->allocator, s->heap, request->touch, done, next->op);
        hb_replay_inspect(s->allocator, s->heap, request->heap_bytes == 0, &state);
        next->ranges = state.ranges > 0 ? state.ranges : 1;
        done = next->op;
    }
    return status;
}

static enum hb_status run_latency(struct sample *s, struct hb_error *error)
{
    struct hb_latency *latency = hb_sample_exchange_latency(s->exchange);
    enum hb_status status = open_heap(s, s->allocator, error);

    if (status != HB_OK)
        return status;
    if (s->threads != NULL) {
        time_threads(s);
        hb_threads_gather(s->threads, latency);
    } else {
        time_range(s, 0, s->ops);
    }
    status = account(s, NULL, 0, latency, error);
    if (status == HB_OK && s->threads == NULL)
        status = hb_latency_gather(s->replay, &s->times, latency, error);
    return status == HB_OK ? inspect_slowest(s, latency, error) : status;
}

/* A slow allocator is not wrong for that: half of the time is for finding out, and a hang is what outlives
 * all of it. */
static uint64_t check_deadline(const struct hb_sample_request *request)
{
    return request->timeout_ms == 0 ? 0 : hb_clock_ns() + request->timeout_ms * UINT64_C(500000);
}

/*
 * A reader's own heap whose records are overwritten walks for ever. Processor time tells: a call that has
 * taken a second of it does not come back. (Other libraries have the time of the whole check: a slow one is
 * not wrong.)
 */
enum { LOOK_US = 250000, LOOKS = 4 };
static struct hb_sample_exchange *watched;

static void look_at_call(int unused)
{
    static uint64_t op = HB_CHECK_NO_OP;
    static unsigned looks;

    (void)unused;
    looks = op == watched->result.check.op ? looks + 1 : 0;
    op = watched->result.check.op;
    if (looks < LOOKS || op == HB_CHECK_NO_OP)
        return;
    watched->result.outcome = HB_SAMPLE_BROKEN;
    watched->result.check.stuck = true;
    watched->child.done = true;
    _exit(0);
}

static void watch_calls(const struct sample *s)
{
    const struct itimerval every = {{0, LOOK_US}, {0, LOOK_US}};

    if ((s->allocator->caps & HB_CAP_OWN) == 0)
        return;
    watched = s->exchange;
    signal(SIGVTALRM, look_at_call);
    setitimer(ITIMER_VIRTUAL, &every, NULL);
}

static enum hb_status run_check(struct sample *s, struct hb_error *error)
{
    struct hb_sample_result *result = &s->exchange->result;
    enum hb_status status = open_heap(s, s->allocator, error);
    struct hb_check_plan plan = {.prepared = s->prepared,
                                 .allocator = s->allocator,
                                 .heap = s->heap,
                                 .ops = s->ops,
                                 .sparse = s->exchange->request.touch == HB_TOUCH_NONE,
                                 .output = (s->allocator->caps & HB_CAP_OWN) != 0 ? -1 : STDOUT_FILENO,
                                 .deadline_ns = check_deadline(&s->exchange->request)};

    if (status == HB_OK && (s->allocator->caps & HB_CAP_UNTOUCHABLE) != 0)
        status = hb_error_set(error, HB_ERR_USAGE, "%s hands out no memory: there is nothing to check",
                              s->allocator->name);
    watch_calls(s);
    if (status == HB_OK)
        status = hb_check_run(&plan, &result->check, &result->counts, error);
    if (status == HB_OK)
        status = hb_belongings_compare(s->before, error);
    if (status == HB_ERR_BROKEN)
        result->outcome = HB_SAMPLE_BROKEN;
    else if (status == HB_OK && result->counts.ops < s->ops)
        result->outcome = HB_SAMPLE_STOPPED;
    return status == HB_ERR_BROKEN ? HB_OK : status;
}

/* Looks at what there is before a library can change it, and lets nothing that it prints wait in a buffer. */
static enum hb_status prepare_check(struct sample *s, struct hb_error *error)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    s->before = hb_pages_alloc(sizeof *s->before);
    if (s->before == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to check a replay of %s", s->prepared->name);
    return hb_belongings_take(s->before, error);
}

/* Of a streamed one nobody knows before it is read. */
static bool may_realloc(const struct hb_prepared *prepared)
{
    if (prepared->ops == NULL)
        return true;
    for (uint64_t i = 0; i < prepared->op_count; i++)
        if (prepared->ops[i].kind == HB_OP_REALLOC)
            return true;
    return false;
}

/* Sizes that are kept for a realloc cost time, which a trace without one has no use for. Their table has its
 * memory beforehand, so that none of the calls that are counted is for it. (Threads that run ahead of each
 * other may have more blocks than slots, and then it grows.) */
static void settle_sizes(struct sample *s)
{
    if (!hb_library_keeps_sizes(s->allocator))
        return;
    if (may_realloc(s->prepared))
        s->exchange->result.made_table_bytes = hb_library_reserve_sizes(s->allocator, s->prepared->slots);
    else
        hb_library_forget_sizes(s->allocator);
}

/* The loader's own words for too little memory read like a broken installation. What opens without the budget
 * is none. */
static enum hb_status explain_budget(struct sample *s, struct hb_error *error)
{
    struct hb_sample_exchange *x = s->exchange;

    hb_memory_pause_limit(&s->memory);
    if (hb_allocator_open(x->allocator, &s->allocator, &x->result.library, error) != HB_OK)
        return error->status;
    return hb_error_set(error, HB_ERR_UNAVAILABLE,
                        "%s: cannot be loaded in %" PRIu64
                        " bytes: the budget (--heap) holds what the library itself needs, too",
                        x->allocator, x->request.budget_bytes);
}

static enum hb_status open_allocator(struct sample *s, struct hb_error *error)
{
    struct hb_sample_exchange *x = s->exchange;
    enum hb_status status = hb_memory_begin(&s->memory, error);

    if (status == HB_OK && x->request.counts_calls)
        hb_memory_calls_watch(&x->result.calls);
    if (status == HB_OK && x->request.mode == HB_SAMPLE_CHECK)
        status = prepare_check(s, error);
    if (status == HB_OK && x->request.budget_bytes != 0)
        status = hb_memory_limit(&s->memory, x->request.budget_bytes, error);
    if (status == HB_OK)
        status = hb_allocator_open(x->allocator, &s->allocator, &x->result.library, error);
    if (status != HB_OK && s->memory.limit_bytes != 0)
        status = explain_budget(s, error);
    if (status == HB_OK) {
        settle_sizes(s);
        fflush(stdout); /* what it printed when it was loaded, which no exit handler will write */
    }
    if (status == HB_OK && s->schedule.tells) /* nobody listens to what would cost a stop, else */
        s->schedule.tells = x->result.reads_trace_clock = hb_virtual_clock_give(s->allocator) > 0;
    if (status == HB_OK)
        hb_memory_begin_peak(&s->memory);
    x->course.base = s->memory.base_look;
    return status;
}

static void close_sample(struct sample *s)
{
    hb_threads_close(s->threads);
    if (s->heap != NULL)
        s->heap_of->destroy(s->heap);
    hb_foretold_clear(&s->foretold);
    hb_call_times_close(&s->times);
    hb_ledger_clear(&s->ledger);
    hb_schedule_close(&s->schedule);
    hb_replay_close(s->replay);
    hb_allocator_close(s->allocator);
    hb_memory_end(&s->memory);
    hb_pages_free(s->before, sizeof *s->before);
}

/* Looks are taken while it is filled: its pages must be the harness's own by then. */
static enum hb_status open_ledger(struct sample *s, struct hb_error *error)
{
    if (!hb_ledger_init(&s->ledger, s->prepared->slots))
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to follow %s", s->prepared->name);
    hb_ledger_fault_in(&s->ledger);
    return HB_OK;
}

/* What a timed replay needs of its own; threads are started before the line is drawn, and have their stacks.
 */
static enum hb_status open_tables(struct sample *s, struct hb_error *error)
{
    const struct hb_sample_request *request = &s->exchange->request;
    struct hb_threads_plan plan = request->threads;
    enum hb_status status = hb_replay_open(s->prepared, &s->replay, error);

    if (status == HB_OK)
        status = hb_schedule_open(&s->schedule, s->prepared, request->pace, request->clock == HB_CLOCK_TRACE,
                                  error);
    plan.pace = s->schedule.pace;
    plan.times_calls = request->mode == HB_SAMPLE_LATENCY;
    if (status == HB_OK && plan.times_calls && !is_by_threads(s))
        status = hb_call_times_open(&s->times, s->prepared, error);
    if (status == HB_OK && request->is_followed)
        status = open_ledger(s, error);
    if (status == HB_OK && is_by_threads(s))
        status = hb_threads_open(s->prepared, s->ops, &plan, &s->threads, error);
    return status;
}

void hb_sample_work(struct hb_sample_exchange *exchange, const struct hb_prepared *prepared)
{
    static enum hb_status (*const runs[])(struct sample *, struct hb_error *) = {
        [HB_SAMPLE_TIME] = run_time,       [HB_SAMPLE_COUNT] = run_count, [HB_SAMPLE_SERIES] = run_series,
        [HB_SAMPLE_LATENCY] = run_latency, [HB_SAMPLE_CHECK] = run_check,
    };
    const struct hb_sample_request *request = &exchange->request;
    struct sample s = {
        .exchange = exchange, .prepared = prepared, .ops = prepared->op_count, .memory.statm_fd = -1};
    struct hb_error *error = &exchange->result.error;
    enum hb_status status = HB_OK;

    if (request->op_limit != 0 && request->op_limit < s.ops)
        s.ops = request->op_limit;
    exchange->result.counts.heap_bytes = request->heap_bytes;
    exchange->result.counts.first_failure = HB_NO_FAILURE;
    if (request->mode != HB_SAMPLE_COUNT && request->mode != HB_SAMPLE_CHECK)
        status = open_tables(&s, error);
    if (status == HB_OK)
        status = open_allocator(&s, error);
    if (status == HB_OK)
        status = runs[request->mode](&s, error);
    if (status != HB_OK)
        exchange->result.outcome = HB_SAMPLE_UNAVAILABLE;
    close_sample(&s);
}

/* Some libraries say of every failure that it was one, and within a budget there may be millions. */
static void silence(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (null < 0)
        return;
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    close(null);
}

/* Reads a byte of each page, so that no fault is left for the replay. */
static void fault_in(const struct hb_prepared *prepared)
{
    for (size_t at = 0; at < hb_feed_bytes(prepared); at += hb_page_bytes())
        (void)((const volatile char *)prepared->feed)[at];
}

static bool work(struct hb_child_exchange *shared, int image_fd)
{
    struct hb_sample_exchange *exchange = (struct hb_sample_exchange *)shared;
    struct hb_prepared *prepared;

    if (exchange->request.budget_bytes != 0)
        silence();
    if (hb_prepared_map(image_fd, &prepared, &exchange->result.error) != HB_OK)
        return false;
    close(image_fd);
    prepared->feed = hb_sample_exchange_feed(exchange);
    if (prepared->feed != NULL)
        fault_in(prepared);
    hb_sample_work(exchange, prepared);
    return true;
}

const struct hb_child_job hb_sample_job = {
    .name = "sample", .what = "a sample", .request_bytes = sizeof(struct hb_sample_exchange), .work = work};
