/*
 * repair_test.c - events at addresses that are out of order, missing or twice: which operations they become,
 * and what is counted.
 */
#include "tests/workloads/fixtures.h"

#include <stdlib.h>

#include "workloads/import/repair.h"

enum { ROOM = 64 };

struct play {
    struct hb_repairs counts;
    struct hb_repair *repair;
    struct hb_op ops[ROOM];
};

static void begin(struct play *play)
{
    *play = (struct play){.counts = {0}};
    play->repair = hb_repair_create(&play->counts);
    assert_non_null(play->repair);
    hb_repair_collect(play->repair, play->ops);
}

static void birth(struct play *play, uint64_t address, uint64_t size)
{
    assert_true(
        hb_repair_birth(play->repair, address, (struct hb_op){.kind = HB_OP_MALLOC, .size = size}, 9));
}

static void death(struct play *play, uint64_t address)
{
    assert_true(hb_repair_free(play->repair, address, 9));
}

static void move(struct play *play, uint64_t from, uint64_t to, uint64_t size)
{
    assert_true(hb_repair_realloc(play->repair, from, to, size, 9));
}

/* Settles what waits, and asserts which operations came of it all. */
static void end(struct play *play, const struct hb_op *expected, size_t count)
{
    bool done = false;

    while (!done)
        assert_true(hb_repair_settle_one(play->repair, &done));
    assert_int_equal(hb_repair_collected(play->repair), count);
    hb_test_assert_ops(play->ops, expected, count);
    hb_repair_destroy(play->repair);
}

static void assert_counts(const struct play *play, uint64_t unknown, uint64_t late, uint64_t made_up)
{
    assert_int_equal(play->counts.unknown_frees, unknown);
    assert_int_equal(play->counts.late_frees, late);
    assert_int_equal(play->counts.made_up_frees, made_up);
    assert_int_equal(hb_repairs_dropped(&play->counts), unknown + late + made_up);
}

static void in_order(void **state)
{
    static const struct hb_op expected[] = {{.object = 0, .size = 1},
                                            {.kind = HB_OP_FREE, .object = 0},
                                            {.object = 1, .size = 2},
                                            {.kind = HB_OP_REALLOC, .object = 1, .size = 3},
                                            {.kind = HB_OP_REALLOC, .object = 1, .size = 4},
                                            {.kind = HB_OP_REALLOC, .object = 1, .size = 5},
                                            {.object = 2, .size = 6},
                                            {.kind = HB_OP_FREE, .object = 1}};
    struct play play;

    (void)state;
    begin(&play);
    birth(&play, 0x10, 1);
    death(&play, 0x10);
    birth(&play, 0x10, 2);
    move(&play, 0x10, 0x20, 3);
    move(&play, 0x20, 0x30, 4);
    move(&play, 0x30, 0x30, 5);
    birth(&play, 0x10, 6);
    death(&play, 0x30);
    end(&play, expected, 8);
    assert_counts(&play, 0, 0, 0);
}

static void unknown(void **state)
{
    static const struct hb_op expected[] = {{.object = 0, .size = 5}, {.kind = HB_OP_FREE, .object = 0}};
    struct play play;

    (void)state;
    begin(&play);
    death(&play, 0x10);
    move(&play, 0x20, 0x30, 5); /* what is born of an unknown block is known */
    death(&play, 0x30);
    death(&play, 0x30);
    end(&play, expected, 2);
    assert_counts(&play, 3, 0, 0);
}

static void late(void **state)
{
    static const struct hb_op expected[] = {
        {.object = 0, .size = 1}, {.object = 1, .size = 3},          {.kind = HB_OP_FREE, .object = 0},
        {.object = 2, .size = 2}, {.kind = HB_OP_FREE, .object = 2}, {.kind = HB_OP_FREE, .object = 1}};
    struct play play;

    (void)state;
    begin(&play);
    birth(&play, 0x10, 1);
    birth(&play, 0x10, 2);
    birth(&play, 0x20, 3);
    death(&play, 0x10);
    death(&play, 0x10);
    death(&play, 0x20);
    end(&play, expected, 6);
    assert_counts(&play, 0, 1, 0);
}

/* A realloc takes the old block away as a free does; and may itself come to an address that is not free yet.
 */
static void late_realloc(void **state)
{
    static const struct hb_op expected[] = {
        {.object = 0, .size = 1},          {.kind = HB_OP_REALLOC, .object = 0, .size = 3},
        {.object = 1, .size = 2},          {.object = 2, .size = 4},
        {.kind = HB_OP_FREE, .object = 0}, {.kind = HB_OP_REALLOC, .object = 2, .size = 5},
        {.kind = HB_OP_FREE, .object = 2}};
    struct play play;

    (void)state;
    begin(&play);
    birth(&play, 0x10, 1);
    birth(&play, 0x10, 2);
    move(&play, 0x10, 0x20, 3);
    birth(&play, 0x30, 4);
    move(&play, 0x30, 0x20, 5);
    death(&play, 0x20);
    death(&play, 0x20);
    end(&play, expected, 7);
    assert_counts(&play, 0, 2, 0);
}

static void never(void **state)
{
    static const struct hb_op expected[] = {
        {.object = 0, .size = 1},          {.kind = HB_OP_FREE, .object = 0},
        {.object = 1, .size = 2},          {.kind = HB_OP_FREE, .object = 1},
        {.object = 2, .size = 3},          {.kind = HB_OP_REALLOC, .object = 2, .size = 4},
        {.kind = HB_OP_FREE, .object = 2}, {.object = 3, .size = 5}};
    struct play play;

    (void)state;
    begin(&play);
    birth(&play, 0x10, 1);
    birth(&play, 0x10, 2); /* waits until the next one comes */
    birth(&play, 0x10, 3); /* waits until it is reallocated in place */
    move(&play, 0x10, 0x10, 4);
    birth(&play, 0x10, 5); /* waits until the end */
    end(&play, expected, 8);
    assert_counts(&play, 0, 0, 3);
}

/* Who waits for longer than any race lasts has missed the free. */
static void overdue(void **state)
{
    struct play play;

    (void)state;
    begin(&play);
    birth(&play, 0x10, 1);
    birth(&play, 0x10, 2);
    for (int i = 0; i < HB_REPAIR_WINDOW - 1; i++)
        death(&play, 0x999);
    assert_int_equal(hb_repair_collected(play.repair), 1);
    death(&play, 0x999);
    assert_int_equal(hb_repair_collected(play.repair), 3);
    assert_int_equal(play.ops[1].kind, HB_OP_FREE);
    assert_int_equal(play.ops[2].size, 2);
    assert_counts(&play, HB_REPAIR_WINDOW, 0, 1);
    hb_repair_destroy(play.repair);
}

/* Threads are numbered as they act: one whose only event is left out has no number. */
static void threads(void **state)
{
    struct play play;

    (void)state;
    begin(&play);
    assert_true(hb_repair_free(play.repair, 0x10, 70));
    assert_true(hb_repair_birth(play.repair, 0x10, (struct hb_op){.size = 1}, 71));
    assert_true(hb_repair_free(play.repair, 0x10, 70));
    assert_int_equal(play.ops[0].thread, 0);
    assert_int_equal(play.ops[1].thread, 1);
    hb_repair_collect(play.repair, play.ops);
    for (uint64_t i = 0; i < 70000; i++) { /* more than a trace can number: the last is shared */
        hb_repair_collect(play.repair, play.ops);
        assert_true(hb_repair_birth(play.repair, 0x100 + i, (struct hb_op){.size = 1}, 1000 + i));
        assert_int_equal(play.ops[0].thread, i + 2 < 65535 ? i + 2 : 65535);
    }
    hb_repair_destroy(play.repair);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("what is in order stays as it is", in_order),
        hb_test("a free of an unknown address is left out", unknown),
        hb_test("an allocation at a live address waits for the free", late),
        hb_test("a realloc frees, and waits, like any other", late_realloc),
        hb_test("a free that never comes is made up", never),
        hb_test("nothing waits for longer than the window", overdue),
        hb_test("threads are numbered as they act", threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
