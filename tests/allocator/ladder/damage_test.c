/*
 * damage_test.c - the validation that the other tests lean on sees damage: records, tags, footers, links.
 *
 * And what every rung refuses: heaps too short and too long.
 */
#include <string.h>

#include "allocator/ladder/ladder.h"
#include "subjects.h"
#include "tests/check.h"

static const struct hb_allocator *table;
static void *heap;
static unsigned char *blocks[3]; /* of 100 bytes; the second is free */

static void open_heap(const struct subject *subject)
{
    struct hb_error error;

    assert_int_equal(hb_allocator_open(subject->name, &table, NULL, &error), HB_OK);
    heap = table->create(table, 4096, &error);
    assert_non_null(heap);
    for (int i = 0; i < 3; i++)
        blocks[i] = table->alloc(heap, 100);
    table->dealloc(heap, blocks[1]);
    assert_null(hb_ladder_validate(table, heap).text);
}

/* Where the damage is seen, or -1. */
static int64_t seen_at(void)
{
    struct hb_ladder_fault fault = hb_ladder_validate(table, heap);

    return fault.text != NULL ? (int64_t)fault.offset : -1;
}

static int64_t record_of(const unsigned char *block)
{
    return (int64_t)table->offset(heap, block) - 8;
}

/* Changes one byte, sees that that is seen at `offset` (-1: not a fault; -2: anywhere), and
 * changes it back. */
static void damage(const struct subject *subject, unsigned char *byte, int64_t offset)
{
    int64_t seen;

    *byte ^= 0x08;
    seen = seen_at();
    *byte ^= 0x08;
    if (offset == -2 ? seen < 0 : seen != offset)
        fail_msg("%s: damage at %lld is seen at %lld, not at %lld", subject->name,
                 (long long)table->offset(heap, byte), (long long)seen, (long long)offset);
    assert_null(hb_ladder_validate(table, heap).text);
}

static void damage_records(const struct subject *subject)
{
    bool merges = subject->definition.merge, linked = subject->definition.policy >= PLAIN_FREE_LIST;

    damage(subject, blocks[1] - 8, -2);                                  /* a length */
    damage(subject, blocks[2] - 1, -2);                                  /* a tag: 0x08 is its lowest bit */
    damage(subject, blocks[2] - 16, merges ? record_of(blocks[2]) : -1); /* the footer */
    damage(subject, blocks[1], linked ? -2 : -1);                        /* a link forward */
    damage(subject, blocks[1] + 4, linked ? -2 : -1);                    /* a link back */
    damage(subject, blocks[0], -1);                                      /* a payload is nobody's business */
}

static void damage_is_seen(void **unused)
{
    (void)unused;
    for (unsigned i = 1; i < subject_count; i++) {
        if (subjects[i].definition.header == 0)
            continue;
        open_heap(&subjects[i]);
        damage_records(&subjects[i]);
        table->destroy(heap);
    }
}

/* The blocks have 128 bytes; the links of the free one are pointers in its first 16. */
static void damage_to_buddies_is_seen(void **unused)
{
    unsigned char kept[16];

    (void)unused;
    open_heap(&subjects[subject_count - 1]);
    assert_string_equal(table->name, "buddy");
    memcpy(kept, blocks[1], sizeof kept);
    memset(blocks[1] + 8, 1, 8);
    assert_true(seen_at() >= 0);
    memcpy(blocks[1], kept, sizeof kept);
    assert_true(seen_at() < 0);
    table->destroy(heap);
}

static void refused(const struct subject *subject, size_t bytes, const char *words)
{
    struct hb_error error;

    assert_int_equal(hb_allocator_open(subject->name, &table, NULL, &error), HB_OK);
    assert_null(table->create(table, bytes, &error));
    assert_int_equal(error.status, HB_ERR_USAGE);
    if (strstr(error.text, words) == NULL)
        fail_msg("%s: '%s' does not say '%s'", subject->name, error.text, words);
}

static void lengths_are_refused(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        bool linked = subjects[i].definition.policy >= PLAIN_FREE_LIST || subjects[i].definition.header == 0;

        refused(&subjects[i], 7,
                linked ? "a heap of 7 bytes is out of range: 16, one range, or more"
                       : "a heap of 7 bytes is out of range: 8, one record, or more");
        if (linked && subjects[i].definition.header != 0)
            refused(&subjects[i], (size_t)64 << 30, ": 16 to 68719476720");
        if (i > 0)
            refused(&subjects[i], SIZE_MAX, "bytes is out of range for ");
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("a damaged length, tag, footer or link is seen, and a changed payload is none",
                damage_is_seen),
        hb_test("a damaged link between buddies is seen", damage_to_buddies_is_seen),
        hb_test("heaps too short and too long are refused, with the bound", lengths_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
