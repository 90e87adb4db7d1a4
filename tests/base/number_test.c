/* number_test.c - strict numbers: what is taken and refused; and how counts, sizes and times are shown. */
#include "tests/check.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/number.h"

static void expect(bool (*parse)(const char *, uint64_t *), const char *text, bool ok, uint64_t value)
{
    uint64_t out = 12345;

    print_message("  '%s'\n", text != NULL ? text : "(null)");
    assert_int_equal(parse(text, &out), ok);
    assert_true(out == (ok ? value : 12345));
}

static void decimal(void **state)
{
    (void)state;
    expect(hb_number_parse, "0", true, 0);
    expect(hb_number_parse, "007", true, 7);
    expect(hb_number_parse, "18446744073709551615", true, UINT64_MAX);
    expect(hb_number_parse, "18446744073709551616", false, 0);
    expect(hb_number_parse, "99999999999999999999999", false, 0);
}

static void not_decimal(void **state)
{
    static const char *const texts[] = {"", " 1", "1 ", "-1", "+1", "1K", "0x10", "1.5", "one", "1\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect(hb_number_parse, texts[i], false, 0);
    expect(hb_number_parse, NULL, false, 0);
}

static void sizes(void **state)
{
    (void)state;
    expect(hb_number_parse_size, "4096", true, 4096);
    expect(hb_number_parse_size, "4K", true, 4096);
    expect(hb_number_parse_size, "4k", true, 4096);
    expect(hb_number_parse_size, "64M", true, UINT64_C(64) << 20);
    expect(hb_number_parse_size, "2G", true, UINT64_C(2) << 30);
    expect(hb_number_parse_size, "17179869183G", true, UINT64_C(17179869183) << 30);
    expect(hb_number_parse_size, "17179869184G", false, 0);
    expect(hb_number_parse_size, "K", false, 0);
    expect(hb_number_parse_size, "4KB", false, 0);
    expect(hb_number_parse_size, "4 K", false, 0);
    expect(hb_number_parse_size, "4T", false, 0);
    expect(hb_number_parse_size, NULL, false, 0);
}

static void times(void **state)
{
    (void)state;
    expect(hb_number_parse_us, "250ms", true, 250000);
    expect(hb_number_parse_us, "1.5s", true, 1500000);
    expect(hb_number_parse_us, "0.000001s", true, 1);
    expect(hb_number_parse_us, "1.0000000s", true, 1000000);
    expect(hb_number_parse_us, "7us", true, 7);
    expect(hb_number_parse_us, "0us", true, 0);
    expect(hb_number_parse_us, "2000ns", true, 2);
    expect(hb_number_parse_us, "18446744073709551615us", true, UINT64_MAX);
    expect(hb_number_parse_ns, "1.5s", true, 1500000000);
    expect(hb_number_parse_ns, "18446744073709551615ns", true, UINT64_MAX);
    expect(hb_number_parse_ns, "18446744073.709551615s", true, UINT64_MAX);
}

static void not_times(void **state)
{
    static const char *const texts[] = {
        "",     "1",     "s",   "1.s",   ".5s",  "1.5.5s", "-1s", "1 s",   "1m",    "1S", "1sec",      "1e3s",
        "0x1s", "1.5us", "1ns", "1.-5s", "1,5s", "1s ",    "ms",  "1..5s", "1.5 s", "1.", "1.0000001s"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect(hb_number_parse_us, texts[i], false, 0);
    expect(hb_number_parse_us, NULL, false, 0);
    expect(hb_number_parse_us, "18446744073709551616us", false, 0);
    expect(hb_number_parse_us, "18446744073709552ms", false, 0);
    expect(hb_number_parse_us, "1.00000000000000000000000000000000s", false, 0); /* more digits than fit */
    expect(hb_number_parse_ns, "18446744073.709551616s", false, 0);
    expect(hb_number_parse_ns, "0.5ns", false, 0);
}

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

static void the_common_divisor_is_the_greatest(void **state)
{
    (void)state;
    assert_int_equal(hb_number_common_divisor(12, 18), 6);
    assert_int_equal(hb_number_common_divisor(18, 12), 6);
    assert_int_equal(hb_number_common_divisor(7, 9), 1);
    assert_int_equal(hb_number_common_divisor(0, 5), 5);
    assert_int_equal(hb_number_common_divisor(5, 0), 5);
    assert_int_equal(hb_number_common_divisor(0, 0), 0);
    assert_int_equal(hb_number_common_divisor(UINT64_MAX, UINT64_MAX - 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("decimal digits up to 2^64 - 1 are read", decimal),
        hb_test("signs, blanks, suffixes and overflow are refused", not_decimal),
        hb_test("sizes take K, M and G as powers of 1024", sizes),
        hb_test("times take ns, us, ms and s, and decimals", times),
        hb_test("times without a unit, or finer than is asked for, are refused", not_times),
        hb_test("counts have groups of three digits", counts_have_groups_of_three),
        hb_test("one of a thing is no plural", one_is_no_plural),
        hb_test("figures have three digits", figures_have_three_digits),
        hb_test("bytes have a unit", bytes_have_a_unit),
        hb_test("times have a unit", times_have_a_unit),
        hb_test("sizes are written as an option takes them", sizes_are_as_an_option_takes_them),
        hb_test("the common divisor is the greatest", the_common_divisor_is_the_greatest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
