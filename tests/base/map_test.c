/*
 * map_test.c - the map against an array that is searched from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/pages.h"
#include "base/random.h"

enum { PLACES = 600, STEPS = 200000 };

/* Addresses in runs, as blocks are, and a few far apart. */
static uint64_t address_of(unsigned place)
{
    if (place < 500)
        return 0x55550000u + 16 * (uint64_t)place;
    return UINT64_MAX - 8 - ((uint64_t)place << 50);
}

static void it_answers_as_a_plain_array_does(void **state)
{
    struct hb_map table;
    int64_t plain[PLACES];
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 11);
    assert_true(hb_map_init(&table));
    for (unsigned i = 0; i < PLACES; i++)
        plain[i] = -1;
    for (uint32_t step = 0; step < STEPS; step++) {
        unsigned place = (unsigned)hb_random_below(&random, PLACES);
        uint32_t object = UINT32_MAX;

        assert_int_equal(hb_map_holds(&table, address_of(place)), plain[place] >= 0);
        assert_int_equal(hb_map_find(&table, address_of(place), &object), plain[place] >= 0);
        assert_int_equal(object, plain[place] >= 0 ? plain[place] : UINT32_MAX);
        assert_int_equal(hb_map_take(&table, address_of(place), &object), plain[place] >= 0);
        if (plain[place] >= 0)
            assert_int_equal(object, plain[place]);
        plain[place] = -1;
        if (hb_random_below(&random, 4) != 0) {
            assert_true(hb_map_put(&table, address_of(place), step));
            plain[place] = step;
        }
    }
    hb_map_clear(&table);
}

static void it_grows_and_loses_nothing(void **state)
{
    enum { MANY = 100000 };
    struct hb_map table;
    uint32_t object;

    (void)state;
    assert_true(hb_map_init(&table));
    for (uint32_t i = 0; i < MANY; i++)
        assert_true(hb_map_put(&table, (uint64_t)i * 32, i));
    assert_int_equal(table.count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(hb_map_take(&table, (uint64_t)i * 32, &object));
        assert_int_equal(object, i);
    }
    assert_int_equal(table.count, 0);
    hb_map_clear(&table);
}

static void reserved_memory_is_enough_and_more_is_grown(void **state)
{
    enum { MANY = 300000 };
    struct hb_map table;
    const struct hb_map_cell *cells;
    uint32_t object;

    (void)state;
    assert_true(hb_map_init(&table));
    assert_true(hb_map_put(&table, 7, 8));
    cells = table.cells;
    assert_true(hb_map_reserve(&table, 4096));
    assert_ptr_equal(table.cells, cells);
    assert_true(hb_map_reserve(&table, MANY));
    assert_int_equal(hb_map_bytes(&table), hb_table_room(12 << 20));
    cells = table.cells;
    for (uint32_t i = 1; i < MANY; i++)
        assert_true(hb_map_put(&table, (uint64_t)i * 32, i));
    assert_ptr_equal(table.cells, cells);
    assert_true(hb_map_find(&table, 7, &object));
    assert_int_equal(object, 8);
    assert_false(hb_map_reserve(&table, UINT64_MAX));
    assert_ptr_equal(table.cells, cells);
    hb_map_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_as_a_plain_array_does),
        cmocka_unit_test(it_grows_and_loses_nothing),
        cmocka_unit_test(reserved_memory_is_enough_and_more_is_grown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
