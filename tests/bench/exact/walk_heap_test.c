/*
 * walk_heap_test.c - the heap that `heapbench walk` shows, which is computed where it can be, against the
 * allocator's own, which walks.
 *
 * Both are led through the shipped traces, simple through all and the others through some. After every
 * operation what it did is compared; at many of them the whole list of ranges, and which object lies in
 * which. Walking is O(ranges), so each run stops after a number of examined ranges.
 */
#include "bench/exact/walk_heap.h"

#include <stdlib.h>

#include "tests/allocator/test_scale.h"
#include "tests/check.h"

enum { MOMENTS = HB_TEST_SCALE(200, 20), STEP_LIMIT = HB_TEST_SCALE(40000000, 400000) };

/* The allocator's counting build, on the same trace. */
struct walking {
    const struct hb_allocator *allocator;
    void *heap;
    struct hb_foretold foretold;
    void **blocks; /* by birth id */
    struct hb_walk walk;
};

static void open_walking(struct walking *w, const struct hb_workload *workload, const char *name,
                         uint64_t heap_bytes)
{
    *w = (struct walking){.allocator = hb_allocator_find(name)->counting};
    w->heap = w->allocator->create(w->allocator, heap_bytes, NULL);
    w->blocks = calloc(workload->object_count + 1, sizeof w->blocks[0]);
    assert_non_null(w->heap);
    assert_non_null(w->blocks);
    assert_int_equal(hb_foretell_workload(workload, w->allocator, w->heap, &w->foretold, NULL), HB_OK);
}

static void close_walking(struct walking *w)
{
    w->allocator->destroy(w->heap);
    hb_foretold_clear(&w->foretold);
    free(w->blocks);
}

static void do_op(struct walking *w, const struct hb_op *op)
{
    void **block = &w->blocks[op->object], *got;

    if (op->kind == HB_OP_FREE) {
        w->allocator->dealloc(w->heap, *block);
        *block = NULL;
    } else if (op->kind == HB_OP_REALLOC) {
        got = w->allocator->resize(w->heap, *block, op->size);
        *block = got != NULL || op->size == 0 ? got : *block;
    } else {
        *block = w->allocator->alloc(w->heap, op->size);
    }
}

/* The same operation on both; what it did must be the same. */
static void step_both(struct hb_walk_heap *shown, struct walking *w)
{
    const struct hb_op *op = &shown->workload->ops[shown->done];
    bool walks = hb_walk_heap_next_walks(shown);
    uint64_t walks_before = w->walk.walks;
    struct hb_step step;

    do_op(w, op);
    w->allocator->last_walk(w->heap, &w->walk);
    assert_true(hb_walk_heap_step(shown, &step));
    assert_int_equal(walks, step.walked);
    assert_int_equal(step.walked, w->walk.walks != walks_before);
    assert_true(step.walk.length == w->walk.length);
    assert_true(step.walk.allocated == w->walk.allocated);
    assert_true(step.walk.high_water_bytes == w->walk.high_water_bytes);
    assert_int_equal(step.held, w->blocks[op->object] != NULL);
    if (step.held)
        assert_true(step.offset == w->allocator->offset(w->heap, w->blocks[op->object]));
}

/* The ranges of `w`, to be met one by one. */
struct comparison {
    const struct walking *w;
    const struct hb_held_range *ranges;
    uint64_t count, met;
    bool ample; /* the system may have granted simple less room: the last range is then shorter */
};

static bool compare_range(void *context, const struct hb_range *range)
{
    struct comparison *c = context;
    const struct hb_held_range *held = &c->ranges[c->met];

    assert_true(c->met < c->count);
    c->met++;
    assert_true(held->range.offset == range->offset);
    assert_true(held->range.length == range->length || (c->ample && c->met == c->count));
    assert_int_equal(held->range.allocated, range->allocated);
    assert_int_equal(held->has_object, range->allocated);
    if (held->has_object) {
        uint64_t payload = c->w->allocator->offset(c->w->heap, c->w->blocks[held->object]);

        assert_true(payload >= range->offset && payload < range->offset + range->length);
    }
    return true;
}

static void compare_ranges(const struct hb_walk_heap *shown, const struct walking *w)
{
    struct comparison c = {.w = w, .ample = shown->heap_bytes == 0};
    struct hb_held_range *ranges = hb_walk_heap_ranges(shown, &c.count);

    assert_non_null(ranges);
    c.ranges = ranges;
    w->allocator->ranges(w->heap, compare_range, &c);
    assert_true(c.met == c.count);
    free(ranges);
}

/* Returns how often the ranges were compared. */
static unsigned run_both(const struct hb_workload *workload, const char *name, uint64_t heap_bytes)
{
    uint64_t steps = 0, stride = 251;
    struct hb_walk_heap *shown = NULL;
    struct walking w;
    unsigned moments = 0;

    open_walking(&w, workload, name, heap_bytes);
    assert_int_equal(hb_walk_heap_create(workload, name, heap_bytes, &shown, NULL), HB_OK);
    assert_non_null(shown);
    while (shown->done < workload->op_count && moments < MOMENTS && steps < STEP_LIMIT) {
        step_both(shown, &w);
        steps += w.walk.length;
        if (shown->done % stride == 0 || shown->done < 8) {
            compare_ranges(shown, &w);
            moments++;
        }
    }
    compare_ranges(shown, &w);
    hb_walk_heap_destroy(shown);
    close_walking(&w);
    return moments + 1;
}

static void shipped_traces(void **state)
{
    char **paths;
    size_t count;
    unsigned moments = 0;

    (void)state;
    assert_int_equal(hb_traces_find(&paths, &count, NULL), HB_OK);
    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++) {
        struct hb_workload *workload;

        assert_int_equal(hb_workload_load(paths[i], &workload, NULL), HB_OK);
        moments += run_both(workload, "simple", 0);
        moments += run_both(workload, "simple", workload->peak_live_bytes);
        moments += run_both(workload, "simple", workload->peak_live_bytes / 16 + 64);
        hb_workload_free(workload);
    }
    print_message("the ranges of %u moments compared, 0 mismatches\n", moments);
    hb_traces_free(paths);
}

/* Each that walks and can show its ranges, in a heap that is too small for the trace, and in an ample one. */
static void other_allocators(void **state)
{
    static const char *const traces[] = {"demo.rep", "sqlite3.trace", "python3.trace"};
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);
    unsigned moments = 0, allocators = 0;

    (void)state;
    for (size_t t = 0; t < sizeof traces / sizeof *traces; t++) {
        struct hb_workload *workload;

        assert_int_equal(hb_workload_load(traces[t], &workload, NULL), HB_OK);
        for (size_t i = 0; i < count; i++) {
            if (builtin[i]->counting == NULL || builtin[i]->ranges == NULL)
                continue;
            allocators++;
            moments += run_both(workload, builtin[i]->name, 0);
            moments += run_both(workload, builtin[i]->name, workload->peak_live_bytes / 2 + 64);
        }
        hb_workload_free(workload);
    }
    assert_true(allocators >= 3 * 11);
    print_message("%u moments of %u runs compared\n", moments, allocators);
}

static void refused(void **state)
{
    static const char *const names[] = {"glibc", "null", "bump", "no-such", "./x.so", ""};
    struct hb_workload *workload;
    struct hb_walk_heap *heap = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_workload_load("demo.rep", &workload, NULL), HB_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(hb_walk_heap_create(workload, names[i], 0, &heap, &error), HB_ERR_USAGE);
        assert_null(heap);
    }
    hb_workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("walk shows the ranges, walks and objects that simple has, at many moments of every trace",
                shipped_traces),
        hb_test("walk shows what every other rung and policy has, whether it is computed or not",
                other_allocators),
        hb_test("what cannot show its ranges is refused", refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
