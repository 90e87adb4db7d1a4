/* printable_test.c - other people's text as it may be shown, and what is escaped of it. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/printable.h"
#include "base/random.h"

static void expect(const char *text, const char *also, const char *shown)
{
    char *copy = hb_printable_copy(text, also);

    assert_string_equal(copy, shown);
    free(copy);
}

static void kept(void **state)
{
    (void)state;
    expect("", "", "");
    expect("web.server-2 (old), \"x\" #1 \\ %s", "", "web.server-2 (old), \"x\" #1 \\ %s");
    expect("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x80\x8D", "",
           "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x80\x8D");
}

static void escaped(void **state)
{
    (void)state;
    expect("a\x1b[31mb\nc\td\x7f", "", "a\\x1b[31mb\\x0ac\\x09d\\x7f");
    expect("\xC2\x85\xC2\x9B", "", "\\xc2\\x85\\xc2\\x9b");                   /* C1 controls */
    expect("a\xE2\x80\xAEtxt", "", "a\\xe2\\x80\\xaetxt");                    /* right-to-left override */
    expect("\xE2\x80\xA8\xEF\xBB\xBF", "", "\\xe2\\x80\\xa8\\xef\\xbb\\xbf"); /* line separator, BOM */
    expect("\xE9"
           "a",
           "",
           "\\xe9"
           "a"); /* Latin-1 */
    expect("\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80", "", "\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
    expect("ab\xE2\x82", "", "ab\\xe2\\x82"); /* cut off */
    expect("a,b\"c#d\\", ",\"#", "a\\x2cb\\x22c\\x23d\\");
    expect("a\\x1b\x1b", "\\", "a\\x5cx1b\\x1b");
}

/* Whatever has room is whole; nothing is written behind. */
static void cut_between_characters(void **state)
{
    static const char *const shown[] = {"",         "",         "\xC3\xA9",      "\xC3\xA9",
                                        "\xC3\xA9", "\xC3\xA9", "\xC3\xA9\\x0a", "\xC3\xA9\\x0ax"};

    (void)state;
    for (size_t bytes = 1; bytes <= 8; bytes++) {
        char out[16];

        memset(out, '!', sizeof out);
        assert_ptr_equal(hb_printable(out, bytes, "\xC3\xA9\nx", ""), out);
        assert_string_equal(out, shown[bytes - 1]);
        assert_int_equal(out[bytes], '!');
    }
}

/* Any bytes: what comes out is UTF-8 without a control, made of the escapes and what was kept, and means the
 * same. */
static void any_bytes(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 5);
    for (int round = 0; round < 20000; round++) {
        char text[24], back[24], *copy, *to = back;
        size_t bytes = hb_random_below(&random, sizeof text);

        for (size_t i = 0; i < bytes; i++)
            text[i] = (char)(1 + hb_random_below(&random, 255));
        text[bytes] = '\0';
        copy = hb_printable_copy(text, "\\");
        for (const char *p = copy, *end = copy + strlen(copy); p < end;) {
            unsigned byte;

            assert_true(hb_utf8_length(p, end) > 0 && (unsigned char)*p >= ' ' && *p != 0x7f);
            if (*p == '\\') {
                assert_int_equal(sscanf(p, "\\x%2x", &byte), 1);
                *to++ = (char)byte;
                p += 4;
            } else {
                for (size_t left = hb_utf8_length(p, end); left > 0; left--)
                    *to++ = *p++;
            }
        }
        *to = '\0';
        assert_string_equal(back, text);
        free(copy);
    }
}

static void errors_are_printable(void **state)
{
    struct hb_error error;
    char path[600];

    (void)state;
    hb_error_set(&error, HB_ERR_IO, "%s: no\nline %d", "\x1b]0;title\a", 7);
    assert_string_equal(error.text, "\\x1b]0;title\\x07: no\\x0aline 7");
    memset(path, 0x1b, sizeof path - 1);
    path[sizeof path - 1] = '\0';
    hb_error_set(&error, HB_ERR_IO, "%s", path);
    assert_true(strlen(error.text) < sizeof error.text && strlen(error.text) > sizeof error.text - 5);
    assert_null(strchr(error.text, 0x1b));
}

static void a_line_is_one_line(void **state)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    (void)state;
    hb_print_line(out, "%s: %d", "a\nb\xff", 3);
    fclose(out);
    assert_string_equal(text, "a\\x0ab\\xff: 3\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("what can be shown stays as it is", kept),
        hb_test("what a terminal obeys, and what is no UTF-8, is written as its bytes", escaped),
        hb_test("what has no room is cut between characters", cut_between_characters),
        hb_test("of any bytes at all, what is shown can be shown and means the same", any_bytes),
        hb_test("an error's sentence is printable whatever it quotes", errors_are_printable),
        hb_test("a line that quotes a newline is one line", a_line_is_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
