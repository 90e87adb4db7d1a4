/*
 * simple_test.c - the simple allocator does what the design document and results/README.md say, on worked
 * examples.
 */
#define STORAGE_SIZE 4096
#include "allocator/simple/simple.c" /* the document's size, whatever the library was configured with */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HALF_OF_THE_BITS (SIZE_MAX >> sizeof(size_t) * 4)

static struct hb_heap_state state_of(const struct hb_simple *heap)
{
    struct hb_heap_state state;

    hb_simple_inspect(heap, &state);
    return state;
}

static uint64_t payload(const void *block)
{
    return hb_simple_offset(simple_heap(), block);
}

static void before_init_every_allocation_gets_null(void **unused)
{
    (void)unused;
    assert_null(simple_malloc(1));
    assert_null(simple_calloc(1, 1));
    assert_null(simple_realloc(NULL, 1));
    simple_free(NULL);
}

static void the_tutorials_example_lands_where_the_document_says(void **unused)
{
    void *blocks[4];

    (void)unused;
    simple_heap_init();
    blocks[0] = simple_malloc(100);
    blocks[1] = simple_malloc(240);
    blocks[2] = simple_malloc(256);
    blocks[3] = simple_malloc(333);
    assert_int_equal(payload(blocks[0]), 8);
    assert_int_equal(payload(blocks[1]), 116);
    assert_int_equal(payload(blocks[2]), 364);
    assert_int_equal(payload(blocks[3]), 628);
    simple_free(blocks[1]);
    simple_free(blocks[2]);
    assert_int_equal(payload(simple_malloc(300)), 969);
}

static bool collect(void *context, const struct hb_range *range)
{
    struct hb_range **next = context;

    *(*next)++ = *range;
    return true;
}

static void the_tutorials_ranges_tile_the_storage(void **unused)
{
    static const struct hb_range expected[] = {
        {0, 108, true},   {108, 248, false}, {356, 264, false},
        {620, 341, true}, {961, 308, true},  {1269, 2827, false},
    };
    struct hb_range ranges[8], *end = ranges;

    the_tutorials_example_lands_where_the_document_says(unused);
    hb_simple_ranges(simple_heap(), collect, &end);
    assert_int_equal(end - ranges, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(ranges[i].offset, expected[i].offset);
        assert_int_equal(ranges[i].length, expected[i].length);
        assert_int_equal(ranges[i].allocated, expected[i].allocated);
    }
}

static void the_tutorials_figures_are_as_counted_by_hand(void **unused)
{
    struct hb_heap_state state;

    the_tutorials_example_lands_where_the_document_says(unused);
    state = state_of(simple_heap());
    assert_int_equal(state.ranges, 6);
    assert_int_equal(state.free_ranges, 3);
    assert_int_equal(state.free_bytes, 248 + 264 + 2827);
    assert_int_equal(state.largest_free_bytes, 2827);
    assert_int_equal(state.largest_run_bytes, 2827);
    assert_int_equal(state.allocated_range_bytes, 108 + 341 + 308);
    assert_int_equal(state.high_water_bytes, 1269);
    assert_int_equal(state.header_bytes, 8);
}

static void init_forgets_everything(void **unused)
{
    struct hb_heap_state state;

    (void)unused;
    simple_heap_init();
    assert_non_null(simple_malloc(4000));
    simple_heap_init();
    state = state_of(simple_heap());
    assert_int_equal(state.ranges, 1);
    assert_int_equal(state.free_bytes, 4096);
    assert_int_equal(state.high_water_bytes, 0);
}

static void adjacent_free_ranges_are_a_run_that_no_single_request_gets(void **unused)
{
    void *a, *b, *c;

    (void)unused;
    simple_heap_init();
    a = simple_malloc(1000);
    b = simple_malloc(1000);
    c = simple_malloc(2072);
    assert_non_null(c);
    simple_free(a);
    simple_free(b);
    assert_int_equal(state_of(simple_heap()).largest_free_bytes, 1008);
    assert_int_equal(state_of(simple_heap()).largest_run_bytes, 2016);
    assert_null(simple_malloc(1001));
    assert_ptr_equal(simple_malloc(1000), a);
}

static void malloc_of_nothing_is_null_and_leaves_no_trace(void **unused)
{
    (void)unused;
    simple_heap_init();
    assert_null(simple_malloc(0));
    assert_null(simple_calloc(0, 8));
    assert_null(simple_realloc(NULL, 0));
    assert_int_equal(state_of(simple_heap()).ranges, 1);
}

static void sizes_that_overflow_fail(void **unused)
{
    (void)unused;
    simple_heap_init();
    for (size_t less = 0; less < 16; less++)
        assert_null(simple_malloc(SIZE_MAX - less));
    for (size_t more = 0; more < 16; more++)
        assert_null(simple_malloc((size_t)PTRDIFF_MAX - 8 + more));
    assert_null(simple_calloc(SIZE_MAX / 2, 3));
    assert_null(simple_calloc(HALF_OF_THE_BITS + 1, HALF_OF_THE_BITS + 1));
    assert_int_equal(state_of(simple_heap()).ranges, 1);
}

static void calloc_clears_what_was_there(void **unused)
{
    unsigned char *block;

    (void)unused;
    simple_heap_init();
    block = simple_malloc(300);
    memset(block, 0xff, 300);
    simple_free(block);
    assert_ptr_equal(simple_calloc(100, 3), block);
    for (int i = 0; i < 300; i++)
        assert_int_equal(block[i], 0);
}

static void realloc_stays_unsplit_where_the_range_is_long_enough(void **unused)
{
    char *block;

    (void)unused;
    simple_heap_init();
    block = simple_malloc(100);
    strcpy(block, "kept");
    assert_ptr_equal(simple_realloc(block, 10), block);
    assert_ptr_equal(simple_realloc(block, 100), block);
    assert_string_equal(block, "kept");
    assert_int_equal(state_of(simple_heap()).ranges, 2);
}

static void a_moving_realloc_holds_both_ranges_for_a_moment(void **unused)
{
    char *block, *moved;

    (void)unused;
    simple_heap_init();
    block = simple_malloc(100);
    strcpy(block, "carried");
    moved = simple_realloc(block, 101);
    assert_int_equal(payload(moved), 116);
    assert_string_equal(moved, "carried");
    assert_int_equal(state_of(simple_heap()).high_water_bytes, 108 + 109);
    assert_ptr_equal(simple_malloc(100), block);
}

static void a_realloc_that_fails_leaves_the_block(void **unused)
{
    char *block;

    (void)unused;
    simple_heap_init();
    block = simple_malloc(3000);
    memset(block, 'x', 3000);
    assert_null(simple_realloc(block, 3500));
    assert_null(simple_realloc(block, SIZE_MAX));
    assert_int_equal(state_of(simple_heap()).allocated_range_bytes, 3008);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(block[i], 'x');
}

static void realloc_to_nothing_frees(void **unused)
{
    (void)unused;
    simple_heap_init();
    assert_null(simple_realloc(simple_malloc(100), 0));
    assert_int_equal(state_of(simple_heap()).allocated_range_bytes, 0);
}

static void a_heap_needs_room_for_one_record(void **unused)
{
    unsigned char buffer[9];
    struct hb_simple heap;

    (void)unused;
    for (size_t bytes = 0; bytes < 8; bytes++)
        assert_false(hb_simple_init(&heap, buffer, bytes));
    assert_false(hb_simple_init(&heap, buffer, (size_t)INT64_MAX + 1));
    assert_true(hb_simple_init(&heap, buffer, 8));
    assert_null(hb_simple_malloc(&heap, 1));
    assert_true(hb_simple_init(&heap, buffer, 9));
    assert_ptr_equal(hb_simple_malloc(&heap, 1), buffer + 8);
    assert_int_equal(hb_simple_usable_size(&heap, buffer + 8), 1);
}

/* Allocate and free, allocate and free, allocate: does the last succeed in a heap of `bytes`? */
static bool completes(size_t bytes, const size_t *sizes, size_t count, bool free_second)
{
    unsigned char buffer[128];
    struct hb_simple heap;

    assert_true(bytes <= sizeof buffer && hb_simple_init(&heap, buffer, bytes));
    for (size_t i = 0; i < count; i++) {
        void *block = hb_simple_malloc(&heap, sizes[i]);

        if (block == NULL)
            return false;
        if (i == 0 || (i == 1 && free_second))
            hb_simple_free(&heap, block);
    }
    return true;
}

/* a12 f a5 f a6: at 20 the rest of 7 is handed over with the 5 and makes room for the 6; one byte more, and
 * it is split off as a range of 8 that can hold nothing. */
static void one_more_byte_can_lose_an_allocation(void **unused)
{
    static const size_t sizes[] = {12, 5, 6};

    (void)unused;
    for (size_t bytes = 8; bytes <= 128; bytes++)
        assert_int_equal(completes(bytes, sizes, 3, true), bytes == 20 || bytes >= 27);
}

/* a12 f a1 a4: with 21 to 27 bytes the first block takes the heap whole, and its hole serves both; from 28 on
 * a tail is split off that is too short until 32. */
static void eight_more_bytes_can_lose_an_allocation(void **unused)
{
    static const size_t sizes[] = {12, 1, 4};

    (void)unused;
    for (size_t bytes = 8; bytes <= 128; bytes++)
        assert_int_equal(completes(bytes, sizes, 3, false), (bytes >= 21 && bytes <= 27) || bytes >= 32);
}

static const struct hb_allocator *open_simple(void)
{
    const struct hb_allocator *table = NULL;

    assert_int_equal(hb_allocator_open("simple", &table, NULL, NULL), HB_OK);
    return table;
}

static void heaps_too_small_for_a_record_are_refused_with_a_sentence(void **unused)
{
    const struct hb_allocator *table = open_simple();
    struct hb_error error;

    (void)unused;
    for (size_t bytes = 1; bytes < 8; bytes++) {
        assert_null(table->create(table, bytes, &error));
        assert_int_equal(error.status, HB_ERR_USAGE);
    }
    assert_string_equal(error.text, "a heap of 7 bytes is out of range: 8, one record, or more");
}

static void heaps_that_no_machine_has_are_refused(void **unused)
{
    const struct hb_allocator *table = open_simple();
    struct hb_error error;

    (void)unused;
    assert_null(table->create(table, SIZE_MAX, &error));
    assert_int_equal(error.status, HB_ERR_MEMORY);
    assert_null(table->create(table, SIZE_MAX / 4 * 3, &error));
    assert_int_equal(error.status, HB_ERR_MEMORY);
}

static void an_ample_heap_is_large_and_its_length_is_known(void **unused)
{
    const struct hb_allocator *table = open_simple();
    struct hb_heap_state state;
    void *heap;

    (void)unused;
    heap = table->create(table, 0, NULL);
    assert_non_null(heap);
    assert_non_null(table->alloc(heap, (size_t)64 << 20));
    table->inspect(heap, &state);
    assert_int_equal(state.ranges, 2);
    assert_true(state.free_bytes >= (size_t)1 << 20);
    table->destroy(heap);
    table->destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_init_every_allocation_gets_null), /* first: nothing has called init yet */
        cmocka_unit_test(the_tutorials_example_lands_where_the_document_says),
        cmocka_unit_test(the_tutorials_ranges_tile_the_storage),
        cmocka_unit_test(the_tutorials_figures_are_as_counted_by_hand),
        cmocka_unit_test(init_forgets_everything),
        cmocka_unit_test(adjacent_free_ranges_are_a_run_that_no_single_request_gets),
        cmocka_unit_test(malloc_of_nothing_is_null_and_leaves_no_trace),
        cmocka_unit_test(sizes_that_overflow_fail),
        cmocka_unit_test(calloc_clears_what_was_there),
        cmocka_unit_test(realloc_stays_unsplit_where_the_range_is_long_enough),
        cmocka_unit_test(a_moving_realloc_holds_both_ranges_for_a_moment),
        cmocka_unit_test(a_realloc_that_fails_leaves_the_block),
        cmocka_unit_test(realloc_to_nothing_frees),
        cmocka_unit_test(a_heap_needs_room_for_one_record),
        cmocka_unit_test(one_more_byte_can_lose_an_allocation),
        cmocka_unit_test(eight_more_bytes_can_lose_an_allocation),
        cmocka_unit_test(heaps_too_small_for_a_record_are_refused_with_a_sentence),
        cmocka_unit_test(heaps_that_no_machine_has_are_refused),
        cmocka_unit_test(an_ample_heap_is_large_and_its_length_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
