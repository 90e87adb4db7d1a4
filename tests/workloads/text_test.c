/*
 * text_test.c - .rep and the text form: what they mean, and one clear line for each thing that they must not
 * say.
 */
#include "tests/workloads/fixtures.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/text/text_writer.h"

static struct hb_workload *load(const char *text)
{
    struct hb_workload *workload = NULL;
    struct hb_error error;

    hb_test_write_text("a.txt", text);
    if (hb_workload_load("a.txt", &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    return workload;
}

static void expect_error(const char *text, const char *sentence)
{
    struct hb_workload *workload;
    struct hb_error error;

    hb_test_write_text("a.txt", text);
    assert_int_equal(hb_workload_load("a.txt", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void tutorial(void **state)
{
    static const struct hb_op expected[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 100},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 240},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 256},
        {.kind = HB_OP_MALLOC, .object = 3, .size = 333},
        {.kind = HB_OP_FREE, .object = 1},
        {.kind = HB_OP_FREE, .object = 2},
        {.kind = HB_OP_MALLOC, .object = 4, .size = 300},
    };
    static const char *const names[] = {"demo", "demo.rep"};

    (void)state;
    unsetenv("HEAPBENCH_TRACES");
    for (size_t i = 0; i < 2; i++) {
        struct hb_workload *workload;

        assert_int_equal(hb_workload_load(names[i], &workload, NULL), HB_OK);
        assert_string_equal(workload->name, "demo");
        assert_int_equal(workload->suggested_heap_bytes, 4096);
        assert_int_equal(workload->op_count, 7);
        hb_test_assert_ops(workload->ops, expected, 7);
        assert_int_equal(workload->peak_live_bytes, 929);
        assert_int_equal(workload->peak_live_objects, 4);
        hb_workload_free(workload);
    }
}

static void reused_ids(void **state)
{
    struct hb_workload *workload = load("4096 1 4 1\na 0 10\nf 0\n\na 0 20\r\nr 0 30\n");
    static const struct hb_op expected[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = 10},
                                            {.kind = HB_OP_FREE, .object = 0},
                                            {.kind = HB_OP_MALLOC, .object = 1, .size = 20},
                                            {.kind = HB_OP_REALLOC, .object = 1, .size = 30}};

    (void)state;
    assert_int_equal(workload->op_count, 4);
    assert_int_equal(workload->object_count, 2);
    hb_test_assert_ops(workload->ops, expected, 4);
    hb_workload_free(workload);
}

static void odd_rep(void **state)
{
    struct hb_workload *workload = load("0\n2\n5\n1\na 0 0\nf -1\nr 0 0\na 1 9223372036854775808\nf 1");

    (void)state;
    assert_int_equal(workload->op_count, 4);
    assert_int_equal(workload->ops[0].size, 0);
    assert_int_equal(workload->ops[1].kind, HB_OP_FREE);
    assert_int_equal(workload->peak_live_bytes, UINT64_C(1) << 63);
    assert_int_equal(workload->live_objects_at_end, 0);
    hb_workload_free(workload);
}

static void dialects(void **state)
{
    static const struct {
        const char *text;
        uint64_t heap, ops, null_reallocs, null_frees;
    } cases[] = {
        {"4096\n2\n2\n1\na 0 10\na 1 10\n", 4096, 2, 0, 0},
        {"1\n2\n2\n20\na 0 10\na 1 10\n", 0, 2, 0, 0}, /* the weight comes first */
        {"0\n2\n2\n20\na 0 10\na 1 10\n", 0, 2, 0, 0},
        {"2\n2\na 0 10\na 1 10\n", 0, 2, 0, 0}, /* two numbers */
        {"2 2\na 0 10\na 1 10\n", 0, 2, 0, 0},
        {"\xef\xbb\xbf"
         "2\r\n2\r\na 0 10\r\na 1 10\r\n",
         0, 2, 0, 0},
        {"0\n3\n6\n0\nr 0 16\nr 0 32\na 1 5\nf 0\nf 2\nf -1\n", 0, 4, 1, 2},
        {"0\n1\n2\n0\nr 0 0\nf 0\n", 0, 2, 1, 0}, /* realloc(NULL, 0) is malloc(0) */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hb_workload *workload = load(cases[i].text);

        assert_int_equal(workload->suggested_heap_bytes, cases[i].heap);
        assert_int_equal(workload->op_count, cases[i].ops);
        assert_int_equal(workload->repairs.null_reallocs, cases[i].null_reallocs);
        assert_int_equal(workload->repairs.null_frees, cases[i].null_frees);
        assert_int_equal(workload->dropped, 0);
        hb_workload_free(workload);
    }
}

static void bad_rep(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"4096\n1\n2\n1\na 0 10\nf 1\n", "a.txt:6: id 1 is not below the 1 ids that the header announces"},
        {"4096\n1\n3\n1\na 0 10\nf 0\nf 0\n", "a.txt:7: 0 was freed already, on line 6"},
        {"4096\n1\n3\n1\na 0 10\nf 0\nr 0 5\n", "a.txt:7: 0 was freed already, on line 6"},
        {"4096\n1\n3\n1\na 0 10\nr 0 0\nf 0\n", "a.txt:7: 0 was freed already, on line 6"},
        {"4096\n1\n2\n1\na 0 10\na 0 10\n", "a.txt:6: 0 is allocated already, since line 5"},
        {"4096\n1\n1\n1\na 0 -1\n", "a.txt:5: '-1' is not a number of bytes"},
        {"4096\n1\n1\n1\na 0 4K\n", "a.txt:5: '4K' is not a number of bytes"},
        {"4096\n1\n1\n1\na 0 9223372036854775809\n", "a.txt:5: 9223372036854775809 bytes are more than 2^63"},
        {"4096\n1\n1\n1\na 0 99999999999999999999\n",
         "a.txt:5: '99999999999999999999' is not a number of bytes"},
        {"4096\n1\n1\n1\na 0x0 1\n", "a.txt:5: '0x0' is not an id: ids are numbers from 0"},
        {"4096\n1\n1\n1\na -1 1\n", "a.txt:5: '-1' is not an id: ids are numbers from 0"},
        {"4096\n1\n1\n1\na 0\n", "a.txt:5: 2 words where 'a ID BYTES' is wanted"},
        {"4096\n1\n1\n1\na 0 1 2\n", "a.txt:5: 4 words where 'a ID BYTES' is wanted"},
        {"4096\n1\n1\n1\nc 0 1\n", "a.txt:5: 'c' begins no operation: a .rep has a, r and f"},
        {"4096\n1\n1\n1\n# 0 1\n", "a.txt:5: '#' begins no operation: a .rep has a, r and f"},
        {"4096\n1\n2\n1\na 0 1\n", "a.txt:6: the file ends after 1 operations; its header announces 2"},
        {"4096\n2\n1\n1\na 0 1\na 1 1\n",
         "a.txt:7: the file ends after 2 operations; its header announces 1"},
        {"4096\n1\n1\na 0 1\n",
         "a.txt:4: the header has 3 numbers; a .rep begins with four (heap, ids, operations, weight) or two "
         "(ids, operations)"},
        {"4096\n1\n", "a.txt:3: the file ends after 0 operations; its header announces 1"},
        {"4096\n-1\n1\n1\n",
         "a.txt:2: the header has 1 number; a .rep begins with four (heap, ids, operations, weight) or two "
         "(ids, operations)"},
        {"1\n1\n0\n1\n7\n", "a.txt:5: '7' follows the fourth and last number of the header"},
        {"1 1 0 1 7 8\n", "a.txt:1: more words than any line has"},
        {"4096\n1\n2\n1\na 0 1\n7\n", "a.txt:6: '7' begins no operation: a .rep has a, r and f"},
        {"4096\n1x\n2\n1\n", "a.txt:2: '1x' is not a number, as the header of a .rep has here"},
        {"2\n2\na 0 1\na 2 1\n", "a.txt:4: id 2 is not below the 2 ids that the header announces"},
        {"1\n2\n2\n9\na 0 1\nf 2\n", "a.txt:6: id 2 is not below the 2 ids that the header announces"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_error(cases[i].text, cases[i].sentence);
}

static void form(void **state)
{
    static const struct hb_op expected[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 65536},
        {.kind = HB_OP_CALLOC, .object = 1, .size = 100},
        {.kind = HB_OP_ALIGNED, .object = 2, .size = 8192, .align_log2 = 12, .thread = 1},
        {.kind = HB_OP_REALLOC, .object = 0, .size = 5, .thread = 2},
        {.kind = HB_OP_MALLOC, .object = 3, .size = 1, .thread = 2},
        {.kind = HB_OP_FREE, .object = 3, .thread = 2},
        {.kind = HB_OP_FREE, .object = 0},
    };
    struct hb_workload *workload = load("# A comment\n"
                                        "heap 4K\n"
                                        "command cc -c 'a\\x0ab.c' # no comment\n"
                                        "origin by \\\\hand\n"
                                        "dropped 3\n"
                                        "wall 2.5s\n"
                                        "cpu 17ns # nanoseconds too\n"
                                        "w 3us\n"
                                        "  a buffer 64K  # K, M, G\n"
                                        "c table 100\n"
                                        "t 9\n"
                                        "w 250ms\n"
                                        "w 1.000001s # adds up\n"
                                        "m page 4096 8k\n"
                                        "t 4\n"
                                        "r buffer 5\n"
                                        "a 7 1\n"
                                        "f 007 # the same\n"
                                        "\n"
                                        "t 0\n"
                                        "f buffer\n"
                                        "w 2s");
    static const struct hb_wait waits[] = {
        {.before_op = 0, .us = 3}, {.before_op = 2, .us = 1250001}, {.before_op = 7, .us = 2000000}};

    (void)state;
    assert_string_equal(workload->info.command, "cc -c 'a\nb.c' # no comment");
    assert_string_equal(workload->info.origin, "by \\hand");
    assert_int_equal(workload->suggested_heap_bytes, 4096);
    assert_int_equal(workload->dropped, 3);
    assert_int_equal(workload->wall_ns, 2500000000);
    assert_int_equal(workload->cpu_ns, 17);
    assert_int_equal(workload->wait_count, 3);
    hb_test_assert_waits(workload->waits, waits, 3);
    assert_int_equal(workload->time_us, 3250004);
    assert_int_equal(workload->threads, 3);
    assert_int_equal(workload->op_count, 7);
    hb_test_assert_ops(workload->ops, expected, 7);
    hb_workload_free(workload);
}

static void bad_text(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"x 1\n", "a.txt:1: 'x' begins no line: there are a, c, m, r, f, t, w, touched, heap, dropped, wall, "
                  "cpu, touch, "
                  "command and origin"},
        {"a x 1\n\nf y\n", "a.txt:3: y was never allocated"},
        {"a x 1\nf x\nf x\n", "a.txt:3: x was freed already, on line 2"},
        {"a x 1\na x 2\n", "a.txt:2: x is allocated already, since line 1"},
        {"a x\n", "a.txt:1: 2 words where 'a ID BYTES' is wanted"},
        {"f x # y\n", "a.txt:1: x was never allocated"},
        {"a x 1T\n", "a.txt:1: '1T' is not a number of bytes"},
        {"a x 17179869184G\n", "a.txt:1: '17179869184G' is not a number of bytes"},
        {"m x 3 8\n", "a.txt:1: an alignment of 3 is not a power of two"},
        {"m x 0 8\n", "a.txt:1: an alignment of 0 is not a power of two"},
        {"m x 8\n", "a.txt:1: 3 words where 'm ID ALIGNMENT BYTES' is wanted"},
        {"t 65536\n", "a.txt:1: '65536' is not a thread: threads are numbers from 0 to 65535"},
        {"t -1\n", "a.txt:1: '-1' is not a thread: threads are numbers from 0 to 65535"},
        {"dropped x\n", "a.txt:1: 'x' is not a number of events"},
        {"w 250\n", "a.txt:1: '250' is not a time that can pass, as 250ms, 3us or 1.5s is"},
        {"w 0ms\n", "a.txt:1: '0ms' is not a time that can pass, as 250ms, 3us or 1.5s is"},
        {"w 1500ns\n", "a.txt:1: '1500ns' is not a time that can pass, as 250ms, 3us or 1.5s is"},
        {"w -1s\n", "a.txt:1: '-1s' is not a time that can pass, as 250ms, 3us or 1.5s is"},
        {"w\n", "a.txt:1: 1 words where 'w TIME' is wanted"},
        {"w 18446744073709551615us\na x 1\nw 1us\n",
         "a.txt: operation 1 comes more than 2^64 microseconds after the first"},
        {"wall x\n", "a.txt:1: 'x' is not a time, as 250ms or 1.5s is"},
        {"cpu 0.5ns\n", "a.txt:1: '0.5ns' is not a time, as 250ms or 1.5s is"},
        {"heap x\n", "a.txt:1: 'x' is not a number of bytes"},
        {"command a\ncommand b\n", "a.txt:2: a second line of this kind"},
        {"command a\\b\n", "a.txt:1: a backslash that is neither \\\\ nor \\x and two digits of 0-9a-f"},
        {"command \\x00\n", "a.txt:1: a backslash that is neither \\\\ nor \\x and two digits of 0-9a-f"},
        {"a x 1 1 1 1 1 1 1\n", "a.txt:1: more words than any line has"},
        {"a x 9223372036854775808\na y 9223372036854775808\n",
         "a.txt: operation 1 brings the live bytes above 2^64"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_error(cases[i].text, cases[i].sentence);
}

/* Beyond the first 4 KiB, by which a file is recognised. */
static void bad_later(void **state)
{
    static char text[400000];
    struct hb_workload *workload;
    struct hb_error error;

    (void)state;
    memset(text, '\n', 5000);
    text[0] = '#'; /* else the first 4 KiB are blank, and no workload */
    strcpy(text + 5000, "a \033[2J");
    expect_error(text, "a.txt:5000: 2 words where 'a ID BYTES' is wanted");
    strcpy(text + 5000, "\033[2J 1 1");
    expect_error(text, "a.txt:5000: '?[2J' begins no line: there are a, c, m, r, f, t, w, touched, heap, "
                       "dropped, wall, cpu, touch, "
                       "command and origin");
    hb_test_write_file("a.txt", text, 5000 + strlen(text + 5000) + 1);
    assert_int_equal(hb_workload_load("a.txt", &workload, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, "a.txt:5000: a NUL byte: not a text file");
    memset(text, ' ', sizeof text - 1);
    text[0] = '#';
    expect_error(text, "a.txt:1: the line is too long");
}

static void expect_file(const char *path, const void *expected, size_t length)
{
    size_t got;
    uint8_t *bytes = hb_test_read_file(path, &got);

    assert_int_equal(got, length);
    assert_memory_equal(bytes, expected, length);
    free(bytes);
}

static struct hb_workload *through_text(const struct hb_workload *workload)
{
    struct hb_workload *back = NULL;
    struct hb_error error;
    FILE *out = fopen("b.txt", "w");

    hb_text_write(workload, out);
    assert_int_equal(fclose(out), 0);
    if (hb_workload_load_as("b.txt", HB_FORMAT_TEXT, &back, &error) != HB_OK)
        fail_msg("%s", error.text);
    return back;
}

static void round_trip(void **state)
{
    struct hb_trace_info info = {.command = (char *)"a\\b \n\x01\x7f \xff '#'  ", .suggested_heap_bytes = 99};
    struct hb_random random;
    struct hb_workload *workload, *back;
    uint8_t *before;
    size_t length;

    (void)state;
    hb_random_seed(&random, 6);
    for (unsigned threads = 1; threads <= 65536; threads *= 256) {
        struct hb_op *ops = hb_test_random_ops(&random, 100000, threads);

        hb_test_write_trace("a.trace", &info, ops, 100000);
        free(ops);
        assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
        back = through_text(workload);
        assert_string_equal(back->info.command, info.command);
        assert_int_equal(hb_workload_save(back, "b.trace", 3, NULL), HB_OK);
        before = hb_test_read_file("a.trace", &length);
        expect_file("b.trace", before, length);
        free(before);
        hb_workload_free(back);
        hb_workload_free(workload);
    }
}

/* Text that is written as it is read, and traces that come back byte for byte. */
static void times_round_trip(void **state)
{
    static const char canonical[] =
        "# a workload of heapbench: a malloc, c calloc, m aligned, r realloc, f free, t thread, w wait\n"
        "origin by hand\nwall 2500ms\ncpu 1234567891ns\nw 250ms\na 0 1\nw 1us\nt 1\nf 0\nw 3600s\nt 0\na 1 "
        "2\n"
        "w 1001ms\n";
    struct hb_random random;

    (void)state;
    struct hb_workload *workload = load(canonical);
    hb_workload_free(through_text(workload));
    hb_workload_free(workload);
    expect_file("b.txt", canonical, sizeof canonical - 1);
    hb_random_seed(&random, 33);
    for (unsigned round = 0; round < 5; round++) {
        struct hb_trace_totals totals = {.wall_ns = hb_random_next(&random), .cpu_ns = round};
        struct hb_op *ops = hb_test_random_ops(&random, 50000, 2);
        size_t count, length;
        struct hb_wait *waits = hb_test_random_waits(&random, 50000, &count);
        uint8_t *bytes;

        hb_test_write_times("a.trace", NULL, ops, 50000, waits, count, &totals);
        bytes = hb_test_read_file("a.trace", &length);
        assert_int_equal(hb_workload_load("a.trace", &workload, NULL), HB_OK);
        struct hb_workload *back = through_text(workload);
        assert_int_equal(hb_workload_save(back, "b.trace", 3, NULL), HB_OK);
        expect_file("b.trace", bytes, length);
        hb_workload_free(back);
        hb_workload_free(workload);
        free(bytes);
        free(waits);
        free(ops);
    }
}

static void rep_out(void **state)
{
    struct hb_workload *workload =
        load("heap 512\ncpu 1s\na x 1\nc y 2\nw 1ms\nt 1\nm z 16 3\nt 0\nr x 4\nw 1s\nf x\n");
    struct hb_rep_losses losses;
    FILE *out = fopen("b.rep", "w");
    size_t length;
    char *text;

    (void)state;
    hb_text_write_rep(workload, out, &losses);
    assert_int_equal(fclose(out), 0);
    text = (char *)hb_test_read_file("b.rep", &length);
    text[length] = '\0';
    assert_string_equal(text, "512\n3\n5\n1\na 0 1\na 1 2\na 2 3\nr 0 4\nf 0\n");
    assert_int_equal(losses.callocs, 1);
    assert_int_equal(losses.aligned, 1);
    assert_int_equal(losses.switches, 2);
    assert_int_equal(losses.waits, 2);
    assert_true(losses.run_times);
    free(text);
    hb_workload_free(workload);
    assert_int_equal(hb_workload_load("b.rep", &workload, NULL), HB_OK);
    assert_int_equal(workload->op_count, 5);
    hb_workload_free(workload);
}

/* Many names, each of which must be told from all others: numbers, words, and words like numbers. */
static void many_names(void **state)
{
    FILE *out = fopen("a.txt", "w");
    struct hb_workload *workload;

    (void)state;
    for (unsigned i = 0; i < 50000; i++)
        fprintf(out, "a %u 1\na x%u 2\na 0x%u 4\na -%u 8\n", i, i, i, i);
    for (unsigned i = 0; i < 50000; i++)
        fprintf(out, "f x%u\n", i);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(hb_workload_load("a.txt", &workload, NULL), HB_OK);
    assert_int_equal(workload->object_count, 200000);
    assert_int_equal(workload->peak_live_bytes, 50000 * 15);
    assert_int_equal(workload->live_bytes_at_end, 50000 * 13);
    hb_workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("the tutorial's example is known by name", tutorial),
        hb_test_in_folder("a .rep may use an id again after it was freed", reused_ids),
        hb_test_in_folder("a .rep may free NULL, realloc to nothing and allocate 2^63 bytes", odd_rep),
        hb_test_in_folder("a .rep is read as it is found: weight first, two numbers, NULL, a mark, CRLF",
                          dialects),
        hb_test_in_folder("each error in a .rep is named with its line", bad_rep),
        hb_test_in_folder("the text form has comments, names, suffixes, threads and facts", form),
        hb_test_in_folder("each error in a text is named with its line", bad_text),
        hb_test_in_folder("what is no text is found wherever it stands", bad_later),
        hb_test_in_folder("trace to text to trace is the same, byte for byte", round_trip),
        hb_test_in_folder("times come back through text, byte for byte", times_round_trip),
        hb_test_in_folder("a .rep loses calloc, alignment, threads and times, and counts them", rep_out),
        hb_test_in_folder("two hundred thousand names are kept apart", many_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
