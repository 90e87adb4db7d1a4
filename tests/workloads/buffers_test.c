/*
 * buffers_test.c - CSV of buffers is read as the operations that its lifetimes are, or refused with its line.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/workloads/failing.h"

static struct hb_workload *loaded(const char *path)
{
    struct hb_error error = {.text = ""};
    struct hb_workload *workload;

    if (hb_workload_load(path, &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    return workload;
}

/* The rows are the operations that `text`, of the project's own form, says. */
static void reads_as(const char *csv, const char *text)
{
    struct hb_workload *actual, *expected;

    hb_test_write_text("./a.csv", csv);
    hb_test_write_text("./a.txt", text);
    actual = loaded("./a.csv");
    expected = loaded("./a.txt");
    assert_int_equal(actual->op_count, expected->op_count);
    hb_test_assert_ops(actual->ops, expected->ops, expected->op_count);
    hb_workload_free(actual);
    hb_workload_free(expected);
}

static void in_the_order_of_time(void **state)
{
    (void)state;
    reads_as("id,lower,upper,size\nb1,0,3,4\nb2,3,9,5\nb3,0,9,6\nb4,9,21,7\nb5,0,21,8\n",
             "a b1 4\na b3 6\na b5 8\nf b1\na b2 5\nf b2\nf b3\na b4 7\nf b4\nf b5\n");
}

static void with_columns_in_any_order(void **state)
{
    (void)state;
    reads_as("size,end,start,buffer,alignment,offset\r\n\r\n4,3,-2,x,64,100\r\n8, 0 ,-9,y,1,\r\n0,2,1,z,0,0",
             "a y 8\nm x 64 4\nf y\na z 0\nf z\nf x\n");
}

static void with_remarks(void **state)
{
    (void)state;
    reads_as("# made by hand, size in words\n#\nlower,upper,size,alignment\n# first\n0,3,4,\n 1 ,2,8, 1\n#",
             "a x 4\na y 8\nf y\nf x\n");
}

static void none_at_all(void **state)
{
    (void)state;
    reads_as("id,lower,upper,size\n", "# nothing\n");
}

static void at_the_ends_of_time(void **state)
{
    (void)state;
    reads_as("id,lower,upper,size\na,-9223372036854775807,9223372036854775807,9223372036854775808\n",
             "a a 9223372036854775808\nf a\n");
}

static void what_is_wrong_is_said(void **state)
{
    static const char *const wrong[][2] = {
        {"id,lower,upper,size,colour\n", "./a.csv:1: no column 'colour'; there are id, lower, upper, size"},
        {"id,lower,lower,upper,size\n", "./a.csv:1: no column 'lower' again"},
        {"id,lower,size\n", "./a.csv:1: the columns lower, upper and size must all be there"},
        {"id;lower;upper;size\n", "./a.csv:1: no column 'id;lower;upper;size'; there are id, lower"},
        {"id,lower,upper,size\na,1,2\n", "./a.csv:2: 4 fields are expected"},
        {"id,lower,upper,size\na,1,2,3,4\n", "./a.csv:2: 4 fields are expected"},
        {"id,lower,upper,size\na,1,2,3\nb,2,2,3\n",
         "./a.csv:3: it ends at 2, and must end after it begins, at 2"},
        {"id,lower,upper,size\na,1,x,3\n", "./a.csv:2: 'x' is no time"},
        {"id,lower,upper,size\na,1,9223372036854775808,3\n", "'9223372036854775808' is no time"},
        {"id,lower,upper,size\na,1,2,-3\n", "./a.csv:2: '-3' is no size of at most 2^63"},
        {"id,lower,upper,size\na,1,2,9223372036854775809\n", "is no size of at most 2^63"},
        {"id,lower,upper,size,alignment\na,1,2,3,48\n", "./a.csv:2: '48' is no power of two"},
        {"id,lower,upper,size\na,1,3,9223372036854775808\nb,1,3,9223372036854775808\n",
         "operation 1 brings the live bytes above 2^64"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct hb_workload *workload;
        struct hb_error error = {.text = ""};

        hb_test_write_text("./a.csv", wrong[i][0]);
        assert_int_equal(hb_workload_load("./a.csv", &workload, &error), HB_ERR_FORMAT);
        if (strstr(error.text, wrong[i][1]) == NULL)
            fail_msg("'%s' is not '%s'", error.text, wrong[i][1]);
    }
}

static void without_memory_it_says_so(void **state)
{
    enum hb_status status;
    FILE *out = fopen("a.csv", "w");
    long calls = -1;

    (void)state;
    assert_non_null(out);
    fputs("id,lower,upper,size\n", out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "%d,%d,%d,8\n", i, i % 7, 10 + i % 5);
    assert_int_equal(fclose(out), 0);
    do {
        struct hb_error error = {.text = ""};
        struct hb_workload *workload;

        hb_test_fail_after(++calls);
        status = hb_workload_load("./a.csv", &workload, &error);
        hb_test_fail_after(-1);
        if (status == HB_OK)
            hb_workload_free(workload);
        else
            assert_non_null(strstr(error.text, "emory"));
    } while (status != HB_OK);
    assert_in_range(calls, 8, 1000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test_in_folder("rows become operations, in the order of time", in_the_order_of_time),
        hb_test_in_folder("columns may stand in any order, and times be negative", with_columns_in_any_order),
        hb_test_in_folder("remarks are passed over, and an alignment that is empty is none", with_remarks),
        hb_test_in_folder("a file without rows is an empty workload", none_at_all),
        hb_test_in_folder("times and sizes as large as there are", at_the_ends_of_time),
        hb_test_in_folder("what is wrong is said, with its line", what_is_wrong_is_said),
        hb_test_in_folder("without memory it says so, and leaks nothing", without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
