/* show_test - counts, sizes and times as people read them: the groups, the digits and the units. */
#include "tests/check.h"

#include "base/show.h"

static void counts_have_groups_of_three(void **state)
{
    (void)state;
    assert_string_equal(hb_show_count(0).text, "0");
    assert_string_equal(hb_show_count(999).text, "999");
    assert_string_equal(hb_show_count(1000).text, "1 000");
    assert_string_equal(hb_show_count(1234567).text, "1 234 567");
    assert_string_equal(hb_show_count(UINT64_MAX).text, "18 446 744 073 709 551 615");
}

static void one_is_no_plural(void **state)
{
    (void)state;
    assert_string_equal(hb_show_counted(0, "operation").text, "0 operations");
    assert_string_equal(hb_show_counted(1, "operation").text, "1 operation");
    assert_string_equal(hb_show_counted(21000, "byte").text, "21 000 bytes");
    assert_string_equal(hb_show_counted(UINT64_MAX, "a noun of thirty letters there").text,
                        "18 446 744 073 709 551 615 a noun of thirty letters theres");
}

static void figures_have_three_digits(void **state)
{
    (void)state;
    assert_string_equal(hb_show_figure(0).text, "0.00");
    assert_string_equal(hb_show_figure(9.994).text, "9.99");
    assert_string_equal(hb_show_figure(9.996).text, "10.0");
    assert_string_equal(hb_show_figure(99.94).text, "99.9");
    assert_string_equal(hb_show_figure(99.96).text, "100");
    assert_string_equal(hb_show_figure(123456).text, "123456");
}

static void bytes_have_a_unit(void **state)
{
    (void)state;
    assert_string_equal(hb_show_bytes(0).text, "0 B");
    assert_string_equal(hb_show_bytes(999).text, "999 B");
    assert_string_equal(hb_show_bytes(1000).text, "0.98 KiB");
    assert_string_equal(hb_show_bytes(1536).text, "1.50 KiB");
    assert_string_equal(hb_show_bytes(1023488).text, "0.98 MiB"); /* 999.5 KiB */
    assert_string_equal(hb_show_bytes(UINT64_MAX).text, "16.0 EiB");
}

static void times_have_a_unit(void **state)
{
    (void)state;
    assert_string_equal(hb_show_seconds(0).text, "0 s");
    assert_string_equal(hb_show_seconds(4e-10).text, "0.40 ns");
    assert_string_equal(hb_show_seconds(7.5e-6).text, "7.50 us");
    assert_string_equal(hb_show_seconds(0.25).text, "250 ms");
    assert_string_equal(hb_show_seconds(0.9996).text, "1.00 s");
    assert_string_equal(hb_show_seconds(7200).text, "7200 s");
}

static void sizes_are_as_an_option_takes_them(void **state)
{
    (void)state;
    assert_string_equal(hb_show_size(0).text, "0");
    assert_string_equal(hb_show_size(1000).text, "1000");
    assert_string_equal(hb_show_size(65536).text, "64K");
    assert_string_equal(hb_show_size(UINT64_C(1) << 50).text, "1048576G");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("counts have groups of three digits", counts_have_groups_of_three),
        hb_test("one of a thing is no plural", one_is_no_plural),
        hb_test("figures have three digits", figures_have_three_digits),
        hb_test("bytes have a unit", bytes_have_a_unit),
        hb_test("times have a unit", times_have_a_unit),
        hb_test("sizes are written as an option takes them", sizes_are_as_an_option_takes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
