/*
 * branch_test.c - what the branches of the ladder do in heaps longer than those of the other tests: storage
 * that grows is taken and given back, slabs come and go, walks that fail merge.
 */
#include <string.h>
#include <sys/mman.h>

#include "tests/allocator/ladder/rig.h"
#include "tests/allocator/test_scale.h"
#include "tests/check.h"

static struct rig rig;

static void in_heaps_of_many_steps_and_slabs(void **unused)
{
    enum { OPS = HB_TEST_SCALE(12000, 1500) };
    static const uint64_t reaches[] = {70, 400, 3000, 20000};

    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        for (unsigned r = 0; r < sizeof reaches / sizeof reaches[0]; r++) {
            assert_true(rig_open(&rig, &subjects[i], (3 << 20) + 5 * r, r));
            for (unsigned op = 0; op < OPS / (r + 1); op++)
                rig_step(&rig, reaches[r]);
            rig_compare_state(&rig);
            rig_free_all(&rig);
            rig_compare_state(&rig);
            rig_close(&rig);
        }
    }
}

static const struct hb_allocator *open_table(const char *name, size_t bytes, void **heap)
{
    const struct hb_allocator *table;
    struct hb_error error;

    assert_int_equal(hb_allocator_open(name, &table, NULL, &error), HB_OK);
    *heap = table->create(table, bytes, &error);
    assert_non_null(*heap);
    return table;
}

/* Pages of the `bytes` from `start` on that are in memory. */
static size_t resident_pages(unsigned char *start, size_t bytes)
{
    static unsigned char flags[1 << 12];
    size_t pages = bytes / 4096, resident = 0;

    assert_true(pages <= sizeof flags && (uintptr_t)start % 4096 == 0);
    assert_int_equal(mincore(start, bytes, flags), 0);
    for (size_t i = 0; i < pages; i++)
        resident += flags[i] & 1;
    return resident;
}

static void storage_is_given_back(void **unused)
{
    enum { BYTES = 8 << 20 };
    void *heap, *blocks[64];
    const struct hb_allocator *table = open_table("grow", (size_t)16 << 20, &heap);
    unsigned char *start;

    (void)unused;
    for (int i = 0; i < 64; i++) {
        blocks[i] = table->alloc(heap, BYTES / 64);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, BYTES / 64);
    }
    start = (unsigned char *)blocks[0] - 16;
    assert_true(resident_pages(start, BYTES) == BYTES / 4096);
    for (int i = 63; i >= 1; i--)
        table->dealloc(heap, blocks[i]);
    /* the first block, the last record, and less than two steps of 64 KiB */
    assert_true(resident_pages(start, BYTES) <= (BYTES / 64 + 8 + 2 * 65536) / 4096 + 1);
    for (int i = 1; i < 64; i++) {
        blocks[i] = table->zalloc(heap, BYTES / 64);
        assert_non_null(blocks[i]);
        memset(blocks[i], 2, BYTES / 64);
    }
    table->destroy(heap);
}

static void a_failing_walk_merges(void **unused)
{
    void *heap, *blocks[3];
    struct hb_heap_state state;
    struct hb_walk walk;
    const struct hb_allocator *table = open_table("merge-late", 4096, &heap);

    (void)unused;
    table->destroy(heap);
    table = table->counting;
    heap = table->create(table, 4096, NULL);
    for (int i = 0; i < 3; i++)
        blocks[i] = table->alloc(heap, 1000);
    table->dealloc(heap, blocks[0]);
    table->dealloc(heap, blocks[1]);
    table->inspect(heap, &state);
    assert_int_equal(state.ranges, 4);
    assert_ptr_equal(table->alloc(heap, 1900), blocks[0]);
    table->last_walk(heap, &walk);
    assert_int_equal(walk.length, 8);
    assert_int_equal(walk.allocated, 2);
    assert_int_equal(walk.walks, 4);
    assert_null(table->alloc(heap, 3000)); /* nothing was freed since: one walk, over what is left */
    table->last_walk(heap, &walk);
    assert_int_equal(walk.length, walk.ranges);
    table->destroy(heap);
}

static void small_objects_are_cells(void **unused)
{
    void *heap, *first, *second, *other;
    struct hb_heap_state state;
    const struct hb_allocator *table = open_table("pool", 1 << 20, &heap);

    (void)unused;
    first = table->alloc(heap, 9);
    second = table->alloc(heap, 16);
    other = table->alloc(heap, 17);
    assert_ptr_equal(second, (char *)first + 16);
    assert_int_equal((uintptr_t)first % 4096, 0);
    assert_int_equal(table->usable_size(heap, first), 16);
    assert_int_equal(table->usable_size(heap, other), 32);
    assert_int_not_equal((uintptr_t)other / 4096, (uintptr_t)first / 4096);
    table->dealloc(heap, first);
    assert_ptr_equal(table->resize(heap, second, 5), second);
    assert_ptr_equal(table->alloc(heap, 3), first);
    table->dealloc(heap, first);
    table->dealloc(heap, second);
    table->dealloc(heap, other);
    table->inspect(heap, &state);
    assert_int_equal(state.ranges, 1);
    table->destroy(heap);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("long heaps agree with the definition, operation by operation",
                in_heaps_of_many_steps_and_slabs),
        hb_test("storage that grew is given back to the system, and comes again as zeroes",
                storage_is_given_back),
        hb_test("a walk that fails merges what was freed, and counts both walks", a_failing_walk_merges),
        hb_test("small objects are cells of slabs, and an empty slab is given back", small_objects_are_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
