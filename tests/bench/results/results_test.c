/*
 * results_test.c - a file of results read back by the names of its columns, its provenance, and what happens
 * when it cannot be written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/results/results.h"
#include "workloads/workload.h"

static char folder[64];

static const struct hb_build_info release_build = {.version = "9.8.7",
                                                   .commit = "0123abc",
                                                   .tree = "clean",
                                                   .compiler = "gcc 1.2.3",
                                                   .build_type = "RelWithDebInfo"};

static char jemalloc_line[] = "jemalloc 5.3.0 /lib/libjemalloc.so.2 xxh64 0123456789abcdef",
            eager_line[] = "eager=jemalloc MALLOC_CONF=dirty_decay_ms:0",
            keep_line[] = "keep=jemalloc MALLOC_CONF=dirty_decay_ms:-1";
static char *const library_lines[] = {jemalloc_line, NULL}, *const variant_lines[] = {eager_line, keep_line,
                                                                                      NULL};

static struct hb_provenance make_provenance(void)
{
    char *argv[] = {"/a/b/heapbench", "run", "my trace", "--results", "x"};
    struct hb_provenance provenance;

    hb_provenance_begin(&provenance, 5, argv);
    provenance.build = &release_build;
    provenance.seed = 42;
    provenance.rounds = 5;
    provenance.library_clock = "trace";
    provenance.pace = 0.1;
    provenance.null_ns = 1.6;
    provenance.clock_pair_ns = 26;
    snprintf(provenance.libraries, sizeof provenance.libraries, "jemalloc 5.3.0; mimalloc 2.0.9");
    provenance.library_lines = library_lines;
    provenance.variant_lines = variant_lines;
    return provenance;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/results_test.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static unsigned files_in_folder(void)
{
    DIR *stream = opendir(folder);
    unsigned count = 0;

    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream))
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

static int remove_folder(void **state)
{
    char path[512];
    DIR *stream = opendir(folder);

    (void)state;
    if (stream == NULL)
        return 1;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    closedir(stream);
    return rmdir(folder);
}

static char *read_result(const char *name)
{
    char path[128], *text = NULL;
    size_t bytes;
    struct hb_error error;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(hb_file_read(path, 1 << 20, &text, &bytes, &error), HB_OK);
    return text;
}

/* The head line with that key, what follows the key; NULL where there is none. Into a static buffer. */
static const char *head_line(const char *text, const char *key)
{
    static char found[1024];
    size_t key_bytes = strlen(key);

    while (*text == '#') {
        size_t bytes = strcspn(text, "\n");

        if (strncmp(text + 2, key, key_bytes) == 0) {
            const char *value = text + 2 + key_bytes;

            value += strspn(value, " ");
            snprintf(found, sizeof found, "%.*s", (int)(text + bytes - value), value);
            return found;
        }
        text += bytes + 1;
    }
    return NULL;
}

/* Reads as a stranger would: skip '#', find the column by name, split at commas. Row 0 is the
 * first of data. */
static void get_field(const char *text, const char *column, unsigned row, char *out, size_t out_bytes)
{
    unsigned index = 0;
    const char *name;

    while (*text == '#')
        text = strchr(text, '\n') + 1;
    name = text;
    while (strncmp(name, column, strlen(column)) != 0 || strchr(",\n", name[strlen(column)]) == NULL) {
        assert_true(name[strcspn(name, ",\n")] == ',');
        name += strcspn(name, ",\n") + 1;
        index++;
    }
    for (unsigned i = 0; i <= row; i++)
        text = strchr(text, '\n') + 1;
    for (; index > 0; index--)
        text += strcspn(text, ",\n") + 1;
    snprintf(out, out_bytes, "%.*s", (int)strcspn(text, ",\n"), text);
}

static void assert_field(const char *text, const char *column, unsigned row, const char *expected)
{
    char field[128];

    get_field(text, column, row, field, sizeof field);
    assert_string_equal(field, expected);
}

static const struct hb_schema schema = {"sample/1", "sample.csv",
                                        "trace:text,ops:count,parts:count,ratio:real,reason:text"};

static struct hb_results *make_results(void)
{
    struct hb_results *results = hb_results_begin(&schema);

    assert_non_null(results);
    hb_results_set_real(results, "ratio", 0.1); /* in any order */
    hb_results_set_count(results, "ops", UINT64_MAX);
    hb_results_set_text(results, "trace", "cc1");
    hb_results_set_text(results, "reason", NULL);
    hb_results_end_row(results);
    hb_results_set_text(results, "trace", "a,b\"c\nd\te");
    hb_results_set_count(results, "ops", 0);
    hb_results_set_known_count(results, "parts", 0);
    hb_results_set_known_real(results, "ratio", 0);
    hb_results_end_row(results);
    return results;
}

/* What is in the folder when a sample was written with that provenance; from malloc. */
static char *write_sample(const struct hb_provenance *provenance)
{
    struct hb_results *results = make_results();
    struct hb_error error;

    assert_int_equal(hb_results_write(&results, 1, folder, provenance, &error), HB_OK);
    hb_results_free(results);
    return read_result("sample.csv");
}

static void what_is_written_is_read_back_by_column_name(void **state)
{
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    text = write_sample(&provenance);
    assert_field(text, "trace", 0, "cc1");
    assert_field(text, "ops", 0, "18446744073709551615");
    assert_field(text, "ratio", 0, "0.1");
    assert_field(text, "reason", 0, "");
    assert_field(text, "trace", 1, "a\\x2cb\\x22c\\x0ad\\x09e");
    assert_field(text, "ops", 1, "0");
    assert_field(text, "ratio", 1, "");
    assert_field(text, "parts", 0, "");
    assert_field(text, "parts", 1, "");
    assert_non_null(strstr(text, "\n# schema    sample/1\ntrace,ops,parts,ratio,reason\ncc1,"));
    assert_int_equal(files_in_folder(), 2);
    free(text);
}

static void facts_about_allocators_are_written_beside_every_file(void **state)
{
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    free(write_sample(&provenance));
    text = read_result("allocators.csv");
    assert_field(text, "allocator", 0, "null");
    assert_field(text, "colour", 0, "999999");
    assert_field(text, "group", 0, "");
    assert_field(text, "allocator", 2, "simple");
    assert_field(text, "shape", 2, "7");
    assert_field(text, "model", 2, "model-first");
    assert_field(text, "before", 2, "");
    assert_field(text, "allocator", 4, "jemalloc");
    assert_field(text, "allocator", 8, "simple-align");
    assert_field(text, "before", 8, "simple");
    assert_field(text, "group", 8, "ladder");
    assert_field(text, "idea", 8, "aligned to 16");
    free(text);
}

/* In a process of its own, since a checked build ends at the assertion. */
static bool is_refused(void (*err)(struct hb_results *results))
{
    struct hb_provenance provenance = make_provenance();
    struct hb_error error;
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct hb_results *results = hb_results_begin(&schema);
        struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        fclose(stderr);
        signal(SIGABRT, SIG_DFL);
        err(results);
        status = (int)hb_results_write(&results, 1, folder, &provenance, &error);
        hb_results_free(results);
        _exit(status == HB_ERR_FORMAT && strstr(error.text, "sample.csv") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (hb_build_info()->asserts)
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void name_unknown(struct hb_results *results)
{
    hb_results_set_count(results, "op", 1); /* not "ops" */
    hb_results_end_row(results);
}

static void set_twice(struct hb_results *results)
{
    hb_results_set_text(results, "trace", NULL);
    hb_results_set_text(results, "trace", "cc1");
    hb_results_end_row(results);
}

static void set_as_another_kind(struct hb_results *results)
{
    hb_results_set_count(results, "ratio", 1);
    hb_results_end_row(results);
}

static void a_field_that_does_not_fit_its_schema_is_refused(void **state)
{
    (void)state;
    assert_true(is_refused(name_unknown));
    assert_true(is_refused(set_twice));
    assert_true(is_refused(set_as_another_kind));
    assert_int_equal(files_in_folder(), 0);
}

static void a_row_that_is_not_ended_is_refused(void **state)
{
    struct hb_provenance provenance = make_provenance();
    struct hb_results *results = make_results();
    struct hb_error error;

    (void)state;
    hb_results_set_text(results, "trace", "cc1");
    assert_int_equal(hb_results_write(&results, 1, folder, &provenance, &error), HB_ERR_FORMAT);
    assert_int_equal(files_in_folder(), 0);
    hb_results_free(results);
}

/* The text up to the next comma, what is written \xHH for one of HB_RESULTS_ESCAPED given back, as a reader
 * of results does it. */
static const char *first_field(const char *row)
{
    static char field[256];
    size_t used = 0;

    for (; *row != ','; row++) {
        unsigned byte = 0;
        bool escaped = sscanf(row, "\\x%2x", &byte) == 1 && strchr(HB_RESULTS_ESCAPED, (int)byte) != NULL;

        assert_true(*row != '\0' && used + 1 < sizeof field);
        field[used++] = escaped ? (char)byte : *row;
        row += escaped ? 3 : 0;
    }
    field[used] = '\0';
    return field;
}

/* Names as hb_workload_name_of makes them, of files called anything. */
static void names_are_read_back_equal(void **state)
{
    static const char *const paths[] = {
        "plain",   "a,b",   "a_b",     "say \"x\"",    "#1", "x#y",          "a\nb", "\x1b[31m",
        "caf\xE9", "a\\,b", "a\\x2cb", "\\x5c\\x2c\\", " ",  "\xE2\x80\xAE", "100%", "caf\xC3\xA9",
    };
    enum { COUNT = sizeof paths / sizeof paths[0] };
    struct hb_provenance provenance = make_provenance();
    struct hb_results *results = hb_results_begin(&schema);
    char *names[COUNT], *text, *row;
    struct hb_error error;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = hb_workload_name_of(paths[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
        hb_results_set_text(results, "trace", names[i]);
        hb_results_set_count(results, "ops", i);
        hb_results_end_row(results);
    }
    hb_provenance_leave_out(&provenance, "trace %s: %s", names[7], "no\nnews \xE9");
    assert_int_equal(hb_results_write(&results, 1, folder, &provenance, &error), HB_OK);
    hb_results_free(results);
    text = row = read_result("sample.csv");
    while (*row == '#')
        row = strchr(row, '\n') + 1;
    for (size_t i = 0; i < COUNT; i++) {
        row = strchr(row, '\n') + 1;
        assert_string_equal(first_field(row), names[i]);
        free(names[i]);
    }
    assert_null(strchr(strchr(row, '\n') + 1, '\n'));
    free(text);
}

static void what_is_set_in_the_environment_is_said(void **state)
{
    static const struct {
        const char *name, *value, *said; /* NULL: nothing is */
    } set[] = {
        {"GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0"},
        {"_RJEM_MALLOC_CONF", "a:'b'\n\x1b", "'_RJEM_MALLOC_CONF=a:'\\''b'\\''\\x0a\\x1b'"},
        {"MALLOC_CONF", "narenas:1", "MALLOC_CONF=narenas:1"},
        {"JE_MALLOC_CONF", "narenas:1", "JE_MALLOC_CONF=narenas:1"},
        {"MALLOC_ARENA_MAX", "1", "MALLOC_ARENA_MAX=1"},
        {"MIMALLOC_PURGE_DELAY", "0", "MIMALLOC_PURGE_DELAY=0"},
        {"MIMALLOC_PAGE_RESET", "", "MIMALLOC_PAGE_RESET="}, /* which is a 1 */
        {"mimalloc_page_reset", "1", "mimalloc_page_reset=1"},
        {"TCMALLOC_RELEASE_RATE", "1", "TCMALLOC_RELEASE_RATE=1"},
        {"TBB_MALLOC_USE_HUGE_PAGES", "1", "TBB_MALLOC_USE_HUGE_PAGES=1"},
        {"HEAPPROFILE", "/x", "HEAPPROFILE=/x"},
        {"HEAPCHECK", "normal", "HEAPCHECK=normal"},
        {"SCUDO_OPTIONS", "a=1", "SCUDO_OPTIONS=a=1"},
        {"MALLOC_CONF", "", NULL},
        {"HEAPBENCH_MALLOC_X", "1", NULL},
        {"HEAPBENCH_TRACES", "x", NULL},
        {"MY_MALLOC_CONFIG", "1", NULL},
        {"MALLOC", "1", NULL},
    };
    char name[] = "run", *argv[] = {name, NULL};
    struct hb_provenance provenance;

    (void)state;
    unsetenv("GLIBC_TUNABLES");
    hb_provenance_begin(&provenance, 1, argv);
    assert_string_equal(provenance.environment, "");
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        setenv(set[i].name, set[i].value, 1);
        hb_provenance_begin(&provenance, 1, argv);
        assert_string_equal(provenance.environment, set[i].said != NULL ? set[i].said : "");
        unsetenv(set[i].name);
    }
    setenv("MALLOC_ARENA_MAX", "1", 1);
    setenv("MIMALLOC_VERBOSE", "1", 1);
    hb_provenance_begin(&provenance, 1, argv);
    assert_non_null(strstr(provenance.environment, "MALLOC_ARENA_MAX=1"));
    assert_non_null(strstr(provenance.environment, "MIMALLOC_VERBOSE=1"));
    unsetenv("MALLOC_ARENA_MAX");
    unsetenv("MIMALLOC_VERBOSE");
}

static void the_head_says_where_figures_come_from(void **state)
{
    static const char *const keys[] = {"heapbench", "command",   "build", "machine",
                                       "run",       "libraries", "floor", "schema"};
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    text = write_sample(&provenance);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(head_line(text, keys[i]));
    assert_string_equal(head_line(text, "heapbench"), "9.8.7 (git 0123abc, clean)");
    assert_string_equal(head_line(text, "command"), "heapbench run 'my trace' --results x");
    assert_string_equal(head_line(text, "build"), "gcc 1.2.3, RelWithDebInfo, asserts off");
    assert_string_equal(head_line(text, "libraries"), "jemalloc 5.3.0; mimalloc 2.0.9");
    assert_string_equal(head_line(text, "library"), library_lines[0]);
    assert_string_equal(head_line(text, "variant"), variant_lines[0]);
    assert_non_null(strstr(text, "\n# variant   keep=jemalloc MALLOC_CONF=dirty_decay_ms:-1\n"));
    assert_string_equal(head_line(text, "floor"), "null allocator 1.60 ns per operation; clock pair 26 ns");
    assert_string_equal(head_line(text, "schema"), "sample/1");
    assert_non_null(strstr(head_line(text, "run"),
                           "Z, seed 42, 5 rounds, order shuffled, touch page, clock trace, paced 0.1"));
    assert_non_null(strstr(head_line(text, "machine"), "THP "));
    assert_non_null(strstr(head_line(text, "machine"), "ASLR "));
    assert_non_null(strstr(head_line(text, "machine"), "Linux "));
    assert_null(head_line(text, "left out"));
    free(text);
}

static void an_unoptimised_build_says_so_first(void **state)
{
    struct hb_build_info build = release_build;
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    build.unoptimised = true;
    provenance.build = &build;
    text = write_sample(&provenance);
    assert_string_equal(head_line(text, "build"), "NOT OPTIMISED: gcc 1.2.3, RelWithDebInfo, asserts off");
    free(text);
}

static void figures_that_are_no_times_have_no_floor_and_no_rounds(void **state)
{
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    provenance.untimed = true;
    text = write_sample(&provenance);
    assert_non_null(strstr(head_line(text, "run"), "Z, each row once and in order, touch page"));
    assert_null(head_line(text, "floor"));
    free(text);
}

static void what_was_left_out_is_said_once_each(void **state)
{
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    hb_provenance_leave_out(&provenance, "simple on %s (ask with --step-limit 0)", "cc1");
    hb_provenance_leave_out(&provenance, "simple on %s (ask with --step-limit 0)", "cc1");
    hb_provenance_leave_out(&provenance, "simple on %s (ask with --step-limit 0)", "redis");
    assert_int_equal(provenance.left_out_count, 2);
    text = write_sample(&provenance);
    assert_string_equal(head_line(text, "left out"), "simple on cc1 (ask with --step-limit 0)");
    assert_non_null(strstr(text, "\n# left out  simple on redis (ask with --step-limit 0)\n"));
    free(text);
}

static void more_is_left_out_than_fits_and_is_counted(void **state)
{
    struct hb_provenance provenance = make_provenance();
    char *text;

    (void)state;
    for (int i = 0; i < HB_PROVENANCE_LEFT_OUT_MAX + 3; i++)
        hb_provenance_leave_out(&provenance, "thing %d", i);
    text = write_sample(&provenance);
    assert_non_null(strstr(text, "\n# left out  and 3 more like these\n"));
    free(text);
}

static void a_build_that_checks_itself_refuses(void **state)
{
    struct hb_build_info sanitized = release_build, asserting = release_build;
    struct hb_provenance provenance = make_provenance();
    struct hb_results *results = make_results();
    struct hb_error error;

    (void)state;
    sanitized.sanitized = true;
    asserting.asserts = true;
    provenance.build = &sanitized;
    assert_int_equal(hb_results_write(&results, 1, folder, &provenance, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "sanitizers"));
    assert_int_equal(hb_results_check_folder(folder, &provenance, &error), HB_ERR_USAGE);
    provenance.build = &asserting;
    assert_int_equal(hb_results_write(&results, 1, folder, &provenance, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "assertions"));
    assert_int_equal(files_in_folder(), 0);
    hb_results_free(results);
}

/* Writes a sample where no file may have more than 100 bytes. */
static void write_on_a_full_disk(const struct hb_provenance *provenance, struct hb_error *error)
{
    struct hb_results *results = make_results();
    struct rlimit before, small;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 100;
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(hb_results_check_folder(folder, provenance, error), HB_OK); /* or we would be ended */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(hb_results_write(&results, 1, folder, provenance, error), HB_ERR_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    hb_results_free(results);
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
    struct hb_provenance provenance = make_provenance();
    struct hb_error error;

    (void)state;
    write_on_a_full_disk(&provenance, &error);
    assert_non_null(strstr(error.text, "sample.csv"));
    assert_int_equal(files_in_folder(), 0);
}

static void a_full_disk_keeps_the_file_that_was_there(void **state)
{
    struct hb_provenance provenance = make_provenance();
    struct hb_error error;
    char *first, *second;

    (void)state;
    first = write_sample(&provenance);
    provenance.seed = 43;
    write_on_a_full_disk(&provenance, &error);
    second = read_result("sample.csv");
    assert_string_equal(first, second);
    assert_int_equal(files_in_folder(), 2);
    free(first);
    free(second);
}

/* Of two files the second has no room: the first must not stand beside the second one of an earlier run. */
static void files_of_one_run_are_written_all_or_none(void **state)
{
    static const struct hb_schema long_schema = {"long/1", "long.csv", "word:text"};
    struct hb_provenance provenance = make_provenance();
    struct hb_results *files[] = {make_results(), NULL, hb_results_begin(&long_schema)};
    struct rlimit before, small;
    struct hb_error error;
    char *first, *second;

    (void)state;
    assert_int_equal(hb_results_check_folder(folder, &provenance, &error), HB_OK);
    assert_int_equal(hb_results_write(files, 3, folder, &provenance, &error), HB_OK);
    assert_int_equal(files_in_folder(), 3);
    first = read_result("sample.csv");
    for (int i = 0; i < 5000; i++) {
        hb_results_set_text(files[2], "word", "a row more");
        hb_results_end_row(files[2]);
    }
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 20000;
    provenance.seed = 43;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(hb_results_write(files, 3, folder, &provenance, &error), HB_ERR_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(error.text, "long.csv"));
    second = read_result("sample.csv");
    assert_string_equal(first, second);
    assert_int_equal(files_in_folder(), 3);
    free(first);
    free(second);
    hb_results_free(files[0]);
    hb_results_free(files[2]);
}

static void a_folder_that_cannot_be_made_is_said_before_anything_is_measured(void **state)
{
    struct hb_provenance provenance = make_provenance();
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_results_check_folder("/dev/null/results", &provenance, &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "/dev/null"));
}

static void a_folder_is_made_and_left_empty_by_the_check(void **state)
{
    struct hb_provenance provenance = make_provenance();
    struct hb_error error;
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(hb_results_check_folder(path, &provenance, &error), HB_OK);
    assert_int_equal(rmdir(path), 0); /* refuses where a file is left */
}

static void this_build_is_described(void **state)
{
    const struct hb_build_info *build = hb_build_info();

    (void)state;
    assert_true(build->commit[0] != '\0');
    assert_true(strcmp(build->tree, "clean") == 0 || strcmp(build->tree, "dirty") == 0 ||
                strcmp(build->tree, "unknown") == 0);
    assert_true(strncmp(build->compiler, "gcc ", 4) == 0 || strncmp(build->compiler, "clang ", 6) == 0);
    assert_true(build->build_type[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_back_by_column_name, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_field_that_does_not_fit_its_schema_is_refused, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_row_that_is_not_ended_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(facts_about_allocators_are_written_beside_every_file, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(names_are_read_back_equal, make_folder, remove_folder),
        cmocka_unit_test(what_is_set_in_the_environment_is_said),
        cmocka_unit_test_setup_teardown(the_head_says_where_figures_come_from, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_unoptimised_build_says_so_first, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(figures_that_are_no_times_have_no_floor_and_no_rounds, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_was_left_out_is_said_once_each, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(more_is_left_out_than_fits_and_is_counted, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_build_that_checks_itself_refuses, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing_behind, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_of_one_run_are_written_all_or_none, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_full_disk_keeps_the_file_that_was_there, make_folder,
                                        remove_folder),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_said_before_anything_is_measured),
        cmocka_unit_test_setup_teardown(a_folder_is_made_and_left_empty_by_the_check, make_folder,
                                        remove_folder),
        cmocka_unit_test(this_build_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
