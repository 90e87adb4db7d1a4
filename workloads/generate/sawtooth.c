/*
 * sawtooth.c - a heap that fills and empties again and again, as a server's does between requests; and one
 * that is silent in between.
 *
 * Each tooth allocates until `live` objects are live and frees until `keep` percent of them are left: at
 * random, the oldest first (a queue) or the newest first (a stack). A phase is one tooth; it ends at its
 * peak. A storm is a sawtooth with a silence at each foot, in which little happens or nothing, and nothing is
 * left at its last foot.
 */
#include <inttypes.h>

#include "base/pages.h"
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

static uint64_t floor_of(const struct hb_generate_settings *settings)
{
    return settings->live * settings->keep / 100;
}

static uint64_t sawtooth_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(settings->live - floor_of(settings), settings->cycles, &births))
        return UINT64_MAX;
    return births + floor_of(settings);
}

static uint64_t beats_of(const struct hb_generate_settings *settings)
{
    return settings->heartbeat == 0 ? 0 : settings->silence / settings->heartbeat;
}

static uint64_t storm_births(const struct hb_generate_settings *settings)
{
    uint64_t births = sawtooth_births(settings), beaten;

    if (births == UINT64_MAX || __builtin_mul_overflow(beats_of(settings), settings->beat, &beaten) ||
        __builtin_mul_overflow(beaten, settings->cycles, &beaten) ||
        __builtin_add_overflow(births, beaten, &births))
        return UINT64_MAX;
    return births;
}

/* The live objects, oldest first, in a ring of as many places as are ever live. */
struct queue {
    uint32_t *objects;
    uint64_t capacity;
    uint64_t oldest;
    uint64_t count;
};

static uint32_t *queue_at(const struct queue *queue, uint64_t age_rank)
{
    return &queue->objects[(queue->oldest + age_rank) % queue->capacity];
}

static void queue_push(struct queue *queue, uint32_t object)
{
    *queue_at(queue, queue->count++) = object;
}

static uint32_t queue_take(struct queue *queue, enum hb_generate_order order, struct hb_random *random)
{
    uint32_t *chosen, object;

    if (order == HB_ORDER_OLDEST) {
        object = *queue_at(queue, 0);
        queue->oldest = (queue->oldest + 1) % queue->capacity;
        queue->count--;
        return object;
    }
    chosen =
        queue_at(queue, order == HB_ORDER_NEWEST ? queue->count - 1 : hb_random_below(random, queue->count));
    object = *chosen;
    *chosen = *queue_at(queue, --queue->count);
    return object;
}

/* As one that serves a request does: some objects are born, and all of them freed. */
static void beat(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                 const struct hb_sizes *sizes, struct hb_random *random)
{
    uint32_t first = emitter->births;

    for (uint64_t i = 0; i < settings->beat; i++)
        hb_emit_alloc(emitter, hb_sizes_draw(sizes, random));
    hb_emit_frees(emitter, first, settings->beat);
}

static void keep_silence(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                         const struct hb_sizes *sizes, struct hb_random *random)
{
    uint64_t beats = beats_of(settings);

    for (uint64_t i = 0; i < beats && hb_emit_ok(emitter); i++) {
        hb_emit_silence(emitter, settings->heartbeat);
        beat(settings, emitter, sizes, random);
    }
    hb_emit_silence(emitter, settings->silence - beats * settings->heartbeat);
}

static void run_teeth(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                      struct queue *queue)
{
    struct hb_random random;
    struct hb_sizes sizes;

    hb_random_seed(&random, settings->seed);
    hb_sizes_init(&sizes, settings);
    for (uint64_t cycle = 0; cycle < settings->cycles && hb_emit_ok(emitter); cycle++) {
        bool is_last = settings->silence > 0 && cycle + 1 == settings->cycles;

        while (queue->count < settings->live)
            queue_push(queue, hb_emit_alloc(emitter, hb_sizes_draw(&sizes, &random)));
        hb_emit_phase(emitter, cycle, cycle + 1);
        if (settings->hold > 0)
            hb_emit_silence(emitter, settings->hold);
        while (queue->count > (is_last ? 0 : floor_of(settings)))
            hb_emit_free(emitter, queue_take(queue, (enum hb_generate_order)settings->order, &random));
        if (settings->silence > 0)
            keep_silence(settings, emitter, &sizes, &random);
    }
}

static enum hb_status sawtooth_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                   struct hb_error *error)
{
    struct queue queue = {.capacity = settings->live};

    queue.objects = hb_pages_alloc(queue.capacity * sizeof *queue.objects);
    if (queue.objects == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for a table of %" PRIu64 " live objects",
                            settings->live);
    run_teeth(settings, emitter, &queue);
    hb_pages_free(queue.objects, queue.capacity * sizeof *queue.objects);
    return HB_OK;
}

static const struct hb_generate_key sawtooth_keys[] = {
    HB_KEY(live, "objects that are live at a peak (L)", 10000, 1, HB_MAX_LIVE_OBJECTS),
    HB_KEY(keep, "percent of them that are left at a foot", 10, 0, 99),
    HB_KEY(cycles, "teeth", 100, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEY_WORD(order, "which are freed: random, oldest, or newest first", HB_ORDER_RANDOM, HB_ORDERS,
                hb_order_names),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_sawtooth = {
    .name = "sawtooth",
    .summary = "fill up, free most, again and again",
    .keys = sawtooth_keys,
    .births = sawtooth_births,
    .run = sawtooth_run,
};

static const struct hb_generate_key storm_keys[] = {
    HB_KEY(live, "objects that are live at a peak (L)", 40000, 1, HB_MAX_LIVE_OBJECTS),
    HB_KEY(keep, "percent of them left in a silence, but the last", 10, 0, 99),
    HB_KEY(cycles, "bursts, each with a silence behind it", 2, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEY(hold, "milliseconds at a peak", 1000, 0, HB_MAX_SILENCE_MS),
    HB_KEY(silence, "milliseconds of a silence", 12000, 1, HB_MAX_SILENCE_MS),
    HB_KEY(heartbeat, "milliseconds between two beats in it; 0: none", 100, 0, HB_MAX_SILENCE_MS),
    HB_KEY(beat, "objects that a beat allocates and frees", 1000, 1, HB_MAX_LIVE_OBJECTS),
    HB_KEY_WORD(order, "which are freed: random, oldest, or newest first", HB_ORDER_RANDOM, HB_ORDERS,
                hb_order_names),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_storm = {
    .name = "storm",
    .summary = "a burst, most of it freed, silence; again; all of it freed, silence",
    .keys = storm_keys,
    .births = storm_births,
    .run = sawtooth_run,
};
