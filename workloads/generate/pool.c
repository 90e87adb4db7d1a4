/*
 * pool.c - a pool of threads that send each other messages.
 *
 * Each thread begins with `depth` messages for its neighbour. In each cycle every thread takes the message
 * that has waited for it longest, allocates `batch` objects of its own to work on it, and passes it on: to a
 * new size (realloc), or, at its `hops`-th thread, freed, with a new message in its stead. Then it frees its
 * own objects and sends the message to another thread: all to the one so many places further on, a random
 * number in each cycle, so that as many messages wait for each. Every handling of a message is a hand-over
 * where there are two threads or more. The threads take turns, a message each.
 *
 * A phase is one cycle; its size is the cycles so far. The messages under way in the end stay live.
 */
#include <inttypes.h>

#include "base/pages.h"
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

/*
 * The messages that wait in the same place of each thread's queue are handled in the same cycles and pass
 * `hops` together. The first `rest` places are handled once more than the others.
 */
static uint64_t replaced_messages(const struct hb_generate_settings *settings)
{
    uint64_t turns = settings->cycles / settings->depth, rest = settings->cycles % settings->depth;

    return rest * ((turns + 1) / settings->hops) + (settings->depth - rest) * (turns / settings->hops);
}

static uint64_t pool_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(settings->batch, settings->cycles, &births) ||
        __builtin_add_overflow(settings->depth + replaced_messages(settings), births, &births) ||
        __builtin_mul_overflow(settings->threads, births, &births))
        return UINT64_MAX;
    return births;
}

struct pool {
    const struct hb_generate_settings *settings;
    struct hb_emitter *emitter;
    struct hb_sizes sizes;
    struct hb_random random;
    uint32_t *waiting; /* place by place of the queues, each with a message for every thread */
};

static uint64_t draw(struct pool *pool)
{
    return hb_sizes_draw(&pool->sizes, &pool->random);
}

/* What the message is after the thread had it: itself, grown or shrunk, or the next one. */
static uint32_t handle(struct pool *pool, uint32_t message, bool is_last_hop)
{
    uint32_t first = pool->emitter->births;

    for (uint64_t i = 0; i < pool->settings->batch; i++)
        hb_emit_alloc(pool->emitter, draw(pool));
    if (is_last_hop) {
        hb_emit_free(pool->emitter, message);
        message = hb_emit_alloc(pool->emitter, draw(pool));
    } else {
        hb_emit_realloc(pool->emitter, message, draw(pool));
    }
    hb_emit_frees(pool->emitter, first, pool->settings->batch);
    return message;
}

static void run_cycle(struct pool *pool, uint64_t cycle)
{
    uint64_t threads = pool->settings->threads, depth = pool->settings->depth;
    uint64_t shift = threads > 1 ? 1 + hb_random_below(&pool->random, threads - 1) : 0;
    uint32_t *place = pool->waiting + cycle % depth * threads, sent[HB_MAX_THREADS];
    bool is_last_hop = (cycle / depth + 1) % pool->settings->hops == 0;

    for (uint64_t t = 0; t < threads; t++) {
        pool->emitter->thread = (uint16_t)t;
        sent[(t + shift) % threads] = handle(pool, place[t], is_last_hop);
    }
    for (uint64_t t = 0; t < threads; t++)
        place[t] = sent[t];
    hb_emit_phase(pool->emitter, cycle, cycle + 1);
}

static void first_messages(struct pool *pool)
{
    uint64_t threads = pool->settings->threads;

    for (uint64_t i = 0; i < pool->settings->depth; i++)
        for (uint64_t t = 0; t < threads; t++) {
            pool->emitter->thread = (uint16_t)t;
            pool->waiting[i * threads + (t + 1) % threads] = hb_emit_alloc(pool->emitter, draw(pool));
        }
}

static enum hb_status pool_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                               struct hb_error *error)
{
    struct pool pool = {.settings = settings, .emitter = emitter};
    size_t bytes = settings->threads * settings->depth * sizeof *pool.waiting;

    pool.waiting = hb_pages_alloc(bytes);
    if (pool.waiting == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %" PRIu64 " messages under way",
                            settings->threads * settings->depth);
    hb_random_seed(&pool.random, settings->seed);
    hb_sizes_init(&pool.sizes, settings);
    first_messages(&pool);
    for (uint64_t cycle = 0; cycle < settings->cycles && hb_emit_ok(emitter); cycle++)
        run_cycle(&pool, cycle);
    hb_pages_free(pool.waiting, bytes);
    return HB_OK;
}

static const struct hb_generate_key pool_keys[] = {
    HB_KEY_THREADS(1),
    HB_KEY(depth, "messages that wait for each (d)", 64, 1, HB_MAX_BATCH),
    HB_KEY(batch, "objects of its own for each message (b)", 4, 0, HB_MAX_BATCH),
    HB_KEY(hops, "threads that a message goes through (h)", 3, 1, HB_MAX_BATCH),
    HB_KEY(cycles, "messages that each thread handles (c)", 10000, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_pool = {
    .name = "pool",
    .summary = "threads that pass messages on, beside objects of their own",
    .keys = pool_keys,
    .births = pool_births,
    .run = pool_run,
};
