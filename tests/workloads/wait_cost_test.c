/*
 * wait_cost_test.c - what times cost in a file: at most 0.03 bytes an operation, on recordings of real
 * programs that do a million operations a second and three million.
 *
 * The schedule is made up in place of the recorded one, as a recorder would write it: a wait when a
 * millisecond has passed, after a number of operations and with microseconds that no compressor can guess. It
 * prints what it found.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t file_bytes(const char *path)
{
    size_t length;

    free(hb_test_read_file(path, &length));
    return length;
}

/* Half as often up to twice as often as `ops_in_ms`, and up to 64 us late. */
static void add_schedule(struct hb_workload *workload, struct hb_random *random, uint64_t ops_in_ms)
{
    uint64_t at = 0;

    workload->waits = calloc(workload->op_count / (ops_in_ms / 2) + 1, sizeof *workload->waits);
    for (;;) {
        at += ops_in_ms / 2 + hb_random_below(random, ops_in_ms * 3 / 2);
        if (at > workload->op_count)
            break;
        workload->waits[workload->wait_count++] =
            (struct hb_wait){.before_op = at, .us = 1000 + hb_random_below(random, 64)};
    }
}

static void expect_cheap(const char *name, uint64_t ops_in_ms)
{
    struct hb_workload *workload;
    struct hb_wait *recorded;
    struct hb_random random;
    uint64_t without, with;
    double cost;

    hb_random_seed(&random, 41);
    assert_int_equal(hb_workload_load(name, &workload, NULL), HB_OK);
    recorded = workload->waits;
    workload->waits = NULL;
    workload->wait_count = 0;
    assert_int_equal(hb_workload_save(workload, "a.trace", 0, NULL), HB_OK);
    without = file_bytes("a.trace");
    add_schedule(workload, &random, ops_in_ms);
    assert_int_equal(hb_workload_save(workload, "a.trace", 0, NULL), HB_OK);
    with = file_bytes("a.trace");
    cost = ((double)with - (double)without) / (double)workload->op_count;
    print_message("%s: %.4f bytes an operation without times, %.4f with one wait in %llu operations: %+.4f\n",
                  name, (double)without / (double)workload->op_count,
                  (double)with / (double)workload->op_count, (unsigned long long)ops_in_ms, cost);
    assert_true(cost <= 0.03);
    free(workload->waits);
    workload->waits = recorded;
    hb_workload_free(workload);
}

static void cheap(void **state)
{
    static const char *const names[] = {"cc1", "perl", "redis"};

    (void)state;
    unsetenv("HEAPBENCH_TRACES");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (uint64_t ops_in_ms = 1000; ops_in_ms <= 3000; ops_in_ms *= 3)
            expect_cheap(names[i], ops_in_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("times cost at most 0.03 bytes an operation", cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
