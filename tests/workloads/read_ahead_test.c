/* read_ahead_test.c - read by a thread of its own, a stream is the same, operation by operation, and ends the
 * same. */
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workloads/read_ahead.h"
#include "workloads/workload.h"

static bool no_threads;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                          void *argument); /* NOLINT(bugprone-reserved-identifier) */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                          void *argument); /* NOLINT(bugprone-reserved-identifier) */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                          void *argument)
{
    return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, start, argument);
}

static struct hb_stream *open_stream(const char *trace)
{
    struct hb_stream *stream = NULL;

    assert_int_equal(hb_stream_open(trace, &stream, NULL), HB_OK);
    return stream;
}

static struct hb_read_ahead *begin(struct hb_stream *stream)
{
    struct hb_read_ahead *ahead = NULL;

    assert_int_equal(hb_read_ahead_open(stream, &ahead, NULL), HB_OK);
    return ahead;
}

static void check_same(const char *trace)
{
    struct hb_stream *plain = open_stream(trace), *stream = open_stream(trace);
    struct hb_read_ahead *ahead = begin(stream);
    const struct hb_op *ops, *expected;
    size_t count, expected_count;

    do {
        assert_int_equal(hb_stream_next(plain, &expected, &expected_count, NULL), HB_OK);
        assert_int_equal(hb_read_ahead_next(ahead, &ops, &count, NULL), HB_OK);
        assert_int_equal(count, expected_count);
        if (count > 0)
            assert_memory_equal(ops, expected, count * sizeof ops[0]);
    } while (count > 0);
    hb_read_ahead_close(ahead);
    assert_true(hb_stream_objects(stream) == hb_stream_objects(plain));
    hb_stream_close(stream);
    hb_stream_close(plain);
}

static void same(void **state)
{
    (void)state;
    check_same("cc1");
    check_same("python3-threads");
    check_same("demo");
}

static void same_without_a_thread(void **state)
{
    (void)state;
    no_threads = true;
    check_same("cc1");
    no_threads = false;
}

/* The thread is then waiting for room, in the middle of a block, or not even begun. */
static void closed_early(void **state)
{
    (void)state;
    for (int blocks = 0; blocks < 8; blocks++) {
        struct hb_stream *stream = open_stream("redis");
        struct hb_read_ahead *ahead = begin(stream);
        const struct hb_op *ops;
        size_t count;

        for (int i = 0; i < blocks; i++) {
            assert_int_equal(hb_read_ahead_next(ahead, &ops, &count, NULL), HB_OK);
            assert_int_equal(count, HB_STREAM_BLOCK_OPS);
        }
        hb_read_ahead_close(ahead);
        hb_stream_close(stream);
    }
    hb_read_ahead_close(NULL);
}

/* A trace whose last operation, after some good blocks, frees what does not live. */
static void write_bad_trace(const char *path, uint32_t objects)
{
    struct hb_trace_info info = {.command = NULL};
    struct hb_trace_writer *writer;

    assert_int_equal(hb_trace_writer_open(path, &info, 1, &writer, NULL), HB_OK);
    for (uint32_t i = 0; i <= objects; i++) {
        struct hb_op op = {.kind = HB_OP_MALLOC, .object = i, .size = 8};
        struct hb_op free_op = {.kind = HB_OP_FREE, .object = objects - 1};

        assert_int_equal(hb_trace_writer_append(writer, i < objects ? &op : &free_op, 1, NULL), HB_OK);
    }
    assert_int_equal(
        hb_trace_writer_append(writer, &(struct hb_op){.kind = HB_OP_FREE, .object = objects - 1}, 1, NULL),
        HB_OK);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

static void error_is_passed_on(void **state)
{
    enum { OBJECTS = 10 * HB_STREAM_BLOCK_OPS };
    char path[] = "/tmp/hb_read_ahead_test.XXXXXX";
    struct hb_stream *stream;
    struct hb_read_ahead *ahead;
    const struct hb_op *ops;
    struct hb_error error = {.status = HB_OK};
    enum hb_status status = HB_OK;
    size_t count = 1, done = 0;

    (void)state;
    close(mkstemp(path));
    write_bad_trace(path, OBJECTS);
    stream = open_stream(path);
    ahead = begin(stream);
    while (status == HB_OK && count > 0) {
        status = hb_read_ahead_next(ahead, &ops, &count, &error);
        done += status == HB_OK ? count : 0;
    }
    assert_int_equal(status, HB_ERR_FORMAT);
    assert_int_equal(error.status, HB_ERR_FORMAT);
    assert_non_null(strstr(error.text, "which does not live then"));
    assert_true(done >= OBJECTS - HB_STREAM_BLOCK_OPS);
    hb_read_ahead_close(ahead);
    hb_stream_close(stream);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("read ahead, a stream gives the same operations and ends the same", same),
        hb_test("where no thread can be had, it is read all the same", same_without_a_thread),
        hb_test("it may be closed at any time", closed_early),
        hb_test("an error comes after the operations before it", error_is_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
