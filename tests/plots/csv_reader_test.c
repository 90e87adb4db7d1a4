/*
 * csv_reader_test.c - result files: what is taken, what is refused and where, and that no mutation is
 * misread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bench/report/csv_reader.h"

static const char sample[] = "# heapbench 0.1.0\n"
                             "#   run      today\n"
                             "trace,allocator,ns\n"
                             "cc1,glibc,12.5\n"
                             "caf\xC3\xA9 x,simple,\n";

static struct hb_csv *parse(const char *text)
{
    struct hb_csv *csv = NULL;
    struct hb_error error;

    assert_int_equal(hb_csv_parse("x.csv", text, strlen(text), &csv, &error), HB_OK);
    assert_non_null(csv);
    return csv;
}

static void assert_refused(const char *text, size_t bytes, enum hb_status status, const char *sentence)
{
    struct hb_csv *csv = NULL;
    struct hb_error error = {.text = ""};

    assert_int_equal(hb_csv_parse("x.csv", text, bytes, &csv, &error), status);
    assert_null(csv);
    assert_int_equal(error.status, status);
    assert_string_equal(error.text, sentence);
}

static void a_file_gives_its_provenance_columns_and_rows(void **state)
{
    struct hb_csv *csv = parse(sample);

    (void)state;
    assert_int_equal(hb_csv_provenance_count(csv), 2);
    assert_string_equal(hb_csv_provenance(csv, 0), "heapbench 0.1.0");
    assert_string_equal(hb_csv_provenance(csv, 1), "run      today");
    assert_int_equal(hb_csv_rows(csv), 2);
    assert_int_equal(hb_csv_column(csv, "trace"), 0);
    assert_int_equal(hb_csv_column(csv, "ns"), 2);
    assert_int_equal(hb_csv_column(csv, "n"), -1);
    assert_string_equal(hb_csv_text(csv, 0, 1), "glibc");
    assert_string_equal(hb_csv_text(csv, 1, 0), "caf\xC3\xA9 x");
    assert_string_equal(hb_csv_text(csv, 1, 2), "");
    assert_string_equal(hb_csv_text(csv, 1, -1), "");
    hb_csv_free(csv);
}

static void a_number_is_finite_and_not_negative_or_not_known(void **state)
{
    static const char *const not_numbers[] = {"",      "-1",    " 7", "7 ", "7x", "nan",   "inf",
                                              "0x1p3", "1e999", "1e", "+1", ".5", "1.2.3", "one"};
    char text[64];
    double value = -1;

    (void)state;
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++) {
        struct hb_csv *csv;

        snprintf(text, sizeof text, "a,b\n%s,1\n", not_numbers[i]);
        csv = parse(text);
        assert_false(hb_csv_number(csv, 0, 0, &value));
        hb_csv_free(csv);
    }
    assert_true(value < 0);
    for (int i = 0; i < 2; i++) {
        struct hb_csv *csv = parse(i == 0 ? "a\n18446744073709551615\n" : "a\n2.5e-3\n");

        assert_true(hb_csv_number(csv, 0, 0, &value));
        assert_true(value == (i == 0 ? 18446744073709551616.0 : 0.0025));
        assert_false(hb_csv_number(csv, 0, -1, &value));
        hb_csv_free(csv);
    }
}

static void a_file_without_rows_is_well_formed(void **state)
{
    struct hb_csv *csv = parse("a,b\n");

    (void)state;
    assert_int_equal(hb_csv_rows(csv), 0);
    assert_int_equal(hb_csv_provenance_count(csv), 0);
    hb_csv_free(csv);
}

static void what_breaks_a_rule_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *sentence;
    } cases[] = {
        {"", "x.csv:1: no header line"},
        {"# only\n", "x.csv:2: no header line"},
        {"a,b", "x.csv:1: ends in the middle of a line"},
        {"a,b\n1,2\n3", "x.csv:3: ends in the middle of a line"},
        {"a,b\n1\n", "x.csv:2: fewer fields than the header has"},
        {"a,b\n1,2,3\n", "x.csv:2: more fields than the header has"},
        {"a,b\n\n", "x.csv:2: fewer fields than the header has"},
        {"a,\n", "x.csv:1: a column has no name"},
        {"a,b,a\n", "x.csv:1: two columns have the same name"},
        {"a,\"b\"\n", "x.csv:1: holds a quote, which no result does"},
        {"a\n\"\n", "x.csv:2: holds a quote, which no result does"},
        {"a\n1\n# late\n", "x.csv:3: a line of provenance after the header"},
        {"a\r\n", "x.csv:1: holds a control character"},
        {"a\n\x1B[31m\n", "x.csv:2: holds a control character"},
        {"a\n\xC2\x85\n", "x.csv:2: holds a control character"},
        {"a\n\xFF\n", "x.csv:2: not valid UTF-8"},
        {"a\n\xC0\xAF\n", "x.csv:2: not valid UTF-8"},
        {"a\n\xE0\x80\xAF\n", "x.csv:2: not valid UTF-8"},
        {"a\n\xED\xA0\x80\n", "x.csv:2: not valid UTF-8"},
        {"a\n\xF4\x90\x80\x80\n", "x.csv:2: not valid UTF-8"},
        {"a\n\xE2\x82\n", "x.csv:2: not valid UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, strlen(cases[i].text), HB_ERR_FORMAT, cases[i].sentence);
    assert_refused("a\n\0\n", 4, HB_ERR_FORMAT, "x.csv:2: holds a control character");
}

/* `piece` so many times, then `end`. */
static char *repeated(const char *piece, size_t times, const char *end)
{
    char *text = malloc(strlen(piece) * times + strlen(end) + 1), *p = text;

    assert_non_null(text);
    for (size_t i = 0; i < times; i++, p += strlen(piece))
        memcpy(p, piece, strlen(piece));
    memcpy(p, end, strlen(end) + 1);
    return text;
}

static void too_many_columns_or_lines_of_provenance_are_refused(void **state)
{
    char *wide = repeated("a,", HB_CSV_MAX_COLUMNS, "a\n");
    char *long_winded = repeated("# x\n", HB_CSV_MAX_PROVENANCE + 1, "a\n");

    (void)state;
    assert_refused(wide, strlen(wide), HB_ERR_LIMIT, "x.csv:1: more than 64 columns");
    assert_refused(long_winded, strlen(long_winded), HB_ERR_LIMIT,
                   "x.csv:257: more than 256 lines of provenance");
    free(wide);
    free(long_winded);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct hb_csv *csv = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_csv_read("/nowhere/x.csv", &csv, &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "/nowhere/x.csv"));
}

/* Puts the rows together again: what was taken must be exactly what the file says. */
static void assert_rows_are_those_of(const struct hb_csv *csv, const char *text, size_t bytes)
{
    const char *end = text + bytes, *p = text;
    size_t columns = 1;

    for (bool header = false; !header; p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1) {
        header = *p != '#';
        for (const char *c = p; header && *c != '\n'; c++)
            columns += *c == ',';
    }
    for (size_t row = 0; row < hb_csv_rows(csv); row++)
        for (size_t column = 0; column < columns; column++) {
            const char *field = hb_csv_text(csv, row, (int)column);

            assert_true(strlen(field) < (size_t)(end - p));
            assert_memory_equal(p, field, strlen(field));
            p += strlen(field);
            assert_int_equal(*p++, column + 1 < columns ? ',' : '\n');
        }
    assert_ptr_equal(p, end);
}

static void no_mutation_is_misread(void **state)
{
    static const char alphabet[] = ",\n#\"\xC3\xA9 a1\0\r\xFF";
    struct hb_random random;
    size_t taken = 0;

    (void)state;
    hb_random_seed(&random, 20261123);
    for (int i = 0; i < 20000; i++) {
        char text[sizeof sample];
        size_t bytes =
            sizeof sample - 1 - (size_t)hb_random_below(&random, 3) * (size_t)hb_random_below(&random, 20);
        struct hb_csv *csv;

        memcpy(text, sample, sizeof sample);
        for (uint64_t n = hb_random_below(&random, 4); n > 0; n--)
            text[hb_random_below(&random, bytes)] = alphabet[hb_random_below(&random, sizeof alphabet - 1)];
        if (hb_csv_parse("x.csv", text, bytes, &csv, NULL) != HB_OK)
            continue;
        taken++;
        assert_rows_are_those_of(csv, text, bytes);
        hb_csv_free(csv);
    }
    assert_true(taken > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_its_provenance_columns_and_rows),
        cmocka_unit_test(a_number_is_finite_and_not_negative_or_not_known),
        cmocka_unit_test(a_file_without_rows_is_well_formed),
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_line),
        cmocka_unit_test(too_many_columns_or_lines_of_provenance_are_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(no_mutation_is_misread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
