/*
 * measured_test.c - what a sample's process measures: which calls its clock and its memory window cover.
 *
 * The allocators here are made for this: each is slow in one call, touches a known number of pages, or writes
 * down what it was called with. They stand behind names of their own, which the linker's --wrap has
 * hb_allocator_open find, so that the sample's child opens them as it opens any other.
 *
 * A time is compared with a sleep alone, which is long: whether the clock covers a call, and not how fast it
 * is.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/adversary/adversary.h"
#include "bench/sample/child.h"
#include "bench/sample/sample.h"
#include "tests/bench/replay/random_ops.h"

enum {
    PAGE = 4096,
    BLOCK_PAGES = 256,
    BLOCKS = 8,
    MIB = 1 << 20,
    SLEEP_MS = 400,
    SLEEP_NS = SLEEP_MS * 1000000
};

/* -- one heap for all of them: blocks one after another, never used again -- */

/* What it was called with, in the order of the calls. */
struct log {
    char text[512];
    size_t used;
};

struct heap {
    char *memory;
    size_t used;
    size_t heap_bytes;
    uint64_t calls[5]; /* alloc, zalloc, resize, aligned, dealloc */
    struct log log;
};

enum { HEAP_BYTES = 64 * MIB };
enum call { ALLOC, ZALLOC, RESIZE, ALIGNED, DEALLOC };

static void rest(void)
{
    const struct timespec time = {.tv_nsec = SLEEP_NS};

    nanosleep(&time, NULL);
}

static void note(struct heap *heap, enum call call, size_t first, size_t second)
{
    static const char letters[] = "mcrpf";
    struct log *log = &heap->log;
    int printed = snprintf(log->text + log->used, sizeof log->text - log->used, "%c%zu,%zu ", letters[call],
                           first, second);

    heap->calls[call]++;
    if (log->used + (size_t)printed < sizeof log->text)
        log->used += (size_t)printed;
}

static void *make(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct heap *heap = mmap(NULL, sizeof *heap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *memory = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)self;
    if (heap == MAP_FAILED || memory == MAP_FAILED) {
        hb_error_set(error, HB_ERR_MEMORY, "no memory for a test");
        return NULL;
    }
    madvise(memory, HEAP_BYTES, MADV_NOHUGEPAGE); /* pages are counted */
    *heap = (struct heap){.memory = memory, .heap_bytes = heap_bytes};
    return heap;
}

static void unmake(void *heap)
{
    if (heap == NULL)
        return;
    munmap(((struct heap *)heap)->memory, HEAP_BYTES);
    munmap(heap, sizeof(struct heap));
}

/* At the next multiple of 16; an offset of it is what a log shows for a pointer. */
static void *take(struct heap *heap, size_t size)
{
    char *block = heap->memory + heap->used;

    if (size > HEAP_BYTES - heap->used - 16)
        return NULL;
    heap->used += (size + 15) / 16 * 16;
    return block;
}

static size_t place_of(const struct heap *heap, const void *block)
{
    return block == NULL ? 0 : (size_t)((const char *)block - heap->memory);
}

static void *plain_alloc(void *heap, size_t size)
{
    note(heap, ALLOC, size, 0);
    return take(heap, size);
}

static void *plain_zalloc(void *heap, size_t size)
{
    note(heap, ZALLOC, size, 0);
    return take(heap, size);
}

static void *plain_resize(void *heap, void *block, size_t size)
{
    char *moved;

    note(heap, RESIZE, place_of(heap, block), size);
    moved = size == 0 ? NULL : take(heap, size);
    if (moved != NULL && block != NULL)
        memmove(moved, block, size); /* may copy too much: it is all our own */
    return moved;
}

static void *plain_aligned(void *heap, size_t alignment, size_t size)
{
    struct heap *h = heap;

    note(heap, ALIGNED, alignment, size);
    h->used = (h->used + alignment - 1) / alignment * alignment;
    return take(heap, size);
}

static void plain_dealloc(void *heap, void *block)
{
    note(heap, DEALLOC, place_of(heap, block), 0);
}

/* How often it was called, and how it was made, where a parent can see it. */
static void plain_inspect(const void *heap, struct hb_heap_state *state)
{
    const struct heap *h = heap;

    *state = (struct hb_heap_state){.ranges = h->calls[ALLOC],
                                    .free_ranges = h->calls[ZALLOC],
                                    .free_bytes = h->calls[RESIZE],
                                    .largest_free_bytes = h->calls[ALIGNED],
                                    .largest_run_bytes = h->calls[DEALLOC],
                                    .allocated_range_bytes = h->heap_bytes};
}

/* -- slow ones -- */

static void *slow_make(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    rest();
    return make(self, heap_bytes, error);
}

static void slow_unmake(void *heap)
{
    rest();
    unmake(heap);
}

static void slow_inspect(const void *heap, struct hb_heap_state *state)
{
    rest();
    plain_inspect(heap, state);
}

/* At the allocations that ask for this much: one sleeps, the other works for as long. */
enum { SLOW_BYTES = 77, BUSY_BYTES = 78 };

static void work(void)
{
    uint64_t begun_ns = hb_clock_cpu_ns();

    while (hb_clock_cpu_ns() - begun_ns < SLEEP_NS)
        continue;
}

static void *slow_alloc(void *heap, size_t size)
{
    if (size == SLOW_BYTES)
        rest();
    if (size == BUSY_BYTES)
        work();
    return plain_alloc(heap, size);
}

/* -- one that touches: every page of a block as it is handed out, and gives a freed block's back -- */

static void *paged_alloc(void *heap, size_t size)
{
    struct heap *h = heap;
    char *block;

    if (size >= PAGE)
        h->used = (h->used + PAGE - 1) / PAGE * PAGE;
    block = take(heap, size);
    for (size_t at = 0; block != NULL && at + PAGE <= size; at += PAGE)
        ((volatile char *)block)[at] = 1;
    return block;
}

/* Only large blocks are freed here. */
static void paged_dealloc(void *heap, void *block)
{
    (void)heap;
    if (block != NULL)
        madvise(block, BLOCK_PAGES * PAGE, MADV_DONTNEED);
}

static const struct hb_allocator plain = {.name = "test-plain",
                                          .create = make,
                                          .destroy = unmake,
                                          .alloc = plain_alloc,
                                          .zalloc = plain_zalloc,
                                          .resize = plain_resize,
                                          .aligned = plain_aligned,
                                          .dealloc = plain_dealloc,
                                          .inspect = plain_inspect,
                                          .caps = HB_CAP_BOUNDED};
static const struct hb_allocator slow_ends = {.name = "test-slow-ends",
                                              .create = slow_make,
                                              .destroy = slow_unmake,
                                              .alloc = plain_alloc,
                                              .zalloc = plain_zalloc,
                                              .resize = plain_resize,
                                              .aligned = plain_aligned,
                                              .dealloc = plain_dealloc,
                                              .inspect = slow_inspect,
                                              .caps = HB_CAP_BOUNDED};
static const struct hb_allocator slow = {.name = "test-slow",
                                         .create = make,
                                         .destroy = unmake,
                                         .alloc = slow_alloc,
                                         .zalloc = plain_zalloc,
                                         .resize = plain_resize,
                                         .aligned = plain_aligned,
                                         .dealloc = plain_dealloc};
static const struct hb_allocator paged = {.name = "test-paged",
                                          .create = make,
                                          .destroy = unmake,
                                          .alloc = paged_alloc,
                                          .zalloc = paged_alloc,
                                          .resize = plain_resize,
                                          .aligned = plain_aligned,
                                          .dealloc = paged_dealloc};

enum hb_status __real_hb_allocator_open(const char *, const struct hb_allocator **, struct hb_library_info *,
                                        struct hb_error *);
enum hb_status __wrap_hb_allocator_open(const char *, const struct hb_allocator **, struct hb_library_info *,
                                        struct hb_error *);

enum hb_status __wrap_hb_allocator_open(const char *name, const struct hb_allocator **out,
                                        struct hb_library_info *info, struct hb_error *error)
{
    static const struct hb_allocator *const ours[] = {&plain, &slow_ends, &slow, &paged};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcmp(name, ours[i]->name) == 0) {
            *out = ours[i];
            return HB_OK;
        }
    return __real_hb_allocator_open(name, out, info, error);
}

/* -- how they are sampled -- */

static struct hb_prepared *prepare(const struct hb_op *ops, uint64_t count)
{
    struct hb_workload *workload = workload_of("made", ops, count);
    struct hb_prepared *prepared = NULL;
    struct hb_error error = {0};

    if (hb_prepare(workload, &prepared, &error) != HB_OK)
        fail_msg("%s", error.text);
    random_ops_free(workload);
    return prepared;
}

static struct hb_sample_result sample(struct hb_sample_request request)
{
    struct hb_sample_result result;
    struct hb_error error = {0};

    if (hb_sample_run(&request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    if (result.outcome != HB_SAMPLE_OK)
        fail_msg("%s: %s", request.allocator, result.error.text);
    return result;
}

/* Six operations, of which the first or the last allocates SLOW_BYTES. */
static struct hb_prepared *prepare_slow(bool last)
{
    struct hb_op ops[6];

    for (uint32_t i = 0; i < 6; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 16};
    ops[last ? 5 : 0].size = SLOW_BYTES;
    return prepare(ops, 6);
}

/* Is every window but `slow_window` shorter than the sleep? */
static bool is_quick(const struct hb_sample_result *result, uint32_t slow_window)
{
    for (uint32_t i = 0; i < result->point_count; i++)
        if (i != slow_window && result->points[i].elapsed_ns >= SLEEP_NS)
            return false;
    return result->point_count > 0 || result->elapsed_ns < SLEEP_NS;
}

/*
 * Fails unless what may not be slow is quicker than the sleep, once in a few times: on a machine with much to
 * do any operation may take long, but what the clock covers it covers always.
 */
static struct hb_sample_result sample_quickly(struct hb_sample_request request, uint32_t slow_window)
{
    enum { TIMES = 6 };

    for (int i = 0; i < TIMES; i++) {
        struct hb_sample_result result = sample(request);

        if (is_quick(&result, slow_window))
            return result;
        hb_sample_result_clear(&result);
    }
    fail_msg("%s: the clock covers a sleep that it should not", request.allocator);
    abort();
}

enum { NO_WINDOW = 1000 };

static void the_clock_covers_neither_making_a_heap_nor_ending_it(void **state)
{
    struct hb_prepared *prepared = prepare_slow(false);
    struct hb_sample_request request = {.prepared = prepared, .allocator = "test-slow-ends", .points = 2};
    struct hb_sample_result result;

    (void)state;
    request.mode = HB_SAMPLE_TIME;
    result = sample_quickly(request, NO_WINDOW);
    assert_true(result.elapsed_ns > 0);
    request.mode = HB_SAMPLE_SERIES;
    result = sample_quickly(request, NO_WINDOW);
    assert_int_equal(result.point_count, 2);
    assert_int_equal(result.elapsed_ns, result.points[0].elapsed_ns + result.points[1].elapsed_ns);
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

static void the_clock_covers_the_first_operation_and_the_last(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        uint32_t slow_window = last ? 5 : 0;
        struct hb_prepared *prepared = prepare_slow(last);
        struct hb_sample_request request = {.prepared = prepared, .allocator = "test-slow", .points = 6};
        struct hb_sample_result result;

        request.mode = HB_SAMPLE_TIME;
        result = sample(request);
        assert_true(result.elapsed_ns >= SLEEP_NS / 2);
        request.mode = HB_SAMPLE_SERIES;
        result = sample_quickly(request, slow_window);
        assert_int_equal(result.point_count, 6);
        assert_true(result.points[slow_window].elapsed_ns >= SLEEP_NS / 2);
        hb_sample_result_clear(&result);
        hb_prepared_free(prepared);
    }
}

/* What is slow behind the limit is not done, and what was counted to find the limit is not timed. */
static void operations_behind_a_limit_are_not_timed(void **state)
{
    struct hb_prepared *prepared = prepare_slow(true);
    struct hb_sample_request request = {
        .prepared = prepared, .allocator = "test-slow", .mode = HB_SAMPLE_TIME, .op_limit = 5};
    struct hb_sample_result result = sample_quickly(request, NO_WINDOW);

    (void)state;
    assert_int_equal(result.counts.ops, 5);
    hb_prepared_free(prepared);
}

/* Two windows: in one it sleeps, in the other it works. */
static void processor_time_is_of_work_and_not_of_sleep(void **state)
{
    const struct hb_op ops[2] = {{.kind = HB_OP_MALLOC, .object = 0, .size = SLOW_BYTES},
                                 {.kind = HB_OP_MALLOC, .object = 1, .size = BUSY_BYTES}};
    struct hb_prepared *prepared = prepare(ops, 2);
    static const enum hb_sample_mode modes[] = {HB_SAMPLE_TIME, HB_SAMPLE_SERIES};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hb_sample_result result = sample((struct hb_sample_request){
            .prepared = prepared, .allocator = "test-slow", .mode = modes[i], .points = 2});

        assert_true(result.cpu_ns >= SLEEP_NS && result.cpu_ns < SLEEP_NS + SLEEP_NS / 2);
        assert_true(result.elapsed_ns >= result.cpu_ns + SLEEP_NS / 2);
        hb_sample_result_clear(&result);
    }
    hb_prepared_free(prepared);
}

/* -- calls -- */

static const struct hb_op called_ops[] = {
    {.kind = HB_OP_MALLOC, .object = 0, .size = 100},
    {.kind = HB_OP_CALLOC, .object = 1, .size = 48},
    {.kind = HB_OP_CALLOC, .object = 2, .size = 32},
    {.kind = HB_OP_FREE, .object = 1},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 160},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 16},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 24},
    {.kind = HB_OP_FREE, .object = 2},
    {.kind = HB_OP_MALLOC, .object = 3, .size = 8},
    {.kind = HB_OP_FREE, .object = 0},
    {.kind = HB_OP_FREE, .object = 3},
    {.kind = HB_OP_ALIGNED, .object = 4, .size = 40, .align_log2 = 10},
};

enum { CALLED_OPS = sizeof called_ops / sizeof called_ops[0] };

/* The frees and the reallocs name where the block lies: 112 bytes for the first, 48 and 32 behind it ... */
static const char called_log[] = "m100,0 c48,0 c32,0 f112,0 r0,160 r192,16 r352,24 f160,0 m8,0 f368,0 f400,0 "
                                 "p1024,40 ";

static void each_operation_is_the_call_of_its_kind(void **state)
{
    struct hb_prepared *prepared = prepare(called_ops, CALLED_OPS);
    struct heap *timed = make(&plain, 0, NULL), *counted = make(&plain, 0, NULL);
    struct heap *alone = make(&plain, 0, NULL);
    struct hb_call_times times;
    struct hb_count_options options = {.step_limit = 0};
    struct hb_counts counts = {.heap_bytes = 0};
    struct hb_replay *replay = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_replay_open(prepared, &replay, &error), HB_OK);
    hb_replay_time(replay, &plain, timed, HB_TOUCH_PAGE, 0, CALLED_OPS);
    assert_string_equal(timed->log.text, called_log);
    assert_int_equal(hb_replay_count(prepared, &plain, counted, &options, &counts, NULL, &error), HB_OK);
    assert_string_equal(counted->log.text, called_log);
    hb_replay_close(replay);
    assert_int_equal(hb_replay_open(prepared, &replay, &error), HB_OK);
    assert_int_equal(hb_call_times_open(&times, prepared, &error), HB_OK);
    hb_replay_latency(replay, &plain, alone, HB_TOUCH_PAGE, 0, CALLED_OPS, &times);
    assert_string_equal(alone->log.text, called_log);
    hb_call_times_close(&times);
    hb_replay_close(replay);
    unmake(timed);
    unmake(counted);
    unmake(alone);
    hb_prepared_free(prepared);
}

/* A check frees in the end what is still held, and is otherwise the same replay. */
static void a_check_makes_the_same_calls(void **state)
{
    struct hb_prepared *prepared = prepare(called_ops, CALLED_OPS);
    struct heap *heap = make(&plain, 0, NULL);
    struct hb_check_plan plan = {
        .prepared = prepared, .allocator = &plain, .heap = heap, .ops = CALLED_OPS, .output = -1};
    struct hb_check_result result = {.op = 0};
    struct hb_counts counts;
    struct hb_error error;

    (void)state;
    if (hb_check_run(&plan, &result, &counts, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_memory_equal(heap->log.text, called_log, sizeof called_log - 1);
    unmake(heap);
    hb_prepared_free(prepared);
}

static void a_sample_makes_each_call_once_in_one_heap_of_the_size_asked_for(void **state)
{
    struct hb_prepared *prepared = prepare(called_ops, CALLED_OPS);
    struct hb_sample_request request = {
        .prepared = prepared, .allocator = "test-plain", .heap_bytes = MIB, .points = 1};
    static const enum hb_sample_mode modes[] = {HB_SAMPLE_SERIES, HB_SAMPLE_COUNT};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hb_sample_result result;

        request.mode = modes[i];
        result = sample(request);
        assert_int_equal(result.point_count, 1);
        assert_int_equal(result.points[0].state.ranges, 2);
        assert_int_equal(result.points[0].state.free_ranges, 2);
        assert_int_equal(result.points[0].state.free_bytes, 3);
        assert_int_equal(result.points[0].state.largest_free_bytes, 1);
        assert_int_equal(result.points[0].state.largest_run_bytes, 4);
        assert_int_equal(result.points[0].state.allocated_range_bytes, MIB);
        hb_sample_result_clear(&result);
    }
    hb_prepared_free(prepared);
}

/* -- memory -- */

/*
 * BLOCKS blocks of BLOCK_PAGES pages, then a free of each but the first two, and small blocks before and
 * behind, of which the allocator touches nothing: as many as make the harness's own tables large.
 */
enum { SMALL = 100000, PAGED_OPS = 2 * SMALL + 2 * BLOCKS - 2 };

static struct hb_prepared *prepare_paged(void)
{
    struct hb_op *ops = calloc(PAGED_OPS, sizeof *ops), *op = ops;
    struct hb_prepared *prepared;
    uint32_t object = 0;

    for (uint32_t i = 0; i < SMALL; i++)
        *op++ = (struct hb_op){.kind = HB_OP_MALLOC, .object = object++, .size = 16};
    for (uint32_t i = 0; i < BLOCKS; i++)
        *op++ = (struct hb_op){
            .kind = i % 2 ? HB_OP_CALLOC : HB_OP_MALLOC, .object = object++, .size = BLOCK_PAGES * PAGE};
    for (uint32_t i = 2; i < BLOCKS; i++)
        *op++ = (struct hb_op){.kind = HB_OP_FREE, .object = SMALL + i};
    for (uint32_t i = 0; i < SMALL; i++)
        *op++ = (struct hb_op){.kind = HB_OP_MALLOC, .object = object++, .size = 16};
    prepared = prepare(ops, PAGED_OPS);
    free(ops);
    return prepared;
}

/*
 * Pages of the heap's own struct, of a stack that grew; a kernel before 6.2 counts its last 64 late. The mark
 * of a later one may lack 32 pages of each kind (anonymous, of a file) for each processor that ran the
 * thread.
 */
enum { STRAY_PAGES = 64, STRAY_MARK_PAGES = 192 };

static void assert_about(uint64_t bytes, uint64_t pages, uint64_t stray)
{
    assert_int_equal(bytes % PAGE, 0);
    if (HB_SANITIZED) /* whose shadow memory is memory too */
        return;
    if (bytes / PAGE + stray < pages || bytes / PAGE > pages + stray)
        fail_msg("%llu pages and not %llu", (unsigned long long)bytes / PAGE, (unsigned long long)pages);
}

static void assert_pages(uint64_t bytes, uint64_t pages)
{
    assert_about(bytes, pages, STRAY_PAGES);
}

static void the_peak_is_what_the_heap_touched_and_nothing_of_the_harness(void **state)
{
    struct hb_prepared *prepared = prepare_paged();
    struct hb_sample_request request = {
        .prepared = prepared, .allocator = "test-paged", .mode = HB_SAMPLE_TIME, .touch = HB_TOUCH_NONE};
    struct hb_sample_result result = sample(request);

    (void)state;
    assert_about(result.peak_resident_bytes, BLOCKS * BLOCK_PAGES,
                 STRAY_MARK_PAGES); /* most of which was given back since */
    assert_pages(result.end_resident_bytes, 2 * BLOCK_PAGES);
    assert_pages(result.page_faults * PAGE, BLOCKS * BLOCK_PAGES);
    request.allocator = "null";
    result = sample(request);
    assert_pages(result.peak_resident_bytes, 0);
    assert_pages(result.page_faults * PAGE, 0);
    hb_prepared_free(prepared);
}

/* A peak that lasts to the end is read in another way than one that has passed. */
static void a_peak_that_lasts_is_the_same(void **state)
{
    struct hb_prepared *prepared = prepare_paged();
    struct hb_sample_request request = {.prepared = prepared,
                                        .allocator = "test-paged",
                                        .mode = HB_SAMPLE_TIME,
                                        .touch = HB_TOUCH_NONE,
                                        .op_limit = SMALL + BLOCKS};
    struct hb_sample_result result = sample(request);

    (void)state;
    assert_about(result.peak_resident_bytes, BLOCKS * BLOCK_PAGES, STRAY_MARK_PAGES);
    assert_pages(result.end_resident_bytes, BLOCKS * BLOCK_PAGES);
    hb_prepared_free(prepared);
}

/* Windows of one operation would be too many: the first allocates nothing, nor does the last. */
static void a_window_has_what_is_resident_at_its_end(void **state)
{
    struct hb_op ops[2 * BLOCKS + 2];
    struct hb_prepared *prepared;
    struct hb_sample_result result;
    uint64_t pages = 0;
    const uint32_t count = 2 * BLOCKS + 2;

    (void)state;
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 16};
    for (uint32_t i = 1; i <= BLOCKS; i++)
        ops[i].size = BLOCK_PAGES * PAGE;
    for (uint32_t i = BLOCKS + 1; i < count; i += 2)
        ops[i] = (struct hb_op){.kind = HB_OP_FREE, .object = (i - BLOCKS + 1) / 2};
    for (uint32_t i = BLOCKS + 2, born = BLOCKS + 1; i < count; i += 2)
        ops[i].object = born++;
    prepared = prepare(ops, count);
    result = sample((struct hb_sample_request){.prepared = prepared,
                                               .allocator = "test-paged",
                                               .mode = HB_SAMPLE_SERIES,
                                               .touch = HB_TOUCH_NONE,
                                               .points = count});
    assert_int_equal(result.point_count, count);
    for (uint32_t i = 0; i < count; i++) {
        if (ops[i].kind == HB_OP_FREE)
            pages -= BLOCK_PAGES;
        else if (ops[i].size > PAGE)
            pages += BLOCK_PAGES;
        assert_pages(result.points[i].resident_bytes, pages);
    }
    assert_about(result.peak_resident_bytes, BLOCKS * BLOCK_PAGES, STRAY_MARK_PAGES);
    hb_sample_result_clear(&result);
    hb_prepared_free(prepared);
}

/* In the process of the one before it, so to speak: a peak is not the most of all samples. */
static void samples_do_not_see_each_other(void **state)
{
    struct hb_prepared *large = prepare_paged(), *small = prepare_slow(false);
    struct hb_sample_request request = {
        .prepared = large, .allocator = "test-paged", .mode = HB_SAMPLE_TIME, .touch = HB_TOUCH_NONE};
    struct hb_sample_result result = sample(request);

    (void)state;
    request.prepared = small;
    result = sample(request);
    assert_pages(result.peak_resident_bytes, 0);
    hb_prepared_free(large);
    hb_prepared_free(small);
}

/*
 * Of an allocator that cannot be inspected an adversary takes the resident memory after each phase. Blocks of
 * one unit fill M first; then, for each size in turn, half of what is live is freed, and none of it used
 * again by this allocator: M / 2 more, all touched.
 */
static void an_adversary_measures_what_is_resident_after_each_phase(void **state)
{
    enum { UNITS = 1 << 17, UNIT = 32, PHASES = 4 };
    struct hb_adversary_plan plan = {.name = "robson",
                                     .allocator = "test-slow",
                                     .live = UNITS,
                                     .ratio = 1 << (PHASES - 1),
                                     .header = HB_ADVERSARY_ASK};
    struct hb_adversary_result result;
    struct hb_error error = {0};

    (void)state;
    assert_int_equal(hb_adversary_check(&plan, &error), HB_OK);
    if (hb_adversary_run(&plan, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(result.outcome, HB_ADVERSARY_OK);
    assert_int_equal(result.phase_count, PHASES);
    assert_false(result.inspected);
    for (uint64_t i = 0; i < PHASES; i++)
        assert_pages(result.phases[i].measured_bytes, (UNITS * UNIT + i * (UNITS / 2 * UNIT)) / PAGE);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("the clock covers neither making a heap, nor looking at it, nor ending it",
                the_clock_covers_neither_making_a_heap_nor_ending_it),
        hb_test("the clock covers the first operation and the last, each in its own window",
                the_clock_covers_the_first_operation_and_the_last),
        hb_test("operations behind a limit are not timed", operations_behind_a_limit_are_not_timed),
        hb_test("processor time is of work and not of sleep", processor_time_is_of_work_and_not_of_sleep),
        hb_test("each operation is the call of its kind, timed, counted, and each timed alone",
                each_operation_is_the_call_of_its_kind),
        hb_test("a check makes the same calls", a_check_makes_the_same_calls),
        hb_test("a sample makes each call once, in one heap of the size asked for",
                a_sample_makes_each_call_once_in_one_heap_of_the_size_asked_for),
        hb_test("the peak and the faults are what the heap touched, and nothing of the harness",
                the_peak_is_what_the_heap_touched_and_nothing_of_the_harness),
        hb_test("a peak that lasts to the end is the same", a_peak_that_lasts_is_the_same),
        hb_test("a window has what is resident at its end, one that allocates nothing too",
                a_window_has_what_is_resident_at_its_end),
        hb_test("samples do not see each other's memory", samples_do_not_see_each_other),
        hb_test("an adversary measures what is resident after each phase",
                an_adversary_measures_what_is_resident_after_each_phase),
    };

    hb_child_main(argc, argv, &hb_adversary_job);
    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
