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

#include "base/random.h"
#include "tests/allocator/contract.h"
#include "tests/allocator/test_scale.h"

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
    THREADS = 3,
    THREAD_BLOCKS = 2000,
};

static struct block blocks[SLOTS];
static size_t misaligned; /* blocks in the random test that are not aligned as they were asked for */

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
    block_fill(block);
}

static void change(const struct hb_allocator *allocator, void *heap, struct hb_random *random,
                   struct block *block)
{
    size_t size = random_size(random);
    size_t kept = size < block->size ? size : block->size;

    block_check(block, block->size);
    block->start = allocator->resize(heap, block->start, size);
    assert_non_null(block->start);
    block_check(block, kept);
    block->size = size;
    block_fill(block);
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
    heap = heap_open(allocator, 0);
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
            block_free(allocator, heap, block);
        if (op % 10000 == 0)
            check_apart(blocks, SLOTS);
    }
    for (int i = 0; i < SLOTS; i++)
        if (blocks[i].start != NULL)
            block_free(allocator, heap, &blocks[i]);
    judge_alignment(allocator);
    allocator->destroy(heap);
}

static void zeroed_memory_is_zero_where_others_wrote_before(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap;

    if (skipped_as_untouchable(allocator))
        return;
    heap = heap_open(allocator, 0);
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
    heap = heap_open(allocator, 0);
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
    void *heap = heap_open(allocator, 0);
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
            block_fill(block);
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
    heap = heap_open(allocator, 0);
    for (int i = 0; i < THREADS; i++)
        start_worker(&workers[i], allocator, heap, i);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].failures, 0);
        for (size_t at = 0; at < THREAD_BLOCKS; at++)
            if (workers[i].blocks[at].start != NULL)
                block_free(allocator, heap, &workers[i].blocks[at]);
    }
    allocator->destroy(heap);
}

int main(void)
{
    static const struct contract contracts[] = {
        {"blocks stay apart and keep their contents", blocks_stay_apart_and_keep_their_contents},
        {"zeroed memory is zero where others wrote before", zeroed_memory_is_zero_where_others_wrote_before},
        {"every power of two up to 64 KiB is an alignment", every_power_of_two_up_to_64_kib_is_an_alignment},
        {"the edges of the interface hold", the_edges_of_the_interface_hold},
        {"threads may allocate at once and free each other's blocks",
         threads_may_allocate_at_once_and_free_each_others_blocks},
    };

    return contracts_run("contract", contracts, sizeof contracts / sizeof contracts[0]);
}
