/*
 * contract_test.c - every allocator of the ladder and the grid keeps one contract and agrees with its
 * definition: placement, walk, state, contents, after each of millions of random operations.
 */
#include <stdio.h>

#include "tests/allocator/ladder/rig.h"
#include "tests/allocator/test_scale.h"
#include "tests/check.h"

static struct rig rig;

static void run_random(const struct subject *subject, unsigned heaps, unsigned ops_per_heap)
{
    for (uint64_t heap = 0; heap < heaps; heap++) {
        uint64_t bytes = UINT64_C(16) << (heap % 12);
        uint64_t reach;

        assert_true(rig_open(&rig, subject, bytes + heap % 37, heap));
        reach = 1 + hb_random_below(&rig.random, bytes / 8);
        for (unsigned op = 0; op < ops_per_heap; op++)
            rig_step(&rig, reach);
        rig_compare_state(&rig);
        rig_free_all(&rig);
        rig_compare_state(&rig);
        rig_close(&rig);
    }
}

static void random_operations(void **unused)
{
    enum { HEAPS = HB_TEST_SCALE(240, 36), OPS_PER_HEAP = 2000 };

    (void)unused;
    for (unsigned i = 0; i < subject_count; i++)
        run_random(&subjects[i], HEAPS, OPS_PER_HEAP);
    printf("%u allocators, %u operations each, no difference\n", subject_count,
           (unsigned)(HEAPS * OPS_PER_HEAP));
}

static void every_small_heap(void **unused)
{
    enum { OPS = HB_TEST_SCALE(400, 60) };

    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        for (uint64_t bytes = 1; bytes <= 512; bytes++) {
            if (!rig_open(&rig, &subjects[i], bytes, bytes))
                continue;
            for (unsigned op = 0; op < OPS; op++)
                rig_step(&rig, 1 + bytes / (1 + op % 16));
            rig_free_all(&rig);
            rig_compare_state(&rig);
            rig_close(&rig);
        }
    }
}

/* Allocates until nothing more fits. */
static void fill_up(uint64_t size)
{
    unsigned slot = 0;

    while (slot < RIG_SLOTS && rig.slots[slot].payload == PLAIN_NULL) {
        rig_alloc(&rig, &rig.slots[slot], size);
        if (rig.slots[slot].payload == PLAIN_NULL)
            break;
        slot++;
    }
    assert_true(slot > 0);
    assert_true(slot < RIG_SLOTS);
}

static void exhaustion(void **unused)
{
    static const uint64_t sizes[] = {200, 1, 24, 100, 1500};

    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        struct hb_heap_state fresh, state;

        assert_true(rig_open(&rig, &subjects[i], 4000, i));
        plain_state(&rig.plain, &fresh);
        for (unsigned s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            /* Without merging, what was cut small stays small. */
            if (s > 0 && !subjects[i].definition.merge)
                break;
            fill_up(sizes[s]);
            rig_free_all(&rig);
            rig_compare_state(&rig);
            plain_state(&rig.plain, &state);
            assert_int_equal(state.free_bytes, fresh.free_bytes);
            if (subjects[i].definition.merge)
                assert_int_equal(state.ranges, fresh.ranges);
        }
        rig_close(&rig);
    }
}

static void same_again(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        assert_true(rig_open(&rig, &subjects[i], 4096, i));
        for (unsigned round = 0; round < 3; round++) {
            fill_up(100);
            rig_free_all(&rig);
        }
        rig_close(&rig);
    }
}

static void ample_heaps(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        const struct hb_allocator *table;
        struct hb_heap_state state;
        struct hb_error error;
        void *heap, *block;

        assert_int_equal(hb_allocator_open(subjects[i].name, &table, NULL, &error), HB_OK);
        heap = table->create(table, 0, &error);
        assert_non_null(heap);
        block = table->alloc(heap, (size_t)48 << 20);
        assert_non_null(block);
        table->dealloc(heap, block);
        table->inspect(heap, &state);
        assert_true(state.free_bytes >= (size_t)64 << 20);
        assert_int_equal(state.allocated_range_bytes, 0);
        table->destroy(heap);
        table->destroy(NULL);
    }
}

static void large_alignments(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        const struct hb_allocator *table;
        struct hb_error error;
        void *heap;

        assert_int_equal(hb_allocator_open(subjects[i].name, &table, NULL, &error), HB_OK);
        if (table->caps & HB_CAP_UNALIGNED)
            continue;
        heap = table->create(table, (size_t)64 << 20, &error);
        assert_non_null(heap);
        for (size_t alignment = 1; alignment <= (size_t)1 << 24; alignment *= 2) {
            void *block = table->aligned(heap, alignment, 100);

            assert_non_null(block);
            assert_int_equal((uintptr_t)block % alignment, 0);
        }
        assert_null(table->aligned(heap, SIZE_MAX / 4 + 1, 100));
        assert_null(table->aligned(heap, SIZE_MAX / 2 + 1, SIZE_MAX));
        table->destroy(heap);
    }
}

static void counting_by_name(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        const struct hb_allocator *table;
        struct hb_error error;

        assert_int_equal(hb_allocator_open(subjects[i].name, &table, NULL, &error), HB_OK);
        assert_string_equal(table->name, subjects[i].name);
        assert_string_equal(table->counting->name, subjects[i].name);
        assert_null(table->last_walk);
        assert_non_null(table->counting->last_walk);
        assert_int_equal(table->caps, table->counting->caps);
        assert_true(table->caps & HB_CAP_BOUNDED);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("both builds have their allocator's name, and one counts", counting_by_name),
        hb_test("random operations agree with the definition, and each leaves a valid heap",
                random_operations),
        hb_test("heaps of every size from 1 to 512 bytes do", every_small_heap),
        hb_test("a full heap is empty again when all is freed: one range again, where ranges merge",
                exhaustion),
        hb_test("what fitted once fits again", same_again),
        hb_test("a heap of ample length serves large blocks", ample_heaps),
        hb_test("large alignments are kept, and impossible ones refused", large_alignments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
