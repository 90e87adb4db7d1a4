/*
 * discover_test.c - which allocators and traces there are: names, defaults, and what is not usable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/question/found/discover.h"
#include "bench/sample/sample.h"

static char folder[64];

#define NAMED(names) (&(struct hb_candidate_choice){.allocators = (names)})
static const struct hb_candidate_choice every = {.allocators = NULL};

static void write_rep(const char *name)
{
    char path[128];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs("0\n1\n2\n1\na 0 100\nf 0\n", out);
    fclose(out);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/discover_test.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    write_rep("one.rep");
    write_rep("two.rep");
    write_rep("two.text.rep");
    return setenv("HEAPBENCH_TRACES", folder, 1);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"one.rep", "two.rep", "two.text.rep"};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static const struct hb_candidate *find(const struct hb_discovery *found, const char *name)
{
    for (size_t i = 0; i < found->candidate_count; i++)
        if (strcmp(found->candidates[i].name, name) == 0)
            return &found->candidates[i];
    return NULL;
}

static void every_real_allocator_and_every_trace_is_found(void **state)
{
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_discover(&every, NULL, &found, &error), HB_OK);
    assert_int_equal(found.trace_count, 3);
    assert_string_equal(found.traces[0].name, "one");
    assert_string_equal(found.traces[1].name, "two");
    assert_string_equal(found.traces[2].name, "two.text");
    assert_true(find(&found, "simple")->usable && find(&found, "simple")->walks);
    assert_true(find(&found, "glibc")->usable && find(&found, "glibc")->process);
    assert_true(find(&found, "null")->untouchable);
    assert_null(find(&found, "model-first"));
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        assert_non_null(find(&found, *name)); /* usable or not: then it says why */
    for (size_t i = 0; i < found.candidate_count; i++) {
        const struct hb_candidate *candidate = &found.candidates[i];

        assert_true(candidate->usable || candidate->error.text[0] != '\0');
        assert_int_equal(candidate->extra, candidate->walks && strcmp(candidate->name, "simple") != 0);
    }
    assert_true(find(&found, "next")->extra);
    hb_discovery_free(&found);
}

static void a_model_and_a_walker_are_found_by_name(void **state)
{
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_discover(NAMED("model-first,next,model-first"), NULL, &found, &error), HB_OK);
    assert_int_equal(found.candidate_count, 2);
    assert_true(find(&found, "model-first")->usable);
    assert_false(find(&found, "next")->extra);
    hb_discovery_free(&found);
}

static void a_library_that_is_not_there_says_so(void **state)
{
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_discover(NAMED("simple,./no_such_library.so"), NULL, &found, &error), HB_OK);
    assert_non_null(find(&found, "no_such_library.so"));
    assert_false(find(&found, "no_such_library.so")->usable);
    assert_non_null(strstr(find(&found, "no_such_library.so")->error.text, "no_such_library.so"));
    assert_null(hb_discovery_find(&found, "no_such_library.so"));
    hb_discovery_free(&found);
}

static void libraries_of_one_file_name_keep_their_paths(void **state)
{
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_discover(NAMED("/a/libmine.so,/b/libmine.so"), NULL, &found, &error), HB_OK);
    assert_non_null(find(&found, "/a/libmine.so"));
    assert_non_null(find(&found, "/b/libmine.so"));
    hb_discovery_free(&found);
}

static void variants_are_candidates_of_their_own_names_and_settings(void **state)
{
    char one[] = "one=glibc", two[] = "two=glibc MALLOC_ARENA_MAX=1 'X=a b'";
    char *const variants[] = {one, two, NULL};
    const struct hb_candidate_choice choice = {.allocators = "null", .variants = variants};
    struct hb_discovery found;
    struct hb_error error;
    char *line;

    (void)state;
    assert_int_equal(hb_discover(&choice, NULL, &found, &error), HB_OK);
    assert_int_equal(found.candidate_count, 3);
    assert_null(find(&found, "glibc"));
    assert_true(find(&found, "one")->usable && find(&found, "one")->process);
    assert_null(find(&found, "one")->variant.settings[0]);
    assert_string_equal(find(&found, "two")->spec, "glibc");
    assert_string_equal(find(&found, "two")->variant.settings[0], "MALLOC_ARENA_MAX=1");
    assert_string_equal(find(&found, "two")->variant.settings[1], "X=a b");
    assert_null(find(&found, "two")->variant.settings[2]);
    line = hb_candidate_variant_line(find(&found, "two"));
    assert_string_equal(line, "two=glibc MALLOC_ARENA_MAX=1 'X=a b'");
    free(line);
    hb_discovery_free(&found);
}

static void known_variants_are_of_libraries_that_are_compared(void **state)
{
    const struct hb_candidate_choice choice = {.allocators = "glibc,null", .known_variants = true};
    struct hb_discovery found;
    struct hb_error error;
    size_t count, of_glibc = 0;
    const struct hb_known_variant *known = hb_known_variants(&count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        of_glibc += strcmp(known[i].library, "glibc") == 0;
    assert_true(of_glibc > 0 && of_glibc < count);
    assert_int_equal(hb_discover(&choice, NULL, &found, &error), HB_OK);
    assert_int_equal(found.candidate_count, 2 + of_glibc);
    assert_true(find(&found, "glibc-no-tcache")->usable);
    hb_discovery_free(&found);
}

/* Of what 'heapbench list' shows, measured now or not; of what is measured now; of a known variant. */
static void a_variant_may_not_have_the_name_of_another_one(void **state)
{
    static const char *const taken[] = {"jemalloc=glibc", "model-first=glibc", "mine.so=glibc",
                                        "one=null",       "glibc-keep=glibc",  NULL};
    char one[] = "one=glibc";
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    for (size_t i = 0; taken[i] != NULL; i++) {
        char text[32], *const variants[] = {one, text, NULL};
        const struct hb_candidate_choice choice = {
            .allocators = "null,./mine.so", .variants = variants, .known_variants = true};

        snprintf(text, sizeof text, "%s", taken[i]);
        assert_int_equal(hb_discover(&choice, NULL, &found, &error), HB_ERR_USAGE);
        assert_non_null(strstr(error.text, "has that name"));
    }
}

static void the_provenance_has_each_file_once_and_each_variant(void **state)
{
    char one[] = "one=glibc X=1";
    char *const variants[] = {one, NULL};
    const struct hb_candidate_choice choice = {
        .allocators = "glibc,null,./no_such.so", .variants = variants, .known_variants = false};
    struct hb_provenance provenance = {.left_out_count = 0};
    struct hb_discovery found;
    struct hb_error error;
    char line[4300];

    (void)state;
    assert_int_equal(hb_discover(&choice, NULL, &found, &error), HB_OK);
    assert_int_equal(hb_discovery_note(&found, false, &provenance, &error), HB_OK);
    snprintf(line, sizeof line, "glibc %s %s xxh64 %s", found.candidates[0].version, found.candidates[0].path,
             found.candidates[0].hash);
    assert_string_equal(provenance.library_lines[0], line);
    assert_null(provenance.library_lines[1]);
    assert_string_equal(provenance.variant_lines[0], "one=glibc X=1");
    assert_null(provenance.variant_lines[1]);
    assert_int_equal(strlen(found.candidates[0].hash), 16);
    assert_string_equal(find(&found, "one")->hash, found.candidates[0].hash);
    hb_discovery_free(&found);
}

static void unknown_names_are_refused(void **state)
{
    char missing[] = "no_such_trace";
    char *const traces[] = {missing, NULL};
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_discover(NAMED("no_such_allocator"), NULL, &found, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "no_such_allocator"));
    assert_int_equal(hb_discover(NAMED("simple,"), NULL, &found, &error), HB_ERR_USAGE);
    assert_int_equal(hb_discover(NAMED("simple"), traces, &found, &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "no_such_trace"));
}

/* As info, model and the others find it: hb_workload_locate. */
static void a_bare_name_that_two_traces_have_is_refused_with_both(void **state)
{
    char two[] = "two", whole[] = "two.rep";
    char *const bare[] = {two, NULL}, *const exact[] = {whole, NULL};
    struct hb_discovery found;
    struct hb_error error;
    char path[256];

    (void)state;
    write_rep("two.trace");
    assert_int_equal(hb_discover(NAMED("simple"), bare, &found, &error), HB_ERR_USAGE);
    snprintf(path, sizeof path, "%s/two.rep or %s/two.trace", folder, folder);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(hb_discover(NAMED("simple"), exact, &found, &error), HB_OK);
    assert_string_equal(found.traces[0].name, "two");
    hb_discovery_free(&found);
    assert_int_equal(hb_discover(NAMED("simple"), NULL, &found, &error), HB_OK);
    assert_string_equal(found.traces[1].name, "two.rep");
    assert_string_equal(found.traces[3].name, "two.trace");
    hb_discovery_free(&found);
    snprintf(path, sizeof path, "%s/two.trace", folder);
    unlink(path);
}

static void traces_of_one_file_name_keep_their_paths_and_each_is_there_once(void **state)
{
    char one[128], other[128], other_folder[80];
    char *const traces[] = {one, other, one, NULL};
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    snprintf(other_folder, sizeof other_folder, "%s/sub", folder);
    snprintf(one, sizeof one, "%s/one.rep", folder);
    snprintf(other, sizeof other, "%s/sub/one.rep", folder);
    assert_int_equal(mkdir(other_folder, 0700), 0);
    write_rep("sub/one.rep");
    assert_int_equal(hb_discover(NAMED("simple"), traces, &found, &error), HB_OK);
    assert_int_equal(found.trace_count, 2);
    assert_string_equal(found.traces[0].name, one);
    assert_string_equal(found.traces[1].name, other);
    hb_discovery_free(&found);
    unlink(other);
    rmdir(other_folder);
}

static void a_trace_is_loaded_when_it_is_asked_for(void **state)
{
    char one[] = "one", path[128];
    char *const traces[] = {one, path, NULL};
    const struct hb_prepared *prepared;
    struct hb_discovery found;
    struct hb_error error;

    (void)state;
    snprintf(path, sizeof path, "%s/two.rep", folder);
    assert_int_equal(hb_discover(NAMED("simple"), traces, &found, &error), HB_OK);
    assert_int_equal(found.trace_count, 2);
    assert_null(found.loaded);
    assert_int_equal(hb_discovery_trace(&found, 1, &prepared, &error), HB_OK);
    assert_int_equal(prepared->op_count, 2);
    assert_int_equal(hb_discovery_trace(&found, 0, &prepared, &error), HB_OK);
    assert_int_equal(prepared->peak_live_bytes, 100);
    hb_discovery_free(&found);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_real_allocator_and_every_trace_is_found),
        cmocka_unit_test(a_model_and_a_walker_are_found_by_name),
        cmocka_unit_test(a_library_that_is_not_there_says_so),
        cmocka_unit_test(libraries_of_one_file_name_keep_their_paths),
        cmocka_unit_test(variants_are_candidates_of_their_own_names_and_settings),
        cmocka_unit_test(known_variants_are_of_libraries_that_are_compared),
        cmocka_unit_test(a_variant_may_not_have_the_name_of_another_one),
        cmocka_unit_test(the_provenance_has_each_file_once_and_each_variant),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(a_bare_name_that_two_traces_have_is_refused_with_both),
        cmocka_unit_test(traces_of_one_file_name_keep_their_paths_and_each_is_there_once),
        cmocka_unit_test(a_trace_is_loaded_when_it_is_asked_for),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
