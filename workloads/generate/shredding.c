/*
 * shredding.c - the worst case of address-ordered first fit that never merges.
 *
 * Level 1 fills M with blocks of one unit and frees them. At level s > 1 every step takes a block of n units
 * from the end of the heap, frees it, and shreds it: blocks of n - (s-1), n - 2(s-1), ... units are allocated
 * in what is left of it, and freed, each splitting off s - 1 units, down to a block of s, which is kept. So
 * every step leaves n units in which nothing larger than s can ever be placed again, at the price of s live
 * ones. When no step fits in M, all is freed and the next level begins. The extent reaches M + n + n M (H_n -
 * 1) to within 1 %; an allocator that merges needs M.
 *
 * It depends on no address: under first fit each hole is the first that fits, and any other policy is simply
 * given the same requests. A phase is one level; it ends while what it kept is
 * live.
 */
#include <inttypes.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"

static enum hb_status shredding_check(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->ratio > settings->live)
        return hb_error_set(error, HB_ERR_USAGE,
                            "ratio=%" PRIu64 ": it must be 2 to %" PRIu64 ", which is live", settings->ratio,
                            settings->live);
    return HB_OK;
}

/* Steps of level s: the k-th is taken while k s + n <= M. */
static uint64_t steps_of(const struct hb_generate_settings *settings, uint64_t s)
{
    return (settings->live - settings->ratio) / s + 1;
}

/* Blocks that a step allocates: the large one, the shrinking ones above s, and the one that is kept. */
static uint64_t blocks_of_step(const struct hb_generate_settings *settings, uint64_t s)
{
    return 2 + (s < settings->ratio ? (settings->ratio - s - 1) / (s - 1) : 0);
}

static uint64_t shredding_births(const struct hb_generate_settings *settings)
{
    uint64_t births = settings->live;

    for (uint64_t s = 2; s <= settings->ratio; s++) {
        births +=
            steps_of(settings, s) * blocks_of_step(settings, s); /* below 2^48 each, 2^68 never reached */
    }
    return births;
}

static void pass(const struct hb_generate_settings *settings, struct hb_emitter *emitter, uint64_t units)
{
    hb_emit_free(emitter, hb_emit_alloc(emitter, hb_request_bytes(settings, units)));
}

/* One step; the block that it keeps is the last that was born. */
static void shred(const struct hb_generate_settings *settings, struct hb_emitter *emitter, uint64_t s)
{
    pass(settings, emitter, settings->ratio);
    for (uint64_t units = settings->ratio; units > s + (s - 1);) {
        units -= s - 1;
        pass(settings, emitter, units);
    }
    hb_emit_alloc(emitter, hb_request_bytes(settings, s));
}

/* The ids of what the steps kept are evenly spaced: every step allocates alike. */
static void free_kept(const struct hb_generate_settings *settings, struct hb_emitter *emitter, uint64_t s,
                      uint32_t first)
{
    uint64_t blocks = blocks_of_step(settings, s);

    for (uint64_t step = 1; step <= steps_of(settings, s); step++)
        hb_emit_free(emitter, first + (uint32_t)(step * blocks - 1));
}

static enum hb_status shredding_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                    struct hb_error *error)
{
    (void)error;
    hb_emit_allocs(emitter, settings->live, hb_request_bytes(settings, 1));
    hb_emit_phase(emitter, 0, 1);
    hb_emit_frees(emitter, 0, settings->live);
    for (uint64_t s = 2; s <= settings->ratio && hb_emit_ok(emitter); s++) {
        uint32_t first = emitter->births;

        for (uint64_t step = 0; step < steps_of(settings, s) && hb_emit_ok(emitter); step++)
            shred(settings, emitter, s);
        hb_emit_phase(emitter, s - 1, s);
        free_kept(settings, emitter, s, first);
    }
    return HB_OK;
}

static const struct hb_generate_key shredding_keys[] = {
    HB_KEY(live, "units that are live at most (M)", 16384, 2, HB_MAX_LIVE_UNITS),
    HB_KEY(ratio, "largest block, in units (n)", 16, 2, HB_MAX_RATIO),
    HB_KEY_UNIT,
    HB_KEY_HEADER,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_shredding = {
    .name = "shredding",
    .summary = "cut blocks into pieces that serve nothing larger, level by level",
    .keys = shredding_keys,
    .check = shredding_check,
    .births = shredding_births,
    .run = shredding_run,
};
