/*
 * model_no_memory_test.c - the model, and what computes with it, when memory runs out: the nth request fails,
 * and those after it, for every n until all succeed. Each time the answer is HB_ERR_MEMORY, or the right one.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/model/fit_index.h"
#include "allocator/model/range_place.h"
#include "bench/adversary/adversary.h"
#include "bench/exact/curve.h"
#include "bench/exact/packing.h"
#include "tests/allocator/model/range_tree_valid.h"
#include "tests/bench/replay/random_ops.h"
#include "tests/bench/replay/same_counts.h"
#include "tests/workloads/failing.h"

enum { OPS = 6000, RANGES = 3000, TREE_RANGES = 400000 }; /* the last so many that a tree's tables grow */

static struct hb_workload *workload;
static struct hb_prepared *prepared;
static struct hb_model_options options; /* of the test that runs */

static int set_up(void **state)
{
    struct random_ops recipe = {.seed = 3, .ops = OPS, .max_size = 900, .max_live = 2500};

    (void)state;
    workload = random_ops_create(&recipe);
    return hb_prepare(workload, &prepared, NULL) == HB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    hb_prepared_free(prepared);
    random_ops_free(workload);
    return 0;
}

/* Calls `attempt` with ever more memory until it succeeds; at least `least` failures are expected. */
static void with_ever_more_memory(enum hb_status (*attempt)(struct hb_error *error), long least)
{
    enum hb_status status;
    long calls = 0;

    for (;; calls++) {
        struct hb_error error = {.status = HB_OK};

        hb_test_fail_after(calls);
        status = attempt(&error);
        hb_test_fail_after(-1);
        if (status == HB_OK)
            break;
        assert_int_equal(status, HB_ERR_MEMORY);
        assert_int_equal(error.status, HB_ERR_MEMORY);
        assert_non_null(strstr(error.text, "memory"));
    }
    assert_in_range(calls, least, 2000);
    print_message("%ld failures, then success\n", calls);
}

/* -- the counting replay of a model -- */

static struct hb_counts right; /* what a model with memory enough counts */

static enum hb_status count_into(struct hb_counts *counts, struct hb_error *error)
{
    static const struct hb_count_options all = {.step_limit = 0};
    struct hb_allocator table;
    enum hb_status status;
    void *heap;

    hb_model_allocator(&options, &table);
    *counts = (struct hb_counts){.heap_bytes = options.heap_bytes};
    heap = table.create(&table, options.heap_bytes, error);
    if (heap == NULL)
        return error->status;
    status = hb_replay_count(prepared, &table, heap, &all, counts, NULL, error);
    table.destroy(heap);
    return status;
}

static enum hb_status count_model(struct hb_error *error)
{
    struct hb_counts counts;
    enum hb_status status = count_into(&counts, error);

    if (status == HB_OK)
        assert_same_counts(&counts, &right);
    return status;
}

static void counting(void **state)
{
    (void)state;
    for (int policy = HB_POLICY_FIRST; policy <= HB_POLICY_BEST; policy++)
        for (int merge = 0; merge < 2; merge++) {
            options = (struct hb_model_options){
                .policy = (enum hb_policy)policy, .merge = merge != 0, .header_bytes = 8, .align = 1};
            assert_int_equal(count_into(&right, NULL), HB_OK);
            with_ever_more_memory(count_model, 9);
        }
}

/* -- the model itself: what it said before it broke was right, and from then on it gives nothing -- */

static uint64_t placed[RANGES]; /* payload offsets of a model with memory enough */

/* RANGES allocations; returns how many got a block. */
static unsigned place_all(struct hb_model *model, bool note)
{
    for (unsigned i = 0; i < RANGES; i++) {
        uint32_t block = hb_model_alloc(model, 8 + i % 97);

        if (block == HB_MODEL_NO_BLOCK)
            return i;
        if (note)
            placed[i] = hb_model_offset(model, block);
        assert_true(hb_model_offset(model, block) == placed[i]);
        if (i % 3 == 0)
            hb_model_free(model, block);
    }
    return RANGES;
}

static enum hb_status place_in_model(struct hb_error *error)
{
    struct hb_model *model = NULL;
    struct hb_heap_state heap;
    enum hb_status status = hb_model_create(&options, &model, error);
    bool broken;

    if (status != HB_OK)
        return status;
    place_all(model, false);
    broken = hb_model_broken(model) == HB_ERR_MEMORY;
    assert_int_equal(broken, hb_test_has_failed());
    hb_model_inspect(model, &heap);
    assert_true(heap.free_bytes + heap.allocated_range_bytes == options.heap_bytes);
    if (broken)
        assert_true(hb_model_alloc(model, 8) == HB_MODEL_NO_BLOCK);
    hb_model_destroy(model);
    return broken ? hb_error_set(error, HB_ERR_MEMORY, "no memory") : HB_OK;
}

static void placing(void **state)
{
    struct hb_model *model = NULL;

    (void)state;
    for (int policy = HB_POLICY_FIRST; policy <= HB_POLICY_BEST; policy++) {
        options = (struct hb_model_options){
            .policy = (enum hb_policy)policy, .header_bytes = 8, .align = 1, .heap_bytes = 1 << 20};
        assert_int_equal(hb_model_create(&options, &model, NULL), HB_OK);
        assert_int_equal(place_all(model, true), RANGES);
        hb_model_destroy(model);
        with_ever_more_memory(place_in_model, 5);
    }
}

/* -- its two structures -- */

static enum hb_status fill_tree(struct hb_error *error)
{
    struct hb_range_tree *tree = hb_range_tree_create(TREE_RANGES, true);
    bool room = tree != NULL;

    for (unsigned i = 1; room && i < TREE_RANGES; i++) {
        room = hb_range_tree_reserve(tree);
        if (room)
            hb_range_tree_take_part(tree, hb_range_tree_last(tree), 1);
        assert_true(hb_range_tree_ranges(tree) == i + room);
    }
    assert_true(tree == NULL || range_tree_valid(tree));
    hb_range_tree_destroy(tree);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "no memory");
}

static void filling_a_tree(void **state)
{
    (void)state;
    with_ever_more_memory(fill_tree, 8);
}

static enum hb_status fill_index(struct hb_error *error)
{
    struct hb_fit_index *index = hb_fit_index_create();
    struct hb_fit_entry entry;
    bool room = index != NULL;
    unsigned count = 0;

    for (; room && count < RANGES; count += room) {
        room = hb_fit_index_reserve(index, count + 1);
        if (room)
            hb_fit_index_insert(index,
                                (struct hb_fit_entry){.length = count + 1, .offset = count, .id = count});
    }
    if (count > 0) {
        assert_true(hb_fit_index_best_fit(index, count, &entry));
        assert_int_equal(entry.id, count - 1);
        assert_false(hb_fit_index_best_fit(index, count + 1, &entry));
    }
    hb_fit_index_destroy(index);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "no memory");
}

static void filling_an_index(void **state)
{
    (void)state;
    with_ever_more_memory(fill_index, 20);
}

/* -- the failure curve -- */

enum { POINTS = 8 };

static struct hb_curve_point right_points[POINTS];

static void ask_for_points(struct hb_curve_point *points)
{
    for (unsigned i = 0; i < POINTS; i++)
        points[i] = (struct hb_curve_point){.heap_bytes = 20000 * (i + 1)};
}

static enum hb_status draw(struct hb_curve_point *points, struct hb_error *error)
{
    struct hb_anomalies anomalies = {.undecided = 0};
    struct hb_curve *curve = NULL;
    enum hb_status status = hb_curve_build(prepared, &options, &curve, error);

    if (status != HB_OK)
        return status;
    ask_for_points(points);
    status = hb_curve_fill(curve, points, POINTS, error);
    if (status == HB_OK)
        status = hb_curve_anomalies(curve, 3 * OPS, &anomalies, error);
    free(anomalies.failing.at);
    hb_curve_free(curve);
    return status;
}

static enum hb_status draw_curve(struct hb_error *error)
{
    struct hb_curve_point points[POINTS];
    enum hb_status status = draw(points, error);

    for (unsigned i = 0; status == HB_OK && i < POINTS; i++) {
        assert_true(points[i].first.op == right_points[i].first.op);
        assert_true(points[i].first.free_bytes == right_points[i].first.free_bytes);
        assert_int_equal(points[i].first.reason, right_points[i].first.reason);
    }
    return status;
}

static void drawing_a_curve(void **state)
{
    (void)state;
    options = (struct hb_model_options){.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};
    assert_int_equal(draw(right_points, NULL), HB_OK);
    with_ever_more_memory(draw_curve, 24);
}

/* -- its anomalies: those that were found before memory ran out are given back once -- */

static struct hb_prepared *with_anomalies;

static enum hb_status study(struct hb_error *error)
{
    struct hb_curve_study study;
    enum hb_status status = hb_curve_study_begin(&study, with_anomalies, &options, 0, error);

    if (status == HB_OK)
        assert_true(study.anomalies.failing.count > 0 && study.anomalies.simulated > 1);
    hb_curve_study_clear(&study);
    return status;
}

static void looking_for_anomalies(void **state)
{
    struct random_ops recipe = {.seed = 75, .ops = 60, .max_size = 40, .max_live = 6};
    struct hb_workload *few = random_ops_create(&recipe);

    (void)state;
    options = (struct hb_model_options){.policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};
    assert_int_equal(hb_prepare(few, &with_anomalies, NULL), HB_OK);
    with_ever_more_memory(study, 25);
    hb_prepared_free(with_anomalies);
    random_ops_free(few);
}

/* -- an adversary: NULL from a model without memory is not a heap without room -- */

static enum hb_status attack(struct hb_error *error)
{
    static struct hb_adversary_result result;
    struct hb_adversary_plan plan = {.name = "robson",
                                     .allocator = "model-best",
                                     .live = 1 << 12,
                                     .ratio = 16,
                                     .header = HB_ADVERSARY_ASK};
    enum hb_status status = hb_adversary_check(&plan, error);

    assert_int_equal(status, HB_OK);
    status = hb_adversary_drive(&plan, NULL, &result, error);
    if (status == HB_OK)
        assert_int_equal(result.outcome, HB_ADVERSARY_OK);
    return status;
}

static void attacking_a_model(void **state)
{
    (void)state;
    with_ever_more_memory(attack, 15);
}

/* -- an offline packing -- */

static uint64_t right_extent; /* 0: not known yet */

static enum hb_status pack(struct hb_error *error)
{
    struct hb_packing *packing = NULL;
    enum hb_status status = hb_packing_create(prepared, 8, 16, &packing, error);

    if (status != HB_OK) {
        assert_null(packing);
        return status;
    }
    right_extent = right_extent != 0 ? right_extent : packing->extent_bytes;
    assert_int_equal(packing->extent_bytes, right_extent);
    status = hb_packing_search(packing, error);
    assert_true(status == HB_OK ? packing->extent_bytes <= right_extent
                                : packing->extent_bytes == right_extent);
    hb_packing_free(packing);
    return status;
}

static void a_packing_without_memory(void **state)
{
    (void)state;
    assert_int_equal(pack(NULL), HB_OK);
    with_ever_more_memory(pack, 100);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("counting what a model does", counting),
        hb_test("what a model places before it breaks is right", placing),
        hb_test("a range tree stays valid", filling_a_tree),
        hb_test("an index of sizes stays right", filling_an_index),
        hb_test("a failure curve", drawing_a_curve),
        hb_test("anomalies", looking_for_anomalies),
        hb_test("an adversary of a model", attacking_a_model),
        hb_test("an offline packing", a_packing_without_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
