/*
 * two_size.c - a cycle of two sizes, which tells address order from a stack of free blocks.
 *
 * Each cycle allocates M/2s blocks of 2s units, frees them, allocates M/2s blocks of s units and frees those.
 * Without merging, a last-in-first-out free list splits fresh large blocks in every cycle and grows by M/2
 * each time, without end; address order splits the same half of the heap again and again and stays at 1.50 M.
 *
 * A phase is one cycle; it ends when its blocks are free, and its size is the cycles done.
 */
#include <inttypes.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"

static enum hb_status two_size_check(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->size > settings->live / 2)
        return hb_error_set(error, HB_ERR_USAGE,
                            "size=%" PRIu64 ": it must be 1 to %" PRIu64 ", half of what is live",
                            settings->size, settings->live / 2);
    return HB_OK;
}

static uint64_t blocks_of(const struct hb_generate_settings *settings)
{
    return settings->live / (2 * settings->size);
}

static uint64_t two_size_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(2 * blocks_of(settings), settings->cycles, &births))
        return UINT64_MAX;
    return births;
}

static void fill_and_free(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                          uint64_t units)
{
    uint64_t count = blocks_of(settings);
    uint32_t first = hb_emit_allocs(emitter, count, hb_request_bytes(settings, units));

    hb_emit_frees(emitter, first, count);
}

static enum hb_status two_size_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                   struct hb_error *error)
{
    (void)error;
    for (uint64_t cycle = 0; cycle < settings->cycles && hb_emit_ok(emitter); cycle++) {
        fill_and_free(settings, emitter, 2 * settings->size);
        fill_and_free(settings, emitter, settings->size);
        hb_emit_phase(emitter, cycle, cycle + 1);
    }
    return HB_OK;
}

static const struct hb_generate_key two_size_keys[] = {
    HB_KEY(live, "units that are live at most (M)", 65536, 2, HB_MAX_LIVE_UNITS),
    HB_KEY(size, "of the smaller blocks, in units (s)", 1, 1, HB_MAX_LIVE_UNITS / 2),
    HB_KEY(cycles, "how often", 16, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEY_UNIT,
    HB_KEY_HEADER,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_two_size = {
    .name = "two-size",
    .summary = "cycles of large blocks, then as many of half the size",
    .keys = two_size_keys,
    .check = two_size_check,
    .births = two_size_births,
    .run = two_size_run,
};
