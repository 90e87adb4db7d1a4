/*
 * model_speed_test.c - heaps of exactly so many ranges, the same ones in every allocator, and no figure for
 * an allocator that does not place as its model does.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "bench/question/speed/model_speed_load.h"
#include "tests/allocator/test_scale.h"

enum { LEAST_LENGTH = 32, MOST_LENGTH = 256, DUST_LENGTH = 16, ROUNDS = 2 };

static const uint64_t sizes[] = {10, 11, 64, 300, HB_TEST_SCALE(5000, 500)};

static struct hb_layout make_layout(uint64_t ranges, uint64_t seed)
{
    struct hb_layout layout;
    struct hb_random random;

    hb_random_seed(&random, seed);
    assert_int_equal(hb_layout_make(ranges, &random, &layout, NULL), HB_OK);
    return layout;
}

static void sizes_are_log_uniform_multiples_of_16_less_a_record(void **state)
{
    enum { DRAWN = 100000, UNIT = 16, UNITS = MOST_LENGTH / UNIT };
    uint64_t seen[UNITS + 1] = {0};
    double weight = 0;
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 1);
    for (int i = 0; i < DRAWN; i++) {
        uint32_t length = hb_layout_draw_size(&random) + 8;

        assert_true(length % UNIT == 0 && length >= LEAST_LENGTH && length <= MOST_LENGTH);
        seen[length / UNIT]++;
    }
    for (int units = 2; units <= UNITS; units++)
        weight += 1.0 / units;
    for (int units = 2; units <= UNITS; units++) {
        double expected = DRAWN / weight / units;

        assert_true((double)seen[units] > 0.9 * expected && (double)seen[units] < 1.1 * expected);
    }
}

static void assert_range_allowed(const struct hb_layout *layout, uint64_t i)
{
    uint64_t length = layout->offsets[i + 1] - layout->offsets[i];

    if (layout->allocated[i]) {
        assert_true(length % 16 == 0 && length >= LEAST_LENGTH && length <= MOST_LENGTH);
        return;
    }
    assert_int_equal(length, DUST_LENGTH);
    assert_true(i > 0 && layout->allocated[i - 1]);
    assert_true(i + 1 < layout->range_count && layout->allocated[i + 1]);
}

static void a_layout_has_as_many_ranges_as_asked_and_no_two_free_ones_adjacent(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct hb_layout layout = make_layout(sizes[s], s);
        uint64_t live = 0;

        assert_int_equal(layout.range_count + 1, sizes[s]);
        assert_int_equal(layout.offsets[0], 0);
        for (uint64_t i = 0; i < layout.range_count; i++) {
            assert_range_allowed(&layout, i);
            live += layout.allocated[i];
        }
        assert_int_equal(layout.live, live);
        hb_layout_clear(&layout);
    }
}

static void a_quarter_of_a_large_layout_is_dust(void **state)
{
    struct hb_layout layout = make_layout(100000, 7);

    (void)state;
    assert_true(layout.live > 74000 && layout.live < 76000);
    hb_layout_clear(&layout);
}

/* Compares the ranges of a heap with those of a layout, one after another. */
struct comparison {
    const struct hb_layout *layout;
    uint64_t at;
};

static bool compare_range(void *context, const struct hb_range *range)
{
    struct comparison *comparison = context;
    const struct hb_layout *layout = comparison->layout;
    uint64_t i = comparison->at++;

    assert_true(i <= layout->range_count);
    assert_true(range->offset == layout->offsets[i]);
    if (i < layout->range_count)
        assert_true(range->allocated == layout->allocated[i]);
    else
        assert_false(range->allocated);
    return true;
}

static void assert_put(const struct hb_layout *layout, const char *name, enum hb_layout_order order)
{
    const struct hb_allocator *allocator;
    struct comparison comparison = {.layout = layout};
    void **blocks = calloc(layout->range_count, sizeof *blocks);
    uint64_t slot = 0;
    void *heap;

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), HB_OK);
    heap = allocator->create(allocator, 0, NULL);
    assert_true(heap != NULL && blocks != NULL);
    assert_true(hb_layout_put(layout, order, allocator, heap, blocks));
    allocator->ranges(heap, compare_range, &comparison);
    assert_int_equal(comparison.at, layout->range_count + 1);
    for (uint64_t i = 0; i < layout->range_count; i++)
        if (layout->allocated[i])
            assert_true(allocator->offset(heap, blocks[slot++]) == layout->offsets[i] + 8);
    allocator->destroy(heap);
    free(blocks);
}

static void every_allocator_and_its_model_can_be_given_the_same_heap(void **state)
{
    size_t count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&count);

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct hb_layout layout = make_layout(sizes[s], s);

        for (size_t i = 0; i < count; i++) {
            assert_put(&layout, pairs[i].name[HB_SPEED_WALKING], pairs[i].walking_order);
            assert_put(&layout, pairs[i].name[HB_SPEED_MODEL], HB_LAYOUT_HALVES);
            assert_put(&layout, pairs[i].name[HB_SPEED_MODEL], HB_LAYOUT_ADDRESSES);
        }
        hb_layout_clear(&layout);
    }
}

/* simple's counting build, whose longest walk is kept. */
static const struct hb_allocator *counting;
static uint64_t longest_walk;

static void *alloc_and_look(void *heap, size_t size)
{
    void *block = counting->alloc(heap, size);
    struct hb_walk walk;

    counting->last_walk(heap, &walk);
    if (walk.length > longest_walk)
        longest_walk = walk.length;
    return block;
}

static void laying_out_by_halves_makes_no_walk_longer_than_the_halvings(void **state)
{
    enum { RANGES = 1025, HALVINGS = 10 };
    struct hb_layout layout = make_layout(RANGES, 3);
    struct hb_allocator looked_at;
    const struct hb_allocator *simple;
    void *blocks[RANGES], *heap;

    (void)state;
    assert_int_equal(hb_allocator_open("simple", &simple, NULL, NULL), HB_OK);
    counting = simple->counting;
    looked_at = *counting;
    looked_at.alloc = alloc_and_look;
    heap = counting->create(counting, 0, NULL);
    assert_non_null(heap);
    longest_walk = 0;
    assert_true(hb_layout_put(&layout, HB_LAYOUT_HALVES, &looked_at, heap, blocks));
    assert_int_equal(longest_walk, HALVINGS + 1); /* and the one that is chosen */
    counting->destroy(heap);
    hb_layout_clear(&layout);
}

static void assert_result(const struct hb_speed_result *result, uint64_t ranges, bool merges)
{
    uint64_t most_more = ranges / 10;

    assert_int_equal(result->round_count, ROUNDS);
    assert_true(result->ops > 0 && result->ops % 2 == 0);
    assert_true(result->live < ranges && result->live > ranges / 2);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        const struct hb_speed_round *round = &result->rounds[i];

        assert_true(round->elapsed_ns > 0);
        assert_true(round->ranges_most <= ranges + most_more);
        assert_true(round->ranges_least >= (merges ? ranges / 2 : ranges));
        assert_true(round->walk_total >= result->ops / 2);
        assert_true(round->walk_total <= result->ops / 2 * (ranges + most_more));
    }
}

/* The replacements before the first round warm up, and are in no figure. */
static void assert_replacements(const struct hb_speed_load *load, const struct hb_speed_result *result)
{
    uint64_t count = result->ops / 2;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        const struct hb_speed_round *round = &result->rounds[i];
        uint64_t begin = (i + 1) * count, end = begin + count;
        bool is_least = false, is_most = false;

        assert_int_equal(round->walk_total, load->walk_total[end] - load->walk_total[begin]);
        for (uint64_t at = begin + 1; at <= end; at++) {
            assert_in_range(load->range_count[at], round->ranges_least, round->ranges_most);
            is_least |= load->range_count[at] == round->ranges_least;
            is_most |= load->range_count[at] == round->ranges_most;
        }
        assert_true(is_least && is_most);
    }
}

static void both_sides_agree_and_have_figures_for_every_round(void **state)
{
    size_t count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        uint64_t ranges = HB_TEST_SCALE(1000, 60);
        bool merges = strstr(pairs[i].name[HB_SPEED_MODEL], "merge") != NULL;
        struct hb_speed_result results[HB_SPEED_SIDES];
        struct hb_speed_load *load;
        struct hb_error error = {.text = ""};

        assert_int_equal(hb_speed_load_open(&pairs[i], ranges, ROUNDS, 42, &load, &error), HB_OK);
        for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++) {
            hb_speed_run(load, side, &results[side], &error);
            assert_string_equal(error.text, "");
            assert_result(&results[side], ranges, merges);
            assert_replacements(load, &results[side]);
        }
        assert_true(results[HB_SPEED_MODEL].ops >= results[HB_SPEED_WALKING].ops);
        hb_speed_load_close(load);
    }
}

static void a_model_keeps_a_range_in_tens_of_bytes(void **state)
{
    static const struct hb_speed_pair pair = {{"simple", "model-first"}, HB_LAYOUT_HALVES, {0, 0}};
    enum { RANGES = 100000, LEAST_BYTES = 8, MOST_BYTES = 120 };
    struct hb_speed_load *load;
    struct hb_speed_result result;

    (void)state;
    if (HB_SANITIZED)
        skip(); /* their allocators keep more */
    assert_int_equal(hb_speed_load_open(&pair, RANGES, 1, 42, &load, NULL), HB_OK);
    assert_int_equal(hb_speed_run(load, HB_SPEED_MODEL, &result, NULL), HB_OK);
    assert_true(result.resident_bytes > (uint64_t)LEAST_BYTES * RANGES);
    assert_true(result.resident_bytes < (uint64_t)MOST_BYTES * RANGES);
    hb_speed_load_close(load);
}

static void an_allocator_that_places_otherwise_is_refused(void **state)
{
    static const struct hb_speed_pair wrong = {{"best", "model-first"}, HB_LAYOUT_ADDRESSES, {0, 0}};
    struct hb_speed_load *load;
    struct hb_speed_result result;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_speed_load_open(&wrong, 100, ROUNDS, 42, &load, NULL), HB_OK);
    assert_int_equal(hb_speed_run(load, HB_SPEED_MODEL, &result, NULL), HB_OK);
    assert_int_equal(hb_speed_run(load, HB_SPEED_WALKING, &result, &error), HB_ERR_FORMAT);
    assert_non_null(strstr(error.text, "best: after "));
    assert_non_null(strstr(error.text, "not as model-first computed it"));
    hb_speed_load_close(load);
}

static void an_allocator_that_is_not_there_is_named(void **state)
{
    static const struct hb_speed_pair missing = {{"simple", "model-worst-of-all"}, HB_LAYOUT_HALVES, {0, 0}};
    struct hb_speed_load *load = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_speed_load_open(&missing, 100, ROUNDS, 42, &load, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "model-worst-of-all"));
    assert_null(load);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("sizes are log-uniform, multiples of 16 less a record",
                sizes_are_log_uniform_multiples_of_16_less_a_record),
        hb_test("a layout has exactly as many ranges as asked for, no two free ones side by side",
                a_layout_has_as_many_ranges_as_asked_and_no_two_free_ones_adjacent),
        hb_test("a quarter of a large layout is dust", a_quarter_of_a_large_layout_is_dust),
        hb_test("every allocator and its model can be given the same heap",
                every_allocator_and_its_model_can_be_given_the_same_heap),
        hb_test("laying out by halves makes no walk longer than there are halvings",
                laying_out_by_halves_makes_no_walk_longer_than_the_halvings),
        hb_test("both sides agree and have figures for every round",
                both_sides_agree_and_have_figures_for_every_round),
        hb_test("a model keeps a range in tens of bytes", a_model_keeps_a_range_in_tens_of_bytes),
        hb_test("an allocator that places otherwise than the model is refused",
                an_allocator_that_places_otherwise_is_refused),
        hb_test("an allocator that is not there is named", an_allocator_that_is_not_there_is_named),
    };

    hb_child_main(argc, argv, &hb_speed_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
