/*
 * contract_test.c - every allocator built in, and every library on this machine, keeps the contract.
 *
 * The same tests run on each. Blocks are filled with a pattern of their own from end to end and read back
 * before they are given up, so that two that overlap, or one that is lost in a resize, cannot go unnoticed.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/allocator.h"
#include "base/pages.h"
#include "base/random.h"
#include "test_scale.h"

#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#define THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#define THREAD_SANITIZER 0
#endif

enum {
    SLOTS = 1000,
    OPS = HB_TEST_SCALE(200000, 8000),
    BOUNDED_BYTES = HB_TEST_SCALE(1 << 16, 1 << 13),
    BLOCKS_MAX = 1 << 16,
    THREADS = 3,
    THREAD_BLOCKS = 2000,
};

struct block {
    unsigned char *start;
    size_t size;
    unsigned char mark;
};

static struct block blocks[SLOTS];
static size_t misaligned; /* blocks in the random test that are not aligned as they were asked for */

static const struct hb_allocator *allocator_of(void **state)
{
    return *state;
}

static void *open_heap(const struct hb_allocator *allocator, size_t heap_bytes)
{
    struct hb_error error = {.text = ""};
    void *heap = allocator->create(allocator, heap_bytes, &error);

    if (heap == NULL)
        fail_msg("%s: %s", allocator->name, error.text);
    return heap;
}

static bool skipped_as_untouchable(const struct hb_allocator *allocator)
{
    if ((allocator->caps & HB_CAP_UNTOUCHABLE) == 0)
        return false;
    print_message("%s: skipped, its blocks are not memory\n", allocator->name);
    return true;
}

static unsigned char pattern(const struct block *block, size_t i)
{
    return (unsigned char)(block->mark + i * 7);
}

static void fill(const struct block *block)
{
    for (size_t i = 0; i < block->size; i++)
        block->start[i] = pattern(block, i);
}

static void check(const struct block *block, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (block->start[i] != pattern(block, i))
            fail_msg("byte %zu of a block of %zu was changed", i, block->size);
}

static int compare_blocks(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

static void check_apart(const struct block *live, size_t count)
{
    static struct block sorted[SLOTS];

    memcpy(sorted, live, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], compare_blocks);
    for (size_t i = 1; i < count; i++)
        if (sorted[i].start != NULL && sorted[i - 1].start != NULL)
            assert_true(sorted[i - 1].start + sorted[i - 1].size <= sorted[i].start);
}

/* Mostly small, now and then up to 256 KiB: all the size classes, and what goes to mmap. */
static size_t random_size(struct hb_random *random)
{
    if (hb_random_below(random, 200) == 0)
        return 1 + hb_random_below(random, 256 * 1024);
    return 1 + hb_random_below(random, (uint64_t)8 << hb_random_below(random, 9));
}

static unsigned char *take(const struct hb_allocator *allocator, void *heap, struct hb_random *random,
                           size_t size)
{
    size_t alignment = (size_t)1 << hb_random_below(random, 13);
    unsigned char *start;

    switch (hb_random_below(random, 8)) {
    case 0:
        start = allocator->zalloc(heap, size);
        for (size_t i = 0; start != NULL && i < size; i++)
            assert_int_equal(start[i], 0);
        return start;
    case 1:
        start = allocator->aligned(heap, alignment, size);
        misaligned += (allocator->caps & HB_CAP_UNALIGNED) == 0 && (uintptr_t)start % alignment != 0;
        return start;
    case 2:
        return allocator->resize(heap, NULL, size);
    default:
        return allocator->alloc(heap, size);
    }
}

static void birth(const struct hb_allocator *allocator, void *heap, struct hb_random *random,
                  struct block *block)
{
    block->size = random_size(random);
    block->mark = (unsigned char)hb_random_next(random);
    block->start = take(allocator, heap, random, block->size);
    if (block->start == NULL)
        fail_msg("%zu bytes were not served", block->size);
    if (allocator->usable_size != NULL)
        assert_true(allocator->usable_size(heap, block->start) >= block->size);
    fill(block);
}

static void death(const struct hb_allocator *allocator, void *heap, struct block *block)
{
    check(block, block->size);
    allocator->dealloc(heap, block->start);
    block->start = NULL;
}

static void change(const struct hb_allocator *allocator, void *heap, struct hb_random *random,
                   struct block *block)
{
    size_t size = random_size(random);
    size_t kept = size < block->size ? size : block->size;

    check(block, block->size);
    block->start = allocator->resize(heap, block->start, size);
    assert_non_null(block->start);
    check(block, kept);
    block->size = size;
    fill(block);
}

/*
 * An allocator of ours has none. A library may: mimalloc 2.0.9, now and then, for sizes that are a power of
 * two (a program that runs on it alone sees the same). That is for its authors to mend and for this test to
 * tell.
 */
static void judge_alignment(const struct hb_allocator *allocator)
{
    if (misaligned > 0)
        print_message("%s: %zu blocks are not aligned as they were asked for\n", allocator->name, misaligned);
    if (allocator->state == NULL)
        assert_int_equal(misaligned, 0);
}

static void blocks_stay_apart_and_keep_their_contents(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    struct hb_random random;
    void *heap;

    if (skipped_as_untouchable(allocator))
        return;
    heap = open_heap(allocator, 0);
    hb_random_seed(&random, 1);
    memset(blocks, 0, sizeof blocks);
    misaligned = 0;
    for (int op = 0; op < OPS; op++) {
        struct block *block = &blocks[hb_random_below(&random, SLOTS)];

        if (block->start == NULL)
            birth(allocator, heap, &random, block);
        else if (hb_random_below(&random, 4) == 0)
            change(allocator, heap, &random, block);
        else
            death(allocator, heap, block);
        if (op % 10000 == 0)
            check_apart(blocks, SLOTS);
    }
    for (int i = 0; i < SLOTS; i++)
        if (blocks[i].start != NULL)
            death(allocator, heap, &blocks[i]);
    judge_alignment(allocator);
    allocator->destroy(heap);
}

static void zeroed_memory_is_zero_where_others_wrote_before(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap;

    if (skipped_as_untouchable(allocator))
        return;
    heap = open_heap(allocator, 0);
    for (size_t size = 1; size <= 40000; size += 1 + size / 3) {
        unsigned char *block;

        for (int round = 0; round < 3; round++) {
            block = allocator->alloc(heap, size);
            assert_non_null(block);
            memset(block, 0xee, size);
            allocator->dealloc(heap, block);
        }
        block = allocator->zalloc(heap, size);
        assert_non_null(block);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(block[i], 0);
        allocator->dealloc(heap, block);
    }
    allocator->destroy(heap);
}

static void every_power_of_two_up_to_64_kib_is_an_alignment(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap;

    if ((allocator->caps & HB_CAP_UNALIGNED) != 0) {
        print_message("%s: skipped, it promises no alignment\n", allocator->name);
        return;
    }
    heap = open_heap(allocator, 0);
    for (size_t alignment = 1; alignment <= 65536; alignment *= 2) {
        for (size_t size = 1; size < 3 * alignment && size < 100000; size += 1 + alignment / 3) {
            void *block = allocator->aligned(heap, alignment, size);

            assert_non_null(block);
            assert_int_equal((uintptr_t)block % alignment, 0);
            allocator->dealloc(heap, block);
        }
    }
    allocator->destroy(heap);
}

static void the_edges_of_the_interface_hold(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap = open_heap(allocator, 0);
    void *block;

    allocator->dealloc(heap, NULL);
    allocator->dealloc(heap, allocator->alloc(heap, 0));
    allocator->dealloc(heap, allocator->zalloc(heap, 0));
    block = allocator->resize(heap, NULL, 24);
    assert_non_null(block);
    block = allocator->resize(heap, block, 0);
    allocator->dealloc(heap, block);
    allocator->destroy(heap);
    allocator->destroy(NULL);
}

static void sizes_beyond_any_memory_get_null_and_leave_the_block(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    struct block block = {.size = 100, .mark = 9};
    void *heap;

    if (skipped_as_untouchable(allocator))
        return;
    if ((allocator->caps & HB_CAP_PROCESS) != 0 && HB_SANITIZED) {
        print_message("%s: skipped, sanitizers end a process that asks for too much\n", allocator->name);
        return;
    }
    heap = open_heap(allocator, 0);
    block.start = allocator->alloc(heap, block.size);
    assert_non_null(block.start);
    fill(&block);
    for (size_t less = 0; less < 3; less++) {
        assert_null(allocator->alloc(heap, SIZE_MAX - less));
        assert_null(allocator->alloc(heap, SIZE_MAX / 2 + less));
        assert_null(allocator->resize(heap, block.start, SIZE_MAX - less));
        assert_null(allocator->aligned(heap, 64, SIZE_MAX - less));
    }
    death(allocator, heap, &block);
    allocator->destroy(heap);
}

/* Fills the heap with blocks of `size` and returns how many it held. */
static size_t exhaust(const struct hb_allocator *allocator, void *heap, size_t size, unsigned char **held)
{
    bool is_memory = (allocator->caps & HB_CAP_UNTOUCHABLE) == 0;
    size_t count = 0;

    while (count < BLOCKS_MAX && (held[count] = allocator->alloc(heap, size)) != NULL) {
        if (is_memory)
            memset(held[count], (int)(count & 0xff), size);
        count++;
    }
    for (size_t i = 0; is_memory && i < count; i++)
        for (size_t at = 0; at < size; at++)
            assert_int_equal(held[i][at], i & 0xff);
    return count;
}

static void a_bounded_heap_ends_where_it_was_told_and_a_fresh_one_serves_as_much(void **state)
{
    static unsigned char *held[BLOCKS_MAX];
    const struct hb_allocator *allocator = allocator_of(state);
    size_t counts[2];

    if ((allocator->caps & HB_CAP_BOUNDED) == 0) {
        print_message("%s: skipped, its heap has no bound of its own\n", allocator->name);
        return;
    }
    for (size_t size = 1; size < BOUNDED_BYTES; size = size * 5 + 11) {
        for (int round = 0; round < 2; round++) {
            void *heap = open_heap(allocator, BOUNDED_BYTES);

            counts[round] = exhaust(allocator, heap, size, held);
            assert_in_range(counts[round] * size, 1, BOUNDED_BYTES);
            assert_null(allocator->alloc(heap, BOUNDED_BYTES));
            allocator->destroy(heap);
        }
        assert_int_equal(counts[0], counts[1]);
    }
}

/* What an inspectable allocator has been given back, it serves again. */
static void an_exhausted_heap_serves_again_what_was_freed(void **state)
{
    static unsigned char *held[BLOCKS_MAX];
    const struct hb_allocator *allocator = allocator_of(state);
    struct hb_heap_state heap_state;
    size_t count;
    void *heap;

    if (allocator->inspect == NULL) {
        print_message("%s: skipped, it cannot be inspected\n", allocator->name);
        return;
    }
    heap = open_heap(allocator, BOUNDED_BYTES);
    count = exhaust(allocator, heap, 100, held);
    for (size_t i = 0; i < count; i++)
        allocator->dealloc(heap, held[i]);
    allocator->inspect(heap, &heap_state);
    assert_int_equal(heap_state.allocated_range_bytes, 0);
    assert_int_equal(heap_state.free_bytes, BOUNDED_BYTES);
    assert_int_equal(heap_state.largest_run_bytes, BOUNDED_BYTES);
    assert_int_equal(exhaust(allocator, heap, 100, held), count);
    allocator->destroy(heap);
}

static void two_heaps_of_one_allocator_are_apart(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    struct block first = {.size = 1000, .mark = 1}, second = {.size = 1000, .mark = 2};
    void *heaps[2];

    if (skipped_as_untouchable(allocator))
        return;
    heaps[0] = open_heap(allocator, BOUNDED_BYTES);
    heaps[1] = open_heap(allocator, BOUNDED_BYTES);
    first.start = allocator->alloc(heaps[0], first.size);
    second.start = allocator->alloc(heaps[1], second.size);
    fill(&first);
    fill(&second);
    death(allocator, heaps[0], &first);
    allocator->destroy(heaps[0]);
    death(allocator, heaps[1], &second);
    allocator->destroy(heaps[1]);
}

/* Pages come when they are touched: a heap of more than this machine's memory can be had and used a little.
 */
static void a_huge_heap_costs_only_what_is_touched(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    unsigned char *block;
    void *heap;

    if ((allocator->caps & HB_CAP_BOUNDED) == 0) {
        print_message("%s: skipped, its heap has no bound of its own\n", allocator->name);
        return;
    }
    heap = open_heap(allocator, (size_t)32 << 30);
    assert_non_null(allocator->alloc(heap, (size_t)31 << 30));
    block = allocator->alloc(heap, 1000);
    assert_non_null(block);
    if ((allocator->caps & HB_CAP_UNTOUCHABLE) == 0)
        memset(block, 1, 1000);
    allocator->destroy(heap);
}

struct worker {
    pthread_t thread;
    const struct hb_allocator *allocator;
    void *heap;
    struct block blocks[THREAD_BLOCKS];
    size_t failures;
};

/* Leaves every second block for another thread to free. No assertions here: cmocka's belong to the main
 * thread. */
static void *work(void *argument)
{
    struct worker *worker = argument;

    for (size_t i = 0; i < THREAD_BLOCKS; i++) {
        struct block *block = &worker->blocks[i];

        block->start = worker->allocator->alloc(worker->heap, block->size);
        if (block->start == NULL)
            worker->failures++;
        else
            fill(block);
        if (i % 4 == 1 && block->start != NULL) {
            worker->allocator->dealloc(worker->heap, block->start);
            block->start = NULL;
        }
    }
    return NULL;
}

static void start_worker(struct worker *worker, const struct hb_allocator *allocator, void *heap, int number)
{
    *worker = (struct worker){.allocator = allocator, .heap = heap};
    for (size_t i = 0; i < THREAD_BLOCKS; i++)
        worker->blocks[i] =
            (struct block){.size = 1 + i * 37 % 3000, .mark = (unsigned char)(i + 50 * (size_t)number)};
    assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
}

static void threads_may_allocate_at_once_and_free_each_others_blocks(void **state)
{
    static struct worker workers[THREADS];
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap;

    if ((allocator->caps & HB_CAP_THREADS) == 0) {
        print_message("%s: skipped, its heaps are for one thread\n", allocator->name);
        return;
    }
    if (skipped_as_untouchable(allocator))
        return;
    if (allocator->state != NULL && THREAD_SANITIZER) {
        print_message("%s: skipped, ThreadSanitizer does not see how a library hands memory on\n",
                      allocator->name);
        return;
    }
    heap = open_heap(allocator, 0);
    for (int i = 0; i < THREADS; i++)
        start_worker(&workers[i], allocator, heap, i);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].failures, 0);
        for (size_t at = 0; at < THREAD_BLOCKS; at++)
            if (workers[i].blocks[at].start != NULL)
                death(allocator, heap, &workers[i].blocks[at]);
    }
    allocator->destroy(heap);
}

typedef void contract(void **state);

static const struct {
    const char *sentence;
    contract *function;
} contracts[] = {
    {"blocks stay apart and keep their contents", blocks_stay_apart_and_keep_their_contents},
    {"zeroed memory is zero where others wrote before", zeroed_memory_is_zero_where_others_wrote_before},
    {"every power of two up to 64 KiB is an alignment", every_power_of_two_up_to_64_kib_is_an_alignment},
    {"the edges of the interface hold", the_edges_of_the_interface_hold},
    {"sizes beyond any memory get NULL and leave the block",
     sizes_beyond_any_memory_get_null_and_leave_the_block},
    {"a bounded heap ends where it was told and a fresh one serves as much",
     a_bounded_heap_ends_where_it_was_told_and_a_fresh_one_serves_as_much},
    {"an exhausted heap serves again what was freed", an_exhausted_heap_serves_again_what_was_freed},
    {"two heaps of one allocator are apart", two_heaps_of_one_allocator_are_apart},
    {"threads may allocate at once and free each other's blocks",
     threads_may_allocate_at_once_and_free_each_others_blocks},
    {"a huge heap costs only what is touched", a_huge_heap_costs_only_what_is_touched},
};

enum { CONTRACTS = sizeof contracts / sizeof contracts[0], TESTS_MAX = 32 * CONTRACTS };

static struct CMUnitTest tests[TESTS_MAX];
static char names[TESTS_MAX][128];
static size_t test_count;

static void add_tests(const struct hb_allocator *allocator)
{
    for (size_t i = 0; i < CONTRACTS && test_count < TESTS_MAX; i++, test_count++) {
        snprintf(names[test_count], sizeof names[0], "%s: %s%s", allocator->name, contracts[i].sentence,
                 allocator->last_walk != NULL ? " (counting)" : "");
        tests[test_count] = (struct CMUnitTest){
            .name = names[test_count],
            .test_func = contracts[i].function,
            .initial_state = (void *)(uintptr_t)allocator,
        };
    }
}

/* Libraries that are not installed, or not to be had in this build, are said to be skipped; the reason is
 * printed. */
static void add_library(const char *name)
{
    const struct hb_allocator *allocator;
    struct hb_error error;

    if (hb_allocator_open(name, &allocator, NULL, &error) == HB_OK)
        add_tests(allocator);
    else
        print_message("skipped: %s\n", error.text);
}

int main(void)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);

    for (size_t i = 0; i < count; i++) {
        add_tests(builtin[i]);
        if (builtin[i]->counting != NULL)
            add_tests(builtin[i]->counting);
    }
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        add_library(*name);
    add_library(TEST_ARENA);
    add_library(TEST_PREFIXED);
    return _cmocka_run_group_tests("contract", tests, test_count, NULL, NULL);
}
