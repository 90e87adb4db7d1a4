/*
 * test_capture_growing.c - a capture that still grows: what is converted is a state that was real. And what
 * its clock says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "tests/workloads/record/capture_builder.h"

enum { STREAMS = 3, ADDRESSES = 40, ITEMS_AT_MOST = 1000, STEPS = 400, PAGES_A_STREAM = 4 };

struct item {
    uint64_t address;
    uint64_t epoch; /* 0: an event */
    bool is_birth;
};

/* Three threads that allocate and free at forty addresses in five shards, one event after the other. */
struct simulation {
    struct item items[STREAMS][ITEMS_AT_MOST];
    size_t counts[STREAMS];
    uint64_t looked[STREAMS]; /* the first look */
    uint64_t events[STREAMS]; /* of them */
    bool held[ADDRESSES];
    unsigned owner[8]; /* stream + 1 */
    uint64_t epoch[8];
};

static uint64_t address_of(size_t slot)
{
    return A * (1 + slot % 5) + 64 * slot;
}

static void add(struct simulation *simulation, size_t stream, struct item item)
{
    assert_true(simulation->counts[stream] < ITEMS_AT_MOST);
    simulation->items[stream][simulation->counts[stream]++] = item;
}

static void step(struct simulation *simulation, struct hb_random *random)
{
    size_t stream = hb_random_below(random, STREAMS), slot = hb_random_below(random, ADDRESSES);
    size_t shard = slot % 5;

    if (simulation->owner[shard] != stream + 1) {
        simulation->owner[shard] = (unsigned)stream + 1;
        add(simulation, stream,
            (struct item){.address = address_of(slot), .epoch = ++simulation->epoch[shard]});
    }
    add(simulation, stream, (struct item){.address = address_of(slot), .is_birth = !simulation->held[slot]});
    simulation->held[slot] = !simulation->held[slot];
}

static uint64_t events_in(const struct simulation *simulation, size_t stream)
{
    uint64_t events = 0;

    for (size_t i = 0; i < simulation->counts[stream]; i++)
        events += simulation->items[stream][i].epoch == 0;
    return events;
}

/* Looks at one stream after the other while the program goes on; then again, and the program still goes on.
 */
static void simulate(struct simulation *simulation, struct hb_random *random)
{
    size_t steps = hb_random_below(random, STEPS / 2);

    memset(simulation, 0, sizeof *simulation);
    for (size_t i = 0; i < steps; i++)
        step(simulation, random);
    for (size_t stream = 0; stream < STREAMS; stream++) {
        simulation->looked[stream] = simulation->counts[stream];
        simulation->events[stream] = events_in(simulation, stream);
        steps = hb_random_below(random, 40);
        for (size_t i = 0; i < steps; i++)
            step(simulation, random);
    }
    for (size_t stream = 0; stream < STREAMS; stream++) {
        size_t seen = simulation->counts[stream];

        steps = hb_random_below(random, 20);
        for (size_t i = 0; i < steps; i++)
            step(simulation, random);
        /* What the stream writes from now on was not seen. */
        begin_pages((uint32_t)stream + 1, 0, PAGES_A_STREAM);
        for (size_t i = 0; i < seen; i++) {
            const struct item *item = &simulation->items[stream][i];

            if (item->epoch != 0)
                put_order(item->address, item->epoch);
            else if (item->is_birth)
                put_birth(HB_CAPTURE_MALLOC, item->address, 8);
            else
                put_death(HB_CAPTURE_FREE, item->address);
        }
    }
}

static void what_was_seen_first_is_converted_with_all_that_came_before_it(void **state)
{
    struct simulation *simulation = calloc(1, sizeof *simulation);
    uint64_t beyond = 0;
    struct hb_random random;

    (void)state;
    assert_non_null(simulation);
    hb_random_seed(&random, 7);
    for (int round = 0; round < 300; round++) {
        struct hb_capture_summary summary;
        uint64_t first = 0;

        begin_capture();
        simulate(simulation, &random);
        summary = convert_grown(simulation->looked, STREAMS);
        for (size_t i = 0; i < STREAMS; i++)
            first += simulation->events[i];
        assert_int_equal(hb_capture_dropped(&summary), 0);
        assert_true(summary.events >= first);
        beyond += summary.events - first;
    }
    assert_true(beyond > 0); /* or nothing was tried */
    free(simulation);
}

static void a_stream_that_came_after_the_first_look_is_left_out(void **state)
{
    uint64_t items[] = {2, 0};

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 10);
    put_birth(HB_CAPTURE_MALLOC, A + 16, 11);
    begin_chunk(2, 0);
    put_order(A, 2);
    put_death(HB_CAPTURE_FREE, A + 16);
    assert_int_equal(convert_grown(items, 2).ops, 1);
    assert_op(0, HB_OP_MALLOC, 0, 10, 0);
}

static void time_passes_between_operations_and_never_back(void **state)
{
    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    put_time(5); /* when the image began */
    put_order(A, 1);
    put_birth(HB_CAPTURE_MALLOC, A, 1);
    put_time(9);
    put_birth(HB_CAPTURE_MALLOC, A + 16, 2);
    put_time(1000);
    put_birth(HB_CAPTURE_MALLOC, A + 32, 4);
    begin_chunk(2, 0);
    put_time(7);
    put_order(B, 1);
    put_birth(HB_CAPTURE_MALLOC, B, 3);
    assert_int_equal(convert_sound().ops, 4);
    assert_op(0, HB_OP_MALLOC, 0, 1, 0);
    assert_op(1, HB_OP_MALLOC, 1, 3, 1);
    assert_op(2, HB_OP_MALLOC, 2, 2, 0);
    assert_op(3, HB_OP_MALLOC, 3, 4, 0);
    assert_int_equal(capture_waits_us[0], 0);
    assert_int_equal(capture_waits_us[1], 2000);
    assert_int_equal(capture_waits_us[2], 2000);
    assert_int_equal(capture_waits_us[3], 991000);
    assert_int_equal(capture_waits_us[4], 0);
}

static void what_the_header_knows_of_time_is_in_the_summary(void **state)
{
    struct hb_capture_summary summary;

    (void)state;
    begin_capture();
    begin_chunk(1, 0);
    summary = convert_sound();
    assert_int_equal(summary.wall_ns, 4000);
    assert_int_equal(summary.cpu_ns, 200); /* less what the process took before its exec */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_seen_first_is_converted_with_all_that_came_before_it),
        cmocka_unit_test(a_stream_that_came_after_the_first_look_is_left_out),
        cmocka_unit_test(time_passes_between_operations_and_never_back),
        cmocka_unit_test(what_the_header_knows_of_time_is_in_the_summary),
    };

    return cmocka_run_group_tests(tests, capture_begin_tests, capture_end_tests);
}
