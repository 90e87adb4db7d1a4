/*
 * same_counts.c - every figure of two counting replays compared.
 */
#include "tests/bench/replay/same_counts.h"

#include <math.h>

#include "tests/check.h"

void assert_same_states(const struct hb_heap_state *got, const struct hb_heap_state *want)
{
    assert_int_equal(got->ranges, want->ranges);
    assert_int_equal(got->free_ranges, want->free_ranges);
    assert_int_equal(got->free_bytes, want->free_bytes);
    assert_int_equal(got->largest_free_bytes, want->largest_free_bytes);
    assert_int_equal(got->largest_run_bytes, want->largest_run_bytes);
    assert_int_equal(got->allocated_range_bytes, want->allocated_range_bytes);
    assert_int_equal(got->high_water_bytes, want->high_water_bytes);
    assert_int_equal(got->header_bytes, want->header_bytes);
}

static void compare_failures(const struct hb_counts *got, const struct hb_counts *want)
{
    assert_int_equal(got->failures, want->failures);
    assert_int_equal(got->first_failure, want->first_failure);
    if (want->first_failure == HB_NO_FAILURE)
        return;
    assert_int_equal(got->failure.op, want->failure.op);
    assert_int_equal(got->failure.size, want->failure.size);
    assert_int_equal(got->failure.live_bytes, want->failure.live_bytes);
    assert_int_equal(got->failure.free_bytes, want->failure.free_bytes);
    assert_int_equal(got->failure.largest_free_bytes, want->failure.largest_free_bytes);
    assert_int_equal(got->failure.largest_run_bytes, want->failure.largest_run_bytes);
    assert_int_equal(got->failure.reason, want->failure.reason);
}

void assert_same_counts(const struct hb_counts *got, const struct hb_counts *want)
{
    assert_int_equal(got->ops, want->ops);
    assert_int_equal(got->allocs, want->allocs);
    assert_int_equal(got->served, want->served);
    compare_failures(got, want);
    assert_int_equal(got->live_bytes, want->live_bytes);
    assert_int_equal(got->peak_live_bytes, want->peak_live_bytes);
    assert_int_equal(got->peak_live_op, want->peak_live_op);
    assert_int_equal(got->walks, want->walks);
    assert_int_equal(got->walk_total, want->walk_total);
    assert_int_equal(got->walk_max, want->walk_max);
    assert_int_equal(got->walk_p50, want->walk_p50);
    assert_int_equal(got->walk_p90, want->walk_p90);
    assert_int_equal(got->walk_p99, want->walk_p99);
    assert_int_equal(got->walk_allocated, want->walk_allocated);
    assert_same_states(&got->state, &want->state);
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(got->fragmentation[i] - want->fragmentation[i]) < 1e-9);
        assert_true(fabs(got->fragmentation_payload[i] - want->fragmentation_payload[i]) < 1e-9);
    }
}
