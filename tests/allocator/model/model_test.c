/*
 * model_test.c - the model against a plain implementation: an array of ranges, walked.
 *
 * The plain one is written from results/README.md alone and shares no code with the model. Both run the same
 * random operations; every placement, walk, split and high-water mark is compared after every operation.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/model/model.h"
#include "base/random.h"
#include "tests/allocator/test_scale.h"

/* -- the plain implementation -- */

struct plain_range {
    uint64_t offset, length;
    int allocated;
};

struct plain {
    struct plain_range *ranges;
    size_t count, rover;
    struct hb_model_options options;
    uint64_t high_water, walk, walk_allocated;
};

static void plain_init(struct plain *plain, const struct hb_model_options *options)
{
    *plain = (struct plain){.options = *options, .count = 1};
    plain->ranges = malloc(200000 * sizeof plain->ranges[0]);
    plain->ranges[0] =
        (struct plain_range){0, options->heap_bytes != 0 ? options->heap_bytes : UINT64_C(1) << 62, 0};
}

static uint64_t plain_need(const struct plain *plain, uint64_t size)
{
    uint64_t align = plain->options.align;

    return (size + plain->options.header_bytes + align - 1) / align * align;
}

static void plain_insert(struct plain *plain, size_t at, uint64_t offset, uint64_t length)
{
    memmove(plain->ranges + at + 1, plain->ranges + at, (plain->count - at) * sizeof plain->ranges[0]);
    plain->ranges[at] = (struct plain_range){offset, length, 0};
    plain->count++;
    if (plain->rover >= at)
        plain->rover++;
}

static void plain_remove(struct plain *plain, size_t at)
{
    plain->count--;
    memmove(plain->ranges + at, plain->ranges + at + 1, (plain->count - at) * sizeof plain->ranges[0]);
    if (plain->rover >= at && plain->rover > 0)
        plain->rover--; /* the range before took it in, if it was the rover */
}

/* Hands out range `at`; returns its offset. */
static uint64_t plain_take(struct plain *plain, size_t at, uint64_t need)
{
    uint64_t header = plain->options.header_bytes, align = plain->options.align;
    struct plain_range *range = &plain->ranges[at];
    uint64_t rest = range->length - need, offset = range->offset;

    range->allocated = 1;
    if (rest >= (header > align ? header : align)) {
        range->length = need;
        plain_insert(plain, at + 1, offset + need, rest);
    }
    if (offset + plain->ranges[at].length > plain->high_water)
        plain->high_water = offset + plain->ranges[at].length;
    plain->rover = (at + 1) % plain->count;
    return offset;
}

/* The i-th range of a walk that begins at `start`; the tail of a heap that grows comes last. */
static size_t plain_examined(const struct plain *plain, size_t start, size_t i)
{
    if (!plain->options.grows || plain->options.heap_bytes != 0)
        return (start + i) % plain->count;
    return i + 1 == plain->count ? i : (start + i) % (plain->count - 1);
}

/* The offset of the range taken, or UINT64_MAX. */
static uint64_t plain_alloc(struct plain *plain, uint64_t size)
{
    uint64_t need = plain_need(plain, size);
    size_t start = plain->options.policy == HB_POLICY_NEXT ? plain->rover : 0, chosen = SIZE_MAX;

    plain->walk = plain->walk_allocated = 0;
    for (size_t i = 0; i < plain->count; i++) {
        size_t at = plain_examined(plain, start, i);
        const struct plain_range *range = &plain->ranges[at];

        plain->walk++;
        plain->walk_allocated += range->allocated != 0;
        if (range->allocated || range->length < need)
            continue;
        if (plain->options.policy != HB_POLICY_BEST)
            return plain_take(plain, at, need);
        if (chosen == SIZE_MAX || range->length < plain->ranges[chosen].length)
            chosen = at;
    }
    return chosen != SIZE_MAX ? plain_take(plain, chosen, need) : UINT64_MAX;
}

static size_t plain_find(const struct plain *plain, uint64_t offset)
{
    for (size_t i = 0; i < plain->count; i++)
        if (plain->ranges[i].offset == offset)
            return i;
    fail();
    return 0;
}

static void plain_free(struct plain *plain, uint64_t offset)
{
    size_t at = plain_find(plain, offset);

    plain->ranges[at].allocated = 0;
    if (!plain->options.merge)
        return;
    if (at + 1 < plain->count && !plain->ranges[at + 1].allocated) {
        plain->ranges[at].length += plain->ranges[at + 1].length;
        plain_remove(plain, at + 1);
    }
    if (at > 0 && !plain->ranges[at - 1].allocated) {
        plain->ranges[at - 1].length += plain->ranges[at].length;
        plain_remove(plain, at);
    }
}

static uint64_t plain_resize(struct plain *plain, uint64_t offset, uint64_t size)
{
    uint64_t moved;

    if (plain->ranges[plain_find(plain, offset)].length >= plain_need(plain, size))
        return offset;
    moved = plain_alloc(plain, size);
    if (moved != UINT64_MAX)
        plain_free(plain, offset);
    return moved;
}

static void plain_inspect(const struct plain *plain, struct hb_heap_state *state)
{
    size_t end = plain->options.heap_bytes == 0 ? plain->count - 1 : plain->count;
    uint64_t run = 0;

    memset(state, 0, sizeof *state);
    state->ranges = plain->count;
    state->high_water_bytes = plain->high_water;
    state->header_bytes = plain->options.header_bytes;
    for (size_t i = 0; i < end; i++) {
        const struct plain_range *range = &plain->ranges[i];

        if (range->allocated) {
            state->allocated_range_bytes += range->length;
            run = 0;
            continue;
        }
        run += range->length;
        state->free_ranges++;
        state->free_bytes += range->length;
        if (range->length > state->largest_free_bytes)
            state->largest_free_bytes = range->length;
        if (run > state->largest_run_bytes)
            state->largest_run_bytes = run;
    }
}

/* -- side by side -- */

enum { OBJECTS = 600 };

struct pair {
    struct hb_model *model;
    struct plain plain;
    uint32_t block[OBJECTS]; /* HB_MODEL_NO_BLOCK: absent */
    uint64_t offset[OBJECTS];
    uint64_t walks;
};

static void compare_placement(struct pair *pair, unsigned object, uint32_t block, uint64_t offset)
{
    assert_int_equal(block == HB_MODEL_NO_BLOCK, offset == UINT64_MAX);
    if (block == HB_MODEL_NO_BLOCK)
        return;
    assert_true(hb_model_offset(pair->model, block) == offset + pair->plain.options.header_bytes);
    pair->block[object] = block;
    pair->offset[object] = offset;
}

static void compare_walk(struct pair *pair)
{
    struct hb_walk walk;

    hb_model_last_walk(pair->model, &walk);
    assert_true(walk.ranges == pair->plain.count);
    assert_true(walk.high_water_bytes == pair->plain.high_water);
    if (walk.walks == pair->walks)
        return;
    pair->walks++;
    assert_true(walk.walks == pair->walks);
    assert_true(walk.length == pair->plain.walk);
    assert_true(walk.allocated == pair->plain.walk_allocated);
}

static void compare_state(const struct pair *pair)
{
    struct hb_heap_state model, plain;

    hb_model_inspect(pair->model, &model);
    plain_inspect(&pair->plain, &plain);
    assert_memory_equal(&model, &plain, sizeof model);
}

static uint64_t random_size(struct hb_random *random)
{
    uint64_t bound = UINT64_C(1) << (2 + hb_random_below(random, 10));

    return 1 + hb_random_below(random, bound);
}

static void random_operation(struct pair *pair, struct hb_random *random)
{
    unsigned object = (unsigned)hb_random_below(random, OBJECTS);
    uint32_t block = pair->block[object];
    uint64_t offset = pair->offset[object], size = random_size(random);

    if (block == HB_MODEL_NO_BLOCK) {
        compare_placement(pair, object, hb_model_alloc(pair->model, size), plain_alloc(&pair->plain, size));
    } else if (hb_random_below(random, 4) == 0) {
        compare_placement(pair, object, hb_model_resize(pair->model, block, size),
                          plain_resize(&pair->plain, offset, size));
    } else {
        hb_model_free(pair->model, block);
        plain_free(&pair->plain, offset);
        pair->block[object] = HB_MODEL_NO_BLOCK;
    }
}

static void run_side_by_side(const struct hb_model_options *options, uint64_t seed, unsigned operations)
{
    struct pair pair = {.walks = 0};
    struct hb_random random;

    hb_random_seed(&random, seed);
    assert_int_equal(hb_model_create(options, &pair.model, NULL), HB_OK);
    plain_init(&pair.plain, options);
    memset(pair.block, 0xff, sizeof pair.block);
    for (unsigned i = 0; i < operations; i++) {
        random_operation(&pair, &random);
        compare_walk(&pair);
        if (i % 64 == 0)
            compare_state(&pair);
    }
    compare_state(&pair);
    hb_model_destroy(pair.model);
    free(pair.plain.ranges);
}

static void every_policy(void **state)
{
    static const uint64_t heaps[] = {0, 20, 4096, 40001, 100000, 300000};
    static const uint32_t headers[] = {0, 8, 16, 0, 16};

    (void)state;
    for (unsigned i = 0; i < 3 * 2 * 5 * 6; i++) {
        struct hb_model_options options = {
            .policy = (enum hb_policy)(i % 3),
            .merge = i / 3 % 2 != 0,
            .header_bytes = headers[i / 6 % 5],
            .align = i / 6 % 5 >= 3 ? 16 : 1,
            .heap_bytes = heaps[i / 30],
        };

        run_side_by_side(&options, i + 1, HB_TEST_SCALE(12000, 5000));
    }
}

static void next_fit_in_a_heap_that_grows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * 2 * 3; i++) {
        struct hb_model_options options = {.policy = (enum hb_policy)(i % 3),
                                           .merge = i / 3 % 2 != 0,
                                           .header_bytes = i / 6 * 8,
                                           .align = i / 6 == 2 ? 16 : 1,
                                           .grows = true};

        run_side_by_side(&options, 1000 + i, HB_TEST_SCALE(12000, 5000));
    }
}

static void options_out_of_range(void **state)
{
    static const struct {
        struct hb_model_options options;
        const char *sentence;
    } cases[] = {
        {{.header_bytes = 4097, .align = 1}, "a header of 4097 bytes is out of range: 0 to 4096"},
        {{.header_bytes = 8, .align = 3}, "an alignment of 3 is out of range: a power of two, 1 to 4096"},
        {{.header_bytes = 8, .align = 0}, "an alignment of 0 is out of range: a power of two, 1 to 4096"},
        {{.header_bytes = 8, .align = 1, .heap_bytes = 7},
         "a heap of 7 bytes is out of range: 8, one record, or more"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hb_model *model = NULL;
        struct hb_error error;

        assert_int_equal(hb_model_create(&cases[i].options, &model, &error), HB_ERR_USAGE);
        assert_string_equal(error.text, cases[i].sentence);
        assert_null(model);
    }
}

/* Records and alignments that no allocator here has: longer than payloads, and each longer than the other. */
static void every_shape(void **state)
{
    static const struct {
        uint32_t header_bytes, align;
    } shapes[] = {{1, 1}, {1, 64}, {24, 8}, {40, 32}, {4096, 1}, {4096, 4096}};

    (void)state;
    for (unsigned i = 0; i < 3 * 2 * 6 * 2; i++) {
        struct hb_model_options options = {
            .policy = (enum hb_policy)(i % 3),
            .merge = i / 3 % 2 != 0,
            .header_bytes = shapes[i / 6 % 6].header_bytes,
            .align = shapes[i / 6 % 6].align,
            .heap_bytes = i / 36 == 0 ? 0 : 300001,
        };

        run_side_by_side(&options, 2000 + i, 4000);
    }
}

static void huge_sizes(void **state)
{
    struct hb_model_options options = {.header_bytes = 8, .align = 16};
    struct hb_model *model;
    struct hb_walk walk;

    (void)state;
    assert_int_equal(hb_model_create(&options, &model, NULL), HB_OK);
    assert_true(hb_model_alloc(model, UINT64_MAX) == HB_MODEL_NO_BLOCK);
    assert_true(hb_model_alloc(model, UINT64_MAX - 8) == HB_MODEL_NO_BLOCK);
    assert_true(hb_model_alloc(model, UINT64_MAX - 22) == HB_MODEL_NO_BLOCK);
    hb_model_last_walk(model, &walk);
    assert_int_equal(walk.walks, 0);
    assert_true(hb_model_alloc(model, UINT64_C(1) << 63) == HB_MODEL_NO_BLOCK);
    hb_model_last_walk(model, &walk);
    assert_int_equal(walk.walks, 1);
    assert_int_equal(walk.length, 1);
    hb_model_destroy(model);
}

/* An infinite heap serves requests of 2^62 bytes; what has no number breaks it, and is no failure. */
static void the_end_of_an_infinite_heap(void **state)
{
    static const uint64_t large = UINT64_C(1) << 62;

    (void)state;
    for (int i = 0; i < 3 * 2; i++) {
        struct hb_model_options options = {
            .policy = (enum hb_policy)(i % 3), .merge = i / 3 != 0, .header_bytes = 8, .align = 1};
        struct hb_heap_state heap;
        struct hb_model *model;
        uint32_t first, second;

        assert_int_equal(hb_model_create(&options, &model, NULL), HB_OK);
        first = hb_model_alloc(model, large);
        second = hb_model_alloc(model, 10);
        assert_int_equal(hb_model_offset(model, first), 8);
        assert_true(hb_model_offset(model, second) == large + 16);
        assert_true(hb_model_high_water(model) == large + 26);
        assert_true(hb_model_alloc(model, UINT64_MAX / 2) ==
                    HB_MODEL_NO_BLOCK); /* no record has its length */
        assert_int_equal(hb_model_broken(model), HB_OK);
        hb_model_free(model, first);
        if (options.policy !=
            HB_POLICY_NEXT) { /* endless is longer than what was freed, whatever is left of it */
            assert_int_equal(hb_model_offset(model, hb_model_alloc(model, 10)), 8);
            hb_model_inspect(model, &heap);
            assert_true(heap.largest_free_bytes == large - 10);
        }
        second = hb_model_alloc(model, large - 5000);
        assert_true(second != HB_MODEL_NO_BLOCK);
        if (options.policy == HB_POLICY_NEXT) /* took that from the tail, and finds the freed range now */
            assert_true(hb_model_alloc(model, large) != HB_MODEL_NO_BLOCK);
        assert_true(hb_model_alloc(model, large) == HB_MODEL_NO_BLOCK);
        assert_int_equal(hb_model_broken(model), HB_ERR_LIMIT);
        hb_model_destroy(model);
    }
}

/* The last bytes that have numbers are not handed out: the tail of an infinite heap is never used up. */
static void the_tail_is_never_used_up(void **state)
{
    (void)state;
    for (uint64_t left = 0; left <= 9; left++) {
        struct hb_model_options options = {.header_bytes = 8, .align = 1};
        struct hb_model *model;
        bool served;

        assert_int_equal(hb_model_create(&options, &model, NULL), HB_OK);
        served = hb_model_alloc(model, HB_MODEL_MOST_BYTES - 8 - left) != HB_MODEL_NO_BLOCK;
        assert_int_equal(served, left >= 8);
        assert_int_equal(hb_model_broken(model), served ? HB_OK : HB_ERR_LIMIT);
        hb_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("every policy places, walks and merges as a plain implementation does", every_policy),
        hb_test("so it does with records and alignments of every length", every_shape),
        hb_test("next fit in a heap that grows comes round before it takes from the tail",
                next_fit_in_a_heap_that_grows),
        hb_test("options out of range are refused, with the range", options_out_of_range),
        hb_test("an infinite heap serves what has a number, and says where numbers end",
                the_end_of_an_infinite_heap),
        hb_test("and its tail is never used up", the_tail_is_never_used_up),
        hb_test("sizes that overflow fail without a walk, sizes near 2^63 with one", huge_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
