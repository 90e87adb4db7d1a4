/* range_tree_test.c - the tree against a plain array: every answer, and every invariant, as it grows and
 * shrinks. */
#include "tests/check.h"

#include <string.h>

#include "allocator/model/range_place.h"
#include "base/random.h"
#include "tests/allocator/model/range_tree_valid.h"

enum { MOST = 3000 };

struct mirror {
    struct hb_range_tree *tree;
    uint32_t id[MOST];
    uint64_t length[MOST];
    bool allocated[MOST];
    unsigned count;
    uint64_t shortest; /* of what is split off a long range */
};

static struct hb_range_place place_of(const struct mirror *m, unsigned at)
{
    return hb_range_tree_find(m->tree, m->id[at]);
}

/* The first `part` bytes of a free range become an allocated one. */
static void mirror_split(struct mirror *m, unsigned at, uint64_t part)
{
    assert_true(hb_range_tree_reserve(m->tree));
    memmove(m->id + at + 1, m->id + at, (m->count - at) * sizeof m->id[0]);
    memmove(m->length + at + 1, m->length + at, (m->count - at) * sizeof m->length[0]);
    memmove(m->allocated + at + 1, m->allocated + at, (m->count - at) * sizeof m->allocated[0]);
    m->count++;
    m->length[at + 1] -= part;
    m->length[at] = part;
    m->allocated[at] = true;
    m->id[at + 1] = hb_range_tree_take_part(m->tree, place_of(m, at), part);
}

/* A range takes in the one behind it and becomes free. */
static void mirror_join(struct mirror *m, unsigned at)
{
    hb_range_tree_remove(m->tree, m->id[at + 1]);
    m->length[at] += m->length[at + 1];
    m->allocated[at] = false;
    m->count--;
    memmove(m->id + at + 1, m->id + at + 2, (m->count - at - 1) * sizeof m->id[0]);
    memmove(m->length + at + 1, m->length + at + 2, (m->count - at - 1) * sizeof m->length[0]);
    memmove(m->allocated + at + 1, m->allocated + at + 2, (m->count - at - 1) * sizeof m->allocated[0]);
    hb_range_tree_release(m->tree, place_of(m, at), m->length[at]);
}

static void mirror_toggle(struct mirror *m, unsigned at)
{
    if (m->allocated[at])
        hb_range_tree_release(m->tree, place_of(m, at), m->length[at]);
    else
        hb_range_tree_take(m->tree, place_of(m, at));
    m->allocated[at] = !m->allocated[at];
}

/* `place` is that of range `at`, or nowhere where `at` is past the end. */
static void check_place(const struct mirror *m, struct hb_range_place place, unsigned at)
{
    assert_int_equal(place.leaf == HB_RANGE_NONE, at >= m->count);
    if (at < m->count)
        assert_true(hb_range_tree_id(m->tree, place) == m->id[at]);
}

static unsigned plain_fit(const struct mirror *m, unsigned from, uint64_t need)
{
    while (from < m->count && (m->allocated[from] || m->length[from] < need))
        from++;
    return from;
}

static void check_fit(const struct mirror *m, uint64_t need)
{
    struct hb_range_rank rank, again;
    struct hb_range_place found = hb_range_tree_first_fit(m->tree, need, &rank);
    unsigned at = plain_fit(m, 0, need), free_before = 0;

    check_place(m, found, at);
    for (unsigned i = 0; i < at; i++)
        free_before += !m->allocated[i];
    assert_true(rank.ranges == at && rank.free_ranges == free_before);
    if (at == m->count)
        return;
    hb_range_tree_rank(m->tree, found, &again);
    assert_true(again.ranges == at && again.free_ranges == free_before);
}

static void check_range(const struct mirror *m, unsigned at)
{
    uint64_t offset = 0;
    struct hb_range range;

    for (unsigned i = 0; i < at; i++)
        offset += m->length[i];
    hb_range_tree_get(m->tree, place_of(m, at), &range);
    assert_true(range.offset == offset && range.length == m->length[at] &&
                range.allocated == m->allocated[at]);
}

static void check_neighbours(const struct mirror *m, unsigned at)
{
    check_place(m, hb_range_tree_first(m->tree), 0);
    check_place(m, hb_range_tree_last(m->tree), m->count - 1);
    check_place(m, hb_range_tree_next(m->tree, place_of(m, at)), at + 1);
    check_place(m, hb_range_tree_previous(m->tree, place_of(m, at)), at > 0 ? at - 1 : m->count);
}

static uint64_t draw_part(const struct mirror *m, struct hb_random *random, uint64_t whole)
{
    if (whole < m->shortest + 64)
        return 1 + hb_random_below(random, whole - 1);
    return m->shortest + hb_random_below(random, 64);
}

/* One random change: `growth` in 8 are splits, the rest joins. */
static void change(struct mirror *m, struct hb_random *random, unsigned growth)
{
    unsigned at = (unsigned)hb_random_below(random, m->count);
    uint64_t need = m->shortest + hb_random_below(random, 200);

    if (hb_random_below(random, 4) == 0)
        at = m->count - 1; /* heaps grow at their tail */
    if (hb_random_below(random, 8) < growth) {
        if (m->count < MOST && m->length[at] > 1 && !m->allocated[at])
            mirror_split(m, at, draw_part(m, random, m->length[at]));
    } else if (at + 1 < m->count) {
        mirror_join(m, at);
    }
    at = (unsigned)hb_random_below(random, m->count);
    mirror_toggle(m, at);
    check_range(m, at);
    check_fit(m, need);
    check_place(m, hb_range_tree_first_fit_from(m->tree, place_of(m, at), need), plain_fit(m, at, need));
    check_neighbours(m, at);
}

static void change_at_random(uint64_t shortest)
{
    static struct mirror m;
    struct hb_random random;

    hb_random_seed(&random, 7);
    m.shortest = shortest;
    m.tree = hb_range_tree_create(UINT64_C(1) << 40, true);
    assert_non_null(m.tree);
    m.count = 1;
    m.length[0] = UINT64_C(1) << 40;
    for (unsigned step = 0; step < 60000; step++) {
        change(&m, &random, step / 10000 % 2 == 0 ? 7 : 1);
        if (step % 100 == 0)
            assert_true(range_tree_valid(m.tree));
    }
    while (m.count > 1)
        mirror_join(&m, (unsigned)hb_random_below(&random, m.count - 1));
    assert_true(range_tree_valid(m.tree));
    hb_range_tree_destroy(m.tree);
}

static void random_changes(void **state)
{
    (void)state;
    change_at_random(1);
}

static void random_changes_of_long_ranges(void **state)
{
    (void)state;
    assert_int_equal(hb_key(5000), hb_key(5007));
    change_at_random(5000);
}

static void keys_grow_with_lengths(void **state)
{
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 11);
    assert_int_equal(hb_key(0), 0);
    assert_int_equal(hb_key(-8), 0);
    for (int64_t length = 1; length < HB_EXACT_KEYS; length++)
        assert_int_equal(hb_key(length), length);
    for (int bits = 1; bits < 63; bits++) {
        int64_t length = INT64_C(1) << bits;
        int64_t longer = length + (int64_t)hb_random_below(&random, (uint64_t)length);

        assert_true(hb_key(length - 1) < hb_key(length) && hb_key(length) <= hb_key(longer));
    }
    assert_true(hb_key(INT64_MAX) > hb_key(INT64_C(1) << 62));
}

static void deep(void **state)
{
    struct hb_range_tree *tree = hb_range_tree_create(UINT64_C(1) << 40, true);
    uint32_t id = 0;

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        assert_true(hb_range_tree_reserve(tree));
        id = hb_range_tree_take_part(tree, hb_range_tree_find(tree, id), 8);
    }
    assert_true(range_tree_valid(tree));
    assert_true(hb_range_tree_ranges(tree) == 100001);
    assert_true(hb_range_tree_free_ranges(tree) == 1);
    hb_range_tree_destroy(tree);
    hb_range_tree_destroy(NULL);
}

static uint32_t take_part_of(struct hb_range_tree *tree, uint32_t id, uint64_t length)
{
    assert_true(hb_range_tree_reserve(tree));
    return hb_range_tree_take_part(tree, hb_range_tree_find(tree, id), length);
}

static void found_where_it_was(void **state)
{
    struct hb_range_tree *tree = hb_range_tree_create(100, true);
    uint32_t second = take_part_of(tree, 0, 10);
    struct hb_range_place place;

    (void)state;
    take_part_of(tree, second, 10);
    hb_range_tree_release(tree, hb_range_tree_find(tree, 0), 10);
    take_part_of(tree, 0, 4); /* what is left of it moves the second range by one */
    assert_int_equal(*hb_place_of(tree, second) % HB_FANOUT, 1);
    place = hb_range_tree_find(tree, second);
    assert_int_equal(place.slot, 2);
    assert_true(*hb_place_of(tree, second) == hb_place_word(place.leaf, place.slot));
    hb_range_tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("every answer equals a plain array's, growing and shrinking", random_changes),
        hb_test("so they do where long ranges share their keys", random_changes_of_long_ranges),
        hb_test("keys are lengths, or grow with them", keys_grow_with_lengths),
        hb_test("a heap that grows at its tail keeps a sound tree", deep),
        hb_test("a range that moved within its leaf is kept where it was found", found_where_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
