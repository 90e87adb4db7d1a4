/*
 * no_memory_test.c - the nth request for memory fails, for every n until all succeed: each time the answer is
 * HB_ERR_MEMORY with a sentence, nothing is leaked (the sanitizer looks) and no file is left behind.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/workloads/failing.h"
#include "workloads/whole/summary.h"

enum { OPS = 20000 }; /* enough for the tables to grow */

static struct hb_op *ops;

/* A wait before every third operation: enough for their table to grow too. */
static void write_trace_of_times(const char *path, const struct hb_trace_info *info)
{
    struct hb_trace_writer *writer;

    assert_int_equal(hb_trace_writer_open(path, info, 3, &writer, NULL), HB_OK);
    for (size_t i = 0; i < OPS; i++) {
        assert_int_equal(hb_trace_writer_pass_time(writer, i % 3 == 0, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_append(writer, &ops[i], 1, NULL), HB_OK);
    }
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

/* A log of valgrind's with so many blocks that tables grow, and one that waits. */
static void write_log(void)
{
    FILE *out = fopen(".a.log", "w");

    assert_non_null(out);
    fputs("==7== Command: p\n", out);
    for (int i = 0; i < 5000; i++)
        fprintf(out, "--7-- malloc(%d) = 0x%x\n", i, 16 * (i % 4999 + 1));
    assert_int_equal(fclose(out), 0);
}

static int enter(void **state)
{
    struct hb_trace_info info = {.command = (char *)"command", .origin = (char *)"origin"};
    struct hb_random random;

    if (hb_test_enter_folder(state) != 0)
        return -1;
    hb_random_seed(&random, 7);
    ops = hb_test_random_ops(&random, OPS, 3);
    write_trace_of_times("a.trace", &info);
    hb_test_write_text("a.txt", "command c\norigin o\na x 1\nw 1s\nc y 2\nf x\na 7 3\nm z 4 4\n");
    write_log();
    if (mkdir("more", 0700) != 0)
        return -1;
    hb_test_write_text("more/other.txt", "a x 1\n");
    setenv("HEAPBENCH_TRACES", ".", 1);
    return 0;
}

static int leave(void **state)
{
    free(ops);
    return hb_test_leave_folder(state);
}

/* Calls `attempt` with ever more memory until it succeeds; at least `least` failures are expected. */
static void with_ever_more_memory(enum hb_status (*attempt)(struct hb_error *error), long least)
{
    unsigned files = hb_test_files_here();
    long calls = 0;

    for (;; calls++) {
        struct hb_error error = {.status = HB_OK};
        enum hb_status status;

        hb_test_fail_after(calls);
        status = attempt(&error);
        hb_test_fail_after(-1);
        if (status == HB_OK)
            break;
        assert_int_equal(status, error.status);
        if (status != HB_ERR_IO) /* opendir and fdopen say so through errno */
            assert_int_equal(status, HB_ERR_MEMORY);
        assert_non_null(strstr(error.text, "emory"));
        assert_int_equal(hb_test_files_here(), files);
    }
    assert_in_range(calls, least, 1000);
}

static enum hb_status load_trace(struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_workload_load("./a.trace", &workload, error);

    if (status == HB_OK)
        hb_workload_free(workload);
    return status;
}

static enum hb_status load_text(struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_workload_load("./a.txt", &workload, error);

    if (status == HB_OK)
        hb_workload_free(workload);
    return status;
}

static enum hb_status load_import(struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_workload_load("./.a.log", &workload, error);

    if (status == HB_OK)
        hb_workload_free(workload);
    return status;
}

static enum hb_status find_traces(struct hb_error *error)
{
    char **paths;
    size_t count;
    enum hb_status status = hb_traces_find_all(&paths, &count, error);

    if (status == HB_OK) {
        assert_int_equal(count, 3);
        hb_traces_free(paths);
    }
    return status;
}

static enum hb_status write_trace(struct hb_error *error)
{
    struct hb_trace_info info = {.command = (char *)"command"};
    struct hb_trace_writer *writer;
    enum hb_status status = hb_trace_writer_open("b.trace", &info, 1, &writer, error);

    if (status != HB_OK)
        return status;
    status = hb_trace_writer_append(writer, ops, OPS, error);
    assert_int_equal(status, HB_OK);
    status = hb_trace_writer_finish(writer, error);
    if (status == HB_OK)
        remove("b.trace");
    return status;
}

static enum hb_status summarise(struct hb_error *error)
{
    struct hb_workload workload = {.ops = ops, .op_count = OPS, .path = (char *)"memory"};
    struct hb_summary summary;

    return hb_workload_summarise(&workload, &summary, error);
}

static void loading_a_trace(void **state)
{
    (void)state;
    with_ever_more_memory(load_trace, 12);
}

static void loading_text(void **state)
{
    (void)state;
    with_ever_more_memory(load_text, 12);
}

static void loading_an_import(void **state)
{
    (void)state;
    with_ever_more_memory(load_import, 12);
}

static void finding(void **state)
{
    (void)state;
    with_ever_more_memory(find_traces, 2);
}

static void writing(void **state)
{
    (void)state;
    with_ever_more_memory(write_trace, 5);
}

static void summing(void **state)
{
    (void)state;
    with_ever_more_memory(summarise, 1);
}

#define in_want(sentence, function)            \
    {                                          \
        sentence, function, enter, leave, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_want("loading a trace", loading_a_trace),
        in_want("loading a text", loading_text),
        in_want("loading an import", loading_an_import),
        in_want("finding traces", finding),
        in_want("writing a trace", writing),
        in_want("a summary", summing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
