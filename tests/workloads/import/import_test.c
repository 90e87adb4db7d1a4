/*
 * import_test.c - other people's formats: what real tools wrote of data/sample.cc, and what people wrote by
 * hand, becomes exactly these operations; each error is named with its line.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/import/import.h"
#include "workloads/stream.h"
#include "workloads/text/text_writer.h"

#define SAMPLE HB_IMPORT_DATA "/sample."

static struct hb_workload *load(const char *path)
{
    struct hb_workload *workload = NULL;
    struct hb_error error;

    if (hb_workload_load_as(path, HB_FORMAT_ANY, &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    return workload;
}

static struct hb_workload *load_text(const char *text)
{
    hb_test_write_text("a.txt", text);
    return load("a.txt");
}

static void expect_format(const char *path, enum hb_workload_format expected)
{
    enum hb_workload_format format = HB_FORMAT_ANY;

    assert_int_equal(hb_workload_recognise(path, &format, NULL), HB_OK);
    assert_int_equal(format, expected);
}

static uint64_t count_kind(const struct hb_workload *workload, enum hb_op_kind kind)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < workload->op_count; i++)
        count += workload->ops[i].kind == kind;
    return count;
}

/* What sample.cc does first, as far as each tool sees it. */
static const struct hb_op first_ops[] = {
    {.kind = HB_OP_MALLOC, .object = 0, .size = 100},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 2000},
    {.kind = HB_OP_MALLOC, .object = 1, .size = 5000},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 20000},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 19000},
    {.kind = HB_OP_FREE, .object = 1},
    {.kind = HB_OP_FREE, .object = 0},
    {.kind = HB_OP_MALLOC, .object = 2, .size = 33},
    {.kind = HB_OP_FREE, .object = 2},
    {.kind = HB_OP_MALLOC, .object = 3, .size = 8},
    {.kind = HB_OP_FREE, .object = 3},
};

enum { FIRST_OPS = sizeof first_ops / sizeof first_ops[0] };

static void real_mtrace(void **state)
{
    struct hb_workload *workload = load(SAMPLE "mtrace");

    (void)state;
    expect_format(SAMPLE "mtrace", HB_FORMAT_MTRACE);
    hb_test_assert_ops(workload->ops, first_ops, FIRST_OPS);
    assert_int_equal(workload->op_count, 79);
    assert_int_equal(workload->object_count, 40);
    assert_int_equal(count_kind(workload, HB_OP_REALLOC), 3);
    assert_int_equal(workload->peak_live_bytes, 25000);
    assert_int_equal(workload->live_objects_at_end, 4); /* two of the program's, two of its threads' */
    assert_int_equal(workload->live_bytes_at_end, 63 + 2 * 0x130);
    assert_int_equal(workload->dropped, 0);
    assert_null(workload->info.command);
    hb_workload_free(workload);
}

/* valgrind counts too: "in use at exit: 63 bytes in 2 blocks; 45 allocs", a failed one and 3 reallocs among
 * them. */
static void real_valgrind(void **state)
{
    struct hb_workload *workload = load(SAMPLE "valgrind");
    struct hb_op expected[FIRST_OPS];

    (void)state;
    expect_format(SAMPLE "valgrind", HB_FORMAT_VALGRIND);
    for (int i = 0; i < FIRST_OPS; i++) { /* libstdc++ allocates a pool of its own before */
        expected[i] = first_ops[i];
        expected[i].object++;
    }
    assert_int_equal(workload->ops[0].size, 72704);
    hb_test_assert_ops(workload->ops + 1, expected, FIRST_OPS);
    assert_int_equal(workload->object_count, 45 - 1 - 3);
    assert_int_equal(count_kind(workload, HB_OP_CALLOC), 3);
    assert_int_equal(count_kind(workload, HB_OP_ALIGNED), 4);
    assert_int_equal(workload->live_objects_at_end, 2);
    assert_int_equal(workload->live_bytes_at_end, 63);
    assert_int_equal(workload->dropped, 0);
    assert_string_equal(workload->info.command, "./sample");
    hb_workload_free(workload);
}

/*
 * heaptrack misses the free of realloc(p, 0) and one aligned allocation; as it wrote the file, packed by
 * zstd. Each realloc is a free and an allocation.
 */
static void real_heaptrack(void **state)
{
    struct hb_workload *workload = load(SAMPLE "raw.zst");

    (void)state;
    expect_format(SAMPLE "raw.zst", HB_FORMAT_HEAPTRACK);
    assert_int_equal(workload->op_count, 81);
    assert_int_equal(workload->object_count, 43);
    assert_int_equal(count_kind(workload, HB_OP_REALLOC), 0);
    assert_int_equal(workload->repairs.unknown_frees, 1);
    assert_int_equal(workload->repairs.late_frees, 1);
    assert_int_equal(workload->repairs.made_up_frees, 0);
    assert_int_equal(workload->dropped, 2);
    assert_string_equal(workload->info.command, "./sample");
    hb_workload_free(workload);
}

static void android(void **state)
{
    static const struct hb_op expected[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 48},
        {.kind = HB_OP_CALLOC, .object = 1, .size = 256, .thread = 1},
        {.kind = HB_OP_REALLOC, .object = 0, .size = 150, .thread = 2},
        {.kind = HB_OP_ALIGNED, .object = 2, .size = 104, .align_log2 = 4, .thread = 2},
        {.kind = HB_OP_MALLOC, .object = 3, .size = 7},
        {.kind = HB_OP_FREE, .object = 1, .thread = 2},
        {.kind = HB_OP_FREE, .object = 3, .thread = 1},
        {.kind = HB_OP_ALIGNED, .object = 4, .size = 1, .align_log2 = 5, .thread = 3},
    };
    struct hb_workload *workload = load(HB_IMPORT_DATA "/by_hand.android");

    (void)state;
    expect_format(HB_IMPORT_DATA "/by_hand.android", HB_FORMAT_ANDROID);
    assert_int_equal(workload->op_count, sizeof expected / sizeof expected[0]);
    hb_test_assert_ops(workload->ops, expected, sizeof expected / sizeof expected[0]);
    assert_int_equal(workload->threads, 4);
    assert_int_equal(workload->dropped, 0);
    hb_workload_free(workload);
}

/* Times stand beside the operations: of a call, when it began; less than a millisecond is kept for later. */
static void waits(void **state)
{
    struct hb_import *import = NULL;
    const struct hb_wait *wait;
    const struct hb_op *ops;
    size_t count;

    (void)state;
    assert_int_equal(hb_import_open(HB_IMPORT_DATA "/by_hand.android", HB_FORMAT_ANDROID, &import, NULL),
                     HB_OK);
    assert_int_equal(hb_import_next(import, &ops, &count, NULL), HB_OK);
    wait = hb_import_waits(import, &count);
    assert_int_equal(count, 1);
    assert_int_equal(wait->before_op, 2);
    assert_int_equal(wait->us, 250000 - 1000);
    hb_import_close(import);
    hb_test_write_text("a.raw", "v 10400 3\nc 0\n+ 1 1 10\nc 3\nc 5\n- 10\nc 5\nc 4\nc ff\n");
    assert_int_equal(hb_import_open("a.raw", HB_FORMAT_HEAPTRACK, &import, NULL), HB_OK);
    assert_int_equal(hb_import_next(import, &ops, &count, NULL), HB_OK);
    assert_int_equal(count, 2);
    wait = hb_import_waits(import, &count);
    assert_int_equal(count, 2);
    assert_int_equal(wait[0].before_op, 1);
    assert_int_equal(wait[0].us, 5000);
    assert_int_equal(wait[1].before_op, 2);
    assert_int_equal(wait[1].us, 250000);
    hb_import_close(import);
}

/* However a file is read, its times are kept, also beyond the first piece and after the last operation. */
static void waits_are_kept(void **state)
{
    enum { CALLS = 10000 };
    struct hb_workload *workload;
    FILE *out = fopen("times.raw", "w");

    (void)state;
    assert_non_null(out);
    fputs("v 10400 3\nX p\n", out);
    for (unsigned i = 0; i < CALLS; i++)
        fprintf(out, "c %x\n+ 8 1 %x\n", 3 * i, 16 * i + 16);
    fprintf(out, "c %x\n", 3 * CALLS);
    assert_int_equal(fclose(out), 0);
    workload = load("times.raw");
    assert_int_equal(workload->op_count, CALLS);
    assert_int_equal(workload->time_us, 3000 * CALLS);
    assert_int_equal(workload->wait_count, CALLS);
    for (uint64_t i = 0; i < CALLS; i++) {
        assert_int_equal(workload->waits[i].before_op, i + 1);
        assert_int_equal(workload->waits[i].us, 3000);
    }
    hb_workload_free(workload);
}

static void assert_same(const struct hb_workload *a, const struct hb_workload *b)
{
    assert_int_equal(a->op_count, b->op_count);
    hb_test_assert_ops(a->ops, b->ops, a->op_count);
    assert_int_equal(a->wait_count, b->wait_count);
    assert_int_equal(a->time_us, b->time_us);
    for (uint64_t i = 0; i < a->wait_count; i++) {
        assert_int_equal(a->waits[i].before_op, b->waits[i].before_op);
        assert_int_equal(a->waits[i].us, b->waits[i].us);
    }
    assert_int_equal(a->dropped, b->dropped);
    assert_int_equal(a->info.command == NULL, b->info.command == NULL);
    if (a->info.command != NULL)
        assert_string_equal(a->info.command, b->info.command);
}

static void round_trips(void **state)
{
    static const char *const paths[] = {SAMPLE "mtrace", SAMPLE "valgrind", SAMPLE "raw.zst",
                                        HB_IMPORT_DATA "/by_hand.android"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct hb_workload *workload = load(paths[i]), *again;
        FILE *out = fopen("again.txt", "w");

        assert_non_null(out);
        hb_text_write(workload, out);
        assert_int_equal(fclose(out), 0);
        again = load("again.txt");
        assert_same(again, workload);
        hb_workload_free(again);
        assert_int_equal(hb_workload_save(workload, "again.trace", 1, NULL), HB_OK);
        again = load("again.trace");
        assert_same(again, workload);
        hb_workload_free(again);
        hb_workload_free(workload);
    }
}

/* A stream gives the same operations, on slots, and counts the same. */
static void streamed(void **state)
{
    struct hb_workload *workload = load(SAMPLE "valgrind");
    struct hb_stream *stream = NULL;
    const struct hb_op *ops;
    size_t count = 0, done = 0, slots = 0;

    (void)state;
    assert_int_equal(hb_stream_open(SAMPLE "valgrind", &stream, NULL), HB_OK);
    do {
        assert_int_equal(hb_stream_next(stream, &ops, &count, NULL), HB_OK);
        for (size_t i = 0; i < count; i++, done++) {
            assert_int_equal(ops[i].kind, workload->ops[done].kind);
            assert_int_equal(ops[i].size, workload->ops[done].size);
            slots = ops[i].object >= slots ? ops[i].object + 1 : slots;
        }
    } while (count > 0);
    assert_int_equal(done, workload->op_count);
    assert_int_equal(hb_stream_objects(stream), workload->object_count);
    assert_int_equal(slots, workload->peak_live_objects);
    assert_int_equal(hb_repairs_dropped(hb_stream_repairs(stream)), 0);
    hb_stream_close(stream);
    hb_workload_free(workload);
}

/* valgrind 3.22 and later leave out what memalign gave, and threads may tear lines apart. */
static void torn_calls(void **state)
{
    struct hb_workload *workload =
        load_text("program output\n==7== Command: p q\n--7-- malloc(1)malloc(2) = 0x20\n--7--  = 0x10\n"
                  "--7-- memalign(alignment 64, size 640)free(0x20)\n--7-- posix_memalign(al 8, size 1)\n"
                  "--7-- free(0x500)\n--7-- realloc(0x10,0) = 0x0\n--8-- malloc(3) = 0x10\n"
                  "--7-- aligned_alloc(al 64, size 640) = 0x40\n--7-- REDIR: 0x1 (f) redirected\nmore\n"
                  "--7-- _ZdlPvmSt11align_val_t(0x40)\n");

    (void)state;
    assert_int_equal(workload->op_count, 6);
    assert_int_equal(workload->ops[0].size, 2);
    assert_int_equal(workload->ops[1].size, 1);
    assert_int_equal(workload->ops[2].object, 0); /* free(0x20) */
    assert_int_equal(workload->ops[3].object, 1); /* realloc(0x10, 0) */
    assert_int_equal(workload->ops[4].align_log2, 6);
    assert_int_equal(workload->live_objects_at_end, 0);
    assert_int_equal(workload->repairs.lost_calls, 2);
    assert_int_equal(workload->repairs.unknown_frees, 1);
    assert_int_equal(workload->dropped, 3);
    assert_int_equal(workload->repairs.other_processes, 1);
    assert_string_equal(workload->info.command, "p q");
    hb_workload_free(workload);
}

/* A program that was killed leaves half a line; in the middle of a file it is an error. */
static void killed(void **state)
{
    struct hb_workload *workload = load_text("= Start\n@ ./p q:[0x1] + 0x10 0x5\n@ ./p q:[0x1] - 0x");

    (void)state;
    assert_int_equal(workload->op_count, 1);
    assert_int_equal(workload->repairs.lost_calls, 1);
    hb_workload_free(workload);
    workload = load_text("= Start\n@ p + 0x10 0x5\n@ p < 0x10\n");
    assert_int_equal(workload->op_count, 1);
    assert_int_equal(workload->dropped, 1);
    hb_workload_free(workload);
}

static void errors(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"1: malloc 0x10 5\n1: mallocx 0x20 5\n",
         "a.txt:2: '1: mallocx 0x20 5' is not 'TID: malloc, calloc, realloc, memalign, free or thread_done'"},
        {"1: malloc 0x10 5\n1: malloc 0x20\n",
         "a.txt:2: '1: malloc 0x20': a pointer or a number is missing or too large"},
        {"1: malloc 0x10 5 1 2\n1: free 0x10 7\n", "a.txt:2: '' stands where two times or nothing may"},
        {"1: malloc 0x10 5\n1: free 0x10 7 8 9\n", "a.txt:2: '9' stands where two times or nothing may"},
        {"1: malloc 0x10 99999999999999999999\n",
         "a.txt:1: '1: malloc 0x10 99999999999999999999': a pointer or a number is missing or too large"},
        {"1: malloc 0xffffffffffffffff 5\n",
         "a.txt:1: '1: malloc 0xffffffffffffffff 5': a pointer or a number is missing or too large"},
        {"1: malloc 0x10 9223372036854775809\n", "a.txt:1: 9223372036854775809 bytes are more than 2^63"},
        {"1: calloc 0x10 4294967296 4294967296\n",
         "a.txt:1: 4294967296 times 4294967296 bytes are more than 2^64"},
        {"1: thread_done 0x0\n", "a.txt: no call of malloc or free is in this file"},
        {"= Start\n@ p + 0x10 0x5\n@ p * 0x10\n",
         "a.txt:3: no line of mtrace: one ends in '+ ADDRESS SIZE' or '- ADDRESS'"},
        {"= Start\n@ p + 0x10 five\n", "a.txt:2: '0x10 five' is not an address and a size"},
        {"= Start\n@ p > 0x10 0x5\n", "a.txt:2: a '>' without the '<' of the same realloc before it"},
        {"= Start\n@ p < 0x10\n@ p - 0x20\n", "a.txt:3: no '>' follows the '<' of a realloc"},
        {"v 10400 3\n+ 5 1 zz\n", "a.txt:2: '+' is not followed by a size, a stack and an address"},
        {"v 10400 3\n+ 1\n",
         "a.txt:2: this is heaptrack's interpreted file, in which blocks have lost their addresses; record "
         "with heaptrack --raw"},
        {"v 10400 3\ns 5 hello\n",
         "a.txt:2: this is heaptrack's interpreted file, in which blocks have lost their addresses; record "
         "with heaptrack --raw"},
        {"v 10400 3\n\x1b[2J\n", "a.txt:2: '?[2J' is no line of heaptrack's"},
        {"==7== Memcheck, a memory error detector\n==7== \n",
         "a.txt: no call of malloc or free is in this file; run valgrind --trace-malloc=yes --log-file=FILE"},
        {"--7-- malloc(x) = 0x10\n",
         "a.txt:1: the arguments of malloc are not those of valgrind's --trace-malloc"},
        {"--7-- malloc(5) = what\n", "a.txt:1: ' = ' is not followed by an address"},
        {"--7-- free(0x10) twice\n", "a.txt:1: ' twice' follows a call"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hb_workload *workload = NULL;
        struct hb_error error;

        hb_test_write_text("a.txt", cases[i].text);
        assert_int_equal(hb_workload_load("a.txt", &workload, &error), HB_ERR_FORMAT);
        assert_string_equal(error.text, cases[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("what glibc's mtrace wrote of a program is what it did", real_mtrace),
        hb_test_in_folder("what valgrind wrote of a program is what it did", real_valgrind),
        hb_test_in_folder("what heaptrack wrote of a program is what it did, less what it missed",
                          real_heaptrack),
        hb_test_in_folder("Android's text has threads, alignments and times", android),
        hb_test_in_folder("times become waits before operations", waits),
        hb_test_in_folder("times are kept however a file is read", waits_are_kept),
        hb_test_in_folder("what was imported is the same after a round through text and through a trace",
                          round_trips),
        hb_test_in_folder("a stream of an import gives the same operations", streamed),
        hb_test_in_folder("calls that valgrind tears apart find their results, or are counted", torn_calls),
        hb_test_in_folder("the half of a line that a killed program leaves is counted", killed),
        hb_test_in_folder("each error is named with its line", errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
