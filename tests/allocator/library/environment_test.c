/*
 * environment_test.c - what the environment that a process was started in does to the libraries it can load.
 *
 * Without an argument: with no tunables, and a folder in the loader's search path that holds an impostor.
 * With "preloaded": with another allocator preloaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/allocator.h"

static void assert_says(const struct hb_error *error, const char *words)
{
    if (strstr(error->text, words) == NULL)
        fail_msg("'%s' does not say '%s'", error->text, words);
}

/* Where jemalloc is not installed, or was built to do without, there is nothing to refuse. */
static void a_library_that_lacks_static_tls_is_refused_with_the_remedy(void **unused)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error;

    (void)unused;
    if (hb_allocator_open("jemalloc", &allocator, NULL, &error) == HB_OK) {
        print_message("skipped: this jemalloc loads without static TLS\n");
        hb_allocator_close(allocator);
        return;
    }
    assert_int_equal(error.status, HB_ERR_UNAVAILABLE);
    if (strstr(error.text, "not installed") != NULL) {
        print_message("skipped: %s\n", error.text);
        return;
    }
    assert_says(&error, "jemalloc: needs static TLS");
    assert_says(&error, "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384");
}

static void a_library_under_anothers_name_is_refused(void **unused)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error;

    (void)unused;
    assert_int_equal(hb_allocator_open("mimalloc", &allocator, NULL, &error), HB_ERR_UNAVAILABLE);
    assert_null(allocator);
    assert_says(&error, "mimalloc: ");
    assert_says(&error, TEST_IMPOSTOR);
    assert_says(&error, "is another library: it has no mi_version");
}

static void glibc_is_refused_where_another_malloc_has_taken_its_place(void **unused)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error;

    (void)unused;
    assert_int_equal(hb_allocator_open("glibc", &allocator, NULL, &error), HB_OK);
    assert_null(allocator->create(allocator, 0, &error));
    assert_int_equal(error.status, HB_ERR_UNAVAILABLE);
    assert_says(&error, TEST_ARENA);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_that_lacks_static_tls_is_refused_with_the_remedy),
        cmocka_unit_test(a_library_under_anothers_name_is_refused),
    };
    const struct CMUnitTest preloaded_tests[] = {
        cmocka_unit_test(glibc_is_refused_where_another_malloc_has_taken_its_place),
    };

    if (argc == 2 && strcmp(argv[1], "preloaded") == 0)
        return cmocka_run_group_tests(preloaded_tests, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
