/* range_tree_test - the tree against a plain array: every answer, and every invariant, as it grows and
 * shrinks. */
#include "tests/check.h"

#include <string.h>

#include "allocator/model/range_tree.h"
#include "base/random.h"

enum { MOST = 3000 };

struct mirror {
    struct hb_range_tree *tree;
    uint32_t id[MOST];
    uint64_t length[MOST];
    bool allocated[MOST];
    unsigned count;
};

static void mirror_split(struct mirror *m, unsigned at, uint64_t first)
{
    uint64_t rest = m->length[at] - first;

    assert_true(hb_range_tree_reserve(m->tree));
    memmove(m->id + at + 1, m->id + at, (m->count - at) * sizeof m->id[0]);
    memmove(m->length + at + 1, m->length + at, (m->count - at) * sizeof m->length[0]);
    memmove(m->allocated + at + 1, m->allocated + at, (m->count - at) * sizeof m->allocated[0]);
    m->count++;
    m->length[at] = first;
    m->length[at + 1] = rest;
    m->allocated[at + 1] = false;
    m->id[at + 1] = hb_range_tree_insert_after(m->tree, m->id[at], rest);
    hb_range_tree_set(m->tree, m->id[at], first, m->allocated[at]);
}

static void mirror_join(struct mirror *m, unsigned at)
{
    uint32_t gone = m->id[at + 1];

    m->length[at] += m->length[at + 1];
    m->count--;
    memmove(m->id + at + 1, m->id + at + 2, (m->count - at - 1) * sizeof m->id[0]);
    memmove(m->length + at + 1, m->length + at + 2, (m->count - at - 1) * sizeof m->length[0]);
    memmove(m->allocated + at + 1, m->allocated + at + 2, (m->count - at - 1) * sizeof m->allocated[0]);
    hb_range_tree_remove(m->tree, gone);
    hb_range_tree_set(m->tree, m->id[at], m->length[at], m->allocated[at]);
}

static void check_fit(const struct mirror *m, uint64_t need)
{
    struct hb_range_rank rank, expected = {0, 0};
    uint32_t found = hb_range_tree_first_fit(m->tree, need, &rank);
    unsigned at = 0;

    while (at < m->count && (m->allocated[at] || m->length[at] < need)) {
        expected.ranges++;
        expected.free_ranges += !m->allocated[at];
        at++;
    }
    assert_true(found == (at < m->count ? m->id[at] : HB_RANGE_NONE));
    assert_true(rank.ranges == expected.ranges && rank.free_ranges == expected.free_ranges);
    if (found == HB_RANGE_NONE)
        return;
    hb_range_tree_rank(m->tree, found, &rank);
    assert_true(rank.ranges == expected.ranges && rank.free_ranges == expected.free_ranges);
}

static void check_fit_from(const struct mirror *m, unsigned from, uint64_t need)
{
    unsigned at = from;

    while (at < m->count && (m->allocated[at] || m->length[at] < need))
        at++;
    assert_true(hb_range_tree_first_fit_from(m->tree, m->id[from], need) ==
                (at < m->count ? m->id[at] : HB_RANGE_NONE));
}

static void check_offset(const struct mirror *m, unsigned at)
{
    uint64_t offset = 0;
    struct hb_range range;

    for (unsigned i = 0; i < at; i++)
        offset += m->length[i];
    hb_range_tree_get(m->tree, m->id[at], &range);
    assert_true(range.offset == offset && range.length == m->length[at] &&
                range.allocated == m->allocated[at]);
    assert_true(hb_range_tree_length(m->tree, m->id[at]) == m->length[at]);
}

static void check_neighbours(const struct mirror *m, unsigned at)
{
    assert_true(hb_range_tree_first(m->tree) == m->id[0]);
    assert_true(hb_range_tree_last(m->tree) == m->id[m->count - 1]);
    assert_true(hb_range_tree_next(m->tree, m->id[at]) ==
                (at + 1 < m->count ? m->id[at + 1] : HB_RANGE_NONE));
    assert_true(hb_range_tree_previous(m->tree, m->id[at]) == (at > 0 ? m->id[at - 1] : HB_RANGE_NONE));
}

/* One random change: `growth` in 8 are splits, the rest joins. */
static void change(struct mirror *m, struct hb_random *random, unsigned growth)
{
    unsigned at = (unsigned)hb_random_below(random, m->count);

    if (hb_random_below(random, 4) == 0)
        at = m->count - 1; /* heaps grow at their tail */
    if (hb_random_below(random, 8) < growth) {
        if (m->count < MOST && m->length[at] > 1)
            mirror_split(m, at, 1 + hb_random_below(random, m->length[at] <= 64 ? m->length[at] - 1 : 64));
    } else if (at + 1 < m->count) {
        mirror_join(m, at);
    }
    at = (unsigned)hb_random_below(random, m->count);
    m->allocated[at] = !m->allocated[at];
    hb_range_tree_set(m->tree, m->id[at], m->length[at], m->allocated[at]);
    check_offset(m, at);
    check_fit(m, 1 + hb_random_below(random, 200));
    check_fit_from(m, at, 1 + hb_random_below(random, 200));
    check_neighbours(m, at);
}

static void random_changes(void **state)
{
    static struct mirror m;
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 7);
    m.tree = hb_range_tree_create(UINT64_C(1) << 40);
    assert_non_null(m.tree);
    m.count = 1;
    m.length[0] = UINT64_C(1) << 40;
    for (unsigned step = 0; step < 60000; step++) {
        change(&m, &random, step / 10000 % 2 == 0 ? 7 : 1);
        if (step % 100 == 0)
            assert_true(hb_range_tree_valid(m.tree));
    }
    while (m.count > 1)
        mirror_join(&m, (unsigned)hb_random_below(&random, m.count - 1));
    assert_true(hb_range_tree_valid(m.tree));
    hb_range_tree_destroy(m.tree);
}

static void deep(void **state)
{
    struct hb_range_tree *tree = hb_range_tree_create(UINT64_C(1) << 40);
    uint32_t id = 0;

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        assert_true(hb_range_tree_reserve(tree));
        hb_range_tree_set(tree, id, 8, true);
        id = hb_range_tree_insert_after(tree, id, (UINT64_C(1) << 40) - (i + 1) * UINT64_C(8));
    }
    assert_true(hb_range_tree_valid(tree));
    assert_true(hb_range_tree_ranges(tree) == 100001);
    assert_true(hb_range_tree_free_ranges(tree) == 1);
    hb_range_tree_destroy(tree);
    hb_range_tree_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("every answer equals a plain array's, growing and shrinking", random_changes),
        hb_test("a heap that grows at its tail keeps a sound tree", deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
