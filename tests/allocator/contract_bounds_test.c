/*
 * contract_bounds_test.c - every allocator ends where its contract says: at the heap's bytes, at sizes that
 * no memory has; and serves again afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/allocator/contract.h"
#include "tests/allocator/test_scale.h"

enum {
    BOUNDED_BYTES = HB_TEST_SCALE(1 << 16, 1 << 13),
    BLOCKS_MAX = 1 << 16,
};

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
    heap = heap_open(allocator, 0);
    block.start = allocator->alloc(heap, block.size);
    assert_non_null(block.start);
    block_fill(&block);
    for (size_t less = 0; less < 3; less++) {
        assert_null(allocator->alloc(heap, SIZE_MAX - less));
        assert_null(allocator->alloc(heap, SIZE_MAX / 2 + less));
        assert_null(allocator->resize(heap, block.start, SIZE_MAX - less));
        assert_null(allocator->aligned(heap, 64, SIZE_MAX - less));
    }
    block_free(allocator, heap, &block);
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
            void *heap = heap_open(allocator, BOUNDED_BYTES);

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
    heap = heap_open(allocator, BOUNDED_BYTES);
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
    heaps[0] = heap_open(allocator, BOUNDED_BYTES);
    heaps[1] = heap_open(allocator, BOUNDED_BYTES);
    first.start = allocator->alloc(heaps[0], first.size);
    second.start = allocator->alloc(heaps[1], second.size);
    block_fill(&first);
    block_fill(&second);
    block_free(allocator, heaps[0], &first);
    allocator->destroy(heaps[0]);
    block_free(allocator, heaps[1], &second);
    allocator->destroy(heaps[1]);
}

/* Pages come when they are touched: a heap of more than this machine's memory can be had and
 * used a little. */
static void a_huge_heap_costs_only_what_is_touched(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    unsigned char *block;
    void *heap;

    if ((allocator->caps & HB_CAP_BOUNDED) == 0) {
        print_message("%s: skipped, its heap has no bound of its own\n", allocator->name);
        return;
    }
    heap = heap_open(allocator, (size_t)32 << 30);
    assert_non_null(allocator->alloc(heap, (size_t)15 << 30)); /* buddies make 16 of it */
    block = allocator->alloc(heap, 1000);
    assert_non_null(block);
    if ((allocator->caps & HB_CAP_UNTOUCHABLE) == 0)
        memset(block, 1, 1000);
    allocator->destroy(heap);
}

/* A heap that is one free range of `bytes`. */
static bool serves(const struct hb_allocator *allocator, size_t bytes, size_t alignment, size_t size)
{
    void *heap = allocator->create(allocator, bytes, NULL);
    bool served = heap != NULL && (alignment == 1 ? allocator->alloc(heap, size)
                                                  : allocator->aligned(heap, alignment, size)) != NULL;

    allocator->destroy(heap);
    return served;
}

static void what_a_block_needs_suffices_and_a_byte_less_does_not(void **state)
{
    const struct hb_allocator *allocator = allocator_of(state);
    void *heap;

    if (allocator->need == NULL) {
        assert_null(allocator->inspect);
        print_message("%s: skipped, it does not say what a block needs\n", allocator->name);
        return;
    }
    heap = heap_open(allocator, 4096);
    for (size_t size = 1; size < 20000; size += 1 + size / 16) {
        uint64_t need = allocator->need(heap, 1, size);

        assert_true(serves(allocator, need, 1, size));
        assert_false(serves(allocator, need - 1, 1, size));
        for (size_t alignment = 2; alignment <= 4096; alignment *= 8)
            assert_true(serves(allocator, allocator->need(heap, alignment, size), alignment, size));
    }
    assert_true(allocator->need(heap, 1, SIZE_MAX) == UINT64_MAX);
    assert_true(allocator->need(heap, 4096, SIZE_MAX - 4000) >= SIZE_MAX - 4000);
    allocator->destroy(heap);
}

int main(void)
{
    static const struct contract contracts[] = {
        {"sizes beyond any memory get NULL and leave the block",
         sizes_beyond_any_memory_get_null_and_leave_the_block},
        {"a bounded heap ends where it was told and a fresh one serves as much",
         a_bounded_heap_ends_where_it_was_told_and_a_fresh_one_serves_as_much},
        {"an exhausted heap serves again what was freed", an_exhausted_heap_serves_again_what_was_freed},
        {"two heaps of one allocator are apart", two_heaps_of_one_allocator_are_apart},
        {"a huge heap costs only what is touched", a_huge_heap_costs_only_what_is_touched},
        {"what a block needs suffices, and a byte less does not",
         what_a_block_needs_suffices_and_a_byte_less_does_not},
    };

    return contracts_run("bounds", contracts, sizeof contracts / sizeof contracts[0]);
}
