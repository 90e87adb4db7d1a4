/*
 * simple_small_heap_test.c - every sequence of a few operations on every heap of 8 to 64 bytes.
 *
 * Small heaps are where a rest is 0 to 8 bytes and where a record that ought not to be written would
 * overwrite the one after it. The heap lies before a fence of bytes that must never change.
 */
#define HB_COUNTING 1
#include "allocator/simple/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/allocator/simple/simple_model.h"
#include "tests/allocator/test_scale.h"

enum { LARGEST = 64, FENCE = 16, DEPTH_MAX = 5 };

/* All that there is at one moment, small enough to be copied before each step. */
struct moment {
    unsigned char bytes[LARGEST + FENCE];
    struct model_range ranges[LARGEST / 8 + 1];
    uint64_t range_count, high_water, walks, walk_length, walk_allocated;
    struct hb_walk walk;
    size_t heap_high_water;
    uint64_t held[DEPTH_MAX]; /* payloads */
    int held_count;
};

static struct model model;
static struct hb_simple heap;
static unsigned char bytes[LARGEST + FENCE];
static uint64_t held[DEPTH_MAX];
static int held_count;
static uint64_t steps;

static struct moment keep(void)
{
    struct moment moment = {
        .range_count = model.count,
        .high_water = model.high_water,
        .walks = model.walks,
        .walk_length = model.walk_length,
        .walk_allocated = model.walk_allocated,
        .walk = heap.walk,
        .heap_high_water = (size_t)(heap.high_water - heap.base),
        .held_count = held_count,
    };

    memcpy(moment.bytes, bytes, sizeof bytes);
    memcpy(moment.ranges, model.ranges, model.count * sizeof model.ranges[0]);
    memcpy(moment.held, held, sizeof held);
    return moment;
}

static void restore(const struct moment *moment)
{
    memcpy(bytes, moment->bytes, sizeof bytes);
    memcpy(model.ranges, moment->ranges, moment->range_count * sizeof model.ranges[0]);
    memcpy(held, moment->held, sizeof held);
    model.count = moment->range_count;
    model.high_water = moment->high_water;
    model.walks = moment->walks;
    model.walk_length = moment->walk_length;
    model.walk_allocated = moment->walk_allocated;
    heap.walk = moment->walk;
    heap.high_water = heap.base + moment->heap_high_water;
    held_count = moment->held_count;
}

static bool same_range(void *context, const struct hb_range *range)
{
    uint64_t *index = context;
    const struct model_range *expected = &model.ranges[(*index)++];

    assert_int_equal(range->offset, expected->offset);
    assert_int_equal(range->length, expected->length);
    assert_int_equal(range->allocated, expected->allocated);
    return true;
}

static void same_heap(size_t heap_bytes)
{
    uint64_t index = 0;

    steps++;
    hb_simple_ranges(&heap, same_range, &index);
    assert_int_equal(index, model.count);
    assert_int_equal(heap.walk.walks, model.walks);
    assert_int_equal(heap.walk.length, model.walk_length);
    assert_int_equal(heap.walk.allocated, model.walk_allocated);
    assert_int_equal(heap.high_water - heap.base, model.high_water);
    for (size_t i = heap_bytes; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0xfe);
}

static void expect(uint64_t payload, const void *block)
{
    if (payload == MODEL_NULL)
        assert_null(block);
    else
        assert_ptr_equal(block, bytes + payload);
}

static void explore(size_t heap_bytes, int depth);

static void try_alloc(size_t heap_bytes, int depth, uint64_t size)
{
    uint64_t payload = model_malloc(&model, size);
    void *block = heap_alloc(&heap, size);

    expect(payload, block);
    if (block != NULL) {
        memset(block, 0xff, size);
        held[held_count++] = payload;
    }
    same_heap(heap_bytes);
    explore(heap_bytes, depth - 1);
}

static void try_free(size_t heap_bytes, int depth, int which)
{
    model_free(&model, held[which]);
    heap_free(&heap, bytes + held[which]);
    held[which] = held[--held_count];
    same_heap(heap_bytes);
    explore(heap_bytes, depth - 1);
}

static void try_resize(size_t heap_bytes, int depth, int which, uint64_t size)
{
    uint64_t payload = model_realloc(&model, held[which], size);

    expect(payload, heap_resize(&heap, bytes + held[which], size));
    if (payload != MODEL_NULL)
        held[which] = payload;
    same_heap(heap_bytes);
    explore(heap_bytes, depth - 1);
}

static void explore(size_t heap_bytes, int depth)
{
    struct moment moment;

    if (depth == 0)
        return;
    moment = keep();
    for (uint64_t size = 1; size + 7 <= heap_bytes; size++) {
        try_alloc(heap_bytes, depth, size);
        restore(&moment);
    }
    for (int which = 0; which < moment.held_count; which++) {
        try_free(heap_bytes, depth, which);
        restore(&moment);
        for (uint64_t size = 1; size + 7 <= heap_bytes; size += 3) {
            try_resize(heap_bytes, depth, which, size);
            restore(&moment);
        }
    }
}

static void every_short_sequence_on_every_small_heap(void **unused)
{
    (void)unused;
    for (size_t heap_bytes = 8; heap_bytes <= LARGEST; heap_bytes++) {
        memset(bytes, 0xfe, sizeof bytes);
        assert_true(hb_simple_init(&heap, bytes, heap_bytes));
        model_init(&model, heap_bytes);
        held_count = 0;
        explore(heap_bytes, heap_bytes <= 32 ? HB_TEST_SCALE(4, 3) : HB_TEST_SCALE(3, 2));
    }
    print_message("%llu heaps compared\n", (unsigned long long)steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_sequence_on_every_small_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
