/*
 * heap_map_test.c - maps of heaps against a plain byte-by-byte count over the ranges of the allocators that
 * walk.
 */
#include "bench/exact/heap_map.h"

#include <stdlib.h>
#include <string.h>

#include "bench/replay/replay.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/check.h"

/* A real heap that is led along. */
struct plain {
    const struct hb_allocator *allocator;
    void *heap;
    void **blocks;
    uint64_t *sizes;
    uint64_t live_bytes, failures, done;
    unsigned char *used; /* by address: in an allocated range? */
};

static void open_plain(struct plain *p, const char *name, const struct hb_prepared *prepared,
                       uint64_t heap_bytes, uint64_t extent)
{
    const struct hb_allocator *allocator;

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), HB_OK);
    *p = (struct plain){.allocator = allocator->counting};
    p->heap = p->allocator->create(p->allocator, heap_bytes, NULL);
    p->blocks = calloc(prepared->slots + 1, sizeof p->blocks[0]);
    p->sizes = calloc(prepared->slots + 1, sizeof p->sizes[0]);
    p->used = malloc(extent + 1);
    assert_non_null(p->heap);
    assert_non_null(p->blocks);
    assert_non_null(p->sizes);
    assert_non_null(p->used);
}

static void close_plain(struct plain *p)
{
    p->allocator->destroy(p->heap);
    free(p->blocks);
    free(p->sizes);
    free(p->used);
}

static void step(struct plain *p, const struct hb_op *op)
{
    void **block = &p->blocks[op->object], *got;

    p->done++;
    if (op->kind == HB_OP_FREE) {
        p->allocator->dealloc(p->heap, *block);
        got = NULL;
    } else if (op->kind == HB_OP_REALLOC) {
        got = p->allocator->resize(p->heap, *block, op->size);
    } else {
        got = p->allocator->alloc(p->heap, op->size);
    }
    if (got == NULL && op->size > 0) {
        p->failures++;
        return; /* what a realloc had it keeps, and a malloc had nothing */
    }
    p->live_bytes += op->size - p->sizes[op->object];
    p->sizes[op->object] = op->size;
    *block = got;
}

static bool mark_range(void *context, const struct hb_range *range)
{
    struct plain *p = context;

    if (range->allocated)
        memset(p->used + range->offset, 1, range->length);
    return true;
}

static void compare_moment(const struct hb_heap_map *map, const struct hb_map_moment *moment, struct plain *p)
{
    struct hb_heap_state state;
    uint64_t sum = 0;

    p->allocator->inspect(p->heap, &state);
    assert_true(moment->op == p->done);
    assert_true(moment->live_bytes == p->live_bytes);
    assert_true(moment->extent_bytes == state.high_water_bytes);
    memset(p->used, 0, state.high_water_bytes);
    p->allocator->ranges(p->heap, mark_range, p);
    for (uint64_t bucket = 0, at = 0; bucket < HB_MAP_BUCKETS; bucket++) {
        uint64_t used = 0;

        for (uint64_t i = 0; i < map->bucket_bytes && at < state.high_water_bytes; i++)
            used += p->used[at++];
        assert_true(moment->allocated_bytes[bucket] == used);
        assert_true(used == 0 || bucket < hb_heap_map_buckets_used(map, moment));
        sum += used;
    }
    assert_true(sum == state.allocated_range_bytes);
}

/* The map, and the real allocator of the same policy at the same moments. */
static void compare(const struct hb_workload *workload, const char *name, bool merge, uint64_t heap_bytes)
{
    const struct hb_model_options options = {
        .policy = HB_POLICY_FIRST, .merge = merge, .header_bytes = 8, .align = 1, .heap_bytes = heap_bytes};
    struct hb_prepared *prepared = NULL;
    struct hb_heap_map *map = NULL;
    uint64_t extent = 0;
    struct plain p;

    prepared = must_prepare(workload);
    assert_int_equal(hb_heap_map_create(prepared, &options, &map, NULL), HB_OK);
    assert_non_null(map);
    assert_true(map->count == (prepared->op_count < HB_MAP_MOMENTS ? prepared->op_count : HB_MAP_MOMENTS));
    if (map->count > 0)
        extent = map->moments[map->count - 1].extent_bytes;
    assert_true(map->bucket_bytes == (extent > 0 ? (extent + HB_MAP_BUCKETS - 1) / HB_MAP_BUCKETS : 1));
    open_plain(&p, name, prepared, heap_bytes, extent);
    for (uint32_t i = 0; i < map->count; i++) {
        while (p.done < hb_window_end(prepared->op_count, map->count, i))
            step(&p, &prepared->ops[p.done]);
        compare_moment(map, &map->moments[i], &p);
    }
    assert_true(p.done == prepared->op_count);
    assert_true(map->failures == p.failures);
    close_plain(&p);
    free(map);
    hb_prepared_free(prepared);
}

static void random_workloads(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HB_TEST_SCALE(40, 6); seed++) {
        const struct random_ops recipe = {.seed = seed,
                                          .ops = seed * seed * 7,
                                          .max_size = 1500,
                                          .max_live = 10 * seed,
                                          .percent_zero = 2,
                                          .percent_huge = seed % 3 == 0 ? 1 : 0};
        struct hb_workload *workload = random_ops_create(&recipe);

        compare(workload, "simple", false, 1 << 24);
        compare(workload, "first-merge", true, 1 << 24);
        compare(workload, "simple", false, 300 * seed);
        compare(workload, "first-merge", true, 300 * seed);
        random_ops_free(workload);
    }
}

static void demo_by_hand(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 72},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 152},
        {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 12},
    };
    const struct hb_model_options options = {.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};
    struct hb_workload *workload = workload_of("by hand", ops, 4);
    struct hb_prepared *prepared = NULL;
    struct hb_heap_map *map = NULL;

    (void)state;
    prepared = must_prepare(workload);
    assert_int_equal(hb_heap_map_create(prepared, &options, &map, NULL), HB_OK);
    assert_non_null(map);
    assert_int_equal(map->bucket_bytes, 3); /* 240 bytes in 80 */
    assert_int_equal(map->count, 4);
    assert_int_equal(hb_heap_map_buckets_used(map, &map->moments[0]), 27); /* of 80 bytes */
    assert_int_equal(map->moments[0].allocated_bytes[26], 2);
    assert_int_equal(map->moments[2].live_bytes, 152);
    assert_int_equal(map->moments[2].allocated_bytes[26], 1); /* bytes 78 and 79 are free, 80 is not */
    assert_int_equal(map->moments[3].allocated_bytes[5], 3);
    assert_int_equal(map->moments[3].allocated_bytes[6], 2); /* 12 and a record end at 20 */
    assert_int_equal(map->moments[3].allocated_bytes[7], 0);
    assert_int_equal(hb_heap_map_buckets_used(map, &map->moments[3]), 80);
    free(map);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void ends_of_the_scale(void **state)
{
    static const struct hb_op ops[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = UINT64_C(1) << 61},
                                       {.kind = HB_OP_MALLOC, .object = 1, .size = 1000}};
    const struct hb_model_options options = {.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};

    (void)state;
    for (uint64_t count = 0; count <= 2; count++) {
        struct hb_workload *workload = workload_of("huge", ops, count);
        struct hb_prepared *prepared = NULL;
        struct hb_heap_map *map = NULL;
        uint64_t sum = 0;

        prepared = must_prepare(workload);
        assert_int_equal(hb_heap_map_create(prepared, &options, &map, NULL), HB_OK);
        assert_non_null(map);
        assert_int_equal(map->count, count);
        for (unsigned i = 0; count > 0 && i < HB_MAP_BUCKETS; i++)
            sum += map->moments[count - 1].allocated_bytes[i];
        assert_true(sum == (count > 0) * ((UINT64_C(1) << 61) + 8) + (count > 1) * UINT64_C(1008));
        free(map);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("a map has the bytes that the allocators which walk have there", random_workloads),
        hb_test("a map of four operations is as on paper", demo_by_hand),
        hb_test("a trace of no operation and one of 2^61 bytes have maps", ends_of_the_scale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
