/*
 * adversary_support.c - plans in a line, and the figures of theory in units.
 */
#include "tests/bench/adversary/adversary_support.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

struct hb_adversary_plan adversary_plan(const char *name, const char *allocator, uint64_t live,
                                        uint64_t ratio, const char *settings)
{
    struct hb_adversary_plan plan = {.live = live, .ratio = ratio, .header = HB_ADVERSARY_ASK};
    struct hb_error error;

    snprintf(plan.name, sizeof plan.name, "%s", name);
    snprintf(plan.allocator, sizeof plan.allocator, "%s", allocator);
    snprintf(plan.settings, sizeof plan.settings, "%s", settings != NULL ? settings : "");
    if (hb_adversary_check(&plan, &error) != HB_OK)
        fail_msg("%s", error.text);
    return plan;
}

const struct hb_adversary_result *adversary_result(const char *name, const char *allocator, uint64_t live,
                                                   uint64_t ratio, const char *settings)
{
    static struct hb_adversary_result result;
    struct hb_adversary_plan plan = adversary_plan(name, allocator, live, ratio, settings);
    struct hb_error error;

    if (hb_adversary_drive(&plan, NULL, &result, &error) != HB_OK)
        fail_msg("%s against %s: %s", name, allocator, error.text);
    if (result.outcome != HB_ADVERSARY_OK)
        fail_msg("%s against %s: %s", name, allocator, result.error.text);
    assert_true(result.inspected);
    return &result;
}

const struct hb_adversary_phase *adversary_phase(const struct hb_adversary_result *result, uint64_t size)
{
    for (uint32_t i = 0; i < result->phase_count; i++)
        if (result->phases[i].size == size)
            return &result->phases[i];
    fail_msg("no phase of size %llu", (unsigned long long)size);
    return NULL;
}

double adversary_extent(const struct hb_adversary_result *result, uint64_t size)
{
    return (double)adversary_phase(result, size)->measured_bytes / (double)result->most_live_bytes;
}

uint64_t adversary_extent_units(const struct hb_adversary_result *result, uint64_t size)
{
    uint64_t bytes = adversary_phase(result, size)->measured_bytes;

    assert_int_equal(bytes % result->unit, 0);
    return bytes / result->unit;
}

void adversary_near(double value, double expected, double tolerance, const char *what)
{
    if (value < expected - tolerance || value > expected + tolerance)
        fail_msg("%s: %f is not within %f of %f", what, value, tolerance, expected);
}

static uint64_t range_count(const struct hb_allocator *allocator, const void *heap)
{
    struct hb_heap_state state;

    allocator->inspect(heap, &state);
    return state.ranges;
}

bool adversary_merges(const char *name)
{
    const struct hb_allocator *allocator;
    uint64_t before, after;
    void *heap, *first, *second;

    assert_int_equal(hb_allocator_open(name, &allocator, NULL, NULL), HB_OK);
    heap = allocator->create(allocator, 1 << 16, NULL);
    assert_non_null(heap);
    first = allocator->alloc(heap, 120);
    second = allocator->alloc(heap, 120);
    assert_non_null(allocator->alloc(heap, 120));
    before = range_count(allocator, heap);
    allocator->dealloc(heap, first);
    allocator->dealloc(heap, second);
    after = range_count(allocator, heap);
    allocator->destroy(heap);
    return after < before;
}
