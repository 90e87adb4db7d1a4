/* variant_test.c - how a library with settings of its own is written, and the sentence for every mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/allocator.h"
#include "allocator/library/product.h"
#include "allocator/library/variant.h"

/* Reads `text`; its settings, joined by '|', must be `settings`. */
static void assert_read(const char *text, const char *name, const char *library, const char *settings)
{
    struct hb_variant variant;
    struct hb_error error;
    char joined[512] = "";

    if (hb_variant_read(text, &variant, &error) != HB_OK)
        fail_msg("%s: %s", text, error.text);
    assert_string_equal(variant.name, name);
    assert_string_equal(variant.library, library);
    for (size_t i = 0; variant.settings[i] != NULL; i++) {
        size_t used = strlen(joined);

        snprintf(joined + used, sizeof joined - used, "%s%s", i > 0 ? "|" : "", variant.settings[i]);
    }
    assert_string_equal(joined, settings);
    hb_variant_free(&variant);
    hb_variant_free(&variant);
}

static void words_are_as_a_shell_has_them(void **state)
{
    (void)state;
    assert_read("eager=jemalloc MALLOC_CONF=dirty_decay_ms:0", "eager", "jemalloc",
                "MALLOC_CONF=dirty_decay_ms:0");
    assert_read("a=glibc", "a", "glibc", "");
    assert_read(" \t a=glibc\n  A=1 \t B=2 ", "a", "glibc", "A=1|B=2");
    assert_read("a='/with blank/lib x.so' A='1 2'\"3 4\"5", "a", "/with blank/lib x.so", "A=1 23 45");
    assert_read("a=./x=y.so A=b=c", "a", "./x=y.so", "A=b=c");
    assert_read("a=x A='\\n $HOME \"' B=\"it's \\$5 \\n \\\"\"", "a", "x", "A=\\n $HOME \"|B=it's $5 \\n \"");
    assert_read("a=x A=1\\ 2\\'3 B=\\", "a", "x", "A=1 2'3|B=\\");
    assert_read("a=x A= B=''", "a", "x", "A=|B=");
    assert_read("'a=x' 'A=1'", "a", "x", "A=1");
    assert_read("größer=x _A9=$HOME", "größer", "x", "_A9=$HOME");
    assert_read("a=glibc GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0", "a", "glibc",
                "GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0");
}

static void every_mistake_has_its_sentence(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "begins with no NAME=LIBRARY"},
        {"eager jemalloc", "begins with no NAME=LIBRARY"},
        {"=jemalloc", "its name is empty"},
        {"a= X=1", "has no library"},
        {"a/b=glibc", "no blanks, slashes, commas or control characters"},
        {"a,b=glibc", "no blanks, slashes, commas or control characters"},
        {"'a b'=glibc", "no blanks, slashes, commas or control characters"},
        {"a\033=glibc", "a\\x1b"},
        {"a=glibc X", "'X' sets nothing"},
        {"a=glibc ''", "'' sets nothing"},
        {"a=glibc =1", "'' is no name of a variable"},
        {"a=glibc 2X=1", "'2X' is no name of a variable"},
        {"a=glibc X-Y=1", "'X-Y' is no name of a variable"},
        {"a=glibc X=1 Y=2 X=3", "X is set twice"},
        {"a=glibc 'X=1", "a quote is not closed"},
        {"a=glibc X=\"1\\\"", "a quote is not closed"},
        {"a=glibc LD_PRELOAD=/x.so", "LD_PRELOAD is the loader's"},
        {"a=glibc LD_LIBRARY_PATH=/x", "LD_LIBRARY_PATH is the loader's"},
        {"a=glibc GLIBC_TUNABLES=", "'' is no tunable"},
        {"a=glibc GLIBC_TUNABLES=tcache_count=0", "'tcache_count=0' is no tunable"},
        {"a=glibc GLIBC_TUNABLES=glibc.malloc.tcache_count", "'glibc.malloc.tcache_count' is no tunable"},
        {"a=glibc GLIBC_TUNABLES=glibc.malloc.arena_max=1:", "'' is no tunable"},
        {"a=glibc GLIBC_TUNABLES=glibc.malloc.arena_max=", "'glibc.malloc.arena_max=' is no tunable"},
    };
    struct hb_variant variant;
    struct hb_error error;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(hb_variant_read(wrong[i].text, &variant, &error), HB_ERR_USAGE);
        assert_null(variant.words);
        if (strstr(error.text, wrong[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", error.text, wrong[i].says);
    }
}

static void the_known_ones_can_be_read_and_are_of_known_libraries(void **state)
{
    size_t count;
    const struct hb_known_variant *known = hb_known_variants(&count);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        struct hb_variant variant;
        struct hb_error error;

        if (hb_variant_read(known[i].text, &variant, &error) != HB_OK)
            fail_msg("%s", error.text);
        assert_string_equal(variant.name, known[i].name);
        assert_string_equal(variant.library, known[i].library);
        assert_non_null(variant.settings[0]);
        assert_memory_equal(known[i].source, "https://", 8);
        assert_true(hb_product_find(variant.library) != NULL || hb_allocator_find(variant.library) != NULL);
        assert_true(hb_product_find(variant.name) == NULL && hb_allocator_find(variant.name) == NULL);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(known[j].name, known[i].name);
        hb_variant_free(&variant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_as_a_shell_has_them),
        cmocka_unit_test(every_mistake_has_its_sentence),
        cmocka_unit_test(the_known_ones_can_be_read_and_are_of_known_libraries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
