/* workload_test.c - names, limits, figures: what a loaded workload is and says. */
#include "tests/workloads/fixtures.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workloads/whole/builder.h"
#include "workloads/whole/summary.h"

static void expect_name(const char *path, const char *name)
{
    struct hb_workload *workload;

    hb_test_write_text(path, "a x 1\n");
    assert_int_equal(hb_workload_load(path, &workload, NULL), HB_OK);
    assert_string_equal(workload->name, name);
    assert_string_equal(workload->path, path);
    assert_int_equal(workload->file_bytes, 6);
    hb_workload_free(workload);
}

static void names(void **state)
{
    (void)state;
    expect_name("web.trace", "web");
    expect_name("./my.server.txt", "my.server");
    expect_name("plain", "plain");
    expect_name("./.hidden", ".hidden");
    expect_name("./\x1b[31m\xE9,\\.txt", "\\x1b[31m\\xe9,\\x5c");
}

static void folder(void **state)
{
    static const char *const expected[] = {"t/a.rep", "t/b", "t/b.x.trace", "t/nowhere", "t/pipe"};
    char **paths;
    size_t count;
    struct hb_error error;

    (void)state;
    assert_int_equal(mkdir("t", 0700), 0);
    assert_int_equal(mkdir("t/folder", 0700), 0);
    hb_test_write_text("t/b.x.trace", "");
    hb_test_write_text("t/a.rep", "1 1 1 1\na 0 1\n");
    hb_test_write_text("t/README.md", "");
    hb_test_write_text("t/.hidden", "");
    hb_test_write_text("t/c.trace.12.part", "");
    hb_test_write_text("t/b", "");
    assert_int_equal(mkfifo("t/pipe", 0600), 0);
    assert_int_equal(symlink("missing", "t/nowhere"), 0);
    setenv("HEAPBENCH_TRACES", "t", 1);
    assert_int_equal(hb_traces_find(&paths, &count, NULL), HB_OK);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(paths[i], expected[i]);
    assert_null(paths[5]);
    hb_traces_free(paths);
    assert_int_equal(hb_traces_find_all(&paths, &count, NULL), HB_OK); /* there are no more */
    assert_int_equal(count, 5);
    hb_traces_free(paths);
    assert_int_equal(mkdir("t/more", 0700), 0);
    hb_test_write_text("t/more/a.txt", "a 0 1\n");
    assert_int_equal(hb_traces_find(&paths, &count, NULL), HB_OK);
    assert_int_equal(count, 5);
    hb_traces_free(paths);
    assert_int_equal(hb_traces_find_all(&paths, &count, NULL), HB_OK);
    assert_int_equal(count, 6);
    assert_string_equal(paths[5], "t/more/a.txt"); /* behind the others, whatever its name */
    assert_null(paths[6]);
    hb_traces_free(paths);
    setenv("HEAPBENCH_TRACES", "missing", 1);
    assert_int_equal(hb_traces_find_all(&paths, &count, &error), HB_ERR_IO);
    assert_int_equal(hb_traces_find(&paths, &count, &error), HB_ERR_IO);
    assert_string_equal(error.text,
                        "missing: the folder of traces cannot be read: No such file or directory");
    unsetenv("HEAPBENCH_TRACES");
    assert_non_null(strstr(hb_traces_folder(), "workloads/traces"));
}

static void bare_names(void **state)
{
    struct hb_workload *workload;
    struct hb_error error;

    (void)state;
    assert_int_equal(mkdir("t", 0700), 0);
    hb_test_write_text("t/a.rep", "1 1 1 1\na 0 1\n");
    hb_test_write_text("t/two.rep", "1 1 1 1\na 0 1\n");
    hb_test_write_text("t/two.txt", "a 0 1\n");
    setenv("HEAPBENCH_TRACES", "t", 1);
    assert_int_equal(hb_workload_load("a", &workload, NULL), HB_OK);
    assert_string_equal(workload->path, "t/a.rep");
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("two.txt", &workload, NULL), HB_OK);
    assert_string_equal(workload->path, "t/two.txt");
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("two", &workload, &error), HB_ERR_USAGE);
    assert_string_equal(error.text, "'two' may be t/two.rep or t/two.txt; give the path of one");
    hb_test_write_text("t/two.rep.txt", "a 0 1\n");
    assert_int_equal(hb_workload_load("two.rep", &workload, NULL), HB_OK); /* a whole name before a stem */
    assert_string_equal(workload->path, "t/two.rep");
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("none", &workload, &error), HB_ERR_IO);
    assert_string_equal(error.text,
                        "none: no such file, and no trace of that name in t; 'heapbench list' shows them");
    assert_int_equal(mkdir("t/more", 0700), 0);
    hb_test_write_text("t/more/other.txt", "a 0 1\n");
    hb_test_write_text("t/more/a.txt", "a 0 1\n");
    assert_int_equal(hb_workload_load("other", &workload, NULL), HB_OK);
    assert_string_equal(workload->path, "t/more/other.txt");
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("a", &workload, &error), HB_ERR_USAGE);
    assert_string_equal(error.text, "'a' may be t/a.rep or t/more/a.txt; give the path of one");
    hb_test_write_text("a", "a 0 77\n");
    assert_int_equal(hb_workload_load("a", &workload, NULL), HB_OK);
    assert_int_equal(workload->peak_live_bytes, 77); /* a file here goes before a shipped one */
    hb_workload_free(workload);
}

static void limits(void **state)
{
    static const struct hb_op op = {.kind = HB_OP_MALLOC, .size = 1};
    struct hb_builder builder;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_builder_begin(&builder, "x", NULL), HB_OK);
    assert_int_equal(builder.max_ops, UINT64_C(1) << 31);
    builder.max_ops = 0;
    assert_int_equal(hb_builder_append(&builder, &op, 1, &error), HB_ERR_LIMIT);
    assert_string_equal(error.text, "x: more than 0 operations");
    builder.max_ops = 1;
    builder.max_bytes = 15;
    assert_int_equal(hb_builder_append(&builder, &op, 1, &error), HB_ERR_LIMIT);
    assert_string_equal(error.text, "x: more operations than fit half of this machine's memory (0 MiB)");
    builder.max_bytes = 16;
    assert_int_equal(hb_builder_append(&builder, &op, 1, &error), HB_OK);
    hb_builder_abandon(&builder);
}

/* Live bytes and objects, and their peaks, recomputed from the operations. */
static void peaks(void **state)
{
    enum { OPS = 50000 };
    struct hb_random random;
    struct hb_workload *workload;
    uint64_t *size = calloc(OPS, sizeof *size), bytes = 0, objects = 0, peak_bytes = 0, peak_objects = 0;
    struct hb_op *ops;

    (void)state;
    hb_random_seed(&random, 8);
    ops = hb_test_random_ops(&random, OPS, 9);
    hb_test_write_trace("a.trace", NULL, ops, OPS);
    for (size_t i = 0; i < OPS; i++) {
        bytes += ops[i].size - size[ops[i].object];
        size[ops[i].object] = ops[i].size;
        objects += ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC;
        objects -= ops[i].kind == HB_OP_FREE;
        peak_bytes = bytes > peak_bytes ? bytes : peak_bytes;
        peak_objects = objects > peak_objects ? objects : peak_objects;
    }
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    hb_test_assert_ops(workload->ops, ops, OPS);
    assert_int_equal(workload->peak_live_bytes, peak_bytes);
    assert_int_equal(workload->peak_live_objects, peak_objects);
    assert_int_equal(workload->live_bytes_at_end, bytes);
    assert_int_equal(workload->live_objects_at_end, objects);
    assert_int_equal(workload->threads, 9);
    hb_workload_free(workload);
    free(size);
    free(ops);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The same distribution by sorting. */
static void expect_spread(const struct hb_spread *spread, uint64_t *values, uint64_t count)
{
    assert_int_equal(spread->count, count);
    if (count == 0)
        return;
    qsort(values, count, sizeof *values, compare);
    assert_int_equal(spread->p50, values[(count * 50 + 99) / 100 - 1]);
    assert_int_equal(spread->p90, values[(count * 90 + 99) / 100 - 1]);
    assert_int_equal(spread->p99, values[(count * 99 + 99) / 100 - 1]);
    assert_int_equal(spread->max, values[count - 1]);
}

static void summaries(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 9);
    for (size_t count = 0; count < 1000; count = count * 3 / 2 + 1) {
        struct hb_op *ops = hb_test_random_ops(&random, count, 1);
        struct hb_workload workload = {.ops = ops, .op_count = count};
        uint64_t *sizes = calloc(count + 1, 8), *lives = calloc(count + 1, 8), *born = calloc(count + 1, 8);
        uint64_t size_count = 0, life_count = 0, binned = 0;
        struct hb_summary summary;

        for (size_t i = 0; i < count; i++) {
            if (ops[i].kind == HB_OP_FREE)
                lives[life_count++] = i - born[ops[i].object];
            else
                sizes[size_count++] = ops[i].size;
            if (ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC)
                born[ops[i].object] = i;
        }
        assert_int_equal(hb_workload_summarise(&workload, &summary, NULL), HB_OK);
        expect_spread(&summary.sizes, sizes, size_count);
        expect_spread(&summary.lifetimes, lives, life_count);
        for (unsigned bin = 0; bin < HB_SIZE_BINS; bin++)
            binned += summary.size_bins[bin];
        assert_int_equal(binned, size_count);
        free(born);
        free(lives);
        free(sizes);
        free(ops);
    }
}

/* Hand-overs in the plainest way: for each operation, the one before on the same object is looked for. */
static uint64_t plain_handovers(const struct hb_op *ops, size_t count)
{
    uint64_t handovers = 0;

    for (size_t i = 0; i < count; i++) {
        size_t before = i;

        if (ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC)
            continue;
        do
            before--;
        while (ops[before].object != ops[i].object);
        handovers += ops[before].thread != ops[i].thread;
    }
    return handovers;
}

static uint64_t plain_handed_objects(const struct hb_op *ops, size_t count)
{
    uint64_t objects = 0;

    for (size_t birth = 0; birth < count; birth++) {
        unsigned handed = 0;

        if (ops[birth].kind == HB_OP_FREE || ops[birth].kind == HB_OP_REALLOC)
            continue;
        for (size_t i = birth + 1; i < count; i++)
            handed |= ops[i].object == ops[birth].object && ops[i].thread != ops[birth].thread;
        objects += handed;
    }
    return objects;
}

static void summaries_of_threads(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 10);
    for (unsigned threads = 1; threads < 100; threads = threads * 2 + 1) {
        size_t count = 1000;
        struct hb_op *ops = hb_test_random_ops(&random, count, threads);
        struct hb_workload workload = {.ops = ops, .op_count = count};
        uint64_t of_thread[128] = {0};
        struct hb_summary summary;

        for (size_t i = 0; i < count; i++) {
            of_thread[ops[i].thread]++;
            if (ops[i].thread >= workload.threads)
                workload.threads = ops[i].thread + 1u;
        }
        assert_int_equal(hb_workload_summarise(&workload, &summary, NULL), HB_OK);
        assert_int_equal(summary.handovers, plain_handovers(ops, count));
        assert_int_equal(summary.handed_objects, plain_handed_objects(ops, count));
        for (unsigned t = 0; t < HB_THREADS_LISTED; t++)
            assert_int_equal(summary.ops_by_thread[t], of_thread[t]);
        expect_spread(&summary.thread_ops, of_thread, workload.threads);
        free(ops);
    }
}

static void size_bins(void **state)
{
    struct hb_op ops[] = {{.size = 0, .object = 0},  {.size = 1, .object = 1},
                          {.size = 15, .object = 2}, {.size = 16, .object = 3},
                          {.size = 31, .object = 4}, {.size = UINT64_C(1) << 63, .object = 5}};
    struct hb_workload workload = {.ops = ops, .op_count = 6};
    struct hb_summary summary;

    (void)state;
    assert_int_equal(hb_workload_summarise(&workload, &summary, NULL), HB_OK);
    assert_int_equal(summary.size_bins[0], 1);
    assert_int_equal(summary.size_bins[1], 1);
    assert_int_equal(summary.size_bins[4], 1);
    assert_int_equal(summary.size_bins[5], 2);
    assert_int_equal(summary.size_bins[64], 1);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that is full before the header, within the blocks, or at the end: the old file stays, alone. */
static void full_disk(void **state)
{
    static const rlim_t rooms[] = {0, 10, 5000, 100000};
    struct hb_random random;
    struct hb_workload *workload;
    struct hb_op *ops;
    struct hb_error error;

    (void)state;
    hb_random_seed(&random, 10);
    ops = hb_test_random_ops(&random, 400000, 1);
    hb_test_write_trace("a.trace", NULL, ops, 400000);
    free(ops);
    assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
    assert_true(workload->file_bytes > rooms[3]);
    hb_test_write_text("b.trace", "before");
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        limit_files(rooms[i]);
        assert_int_equal(hb_workload_save(workload, "b.trace", 1, &error), HB_ERR_IO);
        limit_files(RLIM_INFINITY);
        assert_non_null(strstr(error.text, "b.trace: cannot be written"));
        assert_int_equal(hb_test_files_here(), 2);
    }
    assert_int_equal(hb_workload_save(workload, "/dev/full", 1, &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "No space left"));
    hb_workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("a workload is called as its file, less the ending", names),
        hb_test_in_folder("the folder of traces: all but folders, sorted, without notes and remains", folder),
        hb_test_in_folder("a bare name is a file here, else a shipped trace, never two", bare_names),
        hb_test("too many operations are refused before memory is taken", limits),
        hb_test_in_folder("peaks and ends are those of a plain recount", peaks),
        hb_test("distributions are those of sorted values", summaries),
        hb_test("operations of each thread and hand-overs agree with a plain search", summaries_of_threads),
        hb_test("sizes are counted by powers of two", size_bins),
        hb_test_in_folder("a full disk leaves the file before and no remains", full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
