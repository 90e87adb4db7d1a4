/*
 * misuse_test.c - a checked build of every rung names the offset of every misuse; here the checks are on in
 * every preset (CMakeLists.txt compiles the rungs once more, with them).
 */
#include <stdio.h>
#include <string.h>

#include "allocator/simple/simple.h"
#include "subjects.h"
#include "tests/check.h"

static jmp_buf caught;
static enum hb_simple_misuse kind;
static int64_t offset;
static char text[256];

static void catch_misuse(const struct hb_simple_report *report)
{
    kind = report->kind;
    offset = report->offset;
    snprintf(text, sizeof text, "%s", report->text);
    longjmp(caught, 1);
}

/* A heap with three blocks of 40 bytes. */
struct scene {
    const struct subject *subject;
    const struct hb_allocator *table;
    void *heap;
    unsigned char *blocks[3];
};

static struct scene scene;

static void open_scene(const struct subject *subject)
{
    struct hb_error error;

    scene.subject = subject;
    assert_int_equal(hb_allocator_open(subject->name, &scene.table, NULL, &error), HB_OK);
    scene.heap = scene.table->create(scene.table, 4096, &error);
    assert_non_null(scene.heap);
    for (int i = 0; i < 3; i++) {
        scene.blocks[i] = scene.table->alloc(scene.heap, 40);
        assert_non_null(scene.blocks[i]);
    }
}

static void close_scene(void)
{
    scene.table->destroy(scene.heap);
}

static int64_t offset_of(const void *block)
{
    return (int64_t)scene.table->offset(scene.heap, block);
}

static void expect(enum hb_simple_misuse expected, int64_t at)
{
    char words[64];

    snprintf(words, sizeof words, "offset %lld", (long long)at);
    if (kind != expected || offset != at || strstr(text, words) == NULL)
        fail_msg("%s: misuse %d at %lld reported as %d at %lld: %s", scene.subject->name, (int)expected,
                 (long long)at, (int)kind, (long long)offset, text);
}

static void expect_from_free(void *block, enum hb_simple_misuse expected, int64_t at)
{
    if (setjmp(caught) == 0) {
        scene.table->dealloc(scene.heap, block);
        fail_msg("%s: no misuse seen, %d expected", scene.subject->name, (int)expected);
    }
    expect(expected, at);
}

/* Calls `act` on a fresh scene of every allocator but simple, which has a test of its own. */
static void for_each(void (*act)(void))
{
    for (unsigned i = 1; i < subject_count; i++) {
        open_scene(&subjects[i]);
        act();
        close_scene();
    }
}

static void free_twice(void)
{
    scene.table->dealloc(scene.heap, scene.blocks[1]);
    expect_from_free(scene.blocks[1], HB_SIMPLE_DOUBLE_FREE, offset_of(scene.blocks[1]));
}

static void free_twice_test(void **unused)
{
    (void)unused;
    for_each(free_twice);
}

static void free_what_was_merged(void)
{
    bool merges = scene.subject->definition.merge;

    scene.table->dealloc(scene.heap, scene.blocks[0]);
    scene.table->dealloc(scene.heap, scene.blocks[1]);
    expect_from_free(scene.blocks[1], merges ? HB_SIMPLE_NO_START : HB_SIMPLE_DOUBLE_FREE,
                     offset_of(scene.blocks[1]));
    if (strstr(text, "freed before") == NULL)
        fail_msg("%s: the sentence does not say that it may be a double free: %s", scene.subject->name, text);
}

static void free_what_was_merged_test(void **unused)
{
    (void)unused;
    for_each(free_what_was_merged);
}

static void free_a_middle(void)
{
    expect_from_free(scene.blocks[1] + 3, HB_SIMPLE_NO_START, offset_of(scene.blocks[1]) + 3);
    expect_from_free(scene.blocks[1] + 16, HB_SIMPLE_NO_START, offset_of(scene.blocks[1]) + 16);
}

static void free_a_middle_test(void **unused)
{
    (void)unused;
    for_each(free_a_middle);
}

static void free_a_foreign_pointer(void)
{
    unsigned char *start = scene.blocks[0] - offset_of(scene.blocks[0]);

    expect_from_free(start - 64, HB_SIMPLE_FOREIGN, -64);
    expect_from_free(start + 5000, HB_SIMPLE_FOREIGN, 5000);
}

static void free_a_foreign_pointer_test(void **unused)
{
    (void)unused;
    for_each(free_a_foreign_pointer);
}

/* One write too many into the first block, over the record of the second. */
static void smash_a_record(void)
{
    int64_t smashed = offset_of(scene.blocks[1]) - 8;

    if (scene.subject->definition.header == 0)
        return;
    memset(scene.blocks[1] - 8, 'x', 8);
    expect_from_free(scene.blocks[2], HB_SIMPLE_SMASHED, smashed);
    expect_from_free(scene.blocks[1], HB_SIMPLE_SMASHED, smashed);
}

static void smash_a_record_test(void **unused)
{
    (void)unused;
    for_each(smash_a_record);
}

static void resize_what_is_free(void)
{
    scene.table->dealloc(scene.heap, scene.blocks[1]);
    if (setjmp(caught) == 0) {
        scene.table->resize(scene.heap, scene.blocks[1], 1000);
        fail_msg("%s: resizing a free block was not seen", scene.subject->name);
    }
    expect(HB_SIMPLE_DOUBLE_FREE, offset_of(scene.blocks[1]));
}

static void resize_what_is_free_test(void **unused)
{
    (void)unused;
    for_each(resize_what_is_free);
}

/* Cells of 16 bytes in a slab: 255 of them, and 8 bytes that are nobody's. */
static void misuse_of_cells(void **unused)
{
    unsigned char *first, *second, *slab;

    (void)unused;
    for (unsigned i = 0; i < subject_count; i++) {
        if (!subjects[i].definition.pool)
            continue;
        scene.subject = &subjects[i];
        assert_int_equal(hb_allocator_open(subjects[i].name, &scene.table, NULL, NULL), HB_OK);
        scene.heap = scene.table->create(scene.table, 1 << 16, NULL);
        slab = first = scene.table->alloc(scene.heap, 10);
        second = scene.table->alloc(scene.heap, 16);
        expect_from_free(first + 8, HB_SIMPLE_NO_START, offset_of(first) + 8);
        expect_from_free(slab + 4080, HB_SIMPLE_NO_START, offset_of(slab) + 4080);
        expect_from_free(second + 16, HB_SIMPLE_DOUBLE_FREE, offset_of(second) + 16); /* never handed out */
        scene.table->dealloc(scene.heap, first);
        expect_from_free(first, HB_SIMPLE_DOUBLE_FREE, offset_of(first));
        expect_from_free(slab - 4096 * 64, HB_SIMPLE_FOREIGN, offset_of(slab) - 4096 * 64);
        scene.table->dealloc(scene.heap, second);
        expect_from_free(second, HB_SIMPLE_NO_START, offset_of(second)); /* the slab is gone */
        close_scene();
    }
}

static int install(void **unused)
{
    (void)unused;
    hb_simple_on_misuse(catch_misuse);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("a block freed twice is a double free", free_twice_test),
        hb_test("a block freed twice and merged may be one", free_what_was_merged_test),
        hb_test("a pointer into a block is not its start", free_a_middle_test),
        hb_test("a pointer outside the heap is foreign", free_a_foreign_pointer_test),
        hb_test("a record that was overwritten is found before it is believed", smash_a_record_test),
        hb_test("a cell freed twice, a pointer into one and behind the last are found", misuse_of_cells),
        hb_test("a free block is not resized", resize_what_is_free_test),
    };

    return cmocka_run_group_tests(tests, install, NULL);
}
