/*
 * threads_test.c - replays by several threads against a plain model: every object freed once, after its
 * birth, with its content, in every order and window; the strict order and the window as they are promised.
 *
 * The allocator under test looks at its blocks without any lock or atomic, so that ThreadSanitizer sees
 * whether an object that changes hands is handed over.
 */
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "bench/replay/threads/replay_threads.h"
#include "tests/bench/replay/random_ops.h"

/* -- an allocator that checks -- */

enum { BLOCKS_MOST = 1 << 16, ALIVE = 0x1234, DEAD = 0x4321 };

struct block {
    uint64_t size;
    unsigned state;
    unsigned char seed;
    unsigned char content[];
};

struct checker {
    struct block *_Atomic blocks[BLOCKS_MOST];
    _Atomic uint32_t count, faults, frees;
};

/* Sizes that there is never room for. */
static bool is_refused(uint64_t size)
{
    return size % 7 == 3 || size == 0;
}

static void expect(struct checker *c, bool holds)
{
    if (!holds)
        atomic_fetch_add_explicit(&c->faults, 1, memory_order_relaxed);
}

static void *check_alloc(void *heap, size_t size)
{
    struct checker *c = heap;
    uint32_t index;
    struct block *block;

    if (is_refused(size))
        return NULL;
    index = atomic_fetch_add_explicit(&c->count, 1, memory_order_relaxed);
    block = malloc(sizeof *block + size);
    if (block == NULL || index >= BLOCKS_MOST)
        abort();
    *block = (struct block){.size = size, .state = ALIVE, .seed = (unsigned char)(index * 37)};
    memset(block->content, block->seed, size);
    atomic_store_explicit(&c->blocks[index], block, memory_order_relaxed);
    return block->content;
}

static struct block *block_of(void *content)
{
    return (struct block *)(void *)((char *)content - offsetof(struct block, content));
}

static void check_content(struct checker *c, const struct block *block)
{
    expect(c, block->state == ALIVE);
    for (uint64_t i = 0; i < block->size; i++)
        if (block->content[i] != block->seed) {
            expect(c, false);
            return;
        }
}

static void check_dealloc(void *heap, void *content)
{
    struct checker *c = heap;

    if (content == NULL)
        return;
    check_content(c, block_of(content));
    block_of(content)->state = DEAD; /* and is never used again */
    atomic_fetch_add_explicit(&c->frees, 1, memory_order_relaxed);
}

static void *check_resize(void *heap, void *content, size_t size)
{
    void *moved = check_alloc(heap, size);

    if (moved != NULL)
        check_dealloc(heap, content);
    else if (content != NULL)
        check_content(heap, block_of(content));
    return moved;
}

static void *check_aligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return check_alloc(heap, size);
}

static const struct hb_allocator checking = {.name = "checking",
                                             .caps = HB_CAP_THREADS,
                                             .alloc = check_alloc,
                                             .dealloc = check_dealloc,
                                             .resize = check_resize,
                                             .zalloc = check_alloc,
                                             .aligned = check_aligned};

static struct checker *checker_create(void)
{
    struct checker *c = calloc(1, sizeof *c);

    if (c == NULL)
        abort();
    return c;
}

static uint64_t checker_live(const struct checker *c, uint64_t *bytes)
{
    uint64_t live = 0;

    *bytes = 0;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->blocks[i]->state == ALIVE) {
            live++;
            *bytes += c->blocks[i]->size;
        }
    return live;
}

static void checker_free(struct checker *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        free(c->blocks[i]);
    free(c);
}

/* -- workloads -- */

/* `percent_own`: of operations on objects that live, so many are on one that the thread had last. */
static struct hb_workload *random_threads(uint64_t seed, uint64_t ops, unsigned threads, unsigned percent_own)
{
    struct random_ops recipe = {.seed = seed, .ops = ops, .max_size = 200, .max_live = 50, .percent_zero = 3};
    struct hb_workload *workload = random_ops_create(&recipe);
    uint16_t *holder = calloc(ops + 1, sizeof *holder);
    struct hb_random random;

    if (holder == NULL)
        abort();
    hb_random_seed(&random, seed * 77 + threads);
    for (uint64_t i = 0; i < ops; i++) {
        struct hb_op *op = &workload->ops[i];
        bool is_birth = op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;

        op->thread = (uint16_t)hb_random_below(&random, threads);
        if (!is_birth && hb_random_below(&random, 100) < percent_own)
            op->thread = holder[op->object];
        holder[op->object] = op->thread;
    }
    free(holder);
    workload->threads = threads;
    return workload;
}

/* What the operations come to, in their recorded order. */
struct model {
    uint64_t failures, first_failure, live, live_bytes, peak_bytes, handovers;
    bool *failed;
};

static struct model model_run(const struct hb_workload *workload, uint64_t ops)
{
    struct model m = {.first_failure = HB_NO_FAILURE, .failed = calloc(ops + 1, sizeof *m.failed)};
    uint64_t *size = calloc(ops + 1, sizeof *size);
    uint16_t *holder = calloc(ops + 1, sizeof *holder);

    if (m.failed == NULL || size == NULL || holder == NULL)
        abort();
    for (uint64_t i = 0; i < ops; i++) {
        const struct hb_op *op = &workload->ops[i];
        bool is_birth = op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;

        m.handovers += !is_birth && holder[op->object] != op->thread;
        holder[op->object] = op->thread;
        m.failed[i] = op->kind != HB_OP_FREE && op->size != 0 && is_refused(op->size);
        m.failures += m.failed[i];
        if (m.failed[i] && m.first_failure == HB_NO_FAILURE)
            m.first_failure = i;
        if (m.failed[i])
            continue;
        m.live += (uint64_t)(op->size != 0) - (uint64_t)(size[op->object] != 0);
        m.live_bytes += op->size - size[op->object];
        size[op->object] = op->size;
        m.peak_bytes = m.live_bytes > m.peak_bytes ? m.live_bytes : m.peak_bytes;
    }
    free(size);
    free(holder);
    return m;
}

/* -- a replay -- */

static struct hb_threads *must_open(const struct hb_prepared *prepared, uint64_t ops,
                                    const struct hb_threads_plan *plan)
{
    struct hb_threads *threads = NULL;
    struct hb_error error = {.text = ""};

    hb_threads_open(prepared, ops, plan, &threads, &error);
    assert_string_equal(error.text, "");
    return threads;
}

static void check_figures(const struct hb_threads_figures *figures, const struct model *m,
                          const struct hb_threads_plan *plan)
{
    assert_int_equal(figures->handovers, m->handovers);
    assert_true(figures->waiting_ns <= figures->wall_ns);
    assert_true(figures->peak_live_bytes >= m->live_bytes);
    if (plan->threading == HB_THREADING_STRICT || figures->threads == 1)
        assert_int_equal(figures->peak_live_bytes, m->peak_bytes);
}

/* Every call was timed once. */
static void check_calls(const struct hb_workload *workload, uint64_t ops, const struct hb_latency *latency)
{
    uint64_t counts[HB_CALL_KINDS] = {0};

    for (uint64_t i = 0; i < ops; i++)
        counts[hb_call_kind_of(&workload->ops[i])]++;
    counts[HB_CALL_ALLOCATION] = ops - counts[HB_CALL_FREE];
    for (unsigned kind = HB_CALL_ALLOCATION; kind <= HB_CALL_FREE; kind++)
        assert_int_equal(latency->kinds[kind].count, counts[kind]);
    assert_int_equal(latency->slowest_count, ops < HB_SLOWEST ? ops : HB_SLOWEST);
}

/* Of the recorded order it is known exactly. */
static void check_slowest(const struct hb_workload *workload, const struct hb_latency *latency)
{
    for (uint32_t i = 0; i < latency->slowest_count; i++) {
        struct model before = model_run(workload, latency->slowest[i].op);

        assert_int_equal(latency->slowest[i].live_bytes, before.live_bytes);
        free(before.failed);
    }
}

static void check_replay(const struct hb_workload *workload, uint64_t ops, const struct hb_threads_plan *plan)
{
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_threads *threads = must_open(prepared, ops, plan);
    struct checker *checker = checker_create();
    struct model m = model_run(workload, ops);
    struct hb_threads_figures figures;
    struct hb_replay *replay = NULL;
    struct hb_error error = {.text = ""};
    struct hb_schedule schedule = {.silent = false};
    struct hb_latency *latency = plan->times_calls ? calloc(1, sizeof *latency) : NULL;
    uint64_t live_bytes;

    hb_threads_run(threads, &checking, checker, HB_TOUCH_NONE, &schedule, &figures);
    if (latency != NULL) {
        hb_threads_gather(threads, latency);
        check_calls(workload, ops, latency);
    }
    assert_int_equal(hb_replay_open(prepared, &replay, &error), HB_OK);
    assert_int_equal(hb_threads_account(threads, replay, &figures, latency, &error), HB_OK);
    assert_int_equal(checker->faults, 0);
    assert_int_equal(checker_live(checker, &live_bytes), m.live);
    assert_int_equal(live_bytes, m.live_bytes);
    assert_int_equal(checker->frees, checker->count - m.live);
    assert_int_equal(replay->failures, m.failures);
    assert_int_equal(replay->first_failure, m.first_failure);
    for (uint64_t i = 0; i < ops; i++)
        assert_int_equal(hb_replay_failed(replay, i), m.failed[i]);
    check_figures(&figures, &m, plan);
    if (latency != NULL && plan->threading == HB_THREADING_STRICT)
        check_slowest(workload, latency);
    free(latency);
    hb_threads_close(threads);
    hb_replay_close(replay);
    checker_free(checker);
    free(m.failed);
    hb_prepared_free(prepared);
}

static const struct hb_threads_plan plans[] = {
    {.threading = HB_THREADING_FREE},
    {.threading = HB_THREADING_STRICT},
    {.threading = HB_THREADING_FREE, .window = 1},
    {.threading = HB_THREADING_FREE, .window = 2},
    {.threading = HB_THREADING_FREE, .window = 50},
    {.threading = HB_THREADING_FREE, .window = 4000},
    {.threading = HB_THREADING_FREE, .times_calls = true},
    {.threading = HB_THREADING_STRICT, .times_calls = true},
    {.threading = HB_THREADING_FREE, .window = 50, .times_calls = true},
};

enum { PLANS = sizeof plans / sizeof plans[0] };

static void every_object_is_freed_once_after_its_birth_with_its_content(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads++)
        for (unsigned percent_own = 0; percent_own <= 100; percent_own += 50)
            for (size_t i = 0; i < PLANS; i++) {
                struct hb_workload *workload = random_threads(threads + i, 3000, threads, percent_own);

                check_replay(workload, workload->op_count, &plans[i]);
                random_ops_free(workload);
            }
}

static void the_first_operations_can_be_replayed_alone(void **state)
{
    struct hb_workload *workload = random_threads(9, 3000, 4, 30);

    (void)state;
    for (size_t i = 0; i < PLANS; i++)
        for (uint64_t ops = 0; ops <= 1500; ops += ops < 8 ? 1 : 497)
            check_replay(workload, ops, &plans[i]);
    random_ops_free(workload);
}

static void long_parts_have_many_blocks(void **state)
{
    struct hb_workload *workload = random_threads(5, 40000, 3, 99);

    (void)state;
    check_replay(workload, workload->op_count, &plans[0]);
    check_replay(workload, workload->op_count, &plans[5]);
    random_ops_free(workload);
}

/* Two threads that hand each other what they have just made, over and over: whoever ran ahead of the other
 * would wait for it. */
static void hand_overs_to_and_fro_end(void **state)
{
    enum { TURNS = 500 };
    static struct hb_op ops[4 * TURNS];

    (void)state;
    for (uint32_t i = 0; i < TURNS; i++) {
        ops[4 * i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = 2 * i, .size = 16, .thread = 0};
        ops[4 * i + 1] = (struct hb_op){.kind = HB_OP_MALLOC, .object = 2 * i + 1, .size = 16, .thread = 1};
        ops[4 * i + 2] = (struct hb_op){.kind = HB_OP_FREE, .object = 2 * i + 1, .thread = 0};
        ops[4 * i + 3] = (struct hb_op){.kind = HB_OP_FREE, .object = 2 * i, .thread = 1};
    }
    for (size_t i = 0; i < PLANS; i++) {
        struct hb_workload *workload = workload_of("to and fro", ops, 4 * TURNS);

        workload->threads = 2;
        check_replay(workload, workload->op_count, &plans[i]);
        random_ops_free(workload);
    }
}

/* -- orders -- */

enum { ORDER_OPS = 2000 };

/* Operation i asks for i + 1 bytes. In the strict order nothing of this needs to be atomic. */
struct order {
    uint64_t log[ORDER_OPS];
    uint64_t count;
    _Atomic bool done[ORDER_OPS];
    _Atomic uint32_t faults;
    uint64_t window;
};

static void *log_alloc(void *heap, size_t size)
{
    struct order *order = heap;

    order->log[order->count++] = size - 1;
    return order;
}

static void *window_alloc(void *heap, size_t size)
{
    struct order *order = heap;
    uint64_t op = size - 1;

    for (uint64_t i = 0; i + order->window < op; i++)
        if (!order->done[i])
            order->faults++;
    order->done[op] = true;
    return order;
}

static void run_order(struct order *order, void *(*alloc)(void *, size_t), const struct hb_threads_plan *plan,
                      unsigned threads)
{
    const struct hb_allocator ordering = {.name = "ordering", .caps = HB_CAP_THREADS, .alloc = alloc};
    static struct hb_op ops[ORDER_OPS];
    struct hb_workload *workload;
    struct hb_prepared *prepared;
    struct hb_threads *replay;
    struct hb_threads_figures figures;
    struct hb_schedule schedule = {.silent = false};
    struct hb_random random;

    hb_random_seed(&random, threads);
    for (uint32_t i = 0; i < ORDER_OPS; i++) {
        bool goes_on = i > 0 && hb_random_below(&random, 3) > 0;

        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = i + 1};
        ops[i].thread = goes_on ? ops[i - 1].thread : (uint16_t)hb_random_below(&random, threads);
    }
    workload = workload_of("order", ops, ORDER_OPS);
    prepared = must_prepare(workload);
    replay = must_open(prepared, ORDER_OPS, plan);
    hb_threads_run(replay, &ordering, order, HB_TOUCH_NONE, &schedule, &figures);
    hb_threads_close(replay);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void the_strict_order_is_the_recorded_one(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads++) {
        struct order *order = calloc(1, sizeof *order);

        assert_non_null(order);
        run_order(order, log_alloc, &(struct hb_threads_plan){.threading = HB_THREADING_STRICT}, threads);
        assert_int_equal(order->count, ORDER_OPS);
        for (uint64_t i = 0; i < ORDER_OPS; i++)
            assert_int_equal(order->log[i], i);
        free(order);
    }
}

static void nobody_leaves_the_window(void **state)
{
    static const uint64_t windows[] = {1, 2, 3, 10, 100, 1500};

    (void)state;
    for (unsigned threads = 2; threads <= 8; threads += 3)
        for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
            struct order *order = calloc(1, sizeof *order);

            assert_non_null(order);
            order->window = windows[i];
            run_order(order, window_alloc,
                      &(struct hb_threads_plan){.threading = HB_THREADING_FREE, .window = windows[i]},
                      threads);
            assert_int_equal(order->faults, 0);
            free(order);
        }
}

/* -- one lock -- */

/* Counts without atomics: ThreadSanitizer sees a lock that is not there, and so does the count. */
static void *count_alloc(void *heap, size_t size)
{
    (void)size;
    ++*(uint64_t *)heap;
    return heap;
}

static void an_allocator_for_one_thread_is_called_under_a_lock(void **state)
{
    const struct hb_allocator counting = {.name = "counting", .alloc = count_alloc, .zalloc = count_alloc};
    const struct hb_threads_plan plan = {.threading = HB_THREADING_FREE};
    enum { OPS = 20000 };
    static struct hb_op ops[OPS];
    struct hb_workload *workload;
    struct hb_prepared *prepared;
    struct hb_threads *threads;
    struct hb_threads_figures figures;
    struct hb_schedule schedule = {.silent = false};
    uint64_t calls = 0;

    (void)state;
    for (uint32_t i = 0; i < OPS; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 8, .thread = i % 4};
    workload = workload_of("locked", ops, OPS);
    prepared = must_prepare(workload);
    threads = must_open(prepared, OPS, &plan);
    hb_threads_run(threads, &counting, &calls, HB_TOUCH_NONE, &schedule, &figures);
    assert_true(figures.one_lock);
    assert_int_equal(figures.threads, 4);
    assert_int_equal(calls, OPS);
    hb_threads_close(threads);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

/* -- touching -- */

enum { PAGE = 4096, PAGES_MOST = 8 };

/* A block of n pages is at n. */
static _Alignas(PAGE) char touched_pages[PAGES_MOST][PAGES_MOST * PAGE];

static void *page_alloc(void *heap, size_t size)
{
    (void)heap;
    return touched_pages[size / PAGE];
}

static unsigned count_touched(unsigned pages)
{
    unsigned count = 0;

    for (unsigned i = 0; i < PAGES_MOST; i++)
        for (unsigned at = 0; at < PAGE; at++)
            if (touched_pages[pages][i * PAGE + at] != 0) {
                count++;
                break;
            }
    return count;
}

static void each_thread_touches_what_the_program_did(void **state)
{
    const struct hb_allocator paging = {.name = "paging", .caps = HB_CAP_THREADS, .alloc = page_alloc};
    const struct hb_threads_plan plan = {.threading = HB_THREADING_FREE};
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = UINT64_C(5) * PAGE, .thread = 0},
        {.kind = HB_OP_MALLOC, .object = 1, .size = UINT64_C(6) * PAGE, .thread = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = UINT64_C(7) * PAGE, .thread = 0},
        {.kind = HB_OP_MALLOC, .object = 3, .size = UINT64_C(4) * PAGE, .thread = 1},
    };
    static struct hb_touched touched[] = {{.op = 0, .bytes = PAGE}, {.op = 1, .bytes = 2 * PAGE}, {.op = 3}};
    struct hb_workload *workload = workload_of("touched", ops, 4);
    struct hb_prepared *prepared;
    struct hb_threads *threads;
    struct hb_threads_figures figures;
    struct hb_schedule schedule = {.silent = false};

    (void)state;
    workload->touched = touched;
    workload->touched_count = 3;
    prepared = must_prepare(workload);
    threads = must_open(prepared, 4, &plan);
    hb_threads_run(threads, &paging, NULL, HB_TOUCH_PAGE, &schedule, &figures);
    assert_int_equal(count_touched(4), 0);
    assert_int_equal(count_touched(5), 1);
    assert_int_equal(count_touched(6), 2);
    assert_int_equal(count_touched(7), 7);
    hb_threads_close(threads);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

/* -- ends -- */

static pthread_key_t ending;
static _Atomic unsigned ended; /* threads that made a call */

static void note_end(void *value)
{
    (void)value;
    ended++;
}

/* Waits where the size is 2 until a thread has ended, and where it is 3 for as long as that may take. */
static void *note_alloc(void *heap, size_t size)
{
    const struct timespec tick = {.tv_nsec = 1000000};

    pthread_setspecific(ending, heap);
    for (int i = 0; i < (size == 2 ? 20000 : size == 3 ? 50 : 0) && ended == 0; i++)
        nanosleep(&tick, NULL);
    *(unsigned *)heap = ended;
    return heap;
}

/* How many have ended before the last of the operations, in the strict order. */
static unsigned count_ended(const struct hb_op *ops, uint64_t count)
{
    const struct hb_allocator noting = {.name = "noting", .caps = HB_CAP_THREADS, .alloc = note_alloc};
    const struct hb_threads_plan plan = {.threading = HB_THREADING_STRICT};
    struct hb_workload *workload = workload_of("ends", ops, count);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_threads *threads = must_open(prepared, count, &plan);
    struct hb_threads_figures figures;
    struct hb_schedule schedule = {.silent = false};
    unsigned found = 0;

    ended = 0;
    hb_threads_run(threads, &noting, &found, HB_TOUCH_NONE, &schedule, &figures);
    hb_threads_close(threads);
    hb_prepared_free(prepared);
    random_ops_free(workload);
    return found;
}

/* What a library keeps for a thread is there as long as the thread. */
static void a_thread_stays_unless_another_begins_when_it_is_done(void **state)
{
    static const struct hb_op pool[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 1, .thread = 0},
                                        {.kind = HB_OP_MALLOC, .object = 1, .size = 1, .thread = 1},
                                        {.kind = HB_OP_MALLOC, .object = 2, .size = 3, .thread = 0}};
    static const struct hb_op anew[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 1, .thread = 0},
                                        {.kind = HB_OP_MALLOC, .object = 1, .size = 1, .thread = 1},
                                        {.kind = HB_OP_MALLOC, .object = 2, .size = 1, .thread = 2},
                                        {.kind = HB_OP_MALLOC, .object = 3, .size = 2, .thread = 0}};

    (void)state;
    assert_int_equal(pthread_key_create(&ending, note_end), 0);
    assert_int_equal(count_ended(pool, 3), 0);
    assert_int_equal(count_ended(anew, 4), 1);
    pthread_key_delete(ending);
}

/* -- too many -- */

static unsigned threads_left; /* that can be started */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
                          void *context);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
                          void *context);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
                          void *context)
{
    if (threads_left == 0)
        return EAGAIN;
    threads_left--;
    return __real_pthread_create(thread, attributes, work, context);
}

static void check_refused(uint32_t count, const char *sentence)
{
    const struct hb_threads_plan plan = {.threading = HB_THREADING_FREE};
    struct hb_op *ops = calloc(count, sizeof *ops);
    struct hb_workload *workload;
    struct hb_prepared *prepared;
    struct hb_threads *threads = NULL;
    struct hb_error error = {.text = ""};

    assert_non_null(ops);
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 8, .thread = (uint16_t)i};
    workload = workload_of("many", ops, count);
    prepared = must_prepare(workload);
    assert_int_equal(hb_threads_open(prepared, count, &plan, &threads, &error), HB_ERR_LIMIT);
    assert_string_equal(error.text, sentence);
    assert_null(threads);
    hb_prepared_free(prepared);
    random_ops_free(workload);
    free(ops);
}

static void too_many_threads_are_refused_with_a_sentence(void **state)
{
    (void)state;
    check_refused(65536, "many is of 65536 threads; up to 4096 can replay a trace");
    threads_left = 0;
    check_refused(2, "many needs 2 threads, and only 1 could be started: Resource temporarily unavailable");
    threads_left = 5;
    check_refused(20, "many needs 20 threads, and only 6 could be started: Resource temporarily unavailable");
    threads_left = UINT32_MAX;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_freed_once_after_its_birth_with_its_content),
        cmocka_unit_test(the_first_operations_can_be_replayed_alone),
        cmocka_unit_test(long_parts_have_many_blocks),
        cmocka_unit_test(hand_overs_to_and_fro_end),
        cmocka_unit_test(the_strict_order_is_the_recorded_one),
        cmocka_unit_test(nobody_leaves_the_window),
        cmocka_unit_test(an_allocator_for_one_thread_is_called_under_a_lock),
        cmocka_unit_test(each_thread_touches_what_the_program_did),
        cmocka_unit_test(a_thread_stays_unless_another_begins_when_it_is_done),
        cmocka_unit_test(too_many_threads_are_refused_with_a_sentence),
    };

    threads_left = UINT32_MAX;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
