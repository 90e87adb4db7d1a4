/*
 * schedule_test.c - a paced replay stops where the recording notes the time, and goes on when it has passed.
 */
#include "tests/check.h"

#include "base/clock.h"
#include "bench/replay/schedule.h"

#define MS UINT64_C(1000)

static struct hb_prepared prepared_with(const struct hb_wait *waits, uint64_t count, uint64_t ops)
{
    return (struct hb_prepared){.waits = waits, .wait_count = count, .op_count = ops};
}

static void must_open(struct hb_schedule *schedule, const struct hb_prepared *prepared, double pace,
                      bool tells)
{
    struct hb_error error;

    assert_int_equal(hb_schedule_open(schedule, prepared, pace, tells, &error), HB_OK);
}

static void without_a_pace_or_without_times_nothing_stops_it(void **state)
{
    static const struct hb_wait waits[] = {{0, 3600000 * MS}, {5, 3600000 * MS}};
    struct hb_prepared timed = prepared_with(waits, 2, 9), untimed = prepared_with(NULL, 0, 9);
    struct hb_schedule schedule;

    (void)state;
    must_open(&schedule, &timed, 0, false);
    assert_int_equal(hb_schedule_reach(&schedule, 0, 9), 9);
    assert_int_equal(hb_schedule_reach(&schedule, 9, 9), 9);
    assert_int_equal(schedule.taken_ns, 0);
    must_open(&schedule, &untimed, 1, false);
    assert_int_equal(hb_schedule_reach(&schedule, 0, 9), 9);
    assert_int_equal(hb_schedule_reach(&schedule, 9, 9), 9);
    assert_int_equal(schedule.taken_ns, 0);
}

static void it_stops_at_each_note_and_no_operation_comes_before_its_time(void **state)
{
    static const struct hb_wait waits[] = {{0, 2 * MS}, {3, 12 * MS}, {4, 4 * MS}, {7, 6 * MS}, {9, 20 * MS}};
    static const uint64_t stops[] = {0, 3, 4, 7, 9}, due_us[] = {2 * MS, 14 * MS, 18 * MS, 24 * MS, 44 * MS};
    struct hb_prepared prepared = prepared_with(waits, 5, 9);
    uint64_t begun_ns = hb_clock_ns();
    struct hb_schedule schedule;

    (void)state;
    must_open(&schedule, &prepared, 0.5, false);
    for (size_t i = 0; i < 5; i++) {
        uint64_t next = hb_schedule_reach(&schedule, stops[i], 9);

        assert_int_equal(next, i < 4 ? stops[i + 1] : 9);
        assert_int_equal(schedule.recorded_us, due_us[i]);
        /* A millisecond early at most; the last is not early at all. */
        assert_true(hb_clock_ns() - begun_ns + (i < 4 ? 1000000 : 0) >= due_us[i] * 1000 / 2);
    }
    assert_true(schedule.taken_ns >= 22000000);
}

static void windows_stop_at_their_ends_too_and_lose_no_time(void **state)
{
    static const struct hb_wait waits[] = {{2, MS}, {5, MS}, {6, MS}};
    struct hb_prepared prepared = prepared_with(waits, 3, 8);
    struct hb_schedule schedule;

    (void)state;
    must_open(&schedule, &prepared, 0.001, false);
    assert_int_equal(hb_schedule_reach(&schedule, 0, 5), 2);
    assert_int_equal(hb_schedule_reach(&schedule, 2, 5), 5);
    assert_int_equal(schedule.recorded_us, MS);
    assert_int_equal(hb_schedule_reach(&schedule, 5, 8), 6);
    assert_int_equal(hb_schedule_reach(&schedule, 6, 8), 8);
    assert_int_equal(schedule.recorded_us, 3 * MS);
}

static void the_time_of_an_operation_is_the_sum_of_what_passed_before_it(void **state)
{
    static const struct hb_wait waits[] = {{0, 1}, {3, 10}, {9, 100}};
    static const struct hb_wait hostile[] = {{0, UINT64_MAX}, {3, UINT64_MAX}};
    struct hb_prepared prepared = prepared_with(waits, 3, 9), too_long = prepared_with(hostile, 2, 9);

    (void)state;
    assert_int_equal(hb_recorded_us(&prepared, 0), 1);
    assert_int_equal(hb_recorded_us(&prepared, 2), 1);
    assert_int_equal(hb_recorded_us(&prepared, 3), 11);
    assert_int_equal(hb_recorded_us(&prepared, 9), 111);
    assert_int_equal(hb_recorded_us(&too_long, 9), UINT64_MAX);
    assert_true(hb_paced_seconds(&prepared, 9, 2) == 222e-6);
    assert_true(hb_paced_seconds(&prepared, 9, 0) == 0);
    assert_true(hb_paced_seconds(&too_long, 9, 0.001) > HB_PACED_MOST_S);
}

static void to_tell_a_clock_notes_are_joined_until_they_are_few(void **state)
{
    enum { OPS = 50 * HB_TOLD_OPS };
    static struct hb_wait waits[OPS + 1];
    struct hb_prepared prepared;
    struct hb_schedule schedule;
    uint64_t stops = 0, us = 0;
    bool found = false;

    (void)state;
    for (uint64_t i = 0; i <= OPS; i++)
        waits[i] = (struct hb_wait){i, 1 + i % 7};
    waits[1000].us = 1000000; /* stands out */
    prepared = prepared_with(waits, OPS + 1, OPS);
    must_open(&schedule, &prepared, 0, true);
    for (const struct hb_wait *at = schedule.next; at < schedule.end; at++) {
        us += at->us;
        stops++;
        found = found || at->before_op == 1000; /* a silence is told at its end */
    }
    assert_true(found);
    assert_true(stops <= 51);
    assert_int_equal(us, hb_recorded_us(&prepared, OPS));
    assert_int_equal(schedule.end[-1].before_op, OPS);
    hb_schedule_close(&schedule);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("without a pace or without times nothing stops it",
                without_a_pace_or_without_times_nothing_stops_it),
        hb_test("it stops at each note and no operation comes before its time",
                it_stops_at_each_note_and_no_operation_comes_before_its_time),
        hb_test("windows stop at their ends too and lose no time",
                windows_stop_at_their_ends_too_and_lose_no_time),
        hb_test("the time of an operation is the sum of what passed before it",
                the_time_of_an_operation_is_the_sum_of_what_passed_before_it),
        hb_test("to tell a clock notes are joined until they are few",
                to_tell_a_clock_notes_are_joined_until_they_are_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
