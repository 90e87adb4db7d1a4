/*
 * library_test.c - a library is loaded when it is an allocator, and refused with one clear sentence when it
 * is not.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "allocator/allocator.h"

static char folder[64]; /* of files that are no libraries */

static int make_folder(void **unused)
{
    (void)unused;
    strcpy(folder, "/tmp/hb_library_test.XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    return rmdir(folder);
}

static void refused(const char *name, enum hb_status status, const char *words)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error = {.text = ""};

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, &error), status);
    assert_null(allocator);
    assert_int_equal(error.status, status);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' does not say '%s'", error.text, words);
    if (strstr(error.text, name) == NULL)
        fail_msg("'%s' does not name '%s'", error.text, name);
    assert_null(strchr(error.text, '\n'));
    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), status);
}

static void a_file_is_refused(const char *contents, size_t bytes, const char *words)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/libx.so", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(contents, 1, bytes, file), bytes);
    fclose(file);
    refused(path, HB_ERR_UNAVAILABLE, words);
    unlink(path);
}

static void a_name_that_nobody_has_is_refused_with_those_there_are(void **unused)
{
    (void)unused;
    refused("nothing", HB_ERR_USAGE, "jemalloc, mimalloc, tcmalloc, tbbmalloc, models, or the path");
    refused("jemaloc", HB_ERR_USAGE,
            "no allocator is called 'jemaloc' (did you mean 'jemalloc'?); 'heapbench list' has them all");
    refused("", HB_ERR_USAGE, "no allocator is called ''");
    refused("simple.sobre", HB_ERR_USAGE, "no allocator");
}

static void what_is_no_regular_file_is_refused(void **unused)
{
    char path[128];

    (void)unused;
    refused(folder, HB_ERR_UNAVAILABLE, "folder");
    refused("/dev/null", HB_ERR_UNAVAILABLE, "not a regular file");
    snprintf(path, sizeof path, "%s/libfifo.so", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    refused(path, HB_ERR_UNAVAILABLE, "not a regular file");
    unlink(path);
}

static void what_is_not_there_is_refused(void **unused)
{
    (void)unused;
    refused("/nowhere/libmine.so", HB_ERR_UNAVAILABLE, "No such file");
    refused("libnowhere.so.3", HB_ERR_UNAVAILABLE, "write ./libnowhere.so.3");
}

static void what_is_no_library_is_refused(void **unused)
{
    static const char text[] =
        "# a text of more bytes than the header of an ELF file has, so that its length is "
        "not what gives it away";

    (void)unused;
    a_file_is_refused("", 0, "too short");
    a_file_is_refused("\177ELF", 4, "too short");
    a_file_is_refused(text, sizeof text, "not a shared library");
}

static void a_library_without_malloc_is_refused_before_its_code_runs(void **unused)
{
    (void)unused;
    assert_null(getenv("HB_BYSTANDER_RAN"));
    refused(TEST_BYSTANDER, HB_ERR_UNAVAILABLE, "defines no malloc");
    assert_null(getenv("HB_BYSTANDER_RAN"));
}

/* Found by the loader's search, it is known only once it is loaded. */
static void a_library_for_which_libc_answers_is_refused(void **unused)
{
    (void)unused;
    refused("libm.so.6", HB_ERR_UNAVAILABLE, "defines no malloc of its own");
    refused("libm.so.6", HB_ERR_UNAVAILABLE, "libc");
}

static void half_an_allocator_is_refused(void **unused)
{
    (void)unused;
    refused(
        TEST_INCOMPLETE, HB_ERR_UNAVAILABLE,
        ": it defines malloc but not calloc; with --prefix '' heapbench makes one of its malloc and free");
}

/* True, and it is in the library's own memory, which its free checks as well. */
static void serves_itself(const char *path, const char *name)
{
    const struct hb_allocator *allocator;
    struct hb_library_info info;
    struct hb_error error;
    unsigned char *block;
    Dl_info owner;
    void *heap;

    if (hb_allocator_open(path, &allocator, &info, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_string_equal(allocator->name, name);
    assert_non_null(strstr(info.path, name));
    heap = allocator->create(allocator, 0, &error);
    block = allocator->resize(heap, allocator->zalloc(heap, 100), 200);
    assert_non_null(block);
    assert_true(dladdr(block, &owner) != 0);
    assert_non_null(strstr(owner.dli_fname, name));
    allocator->dealloc(heap, block);
    allocator->destroy(heap);
    hb_allocator_close(allocator);
}

static void a_library_whose_functions_call_each_other_gets_its_own(void **unused)
{
    (void)unused;
    if (HB_SANITIZED)
        refused(TEST_ARENA, HB_ERR_UNAVAILABLE, "sanitizers");
    else
        serves_itself(TEST_ARENA, "libhb_test_arena.so");
}

static void a_prefix_is_found(void **unused)
{
    (void)unused;
    serves_itself(TEST_PREFIXED, "libhb_test_prefixed.so");
}

static void a_library_can_be_opened_again_after_it_was_closed(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++)
        serves_itself(TEST_PREFIXED, "libhb_test_prefixed.so");
}

/* Loading libraries must not have given the harness their malloc. */
static void the_harness_keeps_its_own_malloc(void **unused)
{
    void *before = dlsym(RTLD_DEFAULT, "malloc");
    const struct hb_allocator *allocator;

    (void)unused;
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        if (hb_allocator_open(*name, &allocator, NULL, NULL) == HB_OK)
            hb_allocator_close(allocator);
    assert_ptr_equal(dlsym(RTLD_DEFAULT, "malloc"), before);
}

static void known_libraries_say_where_they_are_and_their_version(void **unused)
{
    (void)unused;
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++) {
        const struct hb_allocator *allocator;
        struct hb_library_info info;
        struct hb_error error;

        if (hb_allocator_open(*name, &allocator, &info, &error) != HB_OK) {
            print_message("skipped: %s\n", error.text);
            continue;
        }
        assert_string_equal(allocator->name, *name);
        assert_int_equal(info.path[0], '/');
        assert_non_null(strstr(info.path, *name));
        assert_in_range(info.version[0], '0', '9');
        assert_true(allocator->usable_size != NULL && (allocator->caps & HB_CAP_UNALIGNED) == 0);
        print_message("%s %s %s\n", *name, info.version, info.path);
        hb_allocator_close(allocator);
    }
}

static void what_is_built_in_is_opened_by_name(void **unused)
{
    const struct hb_allocator *const *builtin;
    struct hb_library_info info;
    size_t count;

    (void)unused;
    builtin = hb_allocator_builtin(&count);
    assert_string_equal(builtin[0]->name, "simple");
    for (size_t i = 0; i < count; i++) {
        const struct hb_allocator *allocator;

        assert_int_equal(hb_allocator_open(builtin[i]->name, &allocator, &info, NULL), HB_OK);
        assert_ptr_equal(allocator, builtin[i]); /* and so no two have one name */
        assert_int_equal(info.version[0] != '\0', strcmp(allocator->name, "glibc") == 0);
        hb_allocator_close(allocator);
    }
    hb_allocator_close(NULL);
}

static void the_sentence_names_everything_built_in(void **unused)
{
    const struct hb_allocator *const *builtin;
    size_t count;

    (void)unused;
    builtin = hb_allocator_builtin(&count);
    for (size_t i = 0; i < count; i++)
        if ((builtin[i]->caps & HB_CAP_MODEL) == 0)
            refused("nobody", HB_ERR_USAGE, builtin[i]->name);
    refused("model-oracel", HB_ERR_USAGE, "did you mean 'model-oracle'?");
}

static void tunables(const char *current, const char *expected)
{
    char *value = hb_allocator_tunables(current);

    assert_non_null(value);
    assert_string_equal(value, expected);
    free(value);
}

#define OURS "glibc.rtld.optional_static_tls="

static void the_tunable_is_added_to_what_the_user_set(void **unused)
{
    (void)unused;
    tunables(NULL, OURS "16384");
    tunables("", OURS "16384");
    tunables("glibc.malloc.arena_max=1", "glibc.malloc.arena_max=1:" OURS "16384");
    tunables("a=1:b=2", "a=1:b=2:" OURS "16384");
    tunables(":a=1::", "a=1:" OURS "16384");
}

static void the_larger_of_two_tunables_stays(void **unused)
{
    (void)unused;
    tunables(OURS "512", OURS "16384");
    tunables(OURS "0x10000", OURS "65536");
    tunables("a=1:" OURS "70000:b=2", "a=1:b=2:" OURS "70000");
    tunables(OURS "nonsense", OURS "16384");
    tunables("glibc.rtld.optional_static_tlsx=9", "glibc.rtld.optional_static_tlsx=9:" OURS "16384");
    tunables(OURS "99999999999999999999", OURS "18446744073709551615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_nobody_has_is_refused_with_those_there_are),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(what_is_no_library_is_refused),
        cmocka_unit_test(a_library_without_malloc_is_refused_before_its_code_runs),
        cmocka_unit_test(a_library_for_which_libc_answers_is_refused),
        cmocka_unit_test(half_an_allocator_is_refused),
        cmocka_unit_test(a_library_whose_functions_call_each_other_gets_its_own),
        cmocka_unit_test(a_prefix_is_found),
        cmocka_unit_test(a_library_can_be_opened_again_after_it_was_closed),
        cmocka_unit_test(the_harness_keeps_its_own_malloc),
        cmocka_unit_test(known_libraries_say_where_they_are_and_their_version),
        cmocka_unit_test(what_is_built_in_is_opened_by_name),
        cmocka_unit_test(the_sentence_names_everything_built_in),
        cmocka_unit_test(the_tunable_is_added_to_what_the_user_set),
        cmocka_unit_test(the_larger_of_two_tunables_stays),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
