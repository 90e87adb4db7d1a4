/* number_test - strict numbers: what is taken, what is refused, and that a refusal writes nothing. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("decimal digits up to 2^64 - 1 are read", decimal),
        hb_test("signs, blanks, suffixes and overflow are refused", not_decimal),
        hb_test("sizes take K, M and G as powers of 1024", sizes),
        hb_test("times take ns, us, ms and s, and decimals", times),
        hb_test("times without a unit, or finer than is asked for, are refused", not_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
