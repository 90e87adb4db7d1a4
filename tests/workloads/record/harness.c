/*
 * harness.c - programs run under the recorder, and their captures read.
 */
#include "tests/workloads/record/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/record/subjects.h"

void run_begin(struct run *run, char *const *argv)
{
    struct hb_launch launch = {.argv = argv,
                               .recorder = HB_RECORDER,
                               .touch = getenv(HB_TEST_TOUCH) != NULL,
                               .wait_s = HB_WAIT_FOREVER};
    struct hb_error error = {0};

    if (hb_host_create("/tmp/heapbench-test", &launch.host, &error) != HB_OK ||
        hb_launch_run(&launch, &run->exit_status, &run->family, &error) != HB_OK ||
        hb_collect(hb_host_folder(launch.host), &run->family, &run->collection, &error) != HB_OK)
        fail_msg("%s", error.text);
    run->host = launch.host;
    if (run->collection.damaged > 0)
        fail_msg("%s", run->collection.first_damage.text);
}

void run_begin_with(struct run *run, char *const *argv, const char *preload)
{
    setenv("LD_PRELOAD", preload, 1);
    run_begin(run, argv);
    unsetenv("LD_PRELOAD");
}

void run_end(struct run *run)
{
    hb_collection_clear(&run->collection);
    hb_family_clear(&run->family);
    hb_host_close(run->host, false);
}

static enum hb_status append(void *context, const struct hb_op *items, size_t count, struct hb_error *error)
{
    struct ops *ops = context;

    (void)error;
    if (ops->count + count > ops->capacity) {
        ops->capacity = (ops->count + count) * 2;
        ops->items = reallocarray(ops->items, ops->capacity, sizeof *items);
        assert_non_null(ops->items);
    }
    memcpy(ops->items + ops->count, items, count * sizeof *items);
    ops->count += count;
    return HB_OK;
}

/* Of the operation that comes next. */
static enum hb_status touch(void *context, uint64_t bytes, struct hb_error *error)
{
    struct ops *ops = context;

    (void)error;
    ops->touched = reallocarray(ops->touched, ops->touched_count + 1, sizeof *ops->touched);
    assert_non_null(ops->touched);
    ops->touched[ops->touched_count++] = (struct hb_touched){.op = ops->count, .bytes = bytes};
    return HB_OK;
}

struct ops ops_of(const struct run *run, size_t item)
{
    struct ops ops = {0};
    struct hb_op_sink sink = {.append = append, .touch = touch, .context = &ops};
    struct hb_error error;

    assert_true(item < run->collection.count);
    if (hb_capture_convert(run->collection.items[item].capture, &sink, &ops.summary, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(ops.summary.ops, ops.count);
    return ops;
}

void ops_free(struct ops *ops)
{
    free(ops->items);
    free(ops->touched);
}

static bool is_birth(const struct hb_op *op)
{
    return op->kind == HB_OP_MALLOC || op->kind == HB_OP_CALLOC || op->kind == HB_OP_ALIGNED;
}

size_t ops_births(const struct ops *ops, uint64_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < ops->count; i++)
        count += is_birth(&ops->items[i]) && ops->items[i].size == size;
    return count;
}

bool ops_touched(const struct ops *ops, uint64_t size, uint64_t *bytes)
{
    for (size_t i = 0; i < ops->touched_count; i++) {
        assert_true(ops->touched[i].op < ops->count);
        if (ops->items[ops->touched[i].op].size != size)
            continue;
        *bytes = ops->touched[i].bytes;
        return true;
    }
    return false;
}

/* The size that each object was born with. */
static uint64_t *birth_sizes(const struct ops *ops)
{
    uint64_t *sizes = calloc(ops->summary.objects + 1, sizeof *sizes);

    assert_non_null(sizes);
    for (size_t i = 0; i < ops->count; i++)
        if (is_birth(&ops->items[i]))
            sizes[ops->items[i].object] = ops->items[i].size;
    return sizes;
}

size_t ops_deaths(const struct ops *ops, uint64_t size)
{
    uint64_t *sizes = birth_sizes(ops);
    size_t count = 0;

    for (size_t i = 0; i < ops->count; i++)
        count += ops->items[i].kind == HB_OP_FREE && sizes[ops->items[i].object] == size;
    free(sizes);
    return count;
}

void assert_faithful(const struct ops *ops)
{
    bool *live = calloc(ops->summary.objects + 1, sizeof *live);
    uint64_t births = 0;

    assert_non_null(live);
    assert_int_equal(hb_capture_dropped(&ops->summary), 0);
    for (size_t i = 0; i < ops->count; i++) {
        const struct hb_op *op = &ops->items[i];

        if (is_birth(op))
            assert_int_equal(op->object, births++);
        else
            assert_true(op->object < births && live[op->object]);
        assert_true(op->thread < ops->summary.threads);
        live[op->object] = op->kind != HB_OP_FREE;
    }
    assert_int_equal(births, ops->summary.objects);
    free(live);
}

/* The place behind the next marker, which is a malloc and its free. */
static size_t find_marker(const struct ops *ops, size_t from)
{
    while (from < ops->count && !(is_birth(&ops->items[from]) && ops->items[from].size == MARKER_BYTES))
        from++;
    assert_true(from + 1 < ops->count);
    assert_int_equal(ops->items[from + 1].kind, HB_OP_FREE);
    assert_int_equal(ops->items[from + 1].object, ops->items[from].object);
    return from + 2;
}

void ops_between_markers(const struct ops *ops, size_t *begin, size_t *end)
{
    *begin = find_marker(ops, 0);
    *end = find_marker(ops, *begin) - 2;
}
