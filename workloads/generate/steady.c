/*
 * steady.c - a steady state: as many objects as ever, one at random replaced at a time.
 *
 * `live` objects are allocated; then, `steps` times, one of them, each as likely as any other, is freed and
 * another allocated in its stead. Lifetimes are therefore geometric with a mean of `live` steps.
 * With merging the extent settles at 1.10 to 1.13 of what is live; without, on log-uniform sizes, it never
 * settles, so what is to be reported is its slope per decade of steps.
 *
 * A phase ends after 1, 2, 5, 10, 20, 50 ... steps per live object, and at the end; its size is the steps
 * done.
 */
#include <inttypes.h>

#include "base/pages.h"
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

static uint64_t steady_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    return __builtin_add_overflow(settings->live, settings->steps, &births) ? UINT64_MAX : births;
}

/* 1, 2, 5, 10, 20, 50 ... */
static uint64_t next_mark(uint64_t mark)
{
    uint64_t lead = mark;

    while (lead >= 10)
        lead /= 10;
    return lead == 2 ? mark / 2 * 5 : mark * 2;
}

static void replace(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                    const struct hb_sizes *sizes, struct hb_random *random, uint32_t *live)
{
    uint64_t mark = 1, phase = 0;

    for (uint64_t step = 0; step < settings->steps && hb_emit_ok(emitter); step++) {
        uint64_t slot = hb_random_below(random, settings->live);

        hb_emit_free(emitter, live[slot]);
        live[slot] = hb_emit_alloc(emitter, hb_sizes_draw(sizes, random));
        if (step + 1 == mark * settings->live || step + 1 == settings->steps) {
            hb_emit_phase(emitter, phase++, step + 1);
            mark = next_mark(mark);
        }
    }
}

static enum hb_status steady_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                 struct hb_error *error)
{
    uint32_t *live = hb_pages_alloc(settings->live * sizeof *live);
    struct hb_random random;
    struct hb_sizes sizes;

    if (live == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for a table of %" PRIu64 " live objects",
                            settings->live);
    hb_random_seed(&random, settings->seed);
    hb_sizes_init(&sizes, settings);
    for (uint64_t i = 0; i < settings->live; i++)
        live[i] = hb_emit_alloc(emitter, hb_sizes_draw(&sizes, &random));
    replace(settings, emitter, &sizes, &random, live);
    hb_pages_free(live, settings->live * sizeof *live);
    return HB_OK;
}

static const struct hb_generate_key steady_keys[] = {
    HB_KEY(live, "objects that are live (L)", 10000, 1, HB_MAX_LIVE_OBJECTS),
    HB_KEY(steps, "replacements (S)", 100000, 0, HB_GENERATE_MAX_BIRTHS),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_steady = {
    .name = "steady",
    .summary = "live objects, one at random replaced at a time",
    .keys = steady_keys,
    .births = steady_births,
    .run = steady_run,
};
