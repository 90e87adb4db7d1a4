/*
 * ramp.c - the worst case of not merging: every size in turn fills the heap once.
 *
 * For s = 1, 2, ... n allocate floor(M/s) blocks of s units and free them all. A free block of s units never
 * serves a larger one unless neighbours merge, so a policy that does not merge ends with an extent of exactly
 * the sum of s * floor(M/s), about n M, whichever free block it prefers; one that merges at once needs M.
 *
 * A phase is one size; it ends while all its blocks are live.
 */
#include <inttypes.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"

static enum hb_status ramp_check(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->ratio > settings->live)
        return hb_error_set(error, HB_ERR_USAGE,
                            "ratio=%" PRIu64 ": it must be 1 to %" PRIu64 ", which is live", settings->ratio,
                            settings->live);
    return HB_OK;
}

static uint64_t ramp_births(const struct hb_generate_settings *settings)
{
    uint64_t births = 0;

    for (uint64_t s = 1; s <= settings->ratio; s++)
        births += settings->live / s;
    return births;
}

static enum hb_status ramp_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                               struct hb_error *error)
{
    (void)error;
    for (uint64_t s = 1; s <= settings->ratio && hb_emit_ok(emitter); s++) {
        uint64_t count = settings->live / s;
        uint32_t first = hb_emit_allocs(emitter, count, hb_request_bytes(settings, s));

        hb_emit_phase(emitter, s - 1, s);
        hb_emit_frees(emitter, first, count);
    }
    return HB_OK;
}

static const struct hb_generate_key ramp_keys[] = {
    HB_KEY(live, "units that are live at most (M)", 65536, 1, HB_MAX_LIVE_UNITS),
    HB_KEY(ratio, "largest block, in units (n)", 256, 1, HB_MAX_RATIO),
    HB_KEY_UNIT,
    HB_KEY_HEADER,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_ramp = {
    .name = "ramp",
    .summary = "for each size 1..ratio: fill the heap with it, free all",
    .keys = ramp_keys,
    .check = ramp_check,
    .births = ramp_births,
    .run = ramp_run,
};
