/*
 * threadtest.c - threads that share nothing: each fills a batch of its own and frees it, again and again.
 *
 * In the tradition of Hoard's threadtest (Berger and others, ASPLOS 2000). In each cycle every thread
 * allocates `batch` objects, then frees them, oldest first. The threads take turns, an operation each. No
 * object changes hands.
 *
 * A phase is one cycle; it ends at its peak, when all objects of the cycle are live.
 */
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

static uint64_t threadtest_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(settings->threads * settings->batch, settings->cycles, &births))
        return UINT64_MAX;
    return births;
}

/* Objects are numbered as they are born, so that thread t made every k-th of a cycle, from the t-th on. */
static void run_cycle(const struct hb_generate_settings *settings, struct hb_emitter *emitter, uint64_t cycle,
                      const struct hb_sizes *sizes, struct hb_random *random)
{
    uint64_t count = settings->batch * settings->threads;
    uint32_t first = emitter->births;

    for (uint64_t i = 0; i < count; i++) {
        emitter->thread = (uint16_t)(i % settings->threads);
        hb_emit_alloc(emitter, hb_sizes_draw(sizes, random));
    }
    hb_emit_phase(emitter, cycle, cycle + 1);
    for (uint64_t i = 0; i < count; i++) {
        emitter->thread = (uint16_t)(i % settings->threads);
        hb_emit_free(emitter, first + (uint32_t)i);
    }
}

static enum hb_status threadtest_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                     struct hb_error *error)
{
    struct hb_random random;
    struct hb_sizes sizes;

    (void)error;
    hb_random_seed(&random, settings->seed);
    hb_sizes_init(&sizes, settings);
    for (uint64_t cycle = 0; cycle < settings->cycles && hb_emit_ok(emitter); cycle++)
        run_cycle(settings, emitter, cycle, &sizes, &random);
    return HB_OK;
}

static const struct hb_generate_key threadtest_keys[] = {
    HB_KEY_THREADS(1),
    HB_KEY(batch, "objects that a thread makes, then frees (b)", 1000, 1, HB_MAX_BATCH),
    HB_KEY(cycles, "how often (c)", 50, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_threadtest = {
    .name = "threadtest",
    .summary = "threads that fill and free a batch each; nothing changes hands",
    .keys = threadtest_keys,
    .births = threadtest_births,
    .run = threadtest_run,
};
