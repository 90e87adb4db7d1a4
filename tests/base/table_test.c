/* table_test.c - tables of the harness's own: aligned, zeroed, their content kept as they grow. */
#include "tests/check.h"

#include <string.h>

#include "base/pages.h"

static void check(const unsigned char *table, size_t sevens, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (table[i] != (i < sevens ? 7 : 0))
            fail_msg("byte %zu of %zu is %d", i, bytes, table[i]);
}

static void zeroed_at_a_boundary(void **state)
{
    size_t bytes = HB_TABLE_SMALL_BYTES + 1;
    unsigned char *table = hb_table_grow(NULL, 0, bytes);

    (void)state;
    assert_non_null(table);
    assert_int_equal((uintptr_t)table % HB_TABLE_BYTES, 0);
    check(table, 0, HB_TABLE_BYTES);
    hb_table_free(table, bytes);
    hb_table_free(NULL, 1);
}

static void grows_with_its_content(void **state)
{
    /* A small one, from there to a large one, and among those. */
    static const size_t sizes[] = {
        1, HB_TABLE_SMALL_BYTES, HB_TABLE_SMALL_BYTES + 1, HB_TABLE_BYTES, HB_TABLE_BYTES + 1, (9 << 20) + 1};
    size_t bytes = 0;
    unsigned char *table = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        table = hb_table_grow(table, bytes, sizes[i]);
        assert_non_null(table);
        assert_true(sizes[i] <= HB_TABLE_SMALL_BYTES || (uintptr_t)table % HB_TABLE_BYTES == 0);
        check(table, bytes, hb_table_room(sizes[i]));
        bytes = sizes[i];
        memset(table, 7, bytes);
        assert_ptr_equal(hb_table_grow(table, bytes, bytes), table);
    }
    hb_table_free(table, bytes);
}

static void refused_rather_than_wrapped(void **state)
{
    unsigned char *table = hb_table_grow(NULL, 0, 1);

    (void)state;
    assert_null(hb_table_grow(NULL, 0, 0));
    assert_null(hb_table_grow(NULL, 0, SIZE_MAX));
    assert_null(hb_table_grow(NULL, 0, SIZE_MAX / 2 + 1));
    assert_non_null(table);
    table[0] = 7;
    assert_null(hb_table_grow(table, 1, SIZE_MAX / 2 + 1));
    assert_int_equal(table[0], 7);
    hb_table_free(table, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("a large table begins at a boundary of 2 MiB and is zeroed to its end", zeroed_at_a_boundary),
        hb_test("a table grows, keeps what is in it and adds zeroes", grows_with_its_content),
        hb_test("nothing, too much and sizes that wrap are refused, and leave a table as it is",
                refused_rather_than_wrapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
