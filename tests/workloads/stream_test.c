/* stream_test.c - a stream hands out what loading and renumbering the whole trace gives, in memory that
 * follows the live set. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "workloads/stream.h"
#include "workloads/workload.h"

enum { OPS = 200000, MOST_LIVE = 3000 };

/* A valid random sequence in birth order. */
static void make_ops(struct hb_op *ops)
{
    static uint32_t live[MOST_LIVE];
    struct hb_random random;
    uint32_t count = 0, born = 0;

    hb_random_seed(&random, 3);
    for (size_t i = 0; i < OPS; i++) {
        uint64_t dice = hb_random_below(&random, 8);
        uint32_t at = count > 0 ? (uint32_t)hb_random_below(&random, count) : 0;

        if (count == 0 || (dice < 4 && count < MOST_LIVE)) {
            live[count++] = born;
            ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = born++, .size = dice * 40};
        } else if (dice == 4) {
            ops[i] = (struct hb_op){.kind = HB_OP_REALLOC, .object = live[at], .size = 1 + dice};
        } else {
            ops[i] = (struct hb_op){.kind = HB_OP_FREE, .object = live[at]};
            live[at] = live[--count];
        }
    }
}

static void write_trace(const char *path, const struct hb_op *ops, size_t count)
{
    struct hb_trace_info info = {.command = NULL};
    struct hb_trace_writer *writer;

    assert_int_equal(hb_trace_writer_open(path, &info, 1, &writer, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_append(writer, ops, count, NULL), HB_OK);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

/* The plain way: every object's slot in a table, freed slots on a stack. */
static void renumber_plainly(struct hb_op *ops)
{
    uint32_t *slot_of = malloc(OPS * sizeof slot_of[0]), *stack = malloc(OPS * sizeof stack[0]);
    uint32_t slots = 0;
    size_t depth = 0;

    for (size_t i = 0; i < OPS; i++) {
        uint32_t object = ops[i].object;

        if (ops[i].kind == HB_OP_MALLOC)
            slot_of[object] = depth > 0 ? stack[--depth] : slots++;
        ops[i].object = slot_of[object];
        if (ops[i].kind == HB_OP_FREE)
            stack[depth++] = slot_of[object];
    }
    free(slot_of);
    free(stack);
}

static void same_as_plain(void **state)
{
    struct hb_op *ops = malloc(OPS * sizeof ops[0]);
    struct hb_stream *stream;
    const struct hb_op *chunk;
    size_t count, done = 0;
    char path[] = "/tmp/hb_stream_test.XXXXXX";

    (void)state;
    close(mkstemp(path));
    make_ops(ops);
    write_trace(path, ops, OPS);
    renumber_plainly(ops);
    assert_int_equal(hb_stream_open(path, &stream, NULL), HB_OK);
    assert_int_equal(strncmp(hb_stream_name(stream), "hb_stream_test", 14), 0);
    do {
        assert_int_equal(hb_stream_next(stream, &chunk, &count, NULL), HB_OK);
        assert_memory_equal(chunk, ops + done, count * sizeof chunk[0]);
        done += count;
    } while (count > 0);
    assert_int_equal(done, OPS);
    hb_stream_close(stream);
    unlink(path);
    free(ops);
}

static void not_live(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 1},
        {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_FREE, .object = 0},
    };
    struct hb_stream *stream;
    const struct hb_op *chunk;
    struct hb_error error;
    size_t count;
    char path[] = "/tmp/hb_stream_test.XXXXXX";

    (void)state;
    close(mkstemp(path));
    write_trace(path, ops, 3);
    assert_int_equal(hb_stream_open(path, &stream, NULL), HB_OK);
    assert_int_equal(hb_stream_next(stream, &chunk, &count, &error), HB_ERR_FORMAT);
    assert_non_null(strstr(error.text, "operation 2 names object 0, which does not live then"));
    hb_stream_close(stream);
    hb_stream_close(NULL);
    unlink(path);
}

static void hand_written(void **state)
{
    struct hb_stream *stream;
    const struct hb_op *chunk;
    size_t count;

    (void)state;
    assert_int_equal(hb_stream_open("demo", &stream, NULL), HB_OK);
    assert_string_equal(hb_stream_name(stream), "demo");
    assert_int_equal(hb_stream_next(stream, &chunk, &count, NULL), HB_OK);
    assert_int_equal(count, 7);
    assert_int_equal(chunk[6].object, 2); /* freed last, taken first */
    assert_int_equal(hb_stream_next(stream, &chunk, &count, NULL), HB_OK);
    assert_int_equal(count, 0);
    hb_stream_close(stream);
}

/* As many as the limit has room for, and one more, which names it; those that were freed do not count. */
static void too_many_live(void **state)
{
    enum { MOST = 1000 };
    static struct hb_op ops[MOST + 3];
    const struct hb_op *got;
    struct hb_stream *stream;
    struct hb_error error;
    size_t count;

    (void)state;
    for (uint32_t i = 0; i < MOST; i++)
        ops[i] = (struct hb_op){.kind = HB_OP_MALLOC, .object = i, .size = 1};
    ops[MOST] = (struct hb_op){.kind = HB_OP_FREE, .object = 7};
    ops[MOST + 1] = (struct hb_op){.kind = HB_OP_MALLOC, .object = MOST, .size = 1};
    ops[MOST + 2] = (struct hb_op){.kind = HB_OP_MALLOC, .object = MOST + 1, .size = 1};
    for (size_t extra = 2; extra <= 3; extra++) {
        write_trace("live.trace", ops, MOST + extra);
        assert_int_equal(hb_stream_open("live.trace", &stream, NULL), HB_OK);
        hb_stream_limit(stream, MOST * HB_STREAM_LIVE_BYTES + 1);
        assert_int_equal(hb_stream_next(stream, &got, &count, &error), extra == 2 ? HB_OK : HB_ERR_LIMIT);
        hb_stream_close(stream);
    }
    assert_string_equal(error.text,
                        "live.trace: more live objects than fit half of this machine's memory (0 MiB)");
    unlink("live.trace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("a stream renumbers as a plain table does, operation by operation", same_as_plain),
        hb_test("a free of what does not live is refused, with its index", not_live),
        hb_test("more live objects than fit half of the machine's memory are refused", too_many_live),
        hb_test("a file written by hand streams as well", hand_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
