/*
 * latency_test.c - a sample of single calls: tails that were planted are found, where they were planted.
 *
 * The allocators here spin in some of their calls, for a time that no call takes by itself. They stand behind
 * names of their own, which the linker's --wrap has hb_allocator_open find.
 *
 * A time is compared with the spin alone, which is never shorter than it says. That another call is quick is
 * so once in a few times, on a machine with much to do.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "bench/sample/child.h"
#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"

enum { SPIN_NS = 20000, ONE_IN = 10000, HEAP_BYTES = 1 << 26, SLOW_BYTES = 77, ODD_BYTES = 78 };

struct heap {
    size_t used;
    uint64_t calls;
    char memory[];
};

static void spin(void)
{
    uint64_t begun = hb_clock_ns();

    while (hb_clock_ns() - begun < SPIN_NS)
        continue;
}

static void *make(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    void *heap = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)self;
    (void)heap_bytes;
    if (heap != MAP_FAILED)
        return heap;
    hb_error_set(error, HB_ERR_MEMORY, "no memory for a test");
    return NULL;
}

static void unmake(void *heap)
{
    munmap(heap, HEAP_BYTES);
}

static void *take(void *heap, size_t size)
{
    struct heap *h = heap;
    char *block = h->memory + h->used;

    if (size > HEAP_BYTES - sizeof *h - h->used - 16)
        return NULL;
    h->used += (size + 15) / 16 * 16;
    return block;
}

static void *take_zeroed(void *heap, size_t size)
{
    return take(heap, size);
}

static void *take_again(void *heap, void *block, size_t size)
{
    (void)block;
    return take(heap, size);
}

static void *take_aligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return take(heap, size);
}

static void leave(void *heap, void *block)
{
    (void)heap;
    (void)block;
}

/* -- what is slow -- */

static void *slow_once_in_many(void *heap, size_t size)
{
    struct heap *h = heap;

    if (h->calls++ % ONE_IN == 0)
        spin();
    return take(heap, size);
}

static void *slow_alloc(void *heap, size_t size)
{
    spin();
    return take(heap, size);
}

static void *slow_again(void *heap, void *block, size_t size)
{
    spin();
    return take_again(heap, block, size);
}

static void *slow_aligned(void *heap, size_t alignment, size_t size)
{
    spin();
    return take_aligned(heap, alignment, size);
}

static void slow_leave(void *heap, void *block)
{
    spin();
    leave(heap, block);
}

/* For blocks of these sizes 100 and 50 times as long. */
static void *slow_at_sizes(void *heap, size_t size)
{
    for (int i = 0; i < (size == SLOW_BYTES ? 100 : size == ODD_BYTES ? 50 : 0); i++)
        spin();
    return take(heap, size);
}

#define PLAIN                                                                                      \
    .create = make, .destroy = unmake, .alloc = take, .zalloc = take_zeroed, .resize = take_again, \
    .aligned = take_aligned, .dealloc = leave

/* By several threads at once: slow for blocks of these sizes, and 100 times as slow. */
static void *slow_in_a_thread(void *heap, size_t size)
{
    struct heap *h = heap;

    for (int i = 0; i < (size == SLOW_BYTES ? 1 : size == ODD_BYTES ? 100 : 0); i++)
        spin();
    return h->memory + __atomic_fetch_add(&h->used, 80, __ATOMIC_RELAXED);
}

/* A call of each is overridden. */
static struct hb_allocator ours[] = {
    {.name = "test-plain", PLAIN},
    {.name = "test-tail", PLAIN},
    {.name = "test-malloc", PLAIN},
    {.name = "test-calloc", PLAIN},
    {.name = "test-realloc", PLAIN},
    {.name = "test-free", PLAIN},
    {.name = "test-aligned", PLAIN},
    {.name = "test-sizes", PLAIN},
    {.name = "test-threads", .caps = HB_CAP_THREADS, PLAIN},
};

static void make_slow(void)
{
    ours[1].alloc = slow_once_in_many;
    ours[2].alloc = slow_alloc;
    ours[3].zalloc = slow_alloc;
    ours[4].resize = slow_again;
    ours[5].dealloc = slow_leave;
    ours[6].aligned = slow_aligned;
    ours[7].alloc = slow_at_sizes;
    ours[8].alloc = slow_in_a_thread;
}

enum hb_status __real_hb_allocator_open(const char *, const struct hb_allocator **, struct hb_library_info *,
                                        struct hb_error *);
enum hb_status __wrap_hb_allocator_open(const char *, const struct hb_allocator **, struct hb_library_info *,
                                        struct hb_error *);

enum hb_status __wrap_hb_allocator_open(const char *name, const struct hb_allocator **out,
                                        struct hb_library_info *info, struct hb_error *error)
{
    make_slow();
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcmp(name, ours[i].name) == 0) {
            *out = &ours[i];
            return HB_OK;
        }
    return __real_hb_allocator_open(name, out, info, error);
}

/* -- how they are sampled -- */

static struct hb_prepared *prepare(const struct hb_op *ops, uint64_t count)
{
    struct hb_workload *workload = workload_of("made", ops, count);
    struct hb_prepared *prepared = must_prepare(workload);

    random_ops_free(workload);
    return prepared;
}

/* Clear it. */
static struct hb_sample_result sample_by(const struct hb_prepared *prepared, const char *allocator,
                                         enum hb_threading threading)
{
    struct hb_sample_request request = {.prepared = prepared,
                                        .allocator = allocator,
                                        .mode = HB_SAMPLE_LATENCY,
                                        .touch = HB_TOUCH_PAGE,
                                        .inspects_slowest = threading != HB_THREADING_NONE,
                                        .threads.threading = threading};
    struct hb_sample_result result;
    struct hb_error error = {0};

    if (hb_sample_run(&request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    if (result.outcome != HB_SAMPLE_OK)
        fail_msg("%s: %s", allocator, result.error.text);
    assert_non_null(result.latency);
    return result;
}

static struct hb_sample_result sample(const struct hb_prepared *prepared, const char *allocator)
{
    return sample_by(prepared, allocator, HB_THREADING_NONE);
}

static uint64_t percentile(const struct hb_sample_result *result, enum hb_call_kind kind, unsigned share)
{
    return hb_histogram_percentile(&result->latency->kinds[kind], share);
}

/* The two clocks are compared to some hundred thousandths, and histograms have three digits. */
static bool has_spun(uint64_t ns)
{
    return ns >= SPIN_NS - SPIN_NS / 500;
}

/* As many mallocs, each freed in the end. */
static struct hb_prepared *prepare_mallocs(uint32_t count)
{
    struct hb_op *ops = calloc(2 * (size_t)count, sizeof *ops);
    struct hb_prepared *prepared;

    for (uint32_t i = 0; i < count; i++) {
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 16};
        ops[count + i] = (struct hb_op){.kind = HB_OP_FREE, .object = i};
    }
    prepared = prepare(ops, 2 * (uint64_t)count);
    free(ops);
    return prepared;
}

enum { TIMES = 8 };

/* The first call and each ten-thousandth after it: eleven of 100 001, of which p99.99 leaves out ten. */
static void a_planted_tail_is_found_at_four_nines_and_nowhere_below(void **state)
{
    struct hb_prepared *prepared = prepare_mallocs(10 * ONE_IN + 1);
    bool is_below = true;

    (void)state;
    for (int i = 0; i < TIMES && is_below; i++) {
        struct hb_sample_result result = sample(prepared, "test-tail");

        assert_int_equal(result.latency->kinds[HB_CALL_ALLOCATION].count, 10 * ONE_IN + 1);
        assert_int_equal(result.latency->kinds[HB_CALL_FREE].count, 10 * ONE_IN + 1);
        assert_true(has_spun(percentile(&result, HB_CALL_MALLOC, 9999)));
        assert_true(has_spun(percentile(&result, HB_CALL_ALLOCATION, 9999)));
        assert_true(has_spun(percentile(&result, HB_CALL_ALLOCATION, HB_HISTOGRAM_WHOLE)));
        is_below = percentile(&result, HB_CALL_ALLOCATION, 9990) >= SPIN_NS / 4 ||
                   percentile(&result, HB_CALL_FREE, 9990) >= SPIN_NS / 4;
        hb_sample_result_clear(&result);
    }
    assert_false(is_below);
    hb_prepared_free(prepared);
}

/* As many of each kind, which is what none of the others is. */
enum { ROUNDS = 200, OPS_EACH = 6 };

static struct hb_prepared *prepare_all_kinds(void)
{
    struct hb_op ops[ROUNDS * OPS_EACH], *op = ops;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        *op++ = (struct hb_op){.kind = HB_OP_MALLOC, .object = 3 * i, .size = 16};
        *op++ = (struct hb_op){.kind = HB_OP_CALLOC, .object = 3 * i + 1, .size = 16};
        *op++ = (struct hb_op){.kind = HB_OP_REALLOC, .object = 3 * i, .size = 32};
        *op++ = (struct hb_op){.kind = HB_OP_ALIGNED, .object = 3 * i + 2, .size = 16, .align_log2 = 4};
        *op++ = (struct hb_op){.kind = HB_OP_FREE, .object = 3 * i};
        *op++ = (struct hb_op){.kind = HB_OP_FREE, .object = 3 * i + 1};
    }
    return prepare(ops, ROUNDS * OPS_EACH);
}

/* Has this kind alone spun in every call? What else holds of a wrong one always fails at once. */
static bool is_slow_alone(const struct hb_sample_result *result, enum hb_call_kind slow)
{
    for (unsigned kind = HB_CALL_MALLOC; kind <= HB_CALL_PAIR; kind++) {
        if (kind == slow)
            assert_true(has_spun(percentile(result, (enum hb_call_kind)kind, 1)));
        else if (percentile(result, (enum hb_call_kind)kind, 5000) >= SPIN_NS / 4)
            return false;
    }
    return true;
}

static void a_slow_kind_is_told_from_the_others(void **state)
{
    static const struct {
        const char *allocator;
        enum hb_call_kind kind;
    } cases[] = {
        {"test-calloc", HB_CALL_CALLOC}, {"test-realloc", HB_CALL_REALLOC}, {"test-free", HB_CALL_FREE}};
    struct hb_prepared *prepared = prepare_all_kinds();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_alone = false;

        for (int time = 0; time < TIMES && !is_alone; time++) {
            struct hb_sample_result result = sample(prepared, cases[i].allocator);

            is_alone = is_slow_alone(&result, cases[i].kind);
            hb_sample_result_clear(&result);
        }
        if (!is_alone)
            fail_msg("%s: other calls are as slow", cases[i].allocator);
    }
    hb_prepared_free(prepared);
}

/* Either makes half of them slow. */
static void aligned_allocations_are_mallocs(void **state)
{
    static const char *const allocators[] = {"test-malloc", "test-aligned"};
    struct hb_prepared *prepared = prepare_all_kinds();

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hb_sample_result result = sample(prepared, allocators[i]);

        assert_int_equal(result.latency->kinds[HB_CALL_MALLOC].count, 2 * ROUNDS);
        assert_true(has_spun(percentile(&result, HB_CALL_MALLOC, 5001)));
        hb_sample_result_clear(&result);
    }
    hb_prepared_free(prepared);
}

static void every_call_is_counted_once(void **state)
{
    static const uint64_t counts[HB_CALL_KINDS] = {4 * ROUNDS, 2 * ROUNDS, ROUNDS, ROUNDS, 2 * ROUNDS, 10000};
    struct hb_prepared *prepared = prepare_all_kinds();
    struct hb_sample_result result = sample(prepared, "test-plain");

    (void)state;
    for (unsigned kind = 0; kind < HB_CALL_KINDS; kind++) {
        const struct hb_histogram *histogram = &result.latency->kinds[kind];
        uint64_t sum = 0;

        for (unsigned bin = 0; bin < HB_HISTOGRAM_BINS; bin++)
            sum += histogram->bins[bin];
        assert_int_equal(histogram->count, counts[kind]);
        assert_int_equal(sum, counts[kind]);
    }
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

/* Each in its place: 1 ms and 2 ms, longer than what else takes long, once in a few times. */
static void the_slowest_calls_are_named_with_what_was_live(void **state)
{
    struct hb_op ops[20];
    struct hb_prepared *prepared;
    bool is_named = false;

    (void)state;
    for (uint32_t i = 0; i < 20; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 16};
    ops[7].size = ODD_BYTES;
    ops[12].size = SLOW_BYTES;
    prepared = prepare(ops, 20);
    for (int i = 0; i < TIMES && !is_named; i++) {
        struct hb_sample_result result = sample(prepared, "test-sizes");
        const struct hb_slow_call *slowest = result.latency->slowest;

        assert_int_equal(result.latency->slowest_count, HB_SLOWEST);
        for (uint32_t at = 0; at < HB_SLOWEST; at++)
            assert_int_equal(slowest[at].live_bytes, slowest[at].op * 16 +
                                                         (slowest[at].op > 7 ? ODD_BYTES - 16 : 0) +
                                                         (slowest[at].op > 12 ? SLOW_BYTES - 16 : 0));
        for (uint32_t at = 1; at < HB_SLOWEST; at++)
            assert_true(slowest[at].ns <= slowest[at - 1].ns);
        assert_int_equal(slowest[0].ns, percentile(&result, HB_CALL_ALLOCATION, HB_HISTOGRAM_WHOLE));
        is_named = slowest[0].op == 12 && slowest[1].op == 7;
        hb_sample_result_clear(&result);
    }
    assert_true(is_named);
    hb_prepared_free(prepared);
}

/* Blocks one behind the other, and the tail. */
static void the_heap_is_looked_at_before_each_of_the_slowest_where_it_can_be(void **state)
{
    struct hb_prepared *prepared = prepare_mallocs(50);
    struct hb_sample_request request = {.prepared = prepared,
                                        .allocator = "simple",
                                        .mode = HB_SAMPLE_LATENCY,
                                        .inspects_slowest = true,
                                        .op_limit = 50};
    struct hb_sample_result result = {.latency = NULL};
    struct hb_error error = {0};

    (void)state;
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_int_equal(result.latency->slowest_count, HB_SLOWEST);
    for (uint32_t i = 0; i < HB_SLOWEST; i++)
        assert_int_equal(result.latency->slowest[i].ranges, result.latency->slowest[i].op + 1);
    hb_sample_result_clear(&result);
    request.allocator = "test-plain";
    assert_int_equal(hb_sample_run(&request, &result, &error), HB_OK);
    assert_int_equal(result.latency->slowest[0].ranges, 0);
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

/* -- by several threads -- */

/* Thread 1 makes the objects, of which each `slow_every`-th is slow, and thread 0 frees them: all of them in
 * the end, or each as it comes. */
static struct hb_prepared *prepare_handed_over(uint32_t count, uint32_t slow_every, bool one_by_one)
{
    struct hb_op *ops = calloc(2 * (size_t)count, sizeof *ops);
    struct hb_prepared *prepared;
    struct hb_workload *workload;

    for (uint32_t i = 0; i < count; i++) {
        ops[one_by_one ? 2 * i : i] = (struct hb_op){
            .kind = HB_OP_MALLOC, .object = i, .size = i % slow_every == 0 ? SLOW_BYTES : 16, .thread = 1};
        ops[one_by_one ? 2 * i + 1 : count + i] = (struct hb_op){.kind = HB_OP_FREE, .object = i};
    }
    workload = workload_of("handed over", ops, 2 * (uint64_t)count);
    workload->threads = 2;
    prepared = must_prepare(workload);
    random_ops_free(workload);
    free(ops);
    return prepared;
}

static void a_planted_tail_is_found_from_a_thread(void **state)
{
    struct hb_prepared *prepared = prepare_handed_over(10 * ONE_IN + 1, ONE_IN, false);

    (void)state;
    for (int how = HB_THREADING_FREE; how <= HB_THREADING_STRICT; how++) {
        bool is_below = true;

        for (int i = 0; i < TIMES && is_below; i++) {
            struct hb_sample_result result = sample_by(prepared, "test-threads", (enum hb_threading)how);

            assert_int_equal(result.threads.threads, 2);
            assert_int_equal(result.latency->kinds[HB_CALL_ALLOCATION].count, 10 * ONE_IN + 1);
            assert_int_equal(result.latency->kinds[HB_CALL_FREE].count, 10 * ONE_IN + 1);
            assert_true(has_spun(percentile(&result, HB_CALL_MALLOC, 9999)));
            assert_int_equal(result.latency->slowest_count, HB_SLOWEST);
            assert_true(has_spun(result.latency->slowest[HB_SLOWEST - 1].ns));
            is_below = percentile(&result, HB_CALL_ALLOCATION, 9990) >= SPIN_NS / 4 ||
                       percentile(&result, HB_CALL_FREE, 9990) >= SPIN_NS / 4;
            hb_sample_result_clear(&result);
        }
        assert_false(is_below);
    }
    hb_prepared_free(prepared);
}

/* Operations are by thread 0 and thread 1 in turn; the 13th takes 2 ms. */
static void the_slowest_call_of_all_threads_is_named(void **state)
{
    enum { OPS = 20, SLOW = 13 };
    struct hb_op ops[OPS];
    struct hb_workload *workload;
    struct hb_prepared *prepared;

    (void)state;
    for (uint32_t i = 0; i < OPS; i++)
        ops[i] = (struct hb_op){
            .kind = HB_OP_MALLOC, .object = i, .size = i == SLOW ? ODD_BYTES : 16, .thread = i % 2};
    workload = workload_of("in turn", ops, OPS);
    workload->threads = 2;
    prepared = must_prepare(workload);
    random_ops_free(workload);
    for (int how = HB_THREADING_FREE; how <= HB_THREADING_STRICT; how++) {
        bool is_named = false;

        for (int i = 0; i < TIMES && !is_named; i++) {
            struct hb_sample_result result = sample_by(prepared, "test-threads", (enum hb_threading)how);

            is_named = result.latency->slowest[0].op == SLOW;
            hb_sample_result_clear(&result);
        }
        assert_true(is_named);
    }
    hb_prepared_free(prepared);
}

/* Each free is waited for, a spin long. */
static void what_is_waited_for_a_hand_over_is_in_no_call(void **state)
{
    struct hb_prepared *prepared = prepare_handed_over(ROUNDS, 1, true);
    bool is_without = false;

    (void)state;
    for (int i = 0; i < TIMES && !is_without; i++) {
        struct hb_sample_result result = sample_by(prepared, "test-threads", HB_THREADING_FREE);

        assert_true(has_spun(percentile(&result, HB_CALL_MALLOC, 1)));
        is_without = percentile(&result, HB_CALL_FREE, 9000) < SPIN_NS / 4;
        hb_sample_result_clear(&result);
    }
    assert_true(is_without);
    hb_prepared_free(prepared);
}

/* In the strict order the heap is that of one thread; where threads run freely it is nobody's. */
static void the_heap_is_looked_at_where_the_order_is_the_recorded_one(void **state)
{
    struct hb_prepared *prepared = prepare_handed_over(25, 1, false);
    struct hb_sample_result result = sample_by(prepared, "simple", HB_THREADING_STRICT);

    (void)state;
    assert_true(result.threads.one_lock);
    assert_int_equal(result.latency->slowest_count, HB_SLOWEST);
    for (uint32_t i = 0; i < HB_SLOWEST; i++) {
        uint64_t op = result.latency->slowest[i].op;

        assert_int_equal(result.latency->slowest[i].live_bytes, SLOW_BYTES * (op < 25 ? op : 50 - op));
        if (op <= 25) /* frees leave ranges as they are: simple does not merge */
            assert_int_equal(result.latency->slowest[i].ranges, op + 1);
    }
    hb_sample_result_clear(&result);
    result = sample_by(prepared, "simple", HB_THREADING_FREE);
    assert_int_equal(result.latency->slowest[0].ranges, 0);
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

/* -- of times made by hand -- */

enum { MADE = 30, SERVED = 10, TICKS = 1000000 };

/* What is made of `ticks`, a call each, of mallocs of which a heap serves the first ten. Free it. */
static struct hb_latency *gather(const uint64_t *ticks)
{
    struct hb_prepared *prepared = prepare_mallocs(MADE);
    struct hb_call_times times;
    struct hb_latency *out = calloc(1, sizeof *out);
    const struct hb_allocator *simple = hb_allocator_find("simple");
    struct hb_replay *replay;
    void *heap = simple->create(simple, SERVED * (8 + 16), NULL);

    assert_true(heap != NULL && out != NULL);
    assert_int_equal(hb_replay_open(prepared, &replay, NULL), HB_OK);
    assert_int_equal(hb_call_times_open(&times, prepared, NULL), HB_OK);
    hb_replay_latency(replay, simple, heap, HB_TOUCH_NONE, 0, MADE, &times);
    assert_int_equal(replay->failures, MADE - SERVED);
    memcpy(times.ticks, ticks, MADE * sizeof *ticks);
    assert_int_equal(hb_latency_gather(replay, &times, out, NULL), HB_OK);
    hb_call_times_close(&times);
    hb_replay_close(replay);
    simple->destroy(heap);
    hb_prepared_free(prepared);
    return out;
}

/* A processor's counter may be behind that of the one before. What is NULL is not live. */
static void calls_are_ranked_by_time_and_then_by_place(void **state)
{
    static const uint64_t expected[HB_SLOWEST] = {25, 3, 12, 0, 1, 2, 4, 5, 6, 7};
    uint64_t ticks[MADE];
    struct hb_latency *found;

    (void)state;
    for (size_t i = 0; i < MADE; i++)
        ticks[i] = TICKS;
    ticks[25] = 4 * TICKS;
    ticks[3] = ticks[12] = 2 * TICKS;
    ticks[9] = UINT64_MAX - 10;
    found = gather(ticks);
    assert_int_equal(found->slowest_count, HB_SLOWEST);
    for (size_t i = 0; i < HB_SLOWEST; i++) {
        assert_int_equal(found->slowest[i].op, expected[i]);
        assert_int_equal(found->slowest[i].live_bytes, 16 * (expected[i] < SERVED ? expected[i] : SERVED));
    }
    assert_int_equal(found->kinds[HB_CALL_MALLOC].bins[0], 1);
    assert_int_equal(found->kinds[HB_CALL_MALLOC].max, found->slowest[0].ns);
    free(found);
}

static void an_empty_trace_has_no_calls(void **state)
{
    struct hb_prepared *prepared = prepare(NULL, 0);
    struct hb_sample_result result = sample(prepared, "test-plain");

    (void)state;
    assert_int_equal(result.latency->slowest_count, 0);
    assert_int_equal(result.latency->kinds[HB_CALL_ALLOCATION].count, 0);
    assert_int_equal(result.latency->kinds[HB_CALL_FREE].count, 0);
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("a planted tail, once in 10 000 calls, is found at p99.99 and nowhere below",
                a_planted_tail_is_found_at_four_nines_and_nowhere_below),
        hb_test("a slow kind of call is told from the others", a_slow_kind_is_told_from_the_others),
        hb_test("aligned allocations are mallocs", aligned_allocations_are_mallocs),
        hb_test("every call is counted once, among its kind", every_call_is_counted_once),
        hb_test("the slowest calls are named, with what was live before",
                the_slowest_calls_are_named_with_what_was_live),
        hb_test("the heap is looked at before each of the slowest, where it can be",
                the_heap_is_looked_at_before_each_of_the_slowest_where_it_can_be),
        hb_test("a planted tail is found from the thread that has it", a_planted_tail_is_found_from_a_thread),
        hb_test("the slowest call of all threads is named", the_slowest_call_of_all_threads_is_named),
        hb_test("what is waited for a hand-over is in no call", what_is_waited_for_a_hand_over_is_in_no_call),
        hb_test("of threads, the heap is looked at where the order is the recorded one",
                the_heap_is_looked_at_where_the_order_is_the_recorded_one),
        hb_test("calls are ranked by time and then by place, whatever the counter does",
                calls_are_ranked_by_time_and_then_by_place),
        hb_test("an empty trace has no calls", an_empty_trace_has_no_calls),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
