/*
 * simple_random_test.c - the timed build, the counting build and the plain model do the same, operation by
 * operation, on millions of random operations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/allocator.h"
#include "base/random.h"
#include "tests/allocator/simple/simple_model.h"
#include "tests/allocator/test_scale.h"

enum {
    SLOTS = 512,
    OPS_PER_HEAP = 2000,
    HEAPS = HB_TEST_SCALE(2000, 80),
};

/* One of three places at once: the model's offset is the truth. */
struct slot {
    uint64_t payload; /* MODEL_NULL: nothing held */
    void *timed;
    void *counting;
};

struct rig {
    struct model model;
    const struct hb_allocator *timed_table;
    const struct hb_allocator *counting_table;
    void *timed;
    void *counting;
    struct slot slots[SLOTS];
    struct hb_random random;
    uint64_t heap_bytes;
    uint64_t live; /* slots in use, to keep some variety in how full heaps are */
};

static struct rig rig;

static void rig_open(uint64_t heap_bytes, uint64_t seed)
{
    struct hb_error error;

    assert_int_equal(hb_allocator_open("simple", &rig.timed_table, NULL, &error), HB_OK);
    rig.counting_table = rig.timed_table->counting;
    rig.timed = rig.timed_table->create(rig.timed_table, heap_bytes, &error);
    rig.counting = rig.counting_table->create(rig.counting_table, heap_bytes, &error);
    assert_non_null(rig.timed);
    assert_non_null(rig.counting);
    model_init(&rig.model, heap_bytes);
    hb_random_seed(&rig.random, seed);
    rig.heap_bytes = heap_bytes;
    for (int i = 0; i < SLOTS; i++)
        rig.slots[i].payload = MODEL_NULL;
}

static void rig_close(void)
{
    rig.timed_table->destroy(rig.timed);
    rig.counting_table->destroy(rig.counting);
}

/* NULL for NULL and offset for offset. */
static void same_place(uint64_t payload, const void *timed, const void *counting)
{
    if (payload == MODEL_NULL) {
        assert_null(timed);
        assert_null(counting);
        return;
    }
    assert_non_null(timed);
    assert_non_null(counting);
    assert_int_equal(rig.timed_table->offset(rig.timed, timed), payload);
    assert_int_equal(rig.counting_table->offset(rig.counting, counting), payload);
}

static void same_walk(void)
{
    struct hb_walk walk;

    rig.counting_table->last_walk(rig.counting, &walk);
    assert_int_equal(walk.walks, rig.model.walks);
    assert_int_equal(walk.length, rig.model.walk_length);
    assert_int_equal(walk.allocated, rig.model.walk_allocated);
    assert_int_equal(walk.ranges, rig.model.count);
    assert_int_equal(walk.high_water_bytes, rig.model.high_water);
}

static void same_state(const struct hb_allocator *table, const void *heap)
{
    struct model_totals totals = model_totals(&rig.model);
    struct hb_heap_state state;

    table->inspect(heap, &state);
    assert_int_equal(state.ranges, totals.ranges);
    assert_int_equal(state.free_ranges, totals.free_ranges);
    assert_int_equal(state.free_bytes, totals.free_bytes);
    assert_int_equal(state.largest_free_bytes, totals.largest_free);
    assert_int_equal(state.largest_run_bytes, totals.largest_run);
    assert_int_equal(state.allocated_range_bytes, totals.allocated_bytes);
    assert_int_equal(state.high_water_bytes, rig.model.high_water);
    assert_int_equal(state.header_bytes, 8);
}

/* Sizes of many kinds: small, around the record's size, around the heap's, 0 and those that overflow. */
static size_t random_size(void)
{
    switch (hb_random_below(&rig.random, 16)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX - hb_random_below(&rig.random, 12);
    case 2:
        return (UINT64_MAX >> 1) - 4 + hb_random_below(&rig.random, 8);
    case 3:
        return hb_random_below(&rig.random, rig.heap_bytes + 16);
    case 4:
    case 5:
        return hb_random_below(&rig.random, rig.heap_bytes / 8 + 1) + 1;
    default:
        return hb_random_below(&rig.random, hb_random_below(&rig.random, 64) + 1) + 1;
    }
}

static void fill(struct slot *slot, uint64_t size, int mark)
{
    if (slot->payload == MODEL_NULL || size == 0)
        return;
    memset(slot->timed, mark, size);
    memset(slot->counting, mark, size);
}

static void take(struct slot *slot, uint64_t size)
{
    slot->payload = model_malloc(&rig.model, size);
    slot->timed = rig.timed_table->alloc(rig.timed, size);
    slot->counting = rig.counting_table->alloc(rig.counting, size);
    same_place(slot->payload, slot->timed, slot->counting);
    fill(slot, size, 0xa5);
}

static void take_zeroed(struct slot *slot, uint64_t size)
{
    slot->payload = model_malloc(&rig.model, size);
    slot->timed = rig.timed_table->zalloc(rig.timed, size);
    slot->counting = rig.counting_table->zalloc(rig.counting, size);
    same_place(slot->payload, slot->timed, slot->counting);
    for (uint64_t i = 0; slot->payload != MODEL_NULL && i < size; i++)
        assert_int_equal(((unsigned char *)slot->timed)[i], 0);
}

static void give_back(struct slot *slot)
{
    model_free(&rig.model, slot->payload);
    rig.timed_table->dealloc(rig.timed, slot->timed);
    rig.counting_table->dealloc(rig.counting, slot->counting);
    slot->payload = MODEL_NULL;
}

/* On failure the block must be as it was, so the slot keeps it. */
static void change(struct slot *slot, uint64_t size)
{
    uint64_t payload = model_realloc(&rig.model, slot->payload, size);
    void *timed = rig.timed_table->resize(rig.timed, slot->timed, size);
    void *counting = rig.counting_table->resize(rig.counting, slot->counting, size);

    same_place(payload, timed, counting);
    if (payload != MODEL_NULL)
        *slot = (struct slot){.payload = payload, .timed = timed, .counting = counting};
    else if (size == 0)
        slot->payload = MODEL_NULL;
}

static void one_operation(void)
{
    struct slot *slot = &rig.slots[hb_random_below(&rig.random, SLOTS)];
    uint64_t what = hb_random_below(&rig.random, 8);

    if (slot->payload == MODEL_NULL) {
        slot->timed = slot->counting = NULL;
        if (what == 0)
            take_zeroed(slot, random_size());
        else if (what == 1)
            change(slot, random_size());
        else
            take(slot, random_size());
    } else if (what < 3) {
        change(slot, random_size());
    } else {
        give_back(slot);
    }
    same_walk();
}

/* Heaps from one record to 64 KiB, as many small as large ones. */
static uint64_t random_heap_bytes(uint64_t seed)
{
    struct hb_random random;
    uint64_t octave;

    hb_random_seed(&random, seed);
    octave = 8u << hb_random_below(&random, 13);
    return octave + hb_random_below(&random, octave);
}

static void three_ways_to_the_same_heap(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= HEAPS; seed++) {
        uint64_t heap_bytes = random_heap_bytes(seed);
        uint64_t every = heap_bytes <= 1024 ? 1 : 16;

        rig_open(heap_bytes, seed);
        for (uint64_t op = 0; op < OPS_PER_HEAP; op++) {
            one_operation();
            if (op % every == 0)
                same_state(rig.timed_table, rig.timed);
            if (op % every == every / 2)
                same_state(rig.counting_table, rig.counting);
        }
        rig_close();
    }
    print_message("%d heaps, %d operations\n", HEAPS, HEAPS * OPS_PER_HEAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_ways_to_the_same_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
