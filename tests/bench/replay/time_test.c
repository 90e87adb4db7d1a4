/*
 * time_test.c - both timed replays, of the whole and of each call: they place like the counting one, touch
 * what they say, count what fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/pages.h"
#include "bench/replay/latency/replay_latency.h"
#include "bench/replay/replay.h"
#include "tests/bench/replay/random_ops.h"

static const struct hb_allocator *must_open(const char *name)
{
    const struct hb_allocator *allocator = NULL;
    struct hb_error error = {0};

    if (hb_allocator_open(name, &allocator, NULL, &error) != HB_OK)
        fail_msg("%s", error.text);
    return allocator;
}

/* Which of the two timed replays is tested: that of the whole, or that of each call. */
static bool times_calls;

static int each_call_is_timed(void **state)
{
    (void)state;
    times_calls = true;
    return 0;
}

static struct hb_replay *must_replay(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                                     void *heap, enum hb_touch touch)
{
    struct hb_replay *replay = NULL;
    struct hb_call_times times;
    struct hb_error error = {0};

    assert_int_equal(hb_replay_open(prepared, &replay, &error), HB_OK);
    if (!times_calls) {
        hb_replay_time(replay, allocator, heap, touch, 0, prepared->op_count);
        return replay;
    }
    assert_int_equal(hb_call_times_open(&times, prepared, &error), HB_OK);
    hb_replay_latency(replay, allocator, heap, touch, 0, prepared->op_count, &times);
    hb_call_times_close(&times);
    return replay;
}

/* All ranges of a heap, one after the other. */
struct range_list {
    struct hb_range *ranges;
    size_t count;
};

static bool append_range(void *context, const struct hb_range *range)
{
    struct range_list *list = context;

    list->ranges = realloc(list->ranges, (list->count + 1) * sizeof *list->ranges);
    memset(&list->ranges[list->count], 0, sizeof *range); /* padding too: compared with memcmp */
    list->ranges[list->count].offset = range->offset;
    list->ranges[list->count].length = range->length;
    list->ranges[list->count++].allocated = range->allocated;
    return true;
}

static struct range_list ranges_after_counting(const struct hb_prepared *prepared, uint64_t heap_bytes,
                                               struct hb_counts *counts)
{
    const struct hb_allocator *counting = must_open("simple")->counting;
    struct hb_count_options options = {0};
    struct range_list list = {0};
    struct hb_error error = {0};
    void *heap = counting->create(counting, heap_bytes, &error);

    counts->heap_bytes = heap_bytes;
    assert_int_equal(hb_replay_count(prepared, counting, heap, &options, counts, NULL, &error), HB_OK);
    counting->ranges(heap, append_range, &list);
    counting->destroy(heap);
    return list;
}

static void check_placed_alike(const struct hb_workload *workload, uint64_t heap_bytes)
{
    const struct hb_allocator *simple = must_open("simple");
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_error error = {0};
    void *heap = simple->create(simple, heap_bytes, &error);
    struct hb_replay *replay = must_replay(prepared, simple, heap, HB_TOUCH_ALL);
    struct range_list timed = {0}, counted;
    struct hb_counts counts, accounted = {0};

    simple->ranges(heap, append_range, &timed);
    counted = ranges_after_counting(prepared, heap_bytes, &counts);
    assert_int_equal(timed.count, counted.count);
    assert_memory_equal(timed.ranges, counted.ranges, timed.count * sizeof *timed.ranges);
    assert_int_equal(hb_replay_account(replay, prepared->op_count, NULL, 0, &accounted, &error), HB_OK);
    assert_int_equal(accounted.failures, counts.failures);
    assert_int_equal(accounted.first_failure, counts.first_failure);
    assert_int_equal(accounted.allocs, counts.allocs);
    assert_int_equal(accounted.served, counts.served);
    assert_int_equal(accounted.live_bytes, counts.live_bytes);
    assert_int_equal(accounted.peak_live_bytes, counts.peak_live_bytes);
    assert_int_equal(accounted.peak_live_op, counts.peak_live_op);
    assert_int_equal(accounted.failure.size, counts.failure.size);
    free(timed.ranges);
    free(counted.ranges);
    hb_replay_close(replay);
    simple->destroy(heap);
    hb_prepared_free(prepared);
}

static void timed_and_counting_replay_place_alike_with_every_byte_touched(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = 1000, .max_size = 300, .max_live = 40, .percent_zero = 4};
        struct hb_workload *workload = random_ops_create(&recipe);

        check_placed_alike(workload, 0);
        check_placed_alike(workload, 6000);
        check_placed_alike(workload, 1000 + seed * 50);
        random_ops_free(workload);
    }
}

/*
 * A heap for looking at what was touched: block i starts `skew` bytes into its own stretch, all of which is
 * 0xEE.
 */
enum { STRETCH = 1 << 16, STRETCHES = 8, UNTOUCHED = 0xEE };

struct stretches {
    unsigned char *memory;
    size_t skew;
    size_t used;
};

static void *stretch_alloc(void *heap, size_t size)
{
    struct stretches *s = heap;

    (void)size;
    return s->memory + STRETCH * s->used++ + s->skew;
}

static void stretch_dealloc(void *heap, void *block)
{
    (void)heap;
    (void)block;
}

static void *stretch_resize(void *heap, void *block, size_t size)
{
    (void)block;
    return stretch_alloc(heap, size);
}

static void *stretch_aligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return stretch_alloc(heap, size);
}

static struct hb_allocator stretch_allocator(void)
{
    return (struct hb_allocator){.name = "stretches",
                                 .alloc = stretch_alloc,
                                 .dealloc = stretch_dealloc,
                                 .resize = stretch_resize,
                                 .zalloc = stretch_alloc,
                                 .aligned = stretch_aligned};
}

static const struct hb_op touch_ops[] = {
    {.kind = HB_OP_MALLOC, .object = 0, .size = 3},
    {.kind = HB_OP_MALLOC, .object = 1, .size = 8},
    {.kind = HB_OP_CALLOC, .object = 2, .size = 20000},
    {.kind = HB_OP_ALIGNED, .object = 3, .size = 4096},
    {.kind = HB_OP_REALLOC, .object = 0, .size = 9000},
    {.kind = HB_OP_MALLOC, .object = 4, .size = 0},
    {.kind = HB_OP_MALLOC, .object = 5, .size = STRETCH / 2},
};

enum { TOUCH_OPS = sizeof touch_ops / sizeof touch_ops[0] };

/* Must the byte `at` of a block of `size` bytes be touched? */
static bool wants_touch(enum hb_touch touch, uint64_t size, uint64_t at, uintptr_t address)
{
    if (at >= size || touch == HB_TOUCH_NONE)
        return false;
    return touch == HB_TOUCH_ALL || at < 8 || address % hb_page_bytes() == 0;
}

static void check_touched(const struct stretches *s, enum hb_touch touch)
{
    for (size_t block = 0; block < TOUCH_OPS; block++)
        for (size_t i = 0; i < STRETCH; i++) {
            const unsigned char *byte = s->memory + block * STRETCH + i;
            bool touched =
                i >= s->skew && wants_touch(touch, touch_ops[block].size, i - s->skew, (uintptr_t)byte);

            if ((*byte != UNTOUCHED) != touched)
                fail_msg("block %zu, byte %zu, skew %zu, policy %d: %s", block, i, s->skew, (int)touch,
                         touched ? "not touched" : "touched");
        }
}

static void each_policy_touches_exactly_what_it_says(void **state)
{
    static const size_t skews[] = {0, 1, 8, 4089, 4095, 4096, 5000};
    struct hb_workload *workload = workload_of("touch", touch_ops, TOUCH_OPS);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_allocator allocator = stretch_allocator();
    struct stretches s = {.memory = hb_pages_alloc(STRETCH * STRETCHES)};

    (void)state;
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++)
        for (int touch = HB_TOUCH_NONE; touch <= HB_TOUCH_ALL; touch++) {
            memset(s.memory, UNTOUCHED, STRETCH * STRETCHES);
            s.skew = skews[i];
            s.used = 0;
            hb_replay_close(must_replay(prepared, &allocator, &s, (enum hb_touch)touch));
            check_touched(&s, (enum hb_touch)touch);
        }
    hb_pages_free(s.memory, STRETCH * STRETCHES);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

/* Of some blocks the program touched a part, of one nothing, of one all. */
static struct hb_touched part_rows[] = {
    {.op = 2, .bytes = 5000}, {.op = 3, .bytes = 4096}, {.op = 4, .bytes = 0}, {.op = 6, .bytes = 4097}};

/* In as many pages as the bytes are, from the first: its first 8 bytes, and the first byte of each later one.
 */
static bool wants_part(size_t block, uint64_t at, uintptr_t address)
{
    uint64_t page = hb_page_bytes(), size = touch_ops[block].size;
    uint64_t later = page - (address - at) % page; /* where the second page begins */

    for (size_t i = 0; i < sizeof part_rows / sizeof part_rows[0]; i++) {
        uint64_t pages = (part_rows[i].bytes + page - 1) / page;

        if (part_rows[i].op != block || part_rows[i].bytes == size)
            continue;
        return pages > 0 && (at < 8 || (address % page == 0 && at < later + (pages - 1) * page));
    }
    return wants_touch(HB_TOUCH_PAGE, size, at, address);
}

static void check_parts(const struct stretches *s)
{
    for (size_t block = 0; block < TOUCH_OPS; block++)
        for (size_t i = s->skew; i < STRETCH; i++) {
            const unsigned char *byte = s->memory + block * STRETCH + i;

            if ((*byte != UNTOUCHED) != wants_part(block, i - s->skew, (uintptr_t)byte))
                fail_msg("block %zu, byte %zu, skew %zu", block, i, s->skew);
        }
}

static void as_many_pages_are_touched_as_the_program_touched(void **state)
{
    static const size_t skews[] = {0, 1, 4089, 4096, 5000};
    struct hb_workload *workload = workload_of("parts", touch_ops, TOUCH_OPS);
    struct hb_allocator allocator = stretch_allocator();
    struct stretches s = {.memory = hb_pages_alloc(STRETCH * STRETCHES)};
    struct hb_prepared *prepared;

    (void)state;
    workload->touched = part_rows;
    workload->touched_count = sizeof part_rows / sizeof part_rows[0];
    prepared = must_prepare(workload);
    assert_int_equal(prepared->touched_count, 3); /* of what is touched wholly nothing need be known */
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        memset(s.memory, UNTOUCHED, STRETCH * STRETCHES);
        s.skew = skews[i];
        s.used = 0;
        hb_replay_close(must_replay(prepared, &allocator, &s, HB_TOUCH_PAGE));
        check_parts(&s);
        memset(s.memory, UNTOUCHED, STRETCH * STRETCHES);
        s.used = 0;
        hb_replay_close(must_replay(prepared, &allocator, &s, HB_TOUCH_EVERY));
        check_touched(&s, HB_TOUCH_EVERY);
    }
    hb_pages_free(s.memory, STRETCH * STRETCHES);
    hb_prepared_free(prepared);
    workload->touched = NULL;
    workload->touched_count = 0;
    random_ops_free(workload);
}

static void *resize_nothing(void *heap, void *block, size_t size)
{
    (void)heap, (void)block, (void)size;
    return NULL;
}

/* The block is still the old one, which is smaller than what is to be touched. */
static void a_realloc_without_room_touches_nothing(void **state)
{
    static struct hb_touched row = {.op = 4, .bytes = 8999};
    struct hb_workload *workload = workload_of("no room", touch_ops, TOUCH_OPS);
    struct hb_allocator allocator = stretch_allocator();
    struct stretches s = {.memory = hb_pages_alloc(STRETCH * STRETCHES)};
    struct hb_prepared *prepared;

    (void)state;
    workload->touched = &row;
    workload->touched_count = 1;
    prepared = must_prepare(workload);
    allocator.resize = resize_nothing;
    memset(s.memory, UNTOUCHED, STRETCH * STRETCHES);
    hb_replay_close(must_replay(prepared, &allocator, &s, HB_TOUCH_PAGE));
    for (size_t i = touch_ops[0].size; i < STRETCH; i++)
        assert_int_equal(s.memory[i], UNTOUCHED);
    hb_pages_free(s.memory, STRETCH * STRETCHES);
    hb_prepared_free(prepared);
    workload->touched = NULL;
    random_ops_free(workload);
}

static void blocks_that_are_no_memory_are_left_alone_whatever_is_asked(void **state)
{
    struct hb_workload *workload = workload_of("touch", touch_ops, TOUCH_OPS);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_allocator allocator = stretch_allocator();
    struct stretches s = {.memory =
                              mmap(NULL, STRETCH * STRETCHES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};

    (void)state;
    allocator.caps = HB_CAP_UNTOUCHABLE;
    for (int touch = HB_TOUCH_NONE; touch <= HB_TOUCH_ALL; touch++) {
        s.used = 0;
        hb_replay_close(must_replay(prepared, &allocator, &s, (enum hb_touch)touch));
        assert_int_equal(s.used, TOUCH_OPS);
    }
    munmap(s.memory, STRETCH * STRETCHES);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

/* Writes down what it was asked, and fails as told. */
struct recording_heap {
    char calls[256];
    uint64_t failing; /* a bit a call that returns NULL */
    unsigned call;
};

static void *record(struct recording_heap *heap, const char *what, const void *block)
{
    unsigned call = heap->call++;

    snprintf(heap->calls + strlen(heap->calls), sizeof heap->calls - strlen(heap->calls), "%s%s ", what,
             block != NULL ? "" : "0");
    return heap->failing >> call & 1 ? NULL : heap;
}

static void *recording_alloc(void *heap, size_t size)
{
    (void)size;
    return record(heap, "a", heap);
}

static void recording_dealloc(void *heap, void *block)
{
    if (block != NULL) /* dealloc(NULL) does nothing, and the replayer may rely on it */
        record(heap, "f", block);
}

static void *recording_resize(void *heap, void *block, size_t size)
{
    (void)size;
    return record(heap, "r", block);
}

static void absent_objects_are_not_freed_and_their_realloc_is_a_malloc(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 10},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 20},
        {.kind = HB_OP_REALLOC, .object = 0, .size = 30},
        {.kind = HB_OP_REALLOC, .object = 1, .size = 40},
        {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_FREE, .object = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 50},
        {.kind = HB_OP_FREE, .object = 2},
    };
    struct hb_workload *workload = workload_of("absent", ops, 8);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_allocator allocator = {.name = "recording",
                                     .alloc = recording_alloc,
                                     .dealloc = recording_dealloc,
                                     .resize = recording_resize,
                                     .zalloc = recording_alloc,
                                     .aligned = NULL};
    /* The first malloc, the realloc of the second object and the last malloc fail. */
    struct recording_heap heap = {.failing = 1 | 1 << 3 | 1 << 6};
    struct hb_replay *replay = must_replay(prepared, &allocator, &heap, HB_TOUCH_NONE);
    struct hb_counts counts = {0};
    struct hb_error error;

    (void)state;
    assert_string_equal(heap.calls, "a a r0 r f f a ");
    assert_int_equal(replay->failures, 3);
    assert_int_equal(replay->first_failure, 0);
    assert_true(hb_replay_failed(replay, 0) && hb_replay_failed(replay, 3) && hb_replay_failed(replay, 6));
    assert_false(hb_replay_failed(replay, 1) || hb_replay_failed(replay, 2));
    assert_int_equal(hb_replay_account(replay, 8, NULL, 0, &counts, &error), HB_OK);
    assert_int_equal(counts.allocs, 4);
    assert_int_equal(counts.served, 2);
    assert_int_equal(counts.peak_live_bytes, 50);
    assert_int_equal(counts.live_bytes, 0);
    hb_replay_close(replay);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timed_and_counting_replay_place_alike_with_every_byte_touched),
        cmocka_unit_test(each_policy_touches_exactly_what_it_says),
        cmocka_unit_test(as_many_pages_are_touched_as_the_program_touched),
        cmocka_unit_test(a_realloc_without_room_touches_nothing),
        cmocka_unit_test(blocks_that_are_no_memory_are_left_alone_whatever_is_asked),
        cmocka_unit_test(absent_objects_are_not_freed_and_their_realloc_is_a_malloc),
    };

    int failed = cmocka_run_group_tests_name("the whole timed", tests, NULL, NULL);

    return failed + cmocka_run_group_tests_name("each call timed", tests, each_call_is_timed, NULL);
}
