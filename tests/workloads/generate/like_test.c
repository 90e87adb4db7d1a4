/*
 * like_test.c - what like=TRACE promises, held against the trace itself, operation by operation or counted.
 *
 * Whatever is generated goes through a builder, which refuses what is not sound.
 */
#include "tests/workloads/fixtures.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/workloads/failing.h"
#include "workloads/generate/generate.h"
#include "workloads/whole/summary.h"

enum { OPS = 5000, MOST_SIZES = 40 };

static struct hb_workload *generated(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct hb_workload *generated(const char *format, ...)
{
    struct hb_error error = {.text = ""};
    struct hb_workload *workload;
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (hb_generate_workload(text, "like", &workload, &error) != HB_OK)
        fail_msg("%s: %s", text, error.text);
    return workload;
}

static struct hb_workload *loaded(const char *path)
{
    struct hb_error error = {.text = ""};
    struct hb_workload *workload;

    if (hb_workload_load(path, &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    return workload;
}

static void generates(const char *text, const char *expected)
{
    struct hb_workload *actual = generated("%s", text), *wanted;

    hb_test_write_text("./expected.txt", expected);
    wanted = loaded("./expected.txt");
    assert_int_equal(actual->op_count, wanted->op_count);
    hb_test_assert_ops(actual->ops, wanted->ops, wanted->op_count);
    assert_int_equal(actual->wait_count, wanted->wait_count);
    hb_test_assert_waits(actual->waits, wanted->waits, wanted->wait_count);
    assert_int_equal(actual->touched_count, wanted->touched_count);
    if (wanted->touched_count > 0)
        assert_memory_equal(actual->touched, wanted->touched,
                            wanted->touched_count * sizeof wanted->touched[0]);
    hb_workload_free(actual);
    hb_workload_free(wanted);
}

/* -- by hand -- */

static void two_doings_by_hand(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt", "a x 10\na y 20\nf x\n");
    generates("like=./a.txt scale=2", "a x 10\na y 20\nf x\n"
                                      "a x 10\nf y\na y 20\nf x\n");
}

/* The second doing finds both alive, and each time the older one goes. */
static void the_oldest_of_those_alike_goes(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt", "a x 10\na y 10\n");
    generates("like=./a.txt scale=3", "a 0 10\na 1 10\n"
                                      "f 0\na 2 10\nf 1\na 3 10\n"
                                      "f 2\na 4 10\nf 3\na 5 10\n");
}

/* Another size, or another thread, is not alike: what was given first stays until its own turn. */
static void others_are_not_alike(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt", "a y 10\nt 1\na z 11\na x 10\n");
    generates("like=./a.txt scale=2", "a y 10\nt 1\na z 11\na x 10\n"
                                      "t 0\nf y\na y2 10\nt 1\nf z\na z2 11\nf x\na x2 10\n");
    hb_test_write_text("./a.txt", "a y 4611686018427387904\na x 4611686018427387905\n"); /* one key */
    generates("like=./a.txt scale=2", "a y 4611686018427387904\na x 4611686018427387905\n"
                                      "f y\na y2 4611686018427387904\nf x\na x2 4611686018427387905\n");
}

static void parts_are_done_before_the_next(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt", "a x 10\nr x 20\nf x\na y 30\n");
    generates("like=./a.txt scale=2 block=1",
              "a x 10\nf x\na x 10\nr x 20\nr x 20\nf x\na y 30\nf y\na y 30\n");
}

static void times_and_what_is_touched_come_along(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt",
                       "w 5ms\ntouched 4096\na x 100000\nw 7ms\ntouched 8192\nr x 200000\nw 1ms\n");
    generates("like=./a.txt scale=2",
              "w 5ms\ntouched 4096\na x 100000\nw 7ms\ntouched 8192\nr x 200000\nw 6ms\n"
              "f x\ntouched 4096\na x 100000\nw 7ms\ntouched 8192\nr x 200000\nw 1ms\n");
}

/* Of what thread 1 frees in the trace, thread 1 frees what is replaced, once it has come to be. */
static void what_is_handed_over_is_handed_over(void **state)
{
    (void)state;
    hb_test_write_text("./a.txt", "a z 8\nt 1\nf z\nt 0\na x 8\nt 1\nf x\n");
    generates("like=./a.txt scale=3 block=1",
              "a z 8\nf z\na z 8\nf z\na z 8\nt 1\nf z\n"
              "t 0\na x 8\nt 1\nf x\nt 0\na x 8\nt 1\nf x\nt 0\na x 8\nt 1\nf x\n");
}

/* -- counted -- */

/* Births, reallocs and frees of a few sizes, by three threads, times between them. */
static void write_random_trace(uint64_t seed)
{
    struct hb_op *ops = malloc(OPS * sizeof *ops);
    static uint32_t live[OPS];
    struct hb_random random;
    struct hb_wait *waits;
    static const struct hb_trace_totals none;
    uint32_t count = 0, born = 0, threads = 0;
    size_t wait_count;

    assert_non_null(ops);
    hb_random_seed(&random, seed);
    for (size_t i = 0; i < OPS; i++) {
        uint64_t dice = hb_random_below(&random, 10), most = 50 + (i / 1000) * 40;
        uint32_t at = count > 0 ? (uint32_t)hb_random_below(&random, count) : 0;
        uint16_t thread = (uint16_t)hb_random_below(&random, threads < 3 ? threads + 1 : 3);

        threads += thread == threads;
        ops[i] = (struct hb_op){.thread = thread, .size = 8 * (1 + hb_random_below(&random, MOST_SIZES))};
        if (count == 0 || (dice < 5 && count < most)) {
            live[count++] = ops[i].object = born++;
            ops[i].kind = dice == 0 ? HB_OP_CALLOC : dice == 1 ? HB_OP_ALIGNED : HB_OP_MALLOC;
            ops[i].align_log2 = dice == 1 ? 6 : 0;
        } else if (dice == 5) {
            ops[i].kind = HB_OP_REALLOC;
            ops[i].object = live[at];
        } else {
            ops[i].kind = HB_OP_FREE;
            ops[i].size = 0;
            ops[i].object = live[at];
            live[at] = live[--count];
        }
    }
    waits = hb_test_random_waits(&random, OPS, &wait_count);
    for (size_t i = 0; i < wait_count; i++)
        waits[i].us &= 0xfffff;
    for (size_t i = 0; i < wait_count; i++)
        waits[i].us |= 1;
    hb_test_write_times("a.trace", NULL, ops, OPS, waits, wait_count, &none);
    free(waits);
    free(ops);
}

/* Births of each kind and size; what lives at the end, of each size. */
struct counts {
    uint64_t births[HB_OP_KINDS][MOST_SIZES + 1];
    uint64_t left[MOST_SIZES + 1];
    uint64_t frees, reallocs;
};

static void count(const struct hb_workload *workload, struct counts *counts)
{
    uint64_t *sizes = calloc(workload->object_count + 1, sizeof *sizes);

    assert_non_null(sizes);
    memset(counts, 0, sizeof *counts);
    for (uint64_t i = 0; i < workload->op_count; i++) {
        const struct hb_op *op = &workload->ops[i];

        counts->frees += op->kind == HB_OP_FREE;
        counts->reallocs += op->kind == HB_OP_REALLOC;
        if (op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC)
            counts->births[op->kind][op->size / 8]++;
        sizes[op->object] = op->size / 8;
    }
    for (uint64_t i = 0; i < workload->object_count; i++)
        counts->left[sizes[i]]++;
    counts->left[0] = 0;
    free(sizes);
}

static void assert_like(const struct hb_workload *trace, uint64_t scale, uint64_t block, uint64_t seed)
{
    struct hb_workload *like =
        generated("like=./a.trace scale=%" PRIu64 " block=%" PRIu64 " seed=%" PRIu64, scale, block, seed);
    static struct counts of_trace, of_like;

    count(trace, &of_trace);
    count(like, &of_like);
    for (int kind = 0; kind < HB_OP_KINDS; kind++)
        for (int size = 0; size <= MOST_SIZES; size++)
            assert_int_equal(of_like.births[kind][size], scale * of_trace.births[kind][size]);
    assert_memory_equal(of_like.left, of_trace.left, sizeof of_trace.left);
    assert_int_equal(of_like.frees, scale * trace->object_count - trace->live_objects_at_end);
    assert_true(of_like.reallocs <= scale * of_trace.reallocs);
    assert_true(of_like.reallocs >= of_trace.reallocs);
    assert_int_equal(like->object_count, scale * trace->object_count);
    assert_int_equal(like->live_bytes_at_end, trace->live_bytes_at_end);
    assert_int_equal(like->time_us, scale * trace->time_us);
    assert_int_equal(like->threads, trace->threads);
    if (block == 1 || scale == 1) {
        assert_int_equal(like->peak_live_bytes, trace->peak_live_bytes);
        assert_int_equal(like->peak_live_objects, trace->peak_live_objects);
    }
    hb_workload_free(like);
}

static void births_and_times_are_multiplied(void **state)
{
    static const uint64_t scales[] = {1, 2, 3, 10}, blocks[] = {1, 2, 7, 8, 100, 512, 4999, 5000, 100000};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct hb_workload *trace;

        write_random_trace(seed);
        trace = loaded("./a.trace");
        for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++)
            for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++)
                assert_like(trace, scales[s], blocks[b], seed);
        hb_workload_free(trace);
    }
}

static void assert_same(const struct hb_workload *one, const struct hb_workload *other)
{
    assert_int_equal(one->op_count, other->op_count);
    hb_test_assert_ops(one->ops, other->ops, one->op_count);
    assert_int_equal(one->wait_count, other->wait_count);
    hb_test_assert_waits(one->waits, other->waits, one->wait_count);
}

static void once_is_the_trace_itself(void **state)
{
    struct hb_workload *trace, *like;

    (void)state;
    write_random_trace(9);
    trace = loaded("./a.trace");
    like = generated("like=./a.trace scale=1 block=64");
    assert_same(like, trace);
    hb_workload_free(like);
    hb_workload_free(trace);
}

static void a_seed_is_a_workload(void **state)
{
    struct hb_workload *one, *same, *other;

    (void)state;
    write_random_trace(4);
    one = generated("like=./a.trace scale=3 seed=5");
    same = generated("like=./a.trace scale=3 seed=5");
    other = generated("like=./a.trace scale=3 seed=6");
    assert_same(one, same);
    assert_true(one->op_count != other->op_count ||
                memcmp(one->ops, other->ops, one->op_count * sizeof one->ops[0]) != 0);
    hb_workload_free(one);
    hb_workload_free(same);
    hb_workload_free(other);
}

/* -- odd traces -- */

static void nothing_is_like_nothing(void **state)
{
    struct hb_workload *like;

    (void)state;
    hb_test_write_trace("a.trace", NULL, NULL, 0);
    like = generated("like=./a.trace scale=7");
    assert_int_equal(like->op_count, 0);
    hb_workload_free(like);
}

static void one_that_never_frees_keeps_its_peak(void **state)
{
    struct hb_workload *like;
    FILE *out = fopen("a.txt", "w");

    (void)state;
    assert_non_null(out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "a %d %d\n", i, 1 + i % 7);
    assert_int_equal(fclose(out), 0);
    like = generated("like=./a.txt scale=10");
    assert_int_equal(like->object_count, 30000);
    assert_int_equal(like->op_count, 30000 + 9 * 3000);
    assert_int_equal(like->peak_live_objects, 3000);
    assert_int_equal(like->live_objects_at_end, 3000);
    hb_workload_free(like);
}

static void as_many_threads_as_there_can_be(void **state)
{
    struct hb_workload *like;
    FILE *out = fopen("a.txt", "w");

    (void)state;
    assert_non_null(out);
    for (int i = 0; i < 65536; i++)
        fprintf(out, "t %d\na %d 8\nt 0\nf %d\n", i, i, i);
    assert_int_equal(fclose(out), 0);
    like = generated("like=./a.txt scale=2");
    assert_int_equal(like->threads, 65536);
    assert_int_equal(like->object_count, 2 * 65536);
    hb_workload_free(like);
}

static void refuses(const char *text, enum hb_status status, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error = {.text = ""};

    assert_int_equal(hb_generate_workload(text, "like", &workload, &error), status);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("%s: '%s' is not '%s'", text, error.text, sentence);
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct hb_op ops[] = {{.size = 1}, {.kind = HB_OP_FREE}, {.kind = HB_OP_FREE}};
    FILE *out = fopen("many.txt", "w");

    (void)state;
    refuses("like", HB_ERR_USAGE, "like which trace? like=TRACE");
    refuses("like=", HB_ERR_USAGE, "like which trace? like=TRACE");
    refuses("likes=./a.txt", HB_ERR_USAGE, "no generator is called 'likes=./a.txt'");
    refuses("ramp=./a.txt", HB_ERR_USAGE, "no generator is called 'ramp=./a.txt'");
    refuses("like=./a.txt scale=0", HB_ERR_USAGE, "scale=0: it must be 1 to 1048576");
    refuses("like=./nowhere.txt", HB_ERR_IO, "./nowhere.txt");
    hb_test_write_text("./a.txt", "a x 1\na x 1\n");
    refuses("like=./a.txt", HB_ERR_FORMAT, "./a.txt:2");
    hb_test_write_trace("a.trace", NULL, ops, 3);
    refuses("like=./a.trace", HB_ERR_FORMAT, "operation 2 names object 0, which does not live then");
    hb_test_write_text("./a.txt", "a x 9223372036854775808\nf x\na y 9223372036854775808\n");
    refuses("like=./a.txt", HB_ERR_LIMIT, "./a.txt: its sizes add up to more than 2^64 bytes");
    assert_non_null(out);
    for (int i = 0; i < 5000; i++)
        fprintf(out, "a %d 1\n", i);
    assert_int_equal(fclose(out), 0);
    refuses("like=./many.txt scale=1M", HB_ERR_USAGE,
            "like would allocate 5242880000 objects; a trace can number 1 to 4294967295");
}

static enum hb_status generate_once(struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_generate_workload("like=./a.txt scale=2 block=100", "like", &workload, error);

    if (status == HB_OK)
        hb_workload_free(workload);
    return status;
}

static void without_memory_it_says_so(void **state)
{
    FILE *out = fopen("a.txt", "w");
    enum hb_status status;
    long calls = -1;

    (void)state;
    assert_non_null(out);
    for (int i = 0; i < 100; i++)
        fprintf(out, "t %d\na %d %d\nt 0\nr %d 9\n%s %d\n", i % 2, i, 1 + i % 60, i, i % 3 ? "f" : "# f", i);
    assert_int_equal(fclose(out), 0);
    do {
        struct hb_error error = {.text = ""};

        hb_test_fail_after(++calls);
        status = generate_once(&error);
        hb_test_fail_after(-1);
        if (status != HB_OK && status != HB_ERR_IO)
            assert_int_equal(status, HB_ERR_MEMORY);
        if (status != HB_OK)
            assert_non_null(strstr(error.text, "emory"));
    } while (status != HB_OK);
    assert_in_range(calls, 30, 3000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test_in_folder("two doings, worked out by hand", two_doings_by_hand),
        hb_test_in_folder("of those that are alike the oldest is replaced", the_oldest_of_those_alike_goes),
        hb_test_in_folder("other sizes and other threads' are not alike", others_are_not_alike),
        hb_test_in_folder("a part is done as often as asked before the next", parts_are_done_before_the_next),
        hb_test_in_folder("times and what is touched come along", times_and_what_is_touched_come_along),
        hb_test_in_folder("what is handed over in the trace is handed over",
                          what_is_handed_over_is_handed_over),
        hb_test_in_folder("births of each kind and size, and times, are multiplied; what is left is not",
                          births_and_times_are_multiplied),
        hb_test_in_folder("scale=1 is the trace itself", once_is_the_trace_itself),
        hb_test_in_folder("a seed is a workload, another is another", a_seed_is_a_workload),
        hb_test_in_folder("an empty trace makes an empty one", nothing_is_like_nothing),
        hb_test_in_folder("a trace that never frees keeps its peak", one_that_never_frees_keeps_its_peak),
        hb_test_in_folder("65536 threads are as good as one", as_many_threads_as_there_can_be),
        hb_test_in_folder("what cannot be is refused, with a sentence", what_cannot_be_is_refused),
        hb_test_in_folder("without memory it says so, and leaks nothing", without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
