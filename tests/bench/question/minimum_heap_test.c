/*
 * minimum_heap_test.c - the smallest heap that serves a trace, against direct runs of the walking allocator
 * in heaps of every size.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/question/plans/minimum_heap.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/random_ops.h"
#include "workloads/text/text_writer.h"

enum { SEEDS = HB_TEST_SCALE(6, 2) };

/* Of allocators for whose minimum heap no smaller one does, those that fail again above it come last. */
static const char *const exact[] = {"simple-align", "simple-merge", "free-list", "simple", "first-merge"};
enum { EXACT = sizeof exact / sizeof exact[0], MONOTONE = 3 };

static const char *const tried[] = {"bins", "next", "next-merge", "best", "best-merge", "buddy"};

static char path[64];

/* Takes the workload. */
static void write_trace(struct hb_workload *workload)
{
    FILE *out;
    int fd;

    strcpy(path, "/tmp/minimum_heap_test.XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    out = fdopen(fd, "w");
    assert_non_null(out);
    hb_text_write(workload, out);
    assert_int_equal(fclose(out), 0);
    random_ops_free(workload);
}

static void open_session(struct hb_session *session, const char *allocators)
{
    char *traces[] = {path, NULL};
    char program[] = "minimum_heap_test";
    char *const argv[] = {program, NULL};
    struct hb_session_options options = {
        .allocators = allocators, .traces = traces, .rounds_least = 1, .rounds_most = 1, .seed = 1};
    struct hb_error error;

    if (hb_session_open(session, &options, 1, argv, &error) != HB_OK)
        fail_msg("%s", error.text);
}

/* The walking allocator itself, here, in a heap of that size. */
static bool serves(const struct hb_prepared *prepared, const char *name, uint64_t heap_bytes)
{
    const struct hb_allocator *counting = hb_allocator_find(name)->counting;
    struct hb_count_options options = {.failure_limit = 1};
    struct hb_counts counts = {.heap_bytes = heap_bytes};
    void *heap = counting->create(counting, heap_bytes, NULL);

    if (heap == NULL)
        return false;
    assert_int_equal(hb_replay_count(prepared, counting, heap, &options, &counts, NULL, NULL), HB_OK);
    counting->destroy(heap);
    return counts.failures == 0;
}

static struct hb_minimum_heap find(struct hb_session *session, const char *name)
{
    const struct hb_candidate *candidate = hb_discovery_find(&session->found, name);
    const struct hb_sample_result *count;
    struct hb_minimum_heap minimum;

    assert_non_null(candidate);
    assert_int_equal(hb_cuts_count(session, 0, candidate, 0, &count, NULL), HB_OK);
    assert_int_equal(hb_minimum_heap_find(session, 0, candidate, &count->counts, &minimum, NULL), HB_OK);
    return minimum;
}

static void check_exact(struct hb_session *session, const struct hb_prepared *prepared, size_t which)
{
    struct hb_minimum_heap minimum = find(session, exact[which]);

    assert_string_equal(hb_minimum_how_name(minimum.how), "exact");
    for (uint64_t bytes = 1; bytes < minimum.bytes; bytes++)
        assert_false(serves(prepared, exact[which], bytes));
    assert_true(serves(prepared, exact[which], minimum.bytes));
    for (uint64_t bytes = minimum.bytes; which < MONOTONE && bytes < minimum.bytes + 300; bytes++)
        assert_true(serves(prepared, exact[which], bytes));
}

static void check_tried(struct hb_session *session, const struct hb_prepared *prepared, const char *name)
{
    struct hb_minimum_heap minimum = find(session, name);

    assert_string_equal(hb_minimum_how_name(minimum.how), "tried");
    assert_true(minimum.failing_bytes < minimum.bytes);
    assert_true(minimum.bytes - minimum.failing_bytes <= minimum.bytes / 64 + 1);
    assert_true(serves(prepared, name, minimum.bytes));
    assert_false(serves(prepared, name, minimum.failing_bytes));
}

/* Alignments up to 256 are among the operations, and sizes of 0. */
static void every_size_of_random_traces(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = 150, .max_size = 90, .max_live = 25, .percent_zero = 2};
        const struct hb_prepared *prepared;
        struct hb_session session;

        write_trace(random_ops_create(&recipe));
        open_session(&session, "simple,simple-align,simple-merge,free-list,first-merge,bins,next,next-merge,"
                               "best,best-merge,buddy");
        assert_int_equal(hb_discovery_trace(&session.found, 0, &prepared, NULL), HB_OK);
        for (size_t i = 0; i < EXACT; i++)
            check_exact(&session, prepared, i);
        for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++)
            check_tried(&session, prepared, tried[i]);
        hb_session_close(&session);
        unlink(path);
    }
}

/* Among the sizes tried are some too small for a record. */
static void one_byte(void **state)
{
    static const struct hb_op ops[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 1}};
    const struct hb_prepared *prepared;
    struct hb_session session;

    (void)state;
    write_trace(workload_of("one byte", ops, 1));
    open_session(&session, "bins,next,next-merge,best,best-merge,buddy");
    assert_int_equal(hb_discovery_trace(&session.found, 0, &prepared, NULL), HB_OK);
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++)
        check_tried(&session, prepared, tried[i]);
    hb_session_close(&session);
    unlink(path);
}

static void not_known(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 100},
        {.kind = HB_OP_MALLOC, .object = 1, .size = UINT64_C(1) << 63},
    };
    struct hb_session session;

    (void)state;
    write_trace(workload_of("too much", ops, 2));
    open_session(&session, "simple,bins,glibc");
    assert_int_equal(find(&session, "simple").how, HB_MINIMUM_NOT_KNOWN);
    assert_int_equal(find(&session, "bins").how, HB_MINIMUM_NOT_KNOWN);
    assert_int_equal(find(&session, "glibc").how, HB_MINIMUM_NOT_KNOWN);
    assert_null(hb_minimum_how_name(HB_MINIMUM_NOT_KNOWN));
    hb_session_close(&session);
    unlink(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        hb_test("of first fit no smaller heap serves, of others the bracket holds, by runs at every size",
                every_size_of_random_traces),
        hb_test("a heap too small for a record serves nothing, and is no error", one_byte),
        hb_test("it is not known where no heap would do, nor of what takes no heap", not_known),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
