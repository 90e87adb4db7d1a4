/*
 * agreement_test - the exact model against the allocators that walk, on the shipped traces, operation by
 * operation.
 *
 * Both are driven through the contract. After every operation the block's offset, the walk, the number of
 * ranges and the high-water mark are compared. A walking allocator is O(ranges), so each pair stops after a
 * number of examined ranges.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator.h"
#include "bench/prepare.h"

static const uint64_t step_limit = 20000000;

/* Builds with sanitizers have assertions too, and verify the heap on every free: they are given less to do.
 */
static const uint64_t op_limit = HB_SANITIZED ? 1500 : UINT64_MAX;

static const struct {
    const char *walking, *model;
} pairs[] = {
    {"simple", "model-first"}, {"first-merge", "model-first-merge"},
    {"next", "model-next"},    {"next-merge", "model-next-merge"},
    {"best", "model-best"},    {"best-merge", "model-best-merge"},
};

/* One of a pair: the counting build, its heap and its blocks. */
struct side {
    const struct hb_allocator *allocator;
    void *heap;
    void **blocks;
    struct hb_walk walk;
};

static void open_side(struct side *side, const char *name, uint64_t slots, size_t heap_bytes)
{
    const struct hb_allocator *allocator;

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), HB_OK);
    side->allocator = allocator->counting != NULL ? allocator->counting : allocator;
    side->heap = side->allocator->create(side->allocator, heap_bytes, NULL);
    assert_non_null(side->heap);
    side->blocks = calloc(slots + 1, sizeof side->blocks[0]);
    assert_non_null(side->blocks);
}

static void close_side(struct side *side)
{
    side->allocator->destroy(side->heap);
    free(side->blocks);
}

static void do_op(struct side *side, const struct hb_op *op)
{
    const struct hb_allocator *a = side->allocator;
    void **block = &side->blocks[op->object], *got;

    if (op->kind == HB_OP_FREE) {
        a->dealloc(side->heap, *block);
        *block = NULL;
    } else if (op->kind == HB_OP_REALLOC) {
        got = a->resize(side->heap, *block, op->size);
        *block = got != NULL ? got : *block;
    } else {
        *block = a->alloc(side->heap, op->size);
    }
    a->last_walk(side->heap, &side->walk);
}

static void compare(const struct side *walking, const struct side *model, const struct hb_op *op)
{
    const void *one = walking->blocks[op->object], *other = model->blocks[op->object];

    assert_int_equal(one == NULL, other == NULL);
    if (one != NULL)
        assert_true(walking->allocator->offset(walking->heap, one) ==
                    model->allocator->offset(model->heap, other));
    assert_true(walking->walk.walks == model->walk.walks);
    assert_true(walking->walk.length == model->walk.length);
    assert_true(walking->walk.allocated == model->walk.allocated);
    assert_true(walking->walk.ranges == model->walk.ranges);
    assert_true(walking->walk.high_water_bytes == model->walk.high_water_bytes);
}

static void compare_states(const struct side *walking, const struct side *model)
{
    struct hb_heap_state one, other;

    walking->allocator->inspect(walking->heap, &one);
    model->allocator->inspect(model->heap, &other);
    assert_memory_equal(&one, &other, sizeof one);
}

/* Returns the operations compared. */
static uint64_t run_pair(const struct hb_prepared *prepared, const char *walking_name, const char *model_name,
                         size_t heap_bytes)
{
    struct side walking, model;
    uint64_t steps = 0, done = 0;

    open_side(&walking, walking_name, prepared->slots, heap_bytes);
    open_side(&model, model_name, prepared->slots, heap_bytes);
    for (; done < prepared->op_count && done < op_limit && steps < step_limit; done++) {
        uint64_t walks = walking.walk.walks;

        do_op(&walking, &prepared->ops[done]);
        do_op(&model, &prepared->ops[done]);
        compare(&walking, &model, &prepared->ops[done]);
        if (walking.walk.walks != walks)
            steps += walking.walk.length;
    }
    compare_states(&walking, &model);
    close_side(&walking);
    close_side(&model);
    return done;
}

static uint64_t run_trace(const char *path)
{
    struct hb_workload *workload;
    struct hb_prepared *prepared;
    uint64_t done = 0;

    assert_int_equal(hb_workload_load(path, &workload, NULL), HB_OK);
    assert_int_equal(hb_prepare(workload, &prepared, NULL), HB_OK);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        done += run_pair(prepared, pairs[i].walking, pairs[i].model, 256 << 20);
        done += run_pair(prepared, pairs[i].walking, pairs[i].model, workload->peak_live_bytes + 1);
    }
    hb_prepared_free(prepared);
    hb_workload_free(workload);
    return done;
}

static void shipped_traces(void **state)
{
    char **paths;
    size_t count;
    uint64_t done = 0;

    (void)state;
    assert_int_equal(hb_traces_find(&paths, &count, NULL), HB_OK);
    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++)
        done += run_trace(paths[i]);
    print_message("%llu operations compared, 0 mismatches\n", (unsigned long long)done);
    hb_traces_free(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("the model places and walks as the walking allocators do, on every shipped trace",
                shipped_traces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
